"""The form of bulk files: CSV or NDJSON in UTF-8, one record a line.

A fault stays in its line: a field can't hold a line break, so a stray quote spoils one record and not all that follow.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson

Format = Literal["csv", "ndjson"]

BOM = b"\xef\xbb\xbf"
SHOWN = 300
LONGEST_LINE = 100_000
QUOTE = '"'


class NotReadable(ValueError):
    """Nothing of the file can be read; the message says why."""


class Record(NamedTuple):
    """A line with its number, counted from 1: its values by column, or what is wrong with it."""

    line: int
    content: bytes
    values: Mapping[str, Any] | None
    reason: str = ""
    message: str = ""

    @property
    def shown(self) -> str:
        """The beginning of the line, for a report."""
        return self.content[:SHOWN].decode("utf-8", "replace").rstrip("\r\n")


def format_of(name: str, first: bytes) -> Format:
    """CSV or NDJSON, by the name of the file, else by its first line."""
    stem = name.lower().removesuffix(".gz").removesuffix(".xz")
    if stem.endswith((".ndjson", ".jsonl", ".json")):
        return "ndjson"
    if stem.endswith(".csv"):
        return "csv"
    return "ndjson" if first.removeprefix(BOM).lstrip().startswith(b"{") else "csv"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of a file are read; `header` names the columns of a CSV file."""

    form: Format
    header: tuple[str, ...] = ()

    def records(self, lines: Iterable[bytes], first: int) -> Iterator[Record]:
        """The records of lines, of which the first has the number `first`."""
        if self.form == "ndjson":
            return _json(lines, first)
        return _csv(self.header, lines, first)


def opened(lines: Iterable[bytes], name: str, required: Iterable[str]) -> tuple[Reading, Iterator[bytes], int]:
    """How a file is read, its lines with data, and the number of the first of these.

    Raises NotReadable when it is empty or its header lacks a required column.
    """
    given = iter(lines)
    first = next(given, None)
    if first is None:
        raise NotReadable("文件为空; the file is empty")
    first = first.removeprefix(BOM)
    if format_of(name, first) == "ndjson":
        return Reading("ndjson"), itertools.chain([first], given), 1
    return Reading("csv", _header(first, required)), given, 2


def records(lines: Iterable[bytes], name: str, required: Iterable[str]) -> Iterator[Record]:
    """The records of a file. Raises NotReadable when it is empty or its header lacks a required column."""
    reading, rest, first = opened(lines, name, required)
    yield from reading.records(rest, first)


def _header(line: bytes, required: Iterable[str]) -> tuple[str, ...]:
    try:
        header = [cell.strip().lower() for cell in next(csv.reader([line.decode("utf-8")], strict=True), [])]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise NotReadable(f"首行无法识别; the first line is no CSV header in UTF-8 ({exc})") from exc
    missing = [column for column in required if column not in header]
    if missing:
        raise NotReadable(f"缺少列; the header lacks the columns {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise NotReadable("列名重复; the header names a column twice")
    return tuple(header)


def _csv(header: Sequence[str], lines: Iterable[bytes], first: int) -> Iterator[Record]:
    for number, content in enumerate(lines, start=first):
        if not content.strip():
            continue
        text = _text(content)
        if text is None:
            yield _bad(number, content, "not_utf8", "the line is not UTF-8, or too long")
            continue
        try:
            cells = next(csv.reader([text], strict=True), []) if QUOTE in text else text.split(",")
        except csv.Error as exc:
            yield _bad(number, content, "bad_csv", f"the line is no CSV: {exc}")
            continue
        if len(cells) != len(header):
            yield _bad(number, content, "wrong_columns", f"{len(cells)} columns instead of {len(header)}")
            continue
        yield Record(number, content, dict(zip(header, cells, strict=True)))


def _json(lines: Iterable[bytes], first: int) -> Iterator[Record]:
    for number, content in enumerate(lines, start=first):
        if not content.strip():
            continue
        text = _text(content)
        if text is None:
            yield _bad(number, content, "not_utf8", "the line is not UTF-8, or too long")
            continue
        try:
            values = orjson.loads(text)
        except ValueError:
            yield _bad(number, content, "bad_json", "the line is no JSON object")
            continue
        if not isinstance(values, dict):
            yield _bad(number, content, "bad_json", "the line is no JSON object")
            continue
        yield Record(number, content, values)


def _bad(number: int, content: bytes, reason: str, message: str) -> Record:
    return Record(number, content, None, reason, message)


def _text(content: bytes) -> str | None:
    if len(content) > LONGEST_LINE:
        return None
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
