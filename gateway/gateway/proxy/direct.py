"""The short way of a plain read: straight from the client's connection to the service's, and back.

Most calls are GETs of someone already known, over connections that are open already, with an answer that arrives whole.
For these the server's ASGI machinery (a scope, a task, three messages) costs more than everything the gateway does.
So the listener offers each call here first. Whatever is not plain, at any point, goes the long way (`Plane`), which
knows how to refuse, renew, wait, retry and stream: there is no rule here that is not there.

A header is read by the strict parser once. A browser repeats it on its connection, byte for byte, and the same bytes
mean the same thing.
"""

import re
from typing import Protocol

import httptools

from gateway.cache.rules import asked_of
from gateway.cache.service import Cache
from gateway.cache.store import Kept
from gateway.limits.identity import NOBODY, Identities, Who
from gateway.limits.policy import Limiter
from gateway.proxy import headers as fields
from gateway.proxy.address import client_address
from gateway.proxy.call import Call, Client, Header, Held
from gateway.proxy.headers import Headers
from gateway.proxy.journal import Journal
from gateway.proxy.upstream import Upstream
from gateway.settings import GatewaySettings
from shared.errors import DomainError

Limiting = tuple[Limiter, Identities]

MAX_HEAD = 8 * 1024
MAX_REMEMBERED = 4 * 1024
REQUEST_LINE = re.compile(
    # No empty segment, none that begins with a dot, nothing inside.
    rb"GET (/api/([a-z-]+)(/v1(?!/internal)(?:/[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*)+))"
    rb"(\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)? HTTP/1\.1\r\n"
)
UNUSUAL = frozenset(
    b"expect upgrade content-length transfer-encoding connection signature signature-input dpop range".split()
)


class Known(Protocol):
    """Where sessions are looked up without waiting."""

    def key_of(self, cookie: bytes) -> bytes: ...

    def known_by(self, key: bytes) -> Held | None: ...


class Reader:
    """What the strict parser says about one request."""

    def __init__(self, data: bytes) -> None:
        self.headers: Headers = []
        self.complete = False
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(data)
        self.keep_alive = parser.should_keep_alive()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        if self.complete:
            raise ValueError("two requests")
        self.complete = True


class Direct:
    """Decides which calls go the short way, and sends them."""

    def __init__(
        self, settings: GatewaySettings, credentials: Known, limiting: Limiting, journal: Journal, cache: Cache
    ) -> None:
        self.settings, self.credentials, self.journal, self.cache = settings, credentials, journal, cache
        self.limiter, self.identities = limiting
        self.cookie = settings.session_cookie.encode()
        self.upstreams: dict[bytes, Upstream] = {}
        secure = b"\r\nstrict-transport-security: max-age=31536000; includeSubDomains" if settings.secure else b""
        self.security = b"x-content-type-options: nosniff" + secure + b"\r\nx-request-id: %b\r\n\r\n"

    def take(self, client: Client, data: bytes) -> Call | None:
        """Sends the request in `data` on its way; None when it is to go the long way."""
        line = REQUEST_LINE.match(data)
        if line is None:
            return None
        full, name, path, query = line.groups()
        upstream = self.upstreams.get(name)
        if upstream is None or not upstream.breaker.closed or line.end() > MAX_HEAD:
            return None
        header = client.header
        raw = data[line.end() :]
        if header is None or header.raw != raw:
            header = client.header = self._read(client, data, raw)
            if header is None:
                return None
        call = Call(self, client, data, upstream, full)
        key = full + query if query else full
        kept = self.cache.fresh(upstream.name, key, header.asked)
        kept = kept or self.cache.standing_in(upstream.name, key, header.asked)
        if kept is not None:
            return call if self._take_kept(call, kept, header) else None
        return call if self._ask(call, header, key, path) else None

    def _ask(self, call: Call, header: Header, key: bytes, path: bytes) -> bool:
        """Asks the service, for everybody who asks meanwhile if the answer may be kept; False for the long way."""
        service = call.upstream.name
        plain = self.cache.is_plain(service, key, header.asked)
        if not plain and not self.cache.may_lead(key, header.asked):
            return False
        sent = self._send(call, header, path + key[len(call.path) :])
        if sent and not plain:
            call.flight = self.cache.lead(service, path, key, header.asked)
        return sent

    def _take_kept(self, call: Call, kept: Kept, header: Header) -> bool:
        """Answers out of the cache; False when the limits refuse."""
        if header.session is not None:
            call.held = self.credentials.known_by(header.session)
        admitted = self._admits(call, header)
        if admitted:
            call.take_kept(kept, header)
        return admitted

    def _admits(self, call: Call, header: Header) -> bool:
        """Counts the call; False when it is too much, or when it must first be seen whose token it brings."""
        who = Who(call.held.subject) if call.held is not None else NOBODY
        if header.session is None and header.authorization is not None:
            known = self.identities.known(header.authorization)
            if known is None:
                return False
            who = known
        call.shared = who is NOBODY
        refusal, call.limits = self.limiter.check(call.path, "GET", header.counted_as, who)
        return refusal is None

    def _authorized(self, call: Call, session: bytes) -> bytes | None:
        """The Authorization of a session that is known, and whose token is at hand."""
        held = call.held = self.credentials.known_by(session)
        if held is None or not held.fresh:
            return None
        token = held.token(call.upstream.name)
        return b"Bearer " + token if token is not None else None

    def _send(self, call: Call, header: Header, target: bytes) -> bool:
        upstream, authorization = call.upstream, header.authorization
        if header.session is not None:
            authorization = self._authorized(call, header.session)
            if authorization is None:
                return False
        connection = call.connection = upstream.pool.take_idle()
        if connection is None:
            return False
        if not self._admits(call, header):
            upstream.pool.give_back(connection)
            return False
        call.name(header)
        parts = [
            b"GET ", target, upstream.head, b"x-forwarded-for: ", header.counted_as, b"\r\nx-request-id: ",
            call.request_id, b"\r\ntraceparent: ", call.traceparent, b"\r\n", header.passed,
        ]  # fmt: skip
        if authorization is not None:
            parts += (b"authorization: ", authorization, b"\r\n")
        if header.tracestate is not None:
            parts += (b"tracestate: ", header.tracestate, b"\r\n")
        call.sent = b"".join(parts)
        connection.begin(head_only=False, deadline=connection.loop.time() + self.settings.answer_seconds)
        connection.first_look = call.look
        connection.write(call.sent + upstream.deadline)
        return True

    def _read(self, client: Client, data: bytes, raw: bytes) -> Header | None:
        """Reads a header that is new on this connection; None when anything about it is unusual."""
        if len(raw) > MAX_REMEMBERED:
            return None
        try:
            reader = Reader(data)
            names = [name for name, _ in reader.headers]
            if not (reader.complete and reader.keep_alive and names.count(b"host") == 1 and UNUSUAL.isdisjoint(names)):
                return None
            incoming = fields.read(reader.headers)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, DomainError, ValueError):
            return None
        carried = fields.trace(incoming.traceparent)[2]
        cookie = fields.cookie_value(incoming.cookie, self.cookie) or None
        address = client_address({"client": client.client, "headers": reader.headers}, self.settings)
        return Header(
            raw=raw,
            address=address,
            counted_as=address.encode(),
            passed=b"".join(incoming.passed),
            session=self.credentials.key_of(cookie) if cookie else None,
            authorization=incoming.authorization,
            traceparent=incoming.traceparent if carried else None,
            tracestate=incoming.tracestate if carried else None,
            asked=asked_of(reader.headers, authorized=bool(incoming.authorization or cookie)),
        )
