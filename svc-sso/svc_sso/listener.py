"""The two requests which come all the time (`repeats.routes`), straight from the connection and back to it.

Start uvicorn with `--http svc_sso.listener:Listener`.
"""

import asyncio
import re
import time

from shared.straight import Straight
from svc_sso.repeats import routes
from svc_sso.repeats.rules import LONGEST_BODY, asked_in

PLAIN = re.compile(rb"POST /oauth2/token HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n")
UNUSUAL = frozenset({b"connection", b"expect", b"te", b"trailer", b"upgrade"})


class Listener(Straight):
    """One connection."""

    _request_id, _started = "", 0.0

    def promise(self, request: bytes) -> asyncio.Future[bytes | None] | None:
        found = PLAIN.match(request)
        if found is None or len(request) - found.end() > LONGEST_BODY:
            return None
        fields = [_field(line) for line in found[1].splitlines()]
        names = {name for name, _ in fields}
        body, length = request[found.end() :], dict(fields).get(b"content-length")
        if len(names) != len(fields) or names & UNUSUAL or length != b"%d" % len(body):
            return None
        asked = asked_in(fields)
        if asked is None:
            return None
        self._request_id, self._started = routes.request_id_of(asked), time.perf_counter()
        return asyncio.ensure_future(routes.repeats_in(self.app).answer(asked, body, self._request_id))

    def answer(self, kept: bytes | None) -> bytes | None:
        if kept is None:
            return None
        routes.count(self._started)
        return self.whole(routes.header(kept, self._request_id), kept)


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.lower(), value.strip()
