"""Files of records: where one row ends and the next begins, so that work can stop and go on at any of them. Pure.

NDJSON has a row a line. CSV (RFC 4180) has quoted cells that may hold line feeds: a row ends at a line feed before
which the quotes are even.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.errors import FieldError
from svc_credit_registry.sharing.batches.errors import HeaderInvalid, StorageLow, UploadQuotaFull

Form = Literal["ndjson", "csv"]
CHUNK_BYTES = 1024 * 1024
ROWS_AT_ONCE = 500
LONGEST_ROW = 256 * 1024
SIZE_LIMIT = 200 * 1024 * 1024
"""Bytes of a file at most; the gateway's own bound (`GATEWAY_UPLOAD_LIMIT`) may be lower."""
MIB = 1024 * 1024
SETTLED_SECONDS = 3600.0
"""A stored file that no batch holds is left alone for so long: its batch may be about to be entered."""
CONTENT = "content."
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Raw:
    """A row as it stands in the file, with the number of its first line and how many lines it has."""

    content: bytes
    line: int
    lines: int = 1


@dataclass(frozen=True)
class Cut:
    """The whole rows of a chunk, and how many bytes and lines of it they take."""

    rows: tuple[Raw, ...]
    used: int
    lines: int


@dataclass(frozen=True)
class Room:
    """What a producer's files may take of the disk, in bytes, and what there is of it."""

    quota: int
    waiting: int
    """What its files take that are not worked through yet."""
    free: int
    reserve: int
    """What of the disk no upload may take: the index of names, snapshots and certificates lie there too."""


def check_room(room: Room, size: int) -> None:
    """Refuses a file for which there is no room: 429 when the producer's own wait, 503 when the disk is full."""
    if room.waiting + size > room.quota:
        raise UploadQuotaFull(headers={"Retry-After": "60"}, waiting_bytes=room.waiting, quota_bytes=room.quota)
    if room.free - size < room.reserve:
        raise StorageLow(headers={"Retry-After": "300"})


def cut(chunk: bytes, form: Form, line: int, at_end: bool) -> Cut:
    """Up to 500 rows from the start of `chunk`, whose first line has the number `line`; blank lines are no rows.

    A row without an end within the longest size is cut off at its line, and will be refused by what reads it.
    """
    rows: list[Raw] = []
    used = lines = 0
    while len(rows) < ROWS_AT_ONCE and used < len(chunk):
        end, count = _end_of_row(chunk, used, form, at_end)
        if end is None:
            break
        content = chunk[used:end].strip(b"\r\n")
        if content.strip():
            rows.append(Raw(content, line + lines, count))
        used, lines = end, lines + count
    return Cut(tuple(rows), used, lines)


def _end_of_row(chunk: bytes, start: int, form: Form, at_end: bool) -> tuple[int | None, int]:
    """Behind which byte the row ends that begins at `start`, and its lines; None when the chunk does not say."""
    first = at = chunk.find(b"\n", start) + 1
    count = 1
    if form == "csv":
        quotes = chunk.count(b'"', start, at)
        while at and quotes % 2 and at - start <= LONGEST_ROW:
            before, at, count = at, chunk.find(b"\n", at) + 1, count + 1
            quotes += chunk.count(b'"', before, at)  # each byte once: a quote that never ends costs no more than others
        if first and (at - start > LONGEST_ROW or (not at and (at_end or len(chunk) - start > LONGEST_ROW))):
            return (first, 1) if not at_end or chunk.count(b'"', start) % 2 else (len(chunk), count)
    if at:
        return at, count
    return (len(chunk), count) if at_end or len(chunk) - start > LONGEST_ROW else (None, 0)


def read_json(content: bytes) -> tuple[Any, tuple[FieldError, ...]]:
    """The object of a line of NDJSON, or its fault."""
    try:
        value = json.loads(content.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        return None, (FieldError("", "json_invalid", f"无法解析 (not JSON): {exc}"[:200]),)
    if not isinstance(value, dict):
        return None, (FieldError("", "object_expected", "每行须为一个 JSON 对象 (one object a line)"),)
    return value, ()


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def read_cells(content: bytes) -> list[str]:
    """The cells of a row of CSV. Raises ValueError for one that can't be read."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode()), strict=True))
    except csv.Error as exc:
        raise ValueError(str(exc)) from exc
    if len(rows) != 1:
        raise ValueError("not one row")
    return rows[0]


def read_header(content: bytes, known: Sequence[str]) -> list[str]:
    """The names of the columns; refused with all that are unknown, repeated or missing."""
    try:
        names = [cell.strip() for cell in read_cells(content.removeprefix(MARK))]
    except ValueError as exc:
        raise HeaderInvalid(f"{exc}") from exc
    faults = [FieldError(f"#column/{i}", "column_unknown", name) for i, name in enumerate(names) if name not in known]
    faults += [FieldError(f"#column/{i}", "column_repeated", n) for i, n in enumerate(names) if n in names[:i]]
    if "key" not in names:
        faults.append(FieldError("#column", "column_missing", "key"))
    if faults:
        raise HeaderInvalid(errors=faults, known=list(known))
    return names


def read_csv(
    content: bytes, header: Sequence[str], lists: frozenset[str]
) -> tuple[dict[str, Any] | None, tuple[FieldError, ...]]:
    """The object of a row of CSV, or its fault. Empty cells are left out; cells of `lists` part their items by `;`."""
    try:
        cells = read_cells(content)
    except (ValueError, UnicodeDecodeError) as exc:
        return None, (FieldError("", "csv_invalid", f"无法解析 (not readable): {exc}"[:200]),)
    if len(cells) != len(header):
        message = f"应有{len(header)}列，实有{len(cells)}列 ({len(header)} cells expected)"
        return None, (FieldError("", "csv_cells", message),)
    row: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if cell.strip():
            _place(row, name, cell, lists)
    return row, ()


def _place(row: dict[str, Any], name: str, cell: str, lists: frozenset[str]) -> None:
    if not name.startswith(CONTENT):
        row[name] = cell
        return
    field = name.removeprefix(CONTENT)
    value: Any = cell
    if cell[:1] in "[{":
        parsed, faults = _json(cell)
        value = cell if faults else parsed
    elif field in lists:
        value = [part.strip() for part in cell.replace("；", ";").split(";") if part.strip()]
    row.setdefault("content", {})[field] = value


def _json(cell: str) -> tuple[Any, bool]:
    try:
        return json.loads(cell), False
    except (ValueError, RecursionError):
        return None, True
