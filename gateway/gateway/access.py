"""Who may call what the gateway answers itself: people by their session, other clients by a token for the gateway."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request

from gateway.errors import SessionExpired
from gateway.proxy import headers as fields
from gateway.proxy.csrf import SAFE, check_csrf
from gateway.sessions.models import BrowserSession
from gateway.sessions.store import HeldSession, SessionStore
from gateway.settings import GatewaySettings
from shared.auth import Access, AnyCaller, Caller
from shared.errors import Unauthenticated


@dataclass(frozen=True)
class Visitor(Caller):
    """A caller, with the session that stands behind it when it is a browser."""

    held: HeldSession | None = None


def store_of(request: Request) -> SessionStore:
    store: SessionStore = request.app.state.store
    return store


async def visitor_of(request: Request) -> Visitor | None:
    """Who calls by his browser's cookie; None without one. Every rule of access asks this when there is no token.

    Raises SessionExpired for a cookie whose session is over, CsrfRefused for an unsafe call that is not from our pages.
    """
    settings: GatewaySettings = request.app.state.settings
    cookie = request.cookies.get(settings.session_cookie)
    if not cookie:
        return None
    if request.method not in SAFE:
        check_csrf(fields.read(request.scope["headers"]), settings.origin.encode())
    held = await store_of(request).find(cookie.encode("latin-1", "replace"))
    visitor = await _visitor_behind(request, held) if held is not None else None
    if visitor is None:
        raise SessionExpired(headers={"Set-Cookie": store_of(request).expired_cookie().decode()})
    return visitor


async def _visitor_behind(request: Request, held: HeldSession) -> Visitor | None:
    async with request.app.state.runtime.sessions() as session:
        row = await session.get(BrowserSession, held.id)
    if row is None:
        return None
    return Visitor(
        subject=row.subject,
        kind=row.kind,
        permissions=frozenset(row.permissions),
        unit=row.unit,
        region=row.region,
        session_id=row.provider_session,
        held=held,
    )


async def token_for(request: Request, caller: Caller, service: str) -> str:
    """A token of the caller for `service`. Raises Unauthenticated, DependencyUnavailable."""
    if isinstance(caller, Visitor) and caller.held is not None:
        ready = caller.held.token(service) or await store_of(request).token(caller.held, service)
        return ready.decode("ascii")
    if not caller.token:
        raise Unauthenticated
    return str(await request.app.state.runtime.outbound.token(service, caller))


AnyVisitor = AnyCaller
Operator = Annotated[Caller, Access("platform:operations")]
