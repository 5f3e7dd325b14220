"""The server's side of a client's connection: uvicorn's protocol, with the deadlines and limits that it lacks.

uvicorn waits for ever for the header of a request, and reads any amount of it (Kludex/uvicorn#157): a thousand sockets
that send a byte now and then would tie up a server. Start it with `--http gateway.listener:Listener`.

Each request that is there as a whole, between two others, is offered to the short way (`gateway.proxy.direct`) before
uvicorn reads it.
"""

import asyncio
import contextlib
import fcntl
import sys
import termios
from collections import Counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.errors import AmbiguousHost, AmbiguousLength, HeadersTooLarge, HeaderTooSlow, NotHttp, TooManyConnections
from gateway.limits.policy import network_of
from gateway.proxy.call import BEGUN, Call, Header
from gateway.proxy.headers import MAX_TOTAL, new_request_id, trace
from gateway.proxy.refusal import document
from shared.errors import DomainError

if TYPE_CHECKING:
    from gateway.main import Gateway

HEADER_SECONDS = 5.0
HEADER_LIMIT = 2 * MAX_TOTAL  # request line and header; what is between the limits is refused politely by the gateway
SWEEP_SECONDS = 0.5
# A thousand that are thrown out at once would hold up everyone else: so many at a time, and the next soon.
SWEPT_AT_ONCE, NEXT_SWEEP_SECONDS = 10, 0.01
END_OF_HEADER = b"\r\n\r\n"


