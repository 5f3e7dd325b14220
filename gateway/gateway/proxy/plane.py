"""The data plane: every call to a service passes here. Plain ASGI, because a framework costs more than all of the work.

The order is fixed: path, header, trace, session, limit, CSRF, token, exchange, note. What refuses early costs least.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from starlette.types import Receive, Scope, Send

from gateway import routes
from gateway.errors import BodyTooLarge, CsrfRefused, ServiceDown, SessionExpired
from gateway.limits.buckets import refused
from gateway.limits.policy import Limiter
from gateway.proxy import headers as fields
from gateway.proxy.address import client_address
from gateway.proxy.exchange import IDEMPOTENT, BrokenOff, ClientGone, Limits, Request, exchange
from gateway.proxy.headers import Headers, Incoming
from gateway.proxy.journal import Journal
from gateway.proxy.pool import Pool
from gateway.proxy.refusal import refuse
from gateway.settings import GatewaySettings
from shared.errors import DomainError
from shared.telemetry import trace_id_var

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({b"same-origin", b"none"})
SHORT_BODY = 64 * 1024
CLIENT_LEFT = 499


class Held(Protocol):
    """A session as the data plane sees it."""

    @property
    def key(self) -> bytes: ...

    @property
    def fresh(self) -> bool: ...

    def token(self, service: str) -> bytes | None: ...

    def refused(self, service: str) -> None: ...


class Credentials(Protocol):
    """Where sessions and tokens come from."""

    def known(self, cookie: bytes) -> Held | None: ...

    async def find(self, cookie: bytes) -> Held | None: ...

    async def token(self, held: Held, service: str) -> bytes: ...

    def expired_cookie(self) -> bytes: ...


@dataclass(slots=True)
class Passage:
    """One call on its way through."""

    trace_id: bytes
    traceparent: bytes
    request_id: bytes
    address: str
    incoming: Incoming
    answer: Headers  # fields which the gateway adds to whatever answer there will be
    fault: DomainError | None = None
    target: routes.Target | None = None
    held: Held | None = None
    expired: bool = False


class Plane:
    """The ASGI application of everything under /api (the hub apart), /oauth2 and the discovery documents."""

    def __init__(self, settings: GatewaySettings, credentials: Credentials, limiter: Limiter, journal: Journal) -> None:
        self.settings, self.credentials, self.limiter, self.journal = settings, credentials, limiter, journal
        self.pools: Mapping[str, Pool] = {}
        origin = settings.origin
        scheme, _, host = origin.partition("://")
        self.origin = origin.encode()
        self.session_cookie = settings.session_cookie.encode()
        self.own_cookies = (self.session_cookie, settings.login_cookie.encode())
        self.forwarded = f"\r\nx-forwarded-proto: {scheme}\r\nx-forwarded-host: {host}\r\nhost: ".encode()
        self.security: Headers = [(b"x-content-type-options", b"nosniff")]
        if settings.secure:
            self.security.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    def open(self) -> None:
        """Makes the pools; called within the running loop."""
        limits = {
            "limit": self.settings.upstream_connections,
            "idle": self.settings.upstream_idle_seconds,
            "connect": self.settings.connect_seconds,
        }
        urls = {name: url for name, url in self.settings.service_urls.items() if name in routes.SERVICES}
        self.pools = {name: Pool(routes.address_of(url), **limits) for name, url in urls.items()}  # type: ignore[arg-type]

    def close(self) -> None:
        for pool in self.pools.values():
            pool.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        passage = self._enter(scope)
        try:
            status = await self._carry(passage, scope, receive, send)
        except DomainError as refusal:
            status = await self._refuse(passage, scope, send, refusal)
        except BrokenOff:
            status = 502  # Returning without the last byte makes the server cut the client's connection.
        except ClientGone:
            status = CLIENT_LEFT
        except Exception as exc:  # A fault of ours: logged whole, answered with nothing but its trace id.
            log.error("unexpected error", exc_info=exc, extra={"trace_id": passage.trace_id.decode()})
            status = await self._refuse(passage, scope, send, DomainError())
        self._note(passage, scope, status, time.perf_counter() - started)

    def _enter(self, scope: Scope) -> Passage:
        """Reads the header and starts or continues the trace; a bad header is refused later, under this trace."""
        incoming, fault = Incoming([]), None
        try:
            incoming = fields.read(scope["headers"])
        except DomainError as exc:
            fault = exc
        trace_id, traceparent, carried = fields.trace(incoming.traceparent)
        if not carried:
            incoming.tracestate = None
        request_id = fields.new_request_id()
        answer = [(b"x-request-id", request_id), *self.security]
        return Passage(trace_id, traceparent, request_id, client_address(scope, self.settings), incoming, answer, fault)

    async def _carry(self, passage: Passage, scope: Scope, receive: Receive, send: Send) -> int:
        if passage.fault is not None:
            raise passage.fault
        method, incoming = scope["method"], passage.incoming
        target = passage.target = routes.resolve(scope["raw_path"], scope["query_string"], method)
        cookie = None if target.provider else fields.cookie_value(incoming.cookie, self.session_cookie)
        if cookie:
            passage.held = self.credentials.known(cookie)
        self._limit(passage, scope)
        authorization = incoming.authorization
        if cookie:
            authorization = await self._authorize(passage, cookie, method, target.service)
        pool = self.pools.get(target.service)
        if pool is None:
            raise ServiceDown(headers={"Retry-After": "5"}, service=target.service)
        limits = self._limits(target, incoming)
        request = Request(
            method=method,
            head=self._head(passage, scope, pool.address.authority, authorization),
            has_body=incoming.has_body,
            chunked=incoming.chunked,
            repeatable=method in IDEMPOTENT or incoming.idempotency_key,
            short=incoming.length is not None and incoming.length <= SHORT_BODY,
            limits=limits,
            on_head=partial(self._answer, passage),
        )
        return await exchange(pool, request, receive, send)

    def _limit(self, passage: Passage, scope: Scope) -> None:
        key = passage.held.key if passage.held is not None else None
        verdict, headers = self.limiter.check(scope["raw_path"], scope["method"], passage.address.encode(), key)
        passage.answer += headers
        if verdict is not None:
            raise refused(verdict)

    def _limits(self, target: routes.Target, incoming: Incoming) -> Limits:
        settings = self.settings
        size = settings.upload_limit if target.upload else settings.body_limit
        if incoming.length is not None and incoming.length > size:
            raise BodyTooLarge(f"At most {size} bytes are taken here.")
        return Limits(head=settings.answer_seconds, idle=settings.transfer_seconds, body=size)

    async def _authorize(self, passage: Passage, cookie: bytes, method: str, service: str) -> bytes | None:
        """The Authorization for a caller with a session cookie; what the caller sent in its place counts for nothing.

        A session that has ended makes an anonymous caller of a reader: public pages stay readable in an old tab.
        Writing is refused, and so is reading what a service does not show to anonymous callers (see `_answer`).
        """
        if method not in SAFE:
            check_csrf(passage.incoming, self.origin)
        held = passage.held
        if held is None or not held.fresh:
            trace_id_var.set(passage.trace_id.decode())
            held = passage.held = await self.credentials.find(cookie)
        if held is not None:
            try:
                return b"Bearer " + (held.token(service) or await self.credentials.token(held, service))
            except SessionExpired:
                passage.held = None
        passage.expired = True
        if method not in SAFE:
            raise SessionExpired
        return None

    def _head(self, passage: Passage, scope: Scope, authority: bytes, authorization: bytes | None) -> bytes:
        target, incoming = passage.target, passage.incoming
        assert target is not None
        query = scope["query_string"]
        parts = [
            scope["method"].encode(), b" ", target.path, b"?" + query if query else b"", b" HTTP/1.1\r\n",
            b"x-forwarded-for: ", passage.address.encode(), self.forwarded, authority,
            b"\r\nx-request-id: ", passage.request_id, b"\r\ntraceparent: ", passage.traceparent, b"\r\n",
            *incoming.passed,
        ]  # fmt: skip
        if not target.provider:
            parts += (b"x-forwarded-prefix: /api/", target.service.encode(), b"\r\n")
        if authorization:
            parts += (b"authorization: ", authorization, b"\r\n")
        if incoming.tracestate:
            parts += (b"tracestate: ", incoming.tracestate, b"\r\n")
        if target.provider and (cookies := fields.without_cookies(incoming.cookie, self.own_cookies)):
            parts += (b"cookie: ", cookies, b"\r\n")
        if target.provider and incoming.origin:
            parts += (b"origin: ", incoming.origin, b"\r\n")
        if incoming.chunked:
            parts.append(b"transfer-encoding: chunked\r\n")
        elif incoming.length is not None:
            parts.append(b"content-length: %d\r\n" % incoming.length)
        parts.append(b"\r\n")
        return b"".join(parts)

    def _answer(self, passage: Passage, status: int, received: Headers) -> Headers:
        """The header for the client. Raises SessionExpired for a reader who would have been let in with a session."""
        target = passage.target
        assert target is not None
        if status == 401 and passage.expired:
            raise SessionExpired
        if status == 401 and passage.held is not None:
            passage.held.refused(target.service)
        headers = fields.returned(received, cookies=target.provider) + passage.answer
        if status >= 400:
            headers.append((b"x-error-source", b"service"))
        if passage.held is not None and not any(name == b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"private, no-store"))
        return headers

    async def _refuse(self, passage: Passage, scope: Scope, send: Send, refusal: DomainError) -> int:
        more = passage.answer
        if isinstance(refusal, SessionExpired):
            more = [*more, (b"set-cookie", self.credentials.expired_cookie())]
        language = passage.incoming.accept_language
        return await refuse(scope, send, refusal, trace_id=passage.trace_id, language=language, more=more)

    def _note(self, passage: Passage, scope: Scope, status: int, seconds: float) -> None:
        target = passage.target
        line: dict[str, object] = {
            "path": scope["path"],
            "client": passage.address,
            "trace_id": passage.trace_id.decode(),
            "request_id": passage.request_id.decode(),
        }
        self.journal.note(target.service if target else "none", scope["method"], status, seconds, line)


def check_csrf(incoming: Incoming, origin: bytes) -> None:
    """Lets an unsafe call with a cookie through only from our own pages: a page of another site can neither set the
    header nor claim the origin (ASVS 3.5.1). Raises CsrfRefused."""
    if not incoming.csrf:
        raise CsrfRefused("Send the header X-CSRF: 1 with this call.")
    if incoming.sec_fetch_site is not None and incoming.sec_fetch_site not in OWN_SITE:
        raise CsrfRefused("The call came from another site.")
    if incoming.origin is not None and incoming.origin != origin:
        raise CsrfRefused("The call came from another origin.")
