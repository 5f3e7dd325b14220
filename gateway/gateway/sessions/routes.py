"""`/session`: logging in, who am I, logging out. For browsers; other clients bring their own tokens."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.access import store_of
from gateway.pages.render import page
from gateway.proxy import headers as fields
from gateway.proxy.csrf import check_csrf
from gateway.sessions import rules, service
from gateway.sessions.errors import LoginFailed
from gateway.sessions.models import BrowserSession
from gateway.sessions.schemas import CallbackQuery, LogoutOut, SessionOut, StepUpQuery, shown
from gateway.settings import GatewaySettings
from shared.auth import Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router
from shared.problems import wants_english

router = Router(prefix="/session", tags=["session"], dependencies=[Public])

NO_STORE = {"Cache-Control": "no-store"}


@router.get("/login", status_code=303, response_class=RedirectResponse, operation_id="session_login")
async def login(request: Request, session: SessionDep, now: NowDep, asked: Annotated[StepUpQuery, Query()]) -> Response:
    """Sends the browser to the log-in page and, afterwards, to `return_to` (a path on this site, else `/`).

    After a refusal with `step_up_required`, its `acr_values` and `max_age` belong here.
    """
    settings: GatewaySettings = request.app.state.settings
    address, cookie = await service.begin_login(session, settings, asked, now)
    answer = RedirectResponse(address, status_code=303, headers=NO_STORE)
    put_cookie(answer, settings, settings.login_cookie, cookie, settings.login_minutes * 60)
    return answer


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses={400: {"description": "A page which says why", "content": {"text/html": {"schema": {"type": "string"}}}}},
    operation_id="session_callback",
)
async def callback(
    request: Request, session: SessionDep, now: NowDep, back: Annotated[CallbackQuery, Query()]
) -> Response:
    """Where the log-in page sends the browser back to: makes the session. Not for calling by hand."""
    settings: GatewaySettings = request.app.state.settings
    cookie = request.cookies.get(settings.login_cookie)
    try:
        row, sid, return_to = await service.finish_login(session, request.app.state.provider, back, cookie, now)
    except LoginFailed as refusal:
        answer = _failed(request, refusal)
        answer.delete_cookie(settings.login_cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")
        return answer
    if old := request.cookies.get(settings.session_cookie):
        await service.replace_session(session, old, row)
        store_of(request).forget(rules.hash_of(old))
    answer = RedirectResponse(return_to, status_code=303, headers=NO_STORE)
    answer.delete_cookie(settings.login_cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")
    put_cookie(answer, settings, settings.session_cookie, sid, settings.session_hours * 3600)
    return answer


@router.get("", operation_id="session_show")
async def show(request: Request, response: Response, session: SessionDep, now: NowDep) -> SessionOut:
    """Who is logged in with this browser. Without a session the answer says so, with 200."""
    settings: GatewaySettings = request.app.state.settings
    response.headers.update(NO_STORE)
    row = await current_session(request, session)
    if row is None:
        if request.cookies.get(settings.session_cookie):
            response.headers.append("set-cookie", store_of(request).expired_cookie().decode())
        return SessionOut(authenticated=False)
    return shown(row)


@router.post("/logout", openapi_extra=IDEMPOTENCY_NONE, operation_id="session_logout")
async def logout(request: Request, response: Response, session: SessionDep, now: NowDep) -> LogoutOut:
    """Logs out here and at the identity provider, which ends all services: their tokens lived in this session only.

    Needs the header `X-CSRF: 1`. While the provider is away the log-out counts here at once and there as soon as it is
    back (`everywhere` false). Without a session it answers the same.
    """
    settings: GatewaySettings = request.app.state.settings
    check_csrf(fields.read(request.scope["headers"]), settings.origin.encode())
    everywhere = True
    if cookie := request.cookies.get(settings.session_cookie):
        everywhere = await service.end_session(session, request.app.state.provider, cookie, now)
        store_of(request).forget(rules.hash_of(cookie))
    response.headers.update(NO_STORE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers.append("set-cookie", store_of(request).expired_cookie().decode())
    return LogoutOut(everywhere=everywhere)


async def current_session(request: Request, session: AsyncSession) -> BrowserSession | None:
    """The live session of this browser, if it has one."""
    settings: GatewaySettings = request.app.state.settings
    cookie = request.cookies.get(settings.session_cookie)
    held = await store_of(request).find(cookie.encode("latin-1", "replace")) if cookie else None
    return await session.get(BrowserSession, held.id) if held is not None else None


def put_cookie(answer: Response, settings: GatewaySettings, name: str, value: str, seconds: int) -> None:
    """Lax, not Strict: the way back from the log-in page must carry it."""
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=settings.secure, httponly=True, samesite="lax")


def _failed(request: Request, refusal: LoginFailed) -> Response:
    english = wants_english(request)
    title = refusal.title if english else refusal.title_zh
    return page(
        "login_failed.html",
        status=refusal.status,
        english=english,
        title=title,
        detail=refusal.detail or "",
        code=refusal.code,
    )
