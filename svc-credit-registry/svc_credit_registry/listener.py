"""Look-ups of single enterprises straight from the connection and back to it: ASGI would cost more than the look-up.

Start uvicorn with `--http svc_credit_registry.listener:Listener`. A request for one enterprise that has
nothing about it which the route would look at is answered from the row; those that find none are uvicorn's.
"""

import asyncio
import re
import time
from typing import Any

from shared.straight import Straight
from svc_credit_registry.record.lookups import routes
from svc_credit_registry.record.lookups.rules import body

PLAIN = re.compile(
    rb"GET /v1/enterprises/([0-9A-HJ-NP-RTUW-Y]{18}) HTTP/1\.1(\r\n(?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n"
)
UNUSUAL = re.compile(
    rb"\n(?:if-[a-z-]+|content-length|transfer-encoding|range|expect|upgrade|connection|trailer|te):", re.IGNORECASE
)
REQUEST_ID = re.compile(rb"\nx-request-id:[ \t]*([^\r]*?)[ \t]*\r", re.IGNORECASE)


class Listener(Straight):
    """One connection."""

    _fields, _started = b"", 0.0

    def promise(self, request: bytes) -> asyncio.Future[Any] | None:
        asked = PLAIN.fullmatch(request)
        if asked is None or UNUSUAL.search(asked[2]):
            return None
        self._fields, self._started = asked[2], time.perf_counter()
        return routes.reader_in(self.app).ask(asked[1].decode())

    def answer(self, kept: Any) -> bytes | None:
        if kept is None or kept["moved"]:
            return None
        content, given = body(kept), REQUEST_ID.search(self._fields)
        header = routes.headers(kept, len(content), given[1].decode("latin-1") if given is not None else "")
        routes.count(self._started)
        return self.whole(header, content)
