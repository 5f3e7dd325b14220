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
from gateway.cache.rules import CONDITIONS, asked_of
from gateway.cache.service import Cache, Filling, Read
from gateway.errors import BodyTooLarge, ServiceDown, SessionExpired
from gateway.limits.identity import NOBODY, Who
from gateway.limits.matters import with_matter
from gateway.limits.policy import refused
from gateway.proxy import headers as fields
from gateway.proxy.address import client_address
from gateway.proxy.call import BEGUN, CLIENT_LEFT, Call, Held
from gateway.proxy.csrf import SAFE, check_csrf
from gateway.proxy.direct import Direct, Known, Limiting
from gateway.proxy.exchange import IDEMPOTENT, BrokenOff, ClientGone, Limits, Request, exchange
from gateway.proxy.headers import Headers, Incoming
from gateway.proxy.journal import Journal
from gateway.proxy.refusal import refuse
from gateway.proxy.upstream import Upstream
from gateway.settings import GatewaySettings
from shared.errors import DomainError
from shared.telemetry import trace_id_var

log = logging.getLogger(__name__)

SHORT_BODY = 64 * 1024
STEP_UP = b"insufficient_user_authentication"


class Credentials(Known, Protocol):
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
    begun: Call | None = None  # the short way has brought it past the limits, and sent it
    target: routes.Target | None = None
    held: Held | None = None
    expired: bool = False
    filling: Filling | None = None
    cookie: bool = False
    writes: bool = False
    shared: bool = False  # counted with others of the same address


