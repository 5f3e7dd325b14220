"""The server's side of a client's connection: uvicorn's protocol, with the deadline and the limit that it lacks.

uvicorn waits for ever for the header of a request, and reads any amount of it (Kludex/uvicorn#157): a thousand sockets
that send a byte now and then would tie up a server. Start it with `--http gateway.listener:Listener`.
"""

import asyncio
from weakref import WeakSet

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.errors import HeadersTooLarge
from gateway.proxy.headers import MAX_TOTAL, new_request_id, trace
from gateway.proxy.refusal import document
from shared.errors import BadRequest, DomainError

HEADER_SECONDS = 5.0
HEADER_LIMIT = 2 * MAX_TOTAL  # request line and header; what is between the limits is refused politely by the gateway
SWEEP_SECONDS = 0.5

_swept: WeakSet[ServerState] = WeakSet()


class HeaderTooSlow(DomainError):
    status, code, title, title_zh = 408, "header_too_slow", "The header did not arrive in time", "请求头未及时送达"


class NotHttp(BadRequest):
    code, title, title_zh = "not_http", "The request can't be read", "请求无法识别"


class Listener(HttpToolsProtocol):
    """One connection. `head_since` is when the header that is still incomplete began, 0 while none is awaited."""

    head_since = 0.0
    head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.head_since = self.loop.time()
        if self.server_state not in _swept:
            _swept.add(self.server_state)
            self.loop.call_later(SWEEP_SECONDS, sweep, self.loop, self.server_state)

    def data_received(self, data: bytes) -> None:
        if not self.head_since and (self.cycle is None or self.cycle.response_complete):
            self.head_since = self.loop.time()
        super().data_received(data)
        if self.head_since:
            self.head_size += len(data)
            if self.head_size > HEADER_LIMIT:
                self.refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_since = self.head_since or self.loop.time()

    def on_headers_complete(self) -> None:
        self.head_since, self.head_size = 0.0, 0
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self.refuse(NotHttp(f"{msg} Characters beyond ASCII in an address are percent-encoded (RFC 3986, 2.1)."))

    def refuse(self, error: DomainError) -> None:
        """Answers without a request having been read, and closes."""
        self.head_since = 0.0
        if self.transport.is_closing():
            return
        trace_id = trace(None)[0].decode()
        body = orjson.dumps(document(error, instance="", trace_id=trace_id, english=False))
        self.transport.write(
            b"HTTP/1.1 %d Refused\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\n"
            b"cache-control: no-store\r\nx-error-source: gateway\r\nx-request-id: %b\r\nconnection: close\r\n\r\n%b"
            % (error.status, len(body), new_request_id(), body)
        )
        self.transport.close()


def sweep(loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
    """Refuses every connection of a server whose header is overdue; goes on while there are connections."""
    overdue = loop.time() - HEADER_SECONDS
    for connection in tuple(state.connections):
        if isinstance(connection, Listener) and 0 < connection.head_since < overdue:
            connection.refuse(HeaderTooSlow())
    if state.connections:
        loop.call_later(SWEEP_SECONDS, sweep, loop, state)
    else:
        _swept.discard(state)
