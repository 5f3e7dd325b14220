from datetime import UTC, date, datetime
from typing import Any

from svc_credit_registry.publication.printouts import rules as printing
from svc_credit_registry.publication.printouts.service import Printout, readable, render


def printout(name: str) -> Printout:
    enterprise: dict[str, Any] = {
        "code": "91421303MA0000006Y", "name": name, "status_label": "存续", "status_label_en": "Active",
        "established_on": "2012-06-18",
        "ended_on": None, "organisation_form": "有限公司", "legal_representative_name": "李娜", "address": "<b>&",
        "registered_capital_yuan": "1.00", "industry_code": "C151", "industry_name": None, "region": "421303",
        "region_name": None, "business_scope": "白酒" * 2000, "names": [],
        "provenance": {"producer": "AMR-421303", "basis": "b"},
    }  # fmt: skip
    record = {"enterprise": enterprise, "counts": {}, "kinds": [], "complaints": []}
    return Printout("ZM1", date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC), "0" * 64, "http://x", record)


def test_the_font_is_embedded_and_nothing_comes_from_the_clock() -> None:
    pdf = render(printout("随州红光酒业有限公司"))
    assert b"/FontFile2" in pdf
    assert b"NotoSansSC" in pdf
    assert pdf == render(printout("随州红光酒业有限公司"))


def test_a_character_without_a_glyph_is_written_by_its_number() -> None:
    assert readable("红光㛃\U0002a6a5") == "红光㛃〔U+2A6A5〕"


def test_content_reads_in_words() -> None:
    content = {"penalty_types": ["fine", "warning"], "state": "in_force", "facts": [{"field": "住所", "after": "甲"}]}
    assert dict(printing.lines("penalty", content)) == {
        "处罚种类": "罚款、警告", "状态": "有效", "事实": "事项：住所；变更后：甲",
    }  # fmt: skip


def test_what_is_revoked_is_said_by_its_kind() -> None:
    said = {kind: dict(printing.lines(kind, {field: "revoked"})) for kind, field in printing.STATES}
    assert said["penalty"] == {"状态": "已撤销"}
    assert said["trademark"] == {"状态": "撤销"}
    assert dict(printing.lines("status_change", {"after": "revoked"})) == {"变更后": "吊销"}