class Plane:
    """The ASGI application of everything under /api (the hub apart), /oauth2 and the discovery documents."""

    def __init__(
        self, settings: GatewaySettings, credentials: Credentials, limiting: Limiting, journal: Journal, cache: Cache
    ) -> None:
        self.settings, self.credentials, self.journal, self.cache = settings, credentials, journal, cache
        self.limiter, self.identities = limiting
        self.upstreams: Mapping[str, Upstream] = {}
        self.direct = Direct(settings, credentials, limiting, journal, cache)
        self.origin = settings.origin.encode()
        self.session_cookie = settings.session_cookie.encode()
        self.own_cookies = (self.session_cookie, settings.login_cookie.encode())
        self.security: Headers = [(b"x-content-type-options", b"nosniff")]
        if settings.secure:
            self.security.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    def open(self) -> None:
        """Makes the upstreams; called within the running loop."""
        urls = {name: url for name, url in self.settings.service_urls.items() if name in routes.SERVICES}
        self.upstreams = {name: Upstream(name, routes.address_of(url), self.settings) for name, url in urls.items()}
        self.direct.upstreams = {name.encode(): upstream for name, upstream in self.upstreams.items()}

    def close(self) -> None:
        for upstream in self.upstreams.values():
            upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: Call | None = scope.get("extensions", {}).get(BEGUN)
        started = begun.started if begun is not None else time.perf_counter()
        passage = self._enter(scope, begun)
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
        if begun is not None:
            begun.land()
        self._note(passage, scope, status, time.perf_counter() - started)

    def _enter(self, scope: Scope, begun: Call | None) -> Passage:
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
        if begun is not None:
            trace_id, traceparent, request_id = begun.trace_id, begun.traceparent, begun.request_id
        answer = [(b"x-request-id", request_id), *self.security]
        address = client_address(scope, self.settings)
        return Passage(trace_id, traceparent, request_id, address, incoming, answer, fault, begun)

    async def _carry(self, passage: Passage, scope: Scope, receive: Receive, send: Send) -> int:
        if passage.fault is not None:
            raise passage.fault
        method = scope["method"]
        target = passage.target = routes.resolve(scope["raw_path"], scope["query_string"], method)
        passage.writes = method not in SAFE and not target.provider
        if method == "HEAD" and not target.provider:
            scope = {**scope, "method": "GET"}  # services answer GET alone; the server drops the body
        if passage.begun is not None:
            return await self._go_on(passage, scope, receive, send)
        return await self._admit(passage, target, scope, receive, send)

    async def _admit(self, passage: Passage, target: routes.Target, scope: Scope, receive: Receive, send: Send) -> int:
        """Counts the call, finds out who calls, and answers from memory or lets the service answer."""
        method, incoming = scope["method"], passage.incoming
        cookie = None if target.provider else fields.cookie_value(incoming.cookie, self.session_cookie)
        if cookie:
            passage.cookie, passage.held = True, self.credentials.known(cookie)
        who = await self._who(passage)
        self._limit(passage, scope, who)
        authorization, read = incoming.authorization, self._read_of(passage, scope) if method == "GET" else None
        if read is not None and (kept := self.cache.fresh(read.service, read.key, read.asked)) is not None:
            return await read.deliver(kept, send)  # no token is needed for what everyone may read
        if cookie:
            authorization = await self._authorize(passage, cookie, method, target.service)
        person = passage.held.subject if passage.held is not None else who.person
        if passage.writes and person is not None:
            receive = await with_matter(self.limiter, scope, receive, person, has_body=incoming.has_body)
        forward = partial(self._forward, passage, scope, authorization)
        if read is not None:
            read.asked.authorized = authorization is not None  # a cookie whose session is over is nobody's
            return await self.cache.answer(read, forward, receive, send)
        return await forward(receive, send, None)

    def _read_of(self, passage: Passage, scope: Scope) -> Read | None:
        """A GET as the cache sees it; None for one that is none of its business."""
        target, incoming, query = passage.target, passage.incoming, scope["query_string"]
        if target is None or target.provider or incoming.has_body or incoming.ranged or incoming.narrowed:
            return None
        return Read(
            cache=self.cache,
            service=target.service,
            path=target.path,
            key=scope["raw_path"] + (b"?" + query if query else b""),
            asked=asked_of(scope["headers"], authorized=passage.cookie or bool(passage.held or incoming.authorization)),
            own=passage.answer,
        )

    async def _forward(
        self,
        passage: Passage,
        scope: Scope,
        authorization: bytes | None,
        receive: Receive,
        send: Send,
        filling: Filling | None,
    ) -> int:
        """Sends the request to its service, and the answer to `send`."""
        target, method, incoming = passage.target, scope["method"], passage.incoming
        assert target is not None
        upstream = self.upstreams.get(target.service)
        if upstream is None:
            raise ServiceDown(headers={"Retry-After": "5"}, service=target.service)
        passage.filling = filling
        if filling is not None and filling.whole:
            incoming.passed = fields.without(incoming.passed, CONDITIONS)
        limits = self._limits(target, incoming)
        request = Request(
            method=method,
            head=self._head(passage, scope, upstream, authorization),
            has_body=incoming.has_body,
            chunked=incoming.chunked,
            repeatable=method in IDEMPOTENT or incoming.idempotency_key,
            short=incoming.length is not None and incoming.length <= SHORT_BODY,
            limits=limits,
            on_head=partial(self._answer, passage),
        )
        return await exchange(upstream, request, receive, send)

    async def _go_on(self, passage: Passage, scope: Scope, receive: Receive, send: Send) -> int:
        """Goes on with a read that the short way has sent: reads what is no plain answer, or repeats it."""
        begun = passage.begun
        assert passage.target is not None
        assert begun is not None
        passage.held, passage.answer = begun.held, passage.answer + begun.limits

        async def forward(receive: Receive, send: Send, filling: Filling | None) -> int:
            passage.filling = filling
            return await exchange(begun.upstream, request, receive, send, begun.connection)

        request = Request(
            method="GET",
            head=begun.sent,
            has_body=False,
            chunked=False,
            repeatable=True,
            short=True,
            limits=self._limits(passage.target, passage.incoming),
            on_head=partial(self._answer, passage),
        )
        read = self._read_of(passage, scope)
        assert read is not None  # a plain GET
        return await self.cache.learn(read, forward, receive, send, begun.flight)

    async def _who(self, passage: Passage) -> Who:
        """For whom the call is counted: the person of a session, or whoever a token names."""
        if passage.held is not None:
            return Who(passage.held.subject)
        authorization, target = passage.incoming.authorization, passage.target
        if authorization is None or target is None or target.provider or passage.cookie:
            return NOBODY
        return await self.identities.find(authorization)

    def _limit(self, passage: Passage, scope: Scope, who: Who) -> None:
        verdict, headers = self.limiter.check(scope["raw_path"], scope["method"], passage.address.encode(), who)
        passage.shared = who == NOBODY
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

    def _head(self, passage: Passage, scope: Scope, upstream: Upstream, authorization: bytes | None) -> bytes:
        target, incoming = passage.target, passage.incoming
        assert target is not None
        query = scope["query_string"]
        parts = [
            scope["method"].encode(), b" ", target.path, b"?" + query if query else b"",
            upstream.provider_head if target.provider else upstream.head,
            b"x-forwarded-for: ", passage.address.encode(),
            b"\r\nx-request-id: ", passage.request_id, b"\r\ntraceparent: ", passage.traceparent, b"\r\n",
            *incoming.passed,
        ]  # fmt: skip
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
        return b"".join(parts)

    def _answer(self, passage: Passage, status: int, received: Headers) -> Headers:
        """The header for the client. Raises SessionExpired for a reader who would have been let in with a session."""
        target = passage.target
        assert target is not None
        if status == 401 and passage.expired:
            raise SessionExpired
        if status == 401 and passage.held is not None and not _asks_for_more(received):
            passage.held.refused(target.service)
        returned = fields.returned(received, cookies=target.provider)
        if passage.filling is not None:
            passage.filling.look(status, received, returned)
        if passage.writes and status < 400:
            self.cache.written(target.service, target.path, received)
            if passage.held is not None and target.service == "sso":
                passage.held.changed()
        own = fields.without_limits(passage.answer) if passage.shared and status in (401, 403) else passage.answer
        headers = returned + own
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
        service = passage.target.service if passage.target else "none"
        who = scope["path"], passage.address, passage.trace_id, passage.request_id
        self.journal.note(service, scope["method"], status, seconds, *who)


def _asks_for_more(received: Headers) -> bool:
    """Whether a 401 means a stronger log-in (RFC 9470): the token is good, so session and token stay."""
    return any(name == b"www-authenticate" and STEP_UP in value for name, value in received)
