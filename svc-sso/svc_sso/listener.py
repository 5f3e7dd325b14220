"""The two requests which come all the time (`repeats.routes`), straight from the connection and back to it.

Start uvicorn with `--http svc_sso.listener:Listener`.
"""

import asyncio
import re
import time

from shared.straight import Straight
from svc_sso.repeats import routes
from svc_sso.repeats.rules import LONGEST_BODY, Asked, asked_in

PLAIN = re.compile(rb"POST /oauth2/token HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n")
UNUSUAL = frozenset({b"connection", b"expect", b"te", b"trailer", b"upgrade"})


class Listener(Straight):
    """One connection."""

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
        return asyncio.ensure_future(self._answer(asked, body)) if asked is not None else None

    async def _answer(self, asked: Asked, body: bytes) -> bytes | None:
        started, request_id = time.perf_counter(), routes.request_id_of(asked)
        answer = await routes.repeats_in(self.app).answer(asked, body, request_id)
        if answer is None:
            return None
        lines = [b"%b: %b\r\n" % field for field in routes.header(answer, request_id)]
        routes.count(started)
        return b"".join((*self.opening(), *lines, b"\r\n", answer))


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.lower(), value.strip()
