"""One call on the short way, from the request that was sent to the answer (see `gateway.proxy.direct`)."""

import time
from dataclasses import dataclass
from typing import Protocol

from gateway.cache.flights import Flight
from gateway.cache.rules import Asked
from gateway.cache.service import Cache
from gateway.cache.store import Kept
from gateway.proxy import headers as fields
from gateway.proxy.answers import STATUS_LINES, Whole, whole
from gateway.proxy.connection import Connection
from gateway.proxy.headers import Headers
from gateway.proxy.journal import Journal
from gateway.proxy.upstream import Upstream

BEGUN = "gateway.begun"  # the extension of a scope that holds the call which began on the short way
CLIENT_LEFT = 499
MISSED, MISSED_AND_GONE = b"fwd=miss; stored", b"fwd=miss"


class Held(Protocol):
    """A session as the data plane sees it."""

    @property
    def key(self) -> bytes: ...

    @property
    def subject(self) -> str: ...

    @property
    def fresh(self) -> bool: ...

    def token(self, service: str) -> bytes | None: ...

    def refused(self, service: str) -> None: ...

    def changed(self) -> None: ...


class Client(Protocol):
    """The listener's side: one client's connection."""

    client: tuple[str, int] | None
    header: "Header | None"

    def answer(self, data: bytes) -> None:
        """Writes a whole answer; the next request may be read."""

    def go_long(self, request: bytes, call: "Call") -> None:
        """Serves the request the long way; `call` tells how far it has come."""

    def date(self) -> bytes:
        """The Date line of this second."""


@dataclass(slots=True)
class Header:
    """A header that was read and found plain, ready for the next request with the same bytes."""

    raw: bytes
    address: str
    counted_as: bytes  # the address as the limits count it
    passed: bytes
    session: bytes | None  # the hash of the session's cookie
    authorization: bytes | None
    traceparent: bytes | None
    tracestate: bytes | None
    asked: Asked


class Way(Protocol):
    """What all calls share."""

    journal: Journal
    cache: Cache
    security: bytes


class Call:
    """One call on the short way."""

    __slots__ = ("client", "connection", "flight", "held", "limits", "path", "ready", "request", "request_id", "sent",
                 "shared", "started", "trace_id", "traceparent", "upstream", "way")  # fmt: skip

    def __init__(self, way: Way, client: Client, request: bytes, upstream: Upstream, path: bytes) -> None:
        self.started = time.perf_counter()
        self.way, self.client, self.request, self.upstream, self.path = way, client, request, upstream, path
        self.held: Held | None = None
        self.connection: Connection | None = None
        self.flight: Flight | None = None  # the answer may be kept, and others wait for it
        self.limits: Headers = []
        self.shared = False  # counted with others of the same address
        self.ready = b""  # a whole answer out of the cache
        self.sent = b""  # the request as it was sent, without its deadline and the empty line

    def name(self, header: Header) -> None:
        """Gives the call its ids, or continues the caller's trace."""
        if header.traceparent is None:
            digits = fields.new_digits()
            self.trace_id, self.request_id = digits[:32], digits[48:]
            self.traceparent = b"00-%b-%b-01" % (self.trace_id, digits[32:48])
        else:
            self.trace_id, self.traceparent, _ = fields.trace(header.traceparent)
            self.request_id = fields.new_request_id()

    def look(self, data: bytes | None) -> bool:
        """Takes the first bytes of the answer if they are all of it; otherwise the long way reads on."""
        answer = whole(data) if data is not None else None
        connection = self.connection
        assert connection is not None
        kept = self._arrived(answer) if answer is not None and self.flight is not None else None
        if answer is None or answer.status == 401 or (answer.lasting and kept is None):
            self.client.go_long(self.request, self)
            return False
        connection.finished_at_sight()
        self.upstream.worked()
        self.upstream.pool.release(connection)
        if kept is None:
            self.finish(answer)
        else:
            self.client.answer(self._of_kept(kept[0], MISSED if kept[1] else MISSED_AND_GONE, 0))
            self.note(200)
        self.land()
        return True

    def _arrived(self, answer: Whole) -> tuple[Kept, bool] | None:
        """The answer as it could be kept, and whether it is; None when it is not for everyone."""
        flight, cache = self.flight, self.way.cache
        assert flight is not None
        received = answer.received()
        terms = cache.terms(flight.key, answer.status, received)
        if terms is None:
            return None
        return cache.arrived(flight, terms, fields.returned(received, cookies=False), answer.body)

    def land(self) -> None:
        """Lets those go on who waited for this call."""
        if self.flight is not None:
            self.way.cache.land(self.flight)

    def take_kept(self, kept: Kept, header: Header) -> None:
        """Makes the answer out of a kept one."""
        self.name(header)
        now = time.monotonic()
        unchanged = kept.unchanged(header.asked)
        note = b"hit; ttl=%d" % (kept.fresh_until - now)
        self.ready = self._of_kept(kept, note, int(now - kept.since), unchanged=unchanged)
        self.note(304 if unchanged else 200)

    def _of_kept(self, kept: Kept, note: bytes, age: int, *, unchanged: bool = False) -> bytes:
        """The whole answer, or that the caller has it already."""
        return b"".join(
            (
                STATUS_LINES[304 if unchanged else 200], self.client.date(), b"\r\n",
                kept.short_head if unchanged else kept.head,
                b"cache-status: yiwang; %b\r\nage: %d\r\n" % (note, age),
                *[b"%b: %b\r\n" % field for field in self.limits], self.way.security % self.request_id,
                b"" if unchanged else kept.body,
            )
        )  # fmt: skip

    def finish(self, answer: Whole) -> None:
        """Answers and notes it."""
        status = answer.status
        lines = [self.client.date(), *answer.fields]
        if status >= 400:
            lines.append(b"x-error-source: service")
        if self.held is not None and not answer.cached:
            lines.append(b"cache-control: private, no-store")
        if not (self.shared and status == 403):
            lines += [b"%b: %b" % field for field in self.limits]
        lines.append(self.way.security % self.request_id)
        self.client.answer(b"%b%b%b" % (STATUS_LINES[status], b"\r\n".join(lines), answer.body))
        self.note(status)

    def note(self, status: int) -> None:
        """Notes the call in the journal."""
        header = self.client.header
        address = header.address if header is not None else ""
        seconds = time.perf_counter() - self.started
        self.way.journal.note(
            self.upstream.name, "GET", status, seconds, self.path.decode(), address, self.trace_id, self.request_id
        )

    def abandon(self) -> None:
        """The client has left."""
        connection = self.connection
        if connection is not None:
            connection.first_look = None
            connection.abort()
            self.upstream.pool.release(connection)
            self.land()
            self.note(CLIENT_LEFT)
