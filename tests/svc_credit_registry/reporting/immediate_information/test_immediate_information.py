"""Immediate information: published at once, late after 20 working days, corrected in the open."""

import asyncio
from datetime import date
from typing import Any

import pytest

from svc_credit_registry.reporting.immediate_information.errors import DayInvalid
from svc_credit_registry.reporting.immediate_information.rules import Type, due, is_late, term_of
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect, refused

AROSE = date(2026, 9, 21)
LAST = date(2026, 10, 26)
DETAILS: dict[str, dict[str, Any]] = {
    "capital": {"shareholder": "李娜", "paid_yuan": "200000.00", "paid_on": "2026-09-21", "paid_form": "货币"},
    "equity_change": {"shareholder": "李娜", "percent_before": "100", "percent_after": "60"},
    "licence": {"number": "JY14213030001", "name": "食品经营许可证", "authority": "市场监督管理局", "act": "obtained"},
    "ip_pledge": {"number": "2026420001", "title": "炎帝", "right": "trademark", "pledgor": "甲", "pledgee": "乙银行"},
    "penalty": {"document_number": "随环罚〔2026〕8号", "authority": "随州市生态环境局", "facts": "未批先建",
                "penalty": "罚款2万元", "amount_yuan": "20000.00"},
    "other": {"title": "对外投资", "text": "设立子公司", "basis": "《企业信息公示暂行条例》第十条第六项"},
}  # fmt: skip


def body(kind: str = "capital", day: date = AROSE, **changes: Any) -> dict[str, Any]:
    return {"happened_on": day.isoformat(), "details": {"type": kind} | DETAILS[kind] | changes}


@pytest.mark.parametrize("kind", list(DETAILS))
async def test_each_of_the_six_kinds_stands_on_the_record(filings: Filings, kind: str) -> None:
    code = await filings.enterprise()
    with filings.on(date(2026, 10, 9)):
        made = expect(await filings.post(filings.agent(code), "/immediate-information", body(kind)), 201)
    assert (made["late"], made["days_late"], made["due_on"]) == (False, 0, LAST.isoformat())
    ((content, producer),) = await filings.rows("SELECT content, producer FROM record_items WHERE code = $1", code)
    assert (content["type"], producer) == (kind, code)
    (shown,) = (await filings.get(f"/v1/enterprises/{code}/immediate-information"))["items"]
    assert shown["number"] == made["number"]


@pytest.mark.parametrize(("filed_on", "late", "days"), [(LAST, False, 0), (date(2026, 10, 27), True, 1)])
async def test_the_20th_working_day_is_the_last(filings: Filings, filed_on: date, late: bool, days: int) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(filed_on):
        made = expect(await filings.post(who, "/immediate-information", body()), 201)
    assert (made["late"], made["days_late"]) == (late, days)


async def test_the_term_explains_itself_day_by_day(filings: Filings) -> None:
    told = await filings.get(
        "/v1/immediate-information/due-date", happened_on="2026-09-21", type="licence", explain="true"
    )
    assert told["due_on"] == LAST.isoformat()
    assert "第十条第三项" in told["basis"]
    days = {d["day"]: d["label"] for d in told["explanation"]}
    assert days["2026-10-10"] == "国庆节调休上班,第9个工作日"
    assert days["2026-09-25"] == "中秋节放假,不计入"


async def test_a_correction_shows_both_versions_and_why(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 10, 9)):
        made = expect(await filings.post(who, "/immediate-information", body()), 201)
        path = f"/immediate-information/{made['id']}/correction"
        same = body() | {"reason": "重新填写"}
        refused(await filings.post(who, path, same, made["version"]), 409, "nothing_changed")
        right = body(paid_yuan="300000.00") | {"reason": "实缴金额填写有误"}
        refused(await filings.post(who, path, right), 428, "precondition_required")
        expect(await filings.post(who, path, right, made["version"]))
    (shown,) = (await filings.get(f"/v1/enterprises/{code}/immediate-information"))["items"]
    assert shown["revisions"][0]["changes"] == [
        {"pointer": "/details/paid_yuan", "before": "200000.00", "after": "300000.00"}
    ]
    assert (shown["corrected"], len(shown["revisions"])) == (True, 2)


async def test_the_same_is_published_once(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(date(2026, 10, 9)):
        made = expect(await filings.post(who, "/immediate-information", body()), 201)
        answer = refused(await filings.post(who, "/immediate-information", body()), 409, "information_repeated")
    assert answer["number"] == made["number"]


async def test_the_same_sent_twice_at_once_is_published_once(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(date(2026, 10, 9)):
        both = await asyncio.gather(*(filings.post(who, "/immediate-information", body()) for _ in range(4)))
    assert sorted(answer.status_code for answer in both) == [201, 409, 409, 409]


async def test_a_day_that_can_not_be_is_refused(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise(established_on="2020-01-01"))
    for day in (date(2027, 1, 1), date(2019, 12, 31)):
        with filings.on(date(2026, 10, 9)):
            refused(await filings.post(who, "/immediate-information", body(day=day)), 422, "day_invalid")


async def test_only_those_with_a_mandate_for_the_matter_act(filings: Filings) -> None:
    code = await filings.enterprise()
    with filings.on(date(2026, 10, 9)):
        agent = filings.agent(code, ["MR-ENT-IMMEDIATE-INFO"])
        made = expect(await filings.post(agent, "/immediate-information", body()), 201)
        for stranger in (filings.agent(code, ["MR-ENT-ANNUAL-REPORT"]), filings.person(), filings.officer()):
            path = f"/immediate-information/{made['id']}"
            refused(await filings.read(stranger, path), 404, "information_unknown")
            refused(await filings.post(stranger, "/immediate-information", body()), 403, "not_for_enterprise")
    assert expect(await filings.read(agent, "/immediate-information"))["items"][0]["id"] == made["id"]
    deadline = expect(await filings.read(agent, f"/immediate-information/{made['id']}/deadline"))
    assert (deadline["met_on"], deadline["is_overdue"]) == ("2026-10-09", False)


@pytest.mark.parametrize(
    ("day", "measure"), [(date(2014, 10, 1), "654号"), (date(2024, 4, 30), "654号"), (date(2024, 5, 1), "777号")]
)
async def test_the_term_is_that_of_the_day_of_arising(day: date, measure: str) -> None:
    assert measure in term_of(Type.PENALTY, day).basis


async def test_before_the_regulations_there_is_no_duty() -> None:
    with pytest.raises(DayInvalid):
        term_of(Type.CAPITAL, date(2014, 9, 30))
    assert not is_late(Type.CAPITAL, AROSE, due(Type.CAPITAL, AROSE).due_on)
