"""The log-out endpoint for browsers and clients, and the end of other people's log-ins for the administrator."""

import uuid
from typing import Annotated, Any

from fastapi import Query, Request, Response, status
from fastapi.responses import HTMLResponse, JSONResponse

from shared.auth import Public
from shared.clock import NowDep
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Page, Paging, Router, paginate
from svc_sso.access import SecurityAdmin
from svc_sso.clients.errors import OAuthError
from svc_sso.logout import service
from svc_sso.logout.errors import BadLogout
from svc_sso.logout.schemas import AccountSessionOut, EndedOut, shown
from svc_sso.logout.service import CARRIED, Wish
from svc_sso.oauth.routes import NO_STORE, IssuerDep, form_body, refused
from svc_sso.oauth.rules import single_values
from svc_sso.oauth.service import client_of, form_of
from svc_sso.oidc.rules import origin_of, with_params
from svc_sso.pages import cookies as jar
from svc_sso.pages.cookies import Cookies, CookiesDep, SettingsDep
from svc_sso.pages.forms import form_token, is_form_token
from svc_sso.pages.render import FAULT, fault, onwards, page
from svc_sso.sessions import queries
from svc_sso.sessions.models import LoginSession
from svc_sso.settings import Settings

router = Router(tags=["oidc"], dependencies=[Public])
administration = Router(prefix="/v1/accounts/{account_id}/sessions", tags=["staff"])
PURPOSE = "logout"
_OBJECT = {"application/json": {"schema": {"type": "object"}}}
TO_BROWSER_OR_CLIENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page; to a client which sent a refresh token an empty object", "content": _OBJECT},
    303: {"description": "Back to the client, or to the same by GET: a form of another site brings no cookie"},
    400: {"description": "What is wrong: a page, or to a client the form of RFC 6749",
          "content": FAULT[400]["content"] | _OBJECT},
    401: {"description": "The client did not prove itself", "content": _OBJECT},
}  # fmt: skip

Where = tuple[Cookies, Settings]


@router.get("/oauth2/logout", response_class=HTMLResponse, responses=FAULT)
async def log_out(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """退出登录: ends the log-in which `id_token_hint` names; asks the person first when nothing shows who is meant."""
    try:
        params = single_values(request.query_params.multi_items())
        wish = await service.understand(session, issuer, params)
    except OAuthError:
        return fault(request, "malformed")
    except BadLogout:
        return _bad(request)
    return await _asked_or_done(request, session, (cookies, settings), params, wish)


@router.post(
    "/oauth2/logout",
    response_class=HTMLResponse,
    responses=TO_BROWSER_OR_CLIENT,
    openapi_extra=form_body(*CARRIED, "refresh_token", "csrf"),
)
async def log_out_by_post(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """退出登录: the same by form; a client which sends a refresh token and proves itself ends the log-in behind it."""
    try:
        form = await form_of(request) if request.headers.get("content-type") else {}
    except OAuthError:
        return fault(request, "malformed")
    if "refresh_token" in form:
        return await _by_client(request, session, issuer, form)
    try:
        wish = await service.understand(session, issuer, form)
    except BadLogout:
        return _bad(request)
    if is_form_token(form.get("csrf", ""), cookies.session, PURPOSE):
        return await _done(request, session, (cookies, settings), form, wish)
    if cookies.session is None and wish.sid is None:
        # With a form of another site comes no cookie of ours: who is logged in shows when the browser asks.
        return onwards(with_params("/oauth2/logout", {name: form.get(name) for name in CARRIED}))
    return await _asked_or_done(request, session, (cookies, settings), form, wish)


async def _by_client(request: Request, session: SessionDep, issuer: IssuerDep, form: dict[str, str]) -> JSONResponse:
    try:
        client = await client_of(session, request, form)
        await service.end_by_token(session, issuer, client, form["refresh_token"], clock())
    except OAuthError as error:
        return refused(error)
    return JSONResponse({}, headers=NO_STORE)


def _bad(request: Request) -> HTMLResponse:
    return page(request, "message.html", status=400, heading="logout_title", message="bad_logout")


async def _asked_or_done(
    request: Request, session: SessionDep, where: Where, params: dict[str, str], wish: Wish
) -> Response:
    """Without a hint, or with someone else's, anyone could have sent the browser here: the person is asked."""
    cookie = where[0].session
    if cookie is None or not await service.must_ask(session, wish, cookie, clock()):
        return await _done(request, session, where, params, wish)
    carried = {name: params[name] for name in CARRIED if name in params}
    leads_to = origin_of(wish.address) if wish.address else None
    csrf = form_token(cookie, PURPOSE)
    return page(request, "logout.html", form_to=leads_to, csrf=csrf, carried=carried)


async def _done(request: Request, session: SessionDep, where: Where, params: dict[str, str], wish: Wish) -> Response:
    cookies, settings = where
    await service.follow(session, wish, cookies.session, clock())
    response: Response
    if wish.address is None:
        response = page(request, "message.html", heading="logged_out_title", message="logged_out")
    else:
        response = onwards(with_params(wish.address, {"state": params.get("state")}))
    if cookies.session is not None:  # a cookie which was not shown may be of another log-in
        jar.take(response, jar.SESSION, secure=settings.secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@administration.get("", response_model=Page[AccountSessionOut])
async def list_sessions_of(
    account_id: uuid.UUID,
    caller: SecurityAdmin,
    session: SessionDep,
    paging: Paging,
    request: Request,
    response: Response,
) -> Page[AccountSessionOut]:
    """某账户的登录会话: the open log-ins of an account, newest first, for the security administrator."""
    account = await service.known_account(session, caller, account_id)
    found = await paginate(
        session,
        queries.open_of(account.id),
        keys=[LoginSession.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown(row) for row in found.rows])


@administration.delete("", response_model=EndedOut)
async def end_sessions_of(
    account_id: uuid.UUID,
    caller: SecurityAdmin,
    session: SessionDep,
    now: NowDep,
    reason: Annotated[str | None, Query(max_length=200, description="Why, for the audit")] = None,
) -> EndedOut:
    """结束某账户的全部会话: ends every log-in of an account, everywhere, within two seconds."""
    return EndedOut(ended=await service.end_of_account(session, caller, account_id, reason, now))


@administration.delete("/{session_id}", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
async def end_session_of(
    account_id: uuid.UUID, session_id: uuid.UUID, caller: SecurityAdmin, session: SessionDep, now: NowDep
) -> None:
    """结束某一会话: ends one log-in of an account."""
    await service.end_one(session, caller, account_id, session_id, now)
