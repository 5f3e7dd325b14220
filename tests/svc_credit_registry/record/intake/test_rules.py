from datetime import date
from typing import Any

import pytest

from svc_credit_registry.record.bulkfile.rules import NotReadable, format_of, records
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.rows.rules import REQUIRED, Bad, read_row

TODAY = date(2026, 11, 21)
GOOD: dict[str, Any] = {
    "code": "914403001922038216",
    "name": "华为技术有限公司",
    "region": "440300",
    "industry_code": "C39",
    "organisation_form": "有限公司",
    "established_on": "1987-09-15",
    "legal_representative_name": "赵明路",
}


def test_a_row_is_read_with_what_may_be_left_out() -> None:
    row = read_row(GOOD, TODAY)
    assert row.status is Status.ACTIVE
    assert row.registered_on == date(1987, 9, 15)
    assert row.registered_capital_yuan is None
    assert row.address == ""


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": "91110000100001604N"}, "code", "organisation_check"),
        ({"code": "914403001922038217"}, "code", "check"),
        ({"code": ""}, "code", "missing"),
        ({"code": None}, "code", "missing"),
        ({"code": 914403001922038216}, "code", "not_text"),
        ({"name": "  "}, "name", "missing"),
        ({"name": "名" * 201}, "name", "too_long"),
        ({"name": "华为\u0000技术"}, "name", "control_character"),
        ({"region": "999999"}, "region", "region_unknown"),
        ({"industry_code": "X99"}, "industry_code", "industry_unknown"),
        ({"industry_code": "A39"}, "industry_code", "industry_unknown"),
        ({"status": "sleeping"}, "status", "unknown_status"),
        ({"established_on": "1987-02-30"}, "established_on", "bad_date"),
        ({"established_on": "19870915"}, "established_on", "bad_date"),
        ({"established_on": "2027-01-01"}, "established_on", "date_out_of_range"),
        ({"established_on": ""}, "established_on", "missing"),
        ({"status": "revoked"}, "ended_on", "status_and_end"),
        ({"ended_on": "2020-01-01"}, "ended_on", "status_and_end"),
        ({"status": "revoked", "ended_on": "1980-01-01"}, "ended_on", "ended_before_established"),
        ({"registered_capital_yuan": "-1"}, "registered_capital_yuan", "bad_amount"),
        ({"registered_capital_yuan": "1e30"}, "registered_capital_yuan", "bad_amount"),
        ({"registered_capital_yuan": "NaN"}, "registered_capital_yuan", "bad_amount"),
        ({"registered_capital_yuan": "1.005"}, "registered_capital_yuan", "bad_amount"),
        ({"registered_capital_yuan": True}, "registered_capital_yuan", "bad_amount"),
    ],
)
def test_a_bad_row_says_which_column_and_why(changes: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(Bad) as caught:
        read_row(GOOD | changes, TODAY)
    assert (caught.value.fault.field, caught.value.fault.reason) == (field, reason)


def read(*lines: bytes, name: str = "x.csv") -> list[tuple[int, bool, str]]:
    return [(r.line, r.values is not None, r.reason) for r in records(lines, name, ("code", "name"))]


def test_a_stray_quote_spoils_one_line_only() -> None:
    assert read(b"code,name\n", b'1,"a\n', b"2,b\n") == [(2, False, "bad_csv"), (3, True, "")]


def test_a_mark_at_the_beginning_and_two_kinds_of_line_ends_change_nothing() -> None:
    assert read(b"\xef\xbb\xbfcode,name\r\n", b"1,a\r\n", b"\r\n", b"2,b") == [(2, True, ""), (4, True, "")]


def test_half_a_line_is_reported() -> None:
    assert read(b"code,name\n", b"1,a\n", b"2") == [(2, True, ""), (3, False, "wrong_columns")]
    assert read(b'{"code": "1"}\n', b'{"code": "2', name="x.ndjson") == [(1, True, ""), (2, False, "bad_json")]


def test_another_encoding_is_reported() -> None:
    assert read(b"code,name\n", "1,红".encode("gbk")) == [(2, False, "not_utf8")]


def test_a_line_of_json_which_is_no_object_is_reported() -> None:
    assert read(b"[1]\n", b"3\n", name="x.ndjson") == [(1, False, "bad_json"), (2, False, "bad_json")]


@pytest.mark.parametrize("lines", [[], [b"name,region\n"], [b"code,name,code\n"], ["code,名".encode("gbk")]])
def test_a_file_without_a_usable_header_is_refused_as_a_whole(lines: list[bytes]) -> None:
    with pytest.raises(NotReadable):
        list(records(lines, "x.csv", ("code", "name")))


@pytest.mark.parametrize(
    ("name", "first", "form"),
    [
        ("a.csv", b"{", "csv"),
        ("a.csv.gz", b"", "csv"),
        ("a.NDJSON.xz", b"", "ndjson"),
        ("-", b'{"a":1}', "ndjson"),
        ("-", b"code,name", "csv"),
        ("-", b'\xef\xbb\xbf {"a":1}', "ndjson"),
    ],
)
def test_the_form_is_told_by_name_or_content(name: str, first: bytes, form: str) -> None:
    assert format_of(name, first) == form


def test_the_columns_that_must_be_there_are_named() -> None:
    with pytest.raises(NotReadable, match="legal_representative_name"):
        list(records([b"code,name\n"], "x.csv", REQUIRED))
