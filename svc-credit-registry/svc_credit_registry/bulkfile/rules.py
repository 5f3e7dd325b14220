"""The form of bulk files: CSV or NDJSON in UTF-8, one record a line.

A fault stays in its line: a field can't hold a line break, so a stray quote spoils one record and not all that follow.
"""

import csv
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Format = Literal["csv", "ndjson"]

BOM = b"\xef\xbb\xbf"
SHOWN = 300
LONGEST_LINE = 100_000


class NotReadable(ValueError):
    """Nothing of the file can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A line with its number, counted from 1: its values by column, or what is wrong with it."""

    line: int
    content: bytes
    values: Mapping[str, Any] | None
    reason: str = ""
    message: str = ""

    def bad(self, reason: str, message: str) -> "Record":
        """This record as one that can't be read."""
        return Record(self.line, self.content, None, reason, message)

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


def records(lines: Iterable[bytes], name: str, required: Iterable[str]) -> Iterator[Record]:
    """The records of a file. Raises NotReadable when it is empty or its header lacks a required column."""
    given = iter(lines)
    first = next(given, None)
    if first is None:
        raise NotReadable("文件为空; the file is empty")
    first = first.removeprefix(BOM)
    if format_of(name, first) == "ndjson":
        yield from _json(itertools.chain([first], given))
    else:
        yield from _csv(_header(first, required), given)


def _header(line: bytes, required: Iterable[str]) -> list[str]:
    try:
        header = [cell.strip().lower() for cell in next(csv.reader([line.decode("utf-8")], strict=True), [])]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise NotReadable(f"首行无法识别; the first line is no CSV header in UTF-8 ({exc})") from exc
    missing = [column for column in required if column not in header]
    if missing:
        raise NotReadable(f"缺少列; the header lacks the columns {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise NotReadable("列名重复; the header names a column twice")
    return header


def _csv(header: list[str], lines: Iterable[bytes]) -> Iterator[Record]:
    for number, content in enumerate(lines, start=2):
        if not content.strip():
            continue
        record = Record(number, content, None)
        text = _text(content)
        if text is None:
            yield record.bad("not_utf8", "the line is not UTF-8, or too long")
            continue
        try:
            cells = next(csv.reader([text], strict=True), [])
        except csv.Error as exc:
            yield record.bad("bad_csv", f"the line is no CSV: {exc}")
            continue
        if len(cells) != len(header):
            yield record.bad("wrong_columns", f"{len(cells)} columns instead of {len(header)}")
            continue
        yield Record(number, content, dict(zip(header, cells, strict=True)))


def _json(lines: Iterable[bytes]) -> Iterator[Record]:
    for number, content in enumerate(lines, start=1):
        if not content.strip():
            continue
        record = Record(number, content, None)
        text = _text(content)
        if text is None:
            yield record.bad("not_utf8", "the line is not UTF-8, or too long")
            continue
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            yield record.bad("bad_json", "the line is no JSON object")
            continue
        if not isinstance(values, dict):
            yield record.bad("bad_json", "the line is no JSON object")
            continue
        yield Record(number, content, values)


def _text(content: bytes) -> str | None:
    if len(content) > LONGEST_LINE:
        return None
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
