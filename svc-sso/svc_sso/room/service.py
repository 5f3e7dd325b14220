"""The own pages behind a log-in: who has come in, and the way back to the door.

Every page under `/account` begins with `enter`. It answers with the room, or with the way to the log-in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now as clock
from svc_sso.access import STEP_UP_SECONDS
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.errors import OAuthError
from svc_sso.credentials.service import new_secret
from svc_sso.factors import queries as factors
from svc_sso.factors.rules import ACR_MFA
from svc_sso.oauth.service import form_of
from svc_sso.oidc.rules import RETURN_TO
from svc_sso.oidc.service import Lack, is_weak, wait_for_login
from svc_sso.pages import cookies as jar
from svc_sso.pages.browser import Browser, get_browser
from svc_sso.pages.cookies import Cookies, get_cookies, get_settings
from svc_sso.pages.forms import form_token, is_form_token
from svc_sso.pages.render import onwards, page
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.settings import Settings

PURPOSE = "account"


@dataclass(frozen=True)
class Room:
    """Someone who is logged in, on one of the own pages."""

    request: Request
    session: AsyncSession
    settings: Settings
    cookies: Cookies
    login: LoginSession
    account: Account
    now: datetime

    @property
    def caller(self) -> Caller:
        """The person as the one who acts."""
        return Caller(
            subject=str(self.account.id), kind=self.account.kind, session_id=str(self.login.id), acr=self.login.acr
        )

    @property
    def browser(self) -> Browser:
        """Where the person is."""
        return get_browser(self.request)

    def page(self, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
        """One of the own pages; `here` is its path, `message` a text which says that something is wrong,
        `done` one that it went well. Its forms carry `csrf`.
        """
        csrf = form_token(self.cookies.session or "", PURPOSE)
        shown = {"here": self.request.url.path, "done": None, "csrf": csrf, "account": self.account, **content}
        return page(self.request, template, status=status, **shown)

    async def form(self) -> dict[str, str] | None:
        """The fields of a form of ours; None for one which is not, so that nobody acts by another's page."""
        try:
            fields = await form_of(self.request)
        except OAuthError:
            return None
        return fields if is_form_token(fields.get("csrf", ""), self.cookies.session, PURPOSE) else None


async def enter(request: Request, session: AsyncSession, *, fresh: bool = False) -> Room | Response:
    """The room, or the way to the log-in. `fresh`: who comes has shown everything he has, less than 20 minutes ago."""
    settings, now = get_settings(request), clock()
    cookies = get_cookies(request, settings)
    login = await sessions.of_cookie(session, cookies.session, now)
    account = await accounts.active(session, login.account_id) if login else None
    if login is None or account is None:
        return await _to_log_in(request, session, Lack(None, True), None)
    has_factors = fresh and (await factors.owned(session, account.id)).any
    wanted = [ACR_MFA] if has_factors else []
    if fresh and now - login.authenticated_at > timedelta(seconds=STEP_UP_SECONDS):
        return await _to_log_in(request, session, Lack(login, True), wanted)
    if is_weak(login.acr, account.kind, wanted):
        return await _to_log_in(request, session, Lack(login, False), wanted)
    sessions.touch(login, now)
    return Room(request, session, settings, cookies, login, account, now)


async def _to_log_in(request: Request, session: AsyncSession, lack: Lack, wanted: list[str] | None) -> Response:
    settings = get_settings(request)
    browser = get_cookies(request, settings).login or new_secret()
    params = {RETURN_TO: request.url.path}
    if wanted:
        params["acr_values"] = " ".join(wanted)
    request_id = await wait_for_login(session, params, browser, lack, clock())
    response = onwards(f"/oauth2/login?request={request_id}")
    jar.give(response, jar.LOGIN, browser, secure=settings.secure)
    return response
