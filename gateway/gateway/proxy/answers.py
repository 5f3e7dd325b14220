"""Reading an answer that arrived whole, by its lines: most do, and a parser would cost more than the rest of the call.

Only the plainest form is taken: HTTP/1.1, one Content-Length that the bytes fulfil exactly, nothing about the
connection. Everything else is left to the strict parser, so there is one reader in doubt.
"""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from gateway.proxy.headers import HOP_BY_HOP, NOT_RETURNED, Headers

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
NO_BODY = frozenset({204, 304})
MAX_NAMES = 1000
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus if status >= 200
}
STATUSES = {b"HTTP/1.1 %d " % status: status for status in STATUS_LINES}


# What is done with a line of a header; plain numbers, which are compared fastest.
PASS, DROP, LENGTH, CACHE, UNPLAIN = range(5)


class _Kinds(dict[bytes, int]):
    """The kind of each name that services have used so far, as they write it, with its colon; none without one."""

    def __missing__(self, name: bytes) -> int:
        kind = _kind_of(name)
        if len(self) < MAX_NAMES:
            self[name] = kind
        return kind


def _kind_of(start: bytes) -> int:
    name, lower = start[:-1], start[:-1].lower()
    if not TOKEN.fullmatch(name) or lower in HOP_BY_HOP or lower == b"set-cookie":
        return UNPLAIN
    if lower in NOT_RETURNED:
        return DROP
    return {b"content-length": LENGTH, b"cache-control": CACHE}.get(lower, PASS)


_kinds = _Kinds()


@dataclass(slots=True)
class Whole:
    """A whole answer: of `lines`, its header, `fields` are those which go on to the client as they are."""

    status: int
    lines: list[bytes]
    body: bytes
    fields: list[bytes] = field(default_factory=list)
    cached: bool = False  # says itself how it may be kept
    lasting: bool = False  # and so to this gateway

    def received(self) -> Headers:
        """The header as a parser reads it."""
        parts = [line.partition(b":") for line in self.lines]
        return [(name.lower(), value.strip(b" \t")) for name, _, value in parts]


def whole(data: bytes) -> Whole | None:
    """The answer in `data`; None when it is not plain, or not all there yet."""
    end = data.find(b"\r\n\r\n")
    status = STATUSES.get(data[:13])
    if end < 0 or status is None:
        return None
    head = data[:end]
    lines = head.split(b"\r\n")
    breaks = len(lines) - 1  # a line break or NUL within a line is nothing plain
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        return None
    del lines[0]
    found = Whole(status, lines, data[end + 4 :])
    length = _sort(found)
    if status in NO_BODY and length is not None:
        length = 0
    return found if length == len(found.body) else None


def _sort(found: Whole) -> int | None:
    """Says which lines go on; the stated length, -1 without one, None when the header is not plain."""
    length = -1
    passed = found.fields
    for line in found.lines:
        kind = _kinds[line[: line.find(b":") + 1]]
        if kind == PASS:
            passed.append(line)
        elif kind == LENGTH:
            value = line[15:].strip()
            if length >= 0 or not value.isdigit():
                return None
            length = int(value)
            passed.append(line)
        elif kind == CACHE:
            found.cached = True
            found.lasting = found.lasting or b"s-maxage" in line.lower()
            passed.append(line)
        elif kind == UNPLAIN:
            return None
    return length