class Crowd:
    """All connections of one server: how many each address has, and the look at their deadlines."""

    def __init__(self, loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
        self.loop, self.state = loop, state
        self.addresses: Counter[str] = Counter()
        self.sweeping = False
        self._defaults: object = None
        self._date = b""

    def date(self) -> bytes:
        """The line that uvicorn makes every second for all answers."""
        if self.state.default_headers is not self._defaults:
            self._defaults = self.state.default_headers
            self._date = b"\r\n".join(b"%b: %b" % field for field in self.state.default_headers)
        return self._date

    def sweep(self) -> None:
        """Refuses connections whose header is overdue, closes idle ones and those whose client takes nothing of what
        was written for it; goes on while there are connections."""
        now = self.loop.time()
        listeners = [each for each in self.state.connections if isinstance(each, Listener)]
        overdue = [each for each in listeners if each.is_overdue(now)]
        for connection in overdue[:SWEPT_AT_ONCE]:
            connection.throw_out()
        for connection in [each for each in listeners if each.is_stuck(now)]:
            connection.transport.abort()
        self.sweeping = bool(self.state.connections)
        if self.sweeping:
            more = len(overdue) > SWEPT_AT_ONCE
            self.loop.call_later(NEXT_SWEEP_SECONDS if more else SWEEP_SECONDS, self.sweep)


_crowds: WeakKeyDictionary[ServerState, Crowd] = WeakKeyDictionary()


def gateway_in(app: Any) -> "Gateway":
    """The gateway within whatever uvicorn has put around it."""
    while not hasattr(app, "plane"):
        app = app.app
    found: Gateway = app
    return found


class Listener(HttpToolsProtocol):
    """One connection. Times are of the loop's clock, 0 while nothing is awaited.

    `head_since`: the header that is still incomplete began. `idle_since`: the last answer of the short way was given.
    `inside`: the parser has got bytes of a request that is not complete. `call`: is under way on the short way.
    `unread`: bytes that wait here for the client, as the last look saw them; they have not become fewer since
    `unread_since`.
    """

    head_since = 0.0
    head_size = 0
    idle_since = 0.0
    unread, unread_since = 0, 0.0
    inside = in_body = has_read_body = False
    leaving = False
    counted = False
    network = ""
    header: Header | None = None
    call: Call | None = None
    begun: Call | None = None
    early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.gateway = gateway_in(self.app)
        self.timeout_keep_alive = self.gateway.settings.keep_alive_seconds  # type: ignore[assignment]  # any number will do
        self.head_since = self.loop.time()
        crowd = _crowds.get(self.server_state)
        if crowd is None:
            crowd = _crowds[self.server_state] = Crowd(self.loop, self.server_state)
        self.crowd = crowd
        if not crowd.sweeping:
            crowd.sweeping = True
            self.loop.call_later(SWEEP_SECONDS, crowd.sweep)
        self._count()

    def _count(self) -> None:
        """Refuses a connection too many."""
        settings = self.gateway.settings
        address = self.client[0] if self.client else ""
        self.network = network_of(address.encode())
        self.crowd.addresses[self.network] += 1
        self.counted = True
        alone = not settings.is_trusted_proxy(address)
        if len(self.connections) > settings.connections or (
            alone and self.crowd.addresses[self.network] > settings.connections_per_address
        ):
            self.refuse(TooManyConnections(headers={"Retry-After": "5"}))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.counted:
            self.crowd.addresses[self.network] -= 1
            if not self.crowd.addresses[self.network]:
                del self.crowd.addresses[self.network]
        if self.call is not None:
            self.call.abandon()
            self.call = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.call is not None:  # The next request before the answer: it is read after it.
            self.early += data
            self.flow.pause_reading()
            return
        if data.endswith(END_OF_HEADER) and self._between() and not self.gateway.drain.begun:
            self.call = self.gateway.plane.direct.take(self, data)
            if self.call is not None:
                self.head_since = self.idle_since = 0.0
                self._unset_keepalive_if_required()
                if self.call.ready:
                    self.answer(self.call.ready)
                return
        self._read(data)

    def _between(self) -> bool:
        """Whether no request is being read or answered, and the last answer was taken off our hands."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self.inside and not self.flow.write_paused and not self.leaving

    def _read(self, data: bytes) -> None:
        """Lets uvicorn read."""
        self.inside, self.idle_since, self.has_read_body = True, 0.0, False
        if not self.head_since and (self.cycle is None or self.cycle.response_complete):
            self.head_since = self.loop.time()
        super().data_received(data)
        if self.in_body and self.has_read_body:
            self.head_size = 0
        elif self.head_since or self.in_body:  # a header, or what goes on beside a body: chunks' lines, a trailer
            self.head_size += len(data)
            if self.head_size > HEADER_LIMIT:
                self._refuse_endless()

    # --- what the short way asks for ---

    def date(self) -> bytes:
        return self.crowd.date()

    def answer(self, data: bytes) -> None:
        """Writes a whole answer; the next request may be read."""
        self.call = None
        self.transport.write(data)
        self.server_state.total_requests += 1
        if self.leaving:
            self.transport.close()
            return
        self.idle_since = self.loop.time()
        self._read_early()

    def go_long(self, request: bytes, call: Call) -> None:
        """Serves a request the long way that began on the short one."""
        self.call, self.begun = None, call
        self._read(request)
        self._read_early()

    def _read_early(self) -> None:
        if self.early:
            data, self.early = self.early, b""
            self.flow.resume_reading()
            self.data_received(data)

    # --- what the parser tells ---

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.inside = True
        self.head_since = self.head_since or self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Passes over a trailer: nobody in front who looks at header fields has seen it (RFC 9110, 6.5.1)."""
        if not self.in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self.has_read_body = True
        super().on_body(body)

    def on_headers_complete(self) -> None:
        self.head_since, self.head_size, self.in_body = 0.0, 0, True
        if (fault := self._ambiguity()) is not None:
            self.refuse(fault)
            raise ValueError(fault.code)  # ends the parser's work
        if self.begun is not None:
            self.scope["extensions"] = {BEGUN: self.begun}  # type: ignore[dict-item]
            self.begun = None
        super().on_headers_complete()
        if self.leaving or self.gateway.drain.begun or self.parser.should_upgrade():
            self.cycle.keep_alive = False

    def _should_upgrade(self) -> bool:
        """No other protocol is spoken here: such a request is answered as what it is without the wish."""
        return False

    def _unsupported_upgrade_warning(self) -> None:
        """Anyone can cause it, so it is not worth a line."""

    def _ambiguity(self) -> DomainError | None:
        """What llhttp lets through although two readers could read it differently."""
        names = [name for name, _ in self.headers]
        hosts, old = names.count(b"host"), self.parser.get_http_version() == "1.0"
        if hosts > 1 or (hosts == 0 and not old):
            return AmbiguousHost()
        if old and b"transfer-encoding" in names:  # RFC 9112, 6.1
            return AmbiguousLength("HTTP/1.0 knows no Transfer-Encoding.")
        return None

    def on_message_complete(self) -> None:
        self.inside = self.in_body = False
        self.head_size = 0
        if self.head_since:  # what was left of a body whose request had been answered before it was read
            self.head_since, self.idle_since = 0.0, self.loop.time()
        super().on_message_complete()

    # --- the end ---

    def shutdown(self) -> None:
        self.leaving = True
        if self.call is None:
            super().shutdown()

    def is_overdue(self, now: float) -> bool:
        """Whether the header takes too long, or the connection idles for too long."""
        late = 0 < self.head_since < now - HEADER_SECONDS
        return late or 0 < self.idle_since < now - self.timeout_keep_alive

    def is_stuck(self, now: float) -> bool:
        """Whether the client has taken nothing for too long: what waits for it would be held for ever."""
        waits = self.flow.write_paused or self.transport.is_closing()
        left = self._untaken() if waits else 0
        if not self.unread or left < self.unread:
            self.unread_since = now
        self.unread = left
        return left > 0 and now - self.unread_since > self.gateway.settings.transfer_seconds

    def _untaken(self) -> int:
        """Bytes that the client's system has not confirmed: of those the kernel holds so many that ours alone may stay
        the same for long although he reads.
        """
        waiting: int = self.transport.get_write_buffer_size()
        with contextlib.suppress(OSError, ValueError):  # it has just been closed
            socket = self.transport.get_extra_info("socket").fileno()
            waiting += int.from_bytes(fcntl.ioctl(socket, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        return waiting

    def throw_out(self) -> None:
        """Ends what is overdue. A request that was answered before its body came has its answer: no second one."""
        self.idle_since = 0.0
        if self.head_since and not self.in_body:
            self.refuse(HeaderTooSlow())
        else:
            self.transport.close()

    def _refuse_endless(self) -> None:
        if self.in_body and self.cycle.response_complete:
            self.transport.close()
        else:
            self.refuse(HeadersTooLarge())

    def send_400_response(self, msg: str) -> None:
        self.refuse(NotHttp(f"{msg} Characters beyond ASCII in an address are percent-encoded (RFC 3986, 2.1)."))

    def refuse(self, error: DomainError) -> None:
        """Answers without a request having been read, and closes."""
        self.head_since = 0.0
        if self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()  # A refusal in the middle of an answer would be read as a part of it.
            return
        trace_id = trace(None)[0].decode()
        body = orjson.dumps(document(error, instance="", trace_id=trace_id, english=False))
        more = "".join(f"{name.lower()}: {value}\r\n" for name, value in error.headers.items()).encode()
        self.transport.write(
            b"HTTP/1.1 %d Refused\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\n%b"
            b"cache-control: no-store\r\nx-error-source: gateway\r\nx-request-id: %b\r\nconnection: close\r\n\r\n%b"
            % (error.status, len(body), more, new_request_id(), body)
        )
        self.transport.close()
