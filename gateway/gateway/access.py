"""Who may call what the gateway answers itself: people by their session, other clients by a token for the gateway."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from gateway.errors import SessionExpired
from gateway.sessions.models import BrowserSession
from gateway.sessions.store import HeldSession, SessionStore
from gateway.settings import GatewaySettings
from shared.auth import AccessRule, Caller, bearer_scheme
from shared.errors import Unauthenticated


@dataclass(frozen=True)
class Visitor(Caller):
    """A caller, with the session that stands behind it when it is a browser."""

    held: HeldSession | None = None


def store_of(request: Request) -> SessionStore:
    store: SessionStore = request.app.state.store
    return store


class VisitorRule(AccessRule):
    """Demands a session or a token; `permission` as in the services."""

    async def __call__(self, request: Request, _scheme: Annotated[Any, Depends(bearer_scheme)] = None) -> Caller | None:
        settings: GatewaySettings = request.app.state.settings
        cookie = request.cookies.get(settings.session_cookie)
        if not cookie:
            return await super().__call__(request, _scheme)
        visitor = await _visitor_of(request, cookie)
        if visitor is None:
            expired = store_of(request).expired_cookie().decode()
            raise SessionExpired(headers={"Set-Cookie": expired})
        self.check(visitor)
        return visitor


async def _visitor_of(request: Request, cookie: str) -> Visitor | None:
    held = await store_of(request).find(cookie.encode("latin-1", "replace"))
    if held is None:
        return None
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


AnyVisitor = Annotated[Caller, Depends(VisitorRule())]
Operator = Annotated[Caller, Depends(VisitorRule("platform:operations"))]
