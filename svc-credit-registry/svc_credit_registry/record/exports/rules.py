"""The form of a list that is taken home whole: NDJSON or CSV in UTF-8, one row a line. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import orjson

Form = Literal["ndjson", "csv"]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def head(columns: Sequence[str], form: Form) -> bytes:
    """What stands before the rows: the names of the columns in CSV, nothing in NDJSON."""
    return _csv([columns]) if form == "csv" else b""


def lines(rows: Iterable[Mapping[str, object]], columns: Sequence[str], form: Form) -> bytes:
    """Rows as lines; each has the members `columns`, in this order."""
    if form == "csv":
        return _csv([cell(row[name]) for name in columns] for row in rows)
    # The driver's UUID is none that orjson knows: `default` writes it.
    return b"".join(orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
