"""Look-ups and plain searches straight from the connection and back to it: ASGI would cost as much as they do.

Start uvicorn with `--http svc_credit_registry.listener:Listener`. A request for one enterprise, or for a text with
nothing about it which the route would look at, is answered from the row or the index; those that find none are
uvicorn's.
"""

import asyncio
import re
import time
from typing import Any

from shared.straight import Straight
from svc_credit_registry.discovery.plain_searches import rules as plain
from svc_credit_registry.discovery.plain_searches import service as searches
from svc_credit_registry.record.lookups import routes
from svc_credit_registry.record.lookups.rules import body

PLAIN = re.compile(
    rb"GET /v1/enterprises(?:/([0-9A-HJ-NP-RTUW-Y]{18})|\?([!-~]{1,1000})) HTTP/1\.1"
    rb"(\r\n(?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n"
)
UNUSUAL = re.compile(
    rb"\n(?:if-[a-z-]+|content-length|transfer-encoding|range|expect|upgrade|connection|trailer|te):", re.IGNORECASE
)
REQUEST_ID = re.compile(rb"\nx-request-id:[ \t]*([^\r]*?)[ \t]*\r", re.IGNORECASE)
FORWARDED_PREFIX = re.compile(rb"\nx-forwarded-prefix:[ \t]*([^\r]*?)[ \t]*\r", re.IGNORECASE)


class Listener(Straight):
    """One connection."""

    _fields, _started = b"", 0.0
    _search: plain.PlainSearch | None = None

    def promise(self, request: bytes) -> asyncio.Future[Any] | None:
        asked = PLAIN.fullmatch(request)
        if asked is None or UNUSUAL.search(asked[3]):
            return None
        code, query, self._fields = asked.groups()
        self._started, lookups = time.perf_counter(), routes.lookups_in(self.app)
        if code is not None:
            self._search = None
            return lookups.reader.ask(code.decode())
        self._search = plain.read(query.decode())
        return searches.find(lookups.state.projection, self._search) if self._search is not None else None

    def answer(self, kept: Any) -> bytes | None:
        return self._record(kept) if self._search is None else self._found(self._search, kept)

    def _record(self, kept: Any) -> bytes | None:
        if kept is None or kept["moved"]:
            return None
        content = body(kept)
        header = routes.headers(kept, len(content), self._given(REQUEST_ID))
        routes.count(self._started)
        return self.whole(header, content)

    def _found(self, asked: plain.PlainSearch, kept: Any) -> bytes | None:
        made = searches.answer(asked, kept, self._given(FORWARDED_PREFIX))
        if made is None:
            return None
        header, content = made
        searches.count(self._started)
        return self.whole([*header, routes.request_id(self._given(REQUEST_ID))], content)

    def _given(self, field: re.Pattern[bytes]) -> str:
        found = field.search(self._fields)
        return found[1].decode("latin-1") if found is not None else ""
