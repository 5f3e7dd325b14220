"""Plain requests answered straight from the connection and back to it: for what is so small that ASGI costs more.

A subclass goes to uvicorn as `--http package.module:Class`. It is shown each request which is there whole, between two
others, and may promise its answer, which goes out by one write. All else is read by uvicorn as if nobody had looked.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Straight(HttpToolsProtocol):
    """One connection. `inside`: uvicorn has bytes of a request that is not complete; `early` came before the answer."""

    inside = False
    answering = False
    leaving = False
    early = b""

    def promise(self, request: bytes) -> asyncio.Future[Any] | None:
        """What the answer will be made of; None when uvicorn is to read the request."""
        raise NotImplementedError

    def answer(self, kept: Any) -> bytes | None:
        """The answer, with its header, made of what was promised; None when uvicorn is to read the request instead."""
        raise NotImplementedError

    def whole(self, header: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
        """An answer with status 200, after what uvicorn says in all of them, such as the date."""
        lines = [b"%b: %b\r\n" % field for field in (*self.server_state.default_headers, *header)]
        return b"".join((b"HTTP/1.1 200 OK\r\n", *lines, b"\r\n", body))

    def data_received(self, data: bytes) -> None:
        if self.answering:
            self.early += data
            self.flow.pause_reading()
            return
        promised = self.promise(data) if self._between() else None
        if promised is None:
            self._read(data)
            return
        self.answering = True
        self._unset_keepalive_if_required()
        promised.add_done_callback(partial(self._kept, data))

    def _between(self) -> bool:
        """Whether no request is being read or answered, and the last answer was taken off our hands."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self.inside and not self.flow.write_paused and not self.leaving

    def _read(self, data: bytes) -> None:
        """Lets uvicorn read."""
        self.inside = True
        super().data_received(data)

    def _kept(self, request: bytes, promised: asyncio.Future[Any]) -> None:
        self.answering = False
        failed = promised.cancelled() or promised.exception() is not None
        if self.transport.is_closing():
            return
        answer = None if failed else self.answer(promised.result())
        if answer is None:
            self._read(request)
        else:
            self.transport.write(answer)
            self.on_response_complete()
            if self.leaving:
                self.transport.close()
                return
        if self.early:
            data, self.early = self.early, b""
            self.flow.resume_reading()
            self.data_received(data)

    def on_message_begin(self) -> None:
        self.inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self.inside = False
        super().on_message_complete()

    def shutdown(self) -> None:
        self.leaving = True
        if not self.answering:
            super().shutdown()
