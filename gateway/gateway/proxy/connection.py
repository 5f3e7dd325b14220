"""One keep-alive connection to a service: writes a request, parses the answer, holds back whoever is too fast.

The parser is llhttp (through httptools), the strict one: both Content-Length and Transfer-Encoding, or two different
lengths, break the answer. One exchange at a time; nothing is pipelined.
"""

import asyncio
from collections.abc import Callable

import httptools

MAX_ANSWER_HEADER = 64 * 1024
HIGH_WATER = 256 * 1024
NO_BODY = frozenset({204, 304})


class UpstreamError(Exception):
    """The service did not do its part."""


class CouldNotConnect(UpstreamError):
    """Nobody accepted the connection in time; nothing was sent."""


class Busy(CouldNotConnect):
    """All connections are in use; nothing was sent."""


class Refused(CouldNotConnect):
    """Nobody listens there, or there is no such place at the moment; nothing was sent."""


class Closed(UpstreamError):
    """The connection ended before the answer did."""


class Silent(UpstreamError):
    """The deadline passed without the bytes that were due."""


class Garbled(UpstreamError):
    """What came back is not one HTTP answer."""


class Connection(asyncio.Protocol):
    """The pool hands it out idle; `begin`, write, `head`, `chunk` until it says that was the last, `release`.

    `lost` is told when the connection is gone. `first_look` may be set after `begin`: it gets the first bytes of the
    answer, and the parser gets them only if it returns False; None stands for a failure instead of an answer.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: "Callable[[Connection], None]") -> None:
        self.loop, self.lost = loop, lost
        self.transport: asyncio.Transport | None = None
        self.parser = httptools.HttpResponseParser(self)
        self.closed = False
        self.used = False  # served an exchange before: may be stale without knowing it yet
        self.busy = False
        self.idle_since = loop.time()
        self.deadline = 0.0  # loop time by which the next bytes are due; 0 means none
        self._wake: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._reset(head_only=False)

    def _reset(self, *, head_only: bool) -> None:
        self.head_only = head_only
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.header_size = 0
        self.head_done = False
        self.complete = False
        self.until_close = False
        self.keep_alive = False
        self.received = False  # at least one byte of the answer arrived
        self.failure: UpstreamError | None = None
        self.first_look: Callable[[bytes | None], bool] | None = None
        self._chunks: list[bytes] = []
        self._held = 0
        self._paused = False

    # --- what the exchange does ---

    def begin(self, *, head_only: bool, deadline: float) -> None:
        """Starts an exchange; `head_only` says that the answer has no body whatever its header says (HEAD)."""
        self._reset(head_only=head_only)
        self.busy = True
        self.deadline = deadline
        if self.closed:
            self.failure = Closed()

    def finished_at_sight(self) -> None:
        """The whole answer was in the bytes of the first look, and the connection can serve on."""
        self.head_done = self.complete = self.keep_alive = True

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.closed:
            self.transport.write(data)

    async def drained(self) -> None:
        """Waits until the service takes more of the request."""
        if self._writable is not None and not self.closed:
            await self._writable

    async def head(self) -> None:
        """Waits for status and header. Raises UpstreamError."""
        while not self.head_done:
            await self._progress()

    async def chunk(self) -> tuple[bytes, bool]:
        """The next bytes of the body and whether more follow. Raises UpstreamError."""
        while not self._chunks and not self.complete:
            await self._progress()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._held = 0
        if self._paused and self.transport is not None and not self.closed:
            self._paused = False
            self.transport.resume_reading()
        return data, not self.complete

    async def _progress(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._wake = self.loop.create_future()
        try:
            await self._wake
        finally:
            self._wake = None

    def fail(self, failure: UpstreamError) -> None:
        """Ends the exchange with `failure` and the connection with it."""
        if self.failure is None:
            self.failure = failure
        self.abort()
        self._notify()

    def abort(self) -> None:
        self.keep_alive = False
        if self.transport is not None and not self.closed:
            self.transport.abort()

    def finish(self) -> bool:
        """Ends the exchange; True when the connection can serve another one."""
        self.busy, self.used, self.deadline = False, True, 0.0
        if not (self.complete and self.keep_alive) or self.closed or self.failure is not None:
            return False
        if self.head_only:  # The parser still waits for the body which HEAD does not have.
            self.parser = httptools.HttpResponseParser(self)
        return True

    def _notify(self) -> None:
        if self.first_look is not None and self.failure is not None:
            look, self.first_look = self.first_look, None
            look(None)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # uvloop's transport is not a subclass

    def data_received(self, data: bytes) -> None:
        if not self.busy or (self.complete and self.head_done):
            self.fail(Garbled("bytes without a request"))
            return
        self.received = True
        if self.first_look is not None:
            look, self.first_look = self.first_look, None
            if look(data):
                return
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            if self.complete:  # A second answer behind the first: the first stands, the connection does not.
                self.abort()
            else:
                self.fail(Garbled(str(exc)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        if self.busy and not self.complete:
            if self.head_done and self.until_close and exc is None:
                self.complete = True
            elif self.failure is None:
                self.failure = Closed()
        self._notify()
        self.lost(self)

    def pause_writing(self) -> None:
        self._writable = self.loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # --- httptools callbacks ---

    def on_message_begin(self) -> None:
        if self.complete:
            raise Garbled("two answers to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.header_size += len(name) + len(value)
        if self.header_size > MAX_ANSWER_HEADER:
            raise Garbled("header too large")
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()
        if self.status < 200:
            if self.status == 101:
                raise Garbled("nobody asked for another protocol")
            return
        if self.head_done:  # Trailers end in a second call; they are of one hop.
            return
        self.head_done = True
        self.keep_alive = self.parser.should_keep_alive()
        if self.head_only or self.status in NO_BODY:
            self.complete = True
        else:
            names = {name for name, _ in self.headers}
            self.until_close = b"content-length" not in names and b"transfer-encoding" not in names
        self._notify()

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)
        self._held += len(body)
        if self._held > HIGH_WATER and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()
        self._notify()

    def on_message_complete(self) -> None:
        if self.status < 200:
            self.headers = []
            return
        self.complete = True
        self._notify()
