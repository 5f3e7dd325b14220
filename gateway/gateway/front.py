"""What surrounds the gateway's own pages and calls: the same limits, ids and header fields as in the data plane."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.drain import Drain
from gateway.errors import BodyTooLarge, BodyTooSlow
from gateway.limits.identity import NOBODY, Identities, Who
from gateway.limits.policy import Limiter, refused
from gateway.proxy import headers as fields
from gateway.proxy.address import client_address
from gateway.proxy.exchange import seconds_for_more
from gateway.proxy.headers import Headers
from gateway.proxy.refusal import refuse
from gateway.sessions.store import SessionStore
from gateway.settings import GatewaySettings
from shared.errors import DomainError, Unavailable

READY = "/readyz"
QUIET = frozenset({"/livez", READY, "/metrics"})
OWN_BODY_LIMIT = 64 * 1024


class Front:
    """ASGI middleware around the FastAPI application."""

    def __init__(
        self,
        app: ASGIApp,
        settings: GatewaySettings,
        limiting: tuple[Limiter, Identities],
        store: SessionStore,
        drain: Drain,
    ) -> None:
        self.app, self.settings, self.store, self.drain = app, settings, store, drain
        self.limiter, self.identities = limiting
        self.cookie = settings.session_cookie.encode()
        self.security: Headers = [(b"x-content-type-options", b"nosniff")]
        if settings.secure:
            self.security.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
        if self.drain.begun and scope["type"] == "http" and scope["path"] == READY:
            await refuse(scope, send, Unavailable("Stopping."), trace_id=fields.trace(None)[0], language=b"", more=[])
            return
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # routes answer GET alone; the server drops the body
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self.app(scope, receive, send)
            return
        more = list(self.security)
        try:
            await self._admit(scope, more)
        except DomainError as refusal:
            trace_id, _, _ = fields.trace(None)
            more.append((b"x-request-id", fields.new_request_id()))
            await refuse(scope, send, refusal, trace_id=trace_id, language=b"", more=more)
            return
        await self.app(scope, in_time(receive), _adding(send, more))

    async def _admit(self, scope: Scope, more: Headers) -> None:
        """Counts the call and puts the RateLimit fields into `more`. Raises HeadersTooLarge, RateLimited and others."""
        incoming = fields.read(scope["headers"])
        if incoming.length is not None and incoming.length > OWN_BODY_LIMIT:
            raise BodyTooLarge(f"At most {OWN_BODY_LIMIT} bytes are taken here.")
        address = client_address(scope, self.settings).encode()
        if incoming.authorization is not None:  # it counts before a cookie, as in `shared.auth`
            who = await self.identities.find(incoming.authorization)
        else:
            cookie = fields.cookie_value(incoming.cookie, self.cookie)
            held = self.store.known(cookie) if cookie else None
            who = Who(held.subject) if held is not None else NOBODY
        verdict, headers = self.limiter.check(scope["raw_path"], scope["method"], address, who)
        more += headers
        if verdict is not None:
            raise refused(verdict)


def in_time(receive: Receive) -> Receive:
    """A body that comes no slower than those to the services may. Reading from it raises BodyTooSlow."""
    began, size, more = 0.0, 0, True

    async def bounded() -> Message:
        nonlocal began, size, more
        if not more:  # what comes now is that the client has left
            return await receive()
        began = began or time.monotonic()
        try:
            async with asyncio.timeout(seconds_for_more(time.monotonic() - began, size)):
                message = await receive()
        except TimeoutError as exc:
            raise BodyTooSlow from exc
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        return message

    return bounded


def _adding(send: Send, more: Headers) -> Send:
    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *more]
            if message["status"] >= 400:
                message["headers"].append((b"x-error-source", b"gateway"))
        await send(message)

    return tell
