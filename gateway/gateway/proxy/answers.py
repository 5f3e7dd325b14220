"""Reading an answer that arrived whole, by its lines: most do, and a parser would cost more than the rest of the call.

Only the plainest form is taken: HTTP/1.1, one Content-Length that the bytes fulfil exactly, nothing about the
connection. Everything else is left to the strict parser, so there is one reader in doubt.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from gateway.proxy.headers import HOP_BY_HOP, NOT_RETURNED

HEAD = re.compile(rb"HTTP/1\.1 [2345]\d\d [ -~]*(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t -~\x80-\xff]*)+")
UNPLAIN = HOP_BY_HOP | {b"set-cookie"}
NO_BODY = frozenset({204, 304})
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus if status >= 200
}


@dataclass(slots=True)
class Whole:
    """A whole answer: `fields` are the lines which go on to the client, each behind CRLF."""

    status: int
    fields: list[bytes]
    body: bytes
    cached: bool  # says itself how it may be kept


def whole(data: bytes) -> Whole | None:
    """The answer in `data`; None when it is not plain, or not all there yet."""
    end = data.find(b"\r\n\r\n")
    if end < 0 or not HEAD.fullmatch(data, 0, end):
        return None
    found = Whole(int(data[9:12]), [], data[end + 4 :], cached=False)
    length = _sort(data[:end].split(b"\r\n")[1:], found)
    if found.status in NO_BODY and length is not None:
        length = 0
    return found if length == len(found.body) and found.status in STATUS_LINES else None


def _sort(lines: list[bytes], found: Whole) -> int | None:
    """Puts the lines that go on into `found`; the stated length, None when the header is not plain."""
    length = -1
    for line in lines:
        name = line[: line.index(b":")].lower()
        if name == b"content-length":
            value = line[15:].strip()
            if length >= 0 or not value.isdigit():
                return None
            length = int(value)
        elif name in UNPLAIN:
            return None
        elif name in NOT_RETURNED:
            continue
        elif name == b"cache-control":
            if b"s-maxage" in line:  # to be kept, which the long way does
                return None
            found.cached = True
        found.fields.append(line)
    return length
