"""Where rows of a file begin and end, whatever the size of the chunks in which it is read."""

import json
from typing import Any

import pytest

from svc_credit_registry.sharing.batches import rules
from svc_credit_registry.sharing.batches.errors import HeaderInvalid
from svc_credit_registry.sharing.batches.rules import Form

CSV = (
    "\ufeffkey,content.facts,content.penalty_types\r\n"
    '1,"虚假,宣传","罚款;警告"\r\n2,"多\n行 ""引号""",罚款\r\n\r\n3,短,罚款'
).encode()
NDJSON = b'{"key":"1"}\n\n{"key":"2"}\r\n{"key":"3"}'


def rows_of(content: bytes, form: Form, size: int) -> list[tuple[int, bytes]]:
    """All rows with their lines, read by chunks of `size` bytes as the worker does."""
    rows, position, line = [], 0, 0
    while position < len(content):
        chunk = content[position : position + size]
        while True:
            part = rules.cut(chunk, form, line + 1, at_end=position + len(chunk) >= len(content))
            if part.used:
                break
            chunk = content[position : position + len(chunk) + size]
        rows += [(row.line, row.content) for row in part.rows]
        position, line = position + part.used, line + part.lines
    return rows


@pytest.mark.parametrize("size", [7, 16, 40, 1000])
def test_rows_are_the_same_whatever_the_chunks(size: int) -> None:
    assert [line for line, _ in rows_of(CSV, "csv", size)] == [1, 2, 3, 6]
    assert rows_of(NDJSON, "ndjson", size) == [(1, b'{"key":"1"}'), (3, b'{"key":"2"}'), (4, b'{"key":"3"}')]


def test_no_more_than_a_batch_is_cut_off_at_once() -> None:
    content = b'{"key":"1"}\n' * 1200
    first = rules.cut(content, "ndjson", 1, at_end=True)
    assert (len(first.rows), first.lines, first.used) == (500, 500, 500 * 12)


def test_a_quote_that_never_ends_takes_one_line_with_it_and_not_the_file() -> None:
    content = b'1,"open\n' + b"2,fine\n" * 3
    assert [row.content for row in rules.cut(content, "csv", 1, at_end=True).rows] == [
        b'1,"open', b"2,fine", b"2,fine", b"2,fine",
    ]  # fmt: skip


class Counted(bytes):
    """Bytes that tell over how many of them quotes were counted."""

    looked = 0

    def count(self, sub: Any, start: Any = 0, end: Any = None) -> int:
        """As bytes count."""
        end = len(self) if end is None else end
        Counted.looked += max(0, end - start)
        return super().count(sub, start, end)


def test_a_quote_before_very_many_lines_is_not_counted_again_for_each_of_them() -> None:
    content = Counted(b'"' + b"\n" * rules.LONGEST_ROW + b'"' + b"\n" * 100)
    part = rules.cut(content, "csv", 1, at_end=True)
    assert part.used == len(content)
    assert Counted.looked < 5 * len(content)


def test_cells_become_fields_lists_and_json() -> None:
    header = ["key", "code", "content.penalty_types", "content.sections", "content.facts"]
    row = '1,,罚款；警告,"{""a"": 1}",[不是JSON'.encode()
    value, faults = rules.read_csv(row, header, frozenset({"penalty_types"}))
    assert not faults
    assert value == {
        "key": "1", "content": {"penalty_types": ["罚款", "警告"], "sections": {"a": 1}, "facts": "[不是JSON"},
    }  # fmt: skip


@pytest.mark.parametrize("row", [b'1,"open', b"1,2,3", b"\xff,2"])
def test_a_row_that_can_not_be_read_has_a_fault(row: bytes) -> None:
    value, faults = rules.read_csv(row, ["key", "code"], frozenset())
    assert value is None
    assert faults[0].code in {"csv_invalid", "csv_cells"}


@pytest.mark.parametrize("line", [b"{", b"[]", b"null", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_a_line_that_is_no_object_has_a_fault(line: bytes) -> None:
    value, faults = rules.read_json(line)
    assert value is None
    assert faults[0].code in {"json_invalid", "object_expected"}


def test_a_header_names_known_columns_once_and_the_key() -> None:
    assert rules.read_header("\ufeffkey, name".encode(), ["key", "name"]) == ["key", "name"]
    with pytest.raises(HeaderInvalid) as refused:
        rules.read_header(b"name,name,colour", ["key", "name"])
    codes = [fault.code for fault in refused.value.errors]
    assert codes == ["column_unknown", "column_repeated", "column_missing"]
    assert json.dumps(refused.value.extensions["known"])
