"""Preparing a portion of a bulk file for the database: what is wrong with its lines, and the good ones as COPY text.

Pure, so that other processes can do it.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from svc_credit_registry.record.bulkfile.rules import Reading, Record
from svc_credit_registry.record.enterprises.rules import publication_due
from svc_credit_registry.record.rows.rules import Bad, EnterpriseRow, read_row

_ESCAPE, _NULL = "\\", r"\N"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that was not loaded, and why."""

    line: int
    field: str
    reason: str
    message: str
    content: str


@dataclass(frozen=True, slots=True)
class Portion:
    """Lines of a file; `first` is the number of the first of them."""

    number: int
    first: int
    lines: Sequence[bytes]


@dataclass(slots=True)
class Prepared:
    """The lines of a portion: how many there were, the good ones, the others with their reasons.

    `rows` are in the text format of COPY, `codes` and `lines` say whose they are and where they stand in the file.
    """

    number: int
    read: int = 0
    codes: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def prepare(reading: Reading, portion: Portion, today: date) -> Prepared:
    """Reads and checks the lines of a portion."""
    found = Prepared(portion.number)
    for record in reading.records(portion.lines, portion.first):
        found.read += 1
        try:
            row = _row(record, today)
        except Bad as exc:
            fault = exc.fault
            found.rejected.append(Rejection(record.line, fault.field, fault.reason, fault.message, record.shown))
            continue
        found.codes.append(row.code)
        found.lines.append(record.line)
        found.rows.append(copy_line(row))
    return found


def _row(record: Record, today: date) -> EnterpriseRow:
    if record.values is None:
        raise Bad("", record.reason, record.message)
    return read_row(record.values, today)


def copy_line(row: EnterpriseRow) -> bytes:
    """A row in the text format of COPY, with the day by which it must be public behind it."""
    cells = [_NULL if value is None else str(value) for value in row]
    # Rows hold no control characters; of what COPY treats apart only the backslash is left, and only in free text.
    if _ESCAPE in row.name + row.organisation_form + row.legal_representative_name + row.address + row.business_scope:
        cells = [_NULL if value is None else str(value).replace(_ESCAPE, _ESCAPE * 2) for value in row]
    return "\t".join([*cells, _due(row.registered_on)]).encode() + b"\n"


@lru_cache(maxsize=20_000)
def _due(registered_on: date) -> str:
    deadline = publication_due(registered_on)
    return deadline.due_on.isoformat() if deadline else _NULL


class Seen:
    """Which codes a file has shown so far and in which line, at 12 bytes a place: a table with open addressing.

    A code is two numbers: a running one for its first eight characters, and that of the eight which follow; the last
    two only check these. Together they fit into 64 bits, and different codes give different ones.
    """

    def __init__(self) -> None:
        self._prefixes: dict[str, int] = {}
        self._count = 0
        self._make(1 << 12)

    def _make(self, size: int) -> None:
        self._mask = size - 1
        self._keys, self._lines = array("Q", bytes(8 * size)), array("I", bytes(4 * size))

    def put(self, code: str, line: int) -> int:
        """The line in which the code stood before; 0 when it is new, and then it is kept."""
        prefix = self._prefixes.get(code[:8])
        if prefix is None:
            prefix = self._prefixes[code[:8]] = len(self._prefixes) + 1
        key = prefix << 42 | int(code[8:16], 36)
        at = self._place(key)
        if self._keys[at]:
            return self._lines[at]
        self._keys[at], self._lines[at] = key, line
        self._count += 1
        if self._count * 3 > self._mask * 2:
            self._grow()
        return 0

    def _place(self, key: int) -> int:
        keys, mask = self._keys, self._mask
        at = key * 0x9E3779B97F4A7C15 >> 24 & mask
        while (found := keys[at]) and found != key:
            at = at + 1 & mask
        return at

    def _grow(self) -> None:
        keys, lines = self._keys, self._lines
        self._make(2 * len(keys))
        for key, line in zip(keys, lines, strict=True):
            if key:
                at = self._place(key)
                self._keys[at], self._lines[at] = key, line
