"""Rows as lines of NDJSON and of CSV."""

import uuid
from datetime import UTC, date, datetime

import pytest
from asyncpg.pgproto import pgproto

from svc_credit_registry.record.exports.rules import Form, cell, head, lines

COLUMNS = ("name", "day")
ROWS: list[dict[str, object]] = [{"name": "曾都, 区", "day": date(2026, 11, 21)}, {"name": "=1", "day": None}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (0, "0"), ("曾都", "曾都"), (date(2026, 11, 21), "2026-11-21"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 11, 21, 8, 5, tzinfo=UTC), "2026-11-21T08:05:00+00:00"),
        ("=1+1", "'=1+1"), ("+1", "'+1"), (-1, "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("a=1", "a=1"),
    ],
)  # fmt: skip
def test_a_cell_is_no_formula(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("form", "before", "written"),
    [
        ("ndjson", "", '{"name":"曾都, 区","day":"2026-11-21"}\n{"name":"=1","day":null}\n'),
        ("csv", "name,day\r\n", '"曾都, 区",2026-11-21\r\n\'=1,\r\n'),
    ],
)
def test_a_row_is_a_line_with_the_columns_in_order(form: Form, before: str, written: str) -> None:
    assert head(COLUMNS, form).decode() == before
    assert lines(ROWS, COLUMNS, form).decode() == written
    assert lines([], COLUMNS, form) == b""


def test_an_id_as_the_database_gives_it_is_written() -> None:
    assert (
        lines([{"id": pgproto.UUID(bytes(16))}], ("id",), "ndjson")
        == b'{"id":"00000000-0000-0000-0000-000000000000"}\n'
    )
