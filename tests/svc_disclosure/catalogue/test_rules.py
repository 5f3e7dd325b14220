"""How the catalogue is written."""

import csv
import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from svc_disclosure.catalogue import rules

ROW = {
    "index_number": "421303-2026-000001",
    "title": '关于"双随机"抽查的通知,第 1 号',
    "summary": "a < b & c",
    "column": "notices",
    "producer": "随州市市场监督管理局",
    "region": "421300",
    "made_on": date(2026, 3, 2),
    "published_on": date(2026, 3, 3),
    "id": "0198-x",
    "published_at": datetime(2026, 3, 3, 1, 2, 3, tzinfo=UTC),
}


def test_csv_reads_back_as_it_was() -> None:
    text = rules.csv_header() + rules.csv_lines([ROW])
    (read,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert read["title"] == ROW["title"]
    assert read["made_on"] == "2026-03-02"
    assert tuple(read) == rules.FIELDS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_starts_a_formula(start: str) -> None:
    assert rules.cell(f"{start}1+1") == f"'{start}1+1"


def test_an_atom_feed_is_well_formed_whatever_the_text() -> None:
    entry = rules.atom_entry(ROW, "http://localhost:8000/api/disclosure/v1/articles/0198-x")
    feed = rules.atom_feed("信息公开", "http://localhost:8000/feed?a=1&b=2", datetime(2026, 3, 3, tzinfo=UTC), [entry])
    tree = ElementTree.fromstring(feed)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert tree.findtext("a:entry/a:title", namespaces=space) == ROW["title"]
    assert tree.findtext("a:entry/a:summary", namespaces=space) == "a < b & c"
