"""Look-ups of single enterprises straight from the connection and back to it: ASGI would cost more than the look-up.

Start uvicorn with `--http svc_credit_registry.listener:Listener`. A request for one enterprise that is
there as a whole, between two others, and has nothing about it that the route would look at, is answered with one write.
All others, and those that find nothing, are read by uvicorn as if nobody had looked.
"""

import asyncio
import re
import time
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from svc_credit_registry.record.lookups import routes
from svc_credit_registry.record.lookups.rules import body

PLAIN = re.compile(
    rb"GET /v1/enterprises/([0-9A-HJ-NP-RTUW-Y]{18}) HTTP/1\.1(\r\n(?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n"
)
UNUSUAL = re.compile(
    rb"\n(?:if-[a-z-]+|content-length|transfer-encoding|range|expect|upgrade|connection|trailer|te):", re.IGNORECASE
)
REQUEST_ID = re.compile(rb"\nx-request-id:[ \t]*([^\r]*?)[ \t]*\r", re.IGNORECASE)


class Listener(HttpToolsProtocol):
    """One connection. `inside`: uvicorn has got bytes of a request that is not complete; `early`: what came before the
    answer was given."""

    inside = False
    answering = False
    leaving = False
    early = b""

    def data_received(self, data: bytes) -> None:
        if self.answering:
            self.early += data
            self.flow.pause_reading()
            return
        asked = PLAIN.fullmatch(data) if self._between() else None
        if asked is None or UNUSUAL.search(asked[2]):
            self._read(data)
            return
        self.answering = True
        self._unset_keepalive_if_required()
        found = routes.reader_in(self.app).ask(asked[1].decode())
        found.add_done_callback(partial(self._found, data, asked[2], time.perf_counter()))

    def _between(self) -> bool:
        """Whether no request is being read or answered, and the last answer was taken off our hands."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self.inside and not self.flow.write_paused and not self.leaving

    def _read(self, data: bytes) -> None:
        """Lets uvicorn read."""
        self.inside = True
        super().data_received(data)

    def _found(self, request: bytes, fields: bytes, started: float, found: asyncio.Future[Any]) -> None:
        """Answers with the row, or lets uvicorn read the request when there is none to answer with."""
        self.answering = False
        failed = found.cancelled() or found.exception() is not None
        if self.transport.is_closing():
            return
        row = None if failed else found.result()
        if row is None or row["moved"]:
            self._read(request)
        else:
            self.transport.write(self._answer(row, fields))
            routes.count(started)
            self.on_response_complete()
            if self.leaving:
                self.transport.close()
                return
        if self.early:
            data, self.early = self.early, b""
            self.flow.resume_reading()
            self.data_received(data)

    def _answer(self, row: Any, fields: bytes) -> bytes:
        content, given = body(row), REQUEST_ID.search(fields)
        header = routes.headers(row, len(content), given[1].decode("latin-1") if given is not None else "")
        lines = [b"%b: %b\r\n" % field for field in (*self.server_state.default_headers, *header)]
        return b"".join((b"HTTP/1.1 200 OK\r\n", *lines, b"\r\n", content))

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
