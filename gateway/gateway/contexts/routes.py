"""`/session/context`: for whom one acts in this browser; for programs and as a page which needs no script."""

import hmac
from hashlib import sha256
from urllib.parse import parse_qs

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.access import AnyVisitor, store_of
from gateway.contexts import service
from gateway.contexts.schemas import ContextIn
from gateway.errors import CsrfRefused, SessionExpired
from gateway.pages.render import page
from gateway.proxy import headers as fields
from gateway.proxy.csrf import OWN_SITE, check_csrf
from gateway.sessions import rules
from gateway.sessions.errors import ContextRefused
from gateway.sessions.models import BrowserSession
from gateway.sessions.routes import NO_STORE, put_cookie
from gateway.sessions.schemas import SessionOut, shown
from gateway.sessions.store import HeldSession
from gateway.settings import GatewaySettings
from shared.auth import Public
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router
from shared.problems import wants_english

router = Router(prefix="/session/context", tags=["session"])
FORM = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"csrf": {"type": "string"}, "org": {"type": "string"}}}
            }
        }
    }
}
LOG_IN = "/session/login?return_to=/session/context"


@router.post("", openapi_extra=IDEMPOTENCY_NONE, operation_id="session_context")
async def switch_context(
    body: ContextIn, _visitor: AnyVisitor, request: Request, response: Response, session: SessionDep
) -> SessionOut:
    """切换办理身份: acts for an enterprise, or for oneself again. The session gets a new cookie; needs `X-CSRF: 1`."""
    settings: GatewaySettings = request.app.state.settings
    check_csrf(fields.read(request.scope["headers"]), settings.origin.encode())
    row, renewed = await _switch(request, session, body.org)
    response.headers.update(NO_STORE)
    put_cookie(response, settings, settings.session_cookie, renewed, settings.session_hours * 3600)
    return shown(row)


@router.get("", response_class=HTMLResponse, dependencies=[Public], operation_id="session_context_page")
async def show_contexts(request: Request, session: SessionDep) -> Response:
    """选择办理身份: the page on which one chooses for whom to act."""
    held = await _held(request)
    return RedirectResponse(LOG_IN, 303, headers=NO_STORE) if held is None else await _page(request, session, held)


@router.post(
    "/form",
    dependencies=[Public],
    response_class=HTMLResponse,
    openapi_extra={**IDEMPOTENCY_NONE, **FORM},
    operation_id="session_context_form",
)
async def choose_context(request: Request, session: SessionDep) -> Response:
    """选择办理身份: the page's form."""
    settings: GatewaySettings = request.app.state.settings
    incoming = fields.read(request.scope["headers"])
    if incoming.sec_fetch_site not in (None, *OWN_SITE) or incoming.origin not in (None, settings.origin.encode()):
        raise CsrfRefused("The form came from another site.")
    held = await _held(request)
    if held is None:
        return RedirectResponse(LOG_IN, 303, headers=NO_STORE)
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    if not hmac.compare_digest(form.get("csrf", "").encode(), _form_token(request).encode()):
        raise CsrfRefused("The form is not one of this browser.")
    try:
        _, renewed = await _switch(request, session, form.get("org") or None)
    except ContextRefused:
        return await _page(request, session, held, refused=True)
    answer = RedirectResponse("/session/context", status_code=303, headers=NO_STORE)
    put_cookie(answer, settings, settings.session_cookie, renewed, settings.session_hours * 3600)
    return answer


async def _switch(request: Request, session: AsyncSession, org: str | None) -> tuple[BrowserSession, str]:
    held = await _held(request)
    if held is None:
        raise SessionExpired(headers={"Set-Cookie": store_of(request).expired_cookie().decode()})
    known = await service.choices(store_of(request), request.app.state.provider, held) if org is not None else []
    cookie = _cookie(request)
    row, renewed = await service.switch(session, cookie, org, known)
    store_of(request).forget(rules.hash_of(cookie))
    return row, renewed


async def _page(request: Request, session: AsyncSession, held: HeldSession, *, refused: bool = False) -> Response:
    row = await session.get(BrowserSession, held.id)
    known = await service.choices(store_of(request), request.app.state.provider, held)
    over = row is not None and row.org is not None and row.org not in {one["code"] for one in known}
    return page(
        "context.html",
        status=403 if refused else 200,
        english=wants_english(request),
        choices=known,
        current=row.org if row is not None else None,
        name=row.display_name if row is not None else "",
        over=over or refused,
        csrf=_form_token(request),
    )


async def _held(request: Request) -> HeldSession | None:
    cookie = _cookie(request)
    return await store_of(request).find(cookie.encode("latin-1", "replace")) if cookie else None


def _cookie(request: Request) -> str:
    settings: GatewaySettings = request.app.state.settings
    return request.cookies.get(settings.session_cookie, "")


def _form_token(request: Request) -> str:
    return hmac.new(_cookie(request).encode(), b"context", sha256).hexdigest()
