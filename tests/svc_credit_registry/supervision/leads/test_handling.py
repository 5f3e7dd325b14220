"""Leads are assigned, checked in time, transferred to cases, concluded, closed and published where the law has it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.calendar import months_after
from shared.clock import today
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.supervision.leads.desk import Desk, penalty


async def test_a_lead_goes_from_monitoring_to_a_penalty_on_the_record(desk: Desk) -> None:
    code = await desk.enterprise()
    found = await desk.transferred(code=code)
    assert found["state"] == "transferred"
    dates = await desk.ok("GET", f"/v1/leads/{found['id']}/deadlines?explain=true", desk.officer())
    assert [d["node"] for d in dates["items"]] == ["check", "case"]
    assert all(d["basis"] and d["explanation"] for d in dates["items"])
    decision = penalty()
    found = await desk.done(found, "conclusion", {"penalty": decision})
    assert (found["state"], found["outcome"], found["due_on"]) == ("concluded", "penalised", None)
    (item,) = await desk.items(code, RecordKind.PENALTY)
    assert (item["document_number"], item["producer"]) == (decision["document_number"], "AMR-421303")

    published = await desk.done(found, "publication", {"summary": "发布虚假广告，已处罚"})
    assert published["published_on"]
    (outcome,) = await desk.items(code, RecordKind.LEAD_OUTCOME)
    assert (outcome["number"], outcome["outcome"], outcome["source"]) == (
        found["number"], "penalised", "advertising_monitoring",
    )  # fmt: skip
    assert await desk.audited(found["id"]) == [
        "lead.received", "lead.assign", "lead.verify", "lead.transfer", "lead.conclude", "lead.publish",
    ]  # fmt: skip


async def test_nobody_is_named_for_what_was_not_found(desk: Desk) -> None:
    code = await desk.enterprise()
    found = await desk.verified("unsubstantiated", code=code)
    closed = await desk.done(found, "closure", {"ground": "unsubstantiated", "reason": "广告内容属实"})
    answer = await desk.act(closed, "publication", {"summary": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_publishable")
    assert await desk.items(code, RecordKind.LEAD_OUTCOME) == []

    found = await desk.done(await desk.transferred(code=code), "conclusion", {"reason": "违法事实不能成立"})
    assert (found["outcome"], await desk.items(code, RecordKind.PENALTY)) == ("not_penalised", [])
    assert (await desk.act(found, "publication", {"summary": "x"})).status_code == 409


async def test_what_was_found_and_put_right_may_be_published(desk: Desk) -> None:
    code = await desk.enterprise()
    found = await desk.verified(code=code)
    found = await desk.done(found, "closure", {"ground": "corrected", "reason": "已责令改正"})
    await desk.done(found, "publication", {"summary": "已改正"})
    (outcome,) = await desk.items(code, RecordKind.LEAD_OUTCOME)
    assert outcome["outcome"] == "corrected"
    assert await desk.ends(code, RecordKind.LEAD_OUTCOME) == [months_after(today(), 3, basis="").due_on]


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("verification", {"finding": "substantiated", "summary": "属实"}),
    ("extension", {"reason": "需委托检验", "approved_by": "局长"}),
    ("closure", {"ground": "duplicate", "reason": "重复"}),
    ("transfer", {"case_number": "立1号"}),
    ("conclusion", {"reason": "不成立"}),
    ("publication", {"summary": "x"}),
    ("case-extension", {"reason": "案情复杂", "approved_by": "局长"}),
]


@pytest.mark.parametrize(("act", "body"), ACTS, ids=[act for act, _ in ACTS])
async def test_only_the_authority_of_the_region_acts_on_what_it_has_read(
    desk: Desk, act: str, body: dict[str, Any]
) -> None:
    found = await desk.received()
    assert (await desk.act(found, act, body, desk.officer("421321"))).status_code == 404
    superior = await desk.act(found, act, body, desk.officer("421300"))
    assert (superior.status_code, superior.json()["code"]) == (403, "lead_elsewhere")
    assert (await desk.act(found, act, body, desk.machine())).status_code == 403
    path = f"/v1/leads/{found['id']}/{act}"
    if act == "closure":
        assert (await desk.call("POST", path, desk.officer(), body)).status_code == 428
        assert (await desk.act(found | {"version": 7}, act, body)).status_code == 412


async def test_a_superior_assigns_and_the_term_runs_on(desk: Desk) -> None:
    found = await desk.received(region="421300")
    assert (await desk.act(found, "assignment", {"region": "421321"}, desk.officer("421303"))).status_code == 404
    outside = await desk.act(found, "assignment", {"region": "110105"}, desk.officer("421300"))
    assert (outside.status_code, outside.json()["code"]) == (422, "lead_region_invalid")
    answer = await desk.act(found, "assignment", {"region": "421321"}, desk.officer("421300"))
    assigned = answer.json()
    assert (assigned["region"], assigned["unit"], assigned["state"]) == ("421321", "AMR-421321", "assigned")
    assert assigned["due_on"] == found["due_on"]
    assert (await desk.call("GET", f"/v1/leads/{found['id']}", desk.officer("421303"))).status_code == 404


async def test_a_term_is_extended_once(desk: Desk) -> None:
    found = await desk.done(await desk.received(), "assignment", {"region": "421303"})
    body = {"reason": "需委托检验", "approved_by": "王局"}
    longer = await desk.done(found, "extension", body)
    assert longer["due_on"] > found["due_on"]
    assert (await desk.act(longer, "extension", body)).json()["code"] == "already_extended"


async def test_a_case_is_extended_twice_and_its_dates_say_so(desk: Desk) -> None:
    found = await desk.transferred(code=await desk.enterprise())
    body = {"reason": "案情复杂", "approved_by": "王局"}
    assert (await desk.act(found, "case-extension", body | {"until": "2199-01-01"})).json()["code"] == "case_term_unfit"
    longer = await desk.done(found, "case-extension", body)
    assert longer["due_on"] > found["due_on"]
    fixed = body | {"until": "2199-01-01", "approved_by": "负责人集体讨论"}
    last = await desk.done(longer, "case-extension", fixed)
    assert (last["due_on"], [one["approved_by"] for one in last["case_extensions"]]) == (
        "2199-01-01", ["王局", "负责人集体讨论"],
    )  # fmt: skip
    assert (await desk.act(last, "case-extension", fixed)).json()["code"] == "already_extended"
    (_, case) = (await desk.ok("GET", f"/v1/leads/{found['id']}/deadlines", desk.officer()))["items"]
    assert case["due_on"] == "2199-01-01"
    assert "lead.extend_case" in await desk.audited(found["id"])


async def test_a_mere_warning_is_not_published_in_a_roundabout_way(desk: Desk) -> None:
    code = await desk.enterprise()
    decision = penalty(penalty_types=["警告"], penalty="警告", fine_yuan=None)
    found = await desk.done(await desk.transferred(code=code), "conclusion", {"penalty": decision})
    shown = (await desk.get(f"/v1/enterprises/{code}/items", kind="penalty"))["items"]
    assert shown == [], "not even for a moment"
    answer = await desk.act(found, "publication", {"summary": "已处罚"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_publishable")
    assert await desk.items(code, RecordKind.LEAD_OUTCOME) == []


async def test_an_outcome_is_shown_as_long_as_its_penalty(desk: Desk) -> None:
    code, decision = await desk.enterprise(), penalty()
    found = await desk.done(await desk.transferred(code=code), "conclusion", {"penalty": decision})
    await desk.done(found, "publication", {"summary": "发布虚假广告，已处罚"})
    assert await desk.ends(code, RecordKind.LEAD_OUTCOME) == await desk.ends(code, RecordKind.PENALTY) != []
    await desk.settle()
    yesterday = today() - timedelta(days=1)
    await desk.repaired(code, decision["document_number"], yesterday)
    assert await desk.settle() == 1
    assert await desk.ends(code, RecordKind.LEAD_OUTCOME) == [yesterday]
    assert (await desk.get(f"/v1/enterprises/{code}/items", kind="lead_outcome"))["items"] == []
    await desk.withdrawn(decision["document_number"])
    assert await desk.settle() == 1
    assert await desk.items(code, RecordKind.LEAD_OUTCOME) == []
    assert await desk.settle() == 0


async def test_nobody_is_told_to_be_penalised_by_a_decision_that_was_set_aside(desk: Desk) -> None:
    code, decision = await desk.enterprise(), penalty()
    found = await desk.done(await desk.transferred(code=code), "conclusion", {"penalty": decision})
    found = await desk.done(found, "publication", {"summary": "发布虚假广告，已处罚"})
    await desk.revoked(code, decision["document_number"])
    assert [item["state"] for item in await desk.items(code, RecordKind.PENALTY)] == ["revoked"]
    assert await desk.settle() == 1
    assert await desk.items(code, RecordKind.LEAD_OUTCOME) == []
    assert await desk.settle() == 0
    answer = await desk.act(found, "publication", {"summary": "发布虚假广告，已处罚"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_publishable")


async def test_a_case_needs_an_enterprise_and_a_finding(desk: Desk) -> None:
    found = await desk.verified()
    answer = await desk.act(found, "transfer", {"case_number": "立1号"})
    assert (answer.status_code, answer.json()["code"]) == (409, "enterprise_needed")
    found = await desk.verified("unsubstantiated", code=await desk.enterprise())
    assert (await desk.act(found, "transfer", {"case_number": "立1号"})).json()["code"] == "ground_not_fitting"
    assert (await desk.act(found, "closure", {"ground": "corrected", "reason": "x"})).status_code == 422


async def test_an_official_says_whom_it_concerns(desk: Desk) -> None:
    code, found = await desk.enterprise(), await desk.received()
    body = {"code": code, "reason": "现场核实主体"}
    matched = await desk.done(found, "match", body)
    assert (matched["code"], matched["matched_by"]) == (code, "officer")
    unknown = body | {"code": "91110000600037341L"}
    assert (await desk.act(matched, "match", unknown)).json()["code"] == "enterprise_unknown"
    verified = await desk.done(await desk.done(matched, "assignment", {"region": "421303"}), "verification", ACTS[0][1])
    assert (await desk.act(verified, "match", body)).status_code == 409, "after the check it stands"


async def test_of_two_officials_at_once_one_acts(desk: Desk) -> None:
    found = await desk.done(await desk.received(), "assignment", {"region": "421303"})
    answers = await asyncio.gather(*(desk.act(found, "verification", ACTS[0][1]) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"penalty": penalty(), "reason": "x"}, {"penalty": penalty(decided_on="2020-01-01")},
        {"penalty": penalty(fine_yuan="-1")}, {"penalty": penalty(facts="公民身份号码11010519491231002X")},
    ],
)  # fmt: skip
async def test_conclusions_that_can_not_be(desk: Desk, body: dict[str, Any]) -> None:
    code = await desk.enterprise()
    found = await desk.transferred(code=code)
    assert (await desk.act(found, "conclusion", body)).status_code == 422
    assert (await desk.read(found["id"]))["state"] == "transferred"
    assert await desk.items(code, RecordKind.PENALTY) == []


async def test_lists_show_what_waits_and_what_is_late_in_the_own_region(desk: Desk) -> None:
    found = await desk.received(source="pyramid_selling")
    params = {"source": "pyramid_selling", "limit": "200"}

    async def numbers(who: dict[str, str], **more: str) -> list[str]:
        answer = await desk.client.get("/v1/leads", headers=who, params=params | more)
        assert answer.status_code == 200, answer.text
        return [item["number"] for item in answer.json()["items"]]

    assert found["number"] in await numbers(desk.officer())
    assert found["number"] in await numbers(desk.officer("420000"), state="received")
    assert await numbers(desk.officer("421321")) == []
    assert found["number"] not in await numbers(desk.officer(), overdue="true")
    async with desk.client.sessions() as session, session.begin():
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE leads SET due_on = current_date - 2 WHERE id = $1", (found["id"],))
    assert found["number"] in await numbers(desk.officer(), overdue="true")


async def test_statistics_by_source_add_up(desk: Desk) -> None:
    region = "421381"
    code = await desk.enterprise(region)
    who = desk.officer(region)
    before = await statistics(desk, who)
    receipt = await desk.ok(
        "POST", "/v1/leads", desk.machine(),
        {"key": code, "source": "other", "category": "c", "found_on": "2026-11-01", "facts": "f", "code": code},
    )  # fmt: skip
    await desk.act(await desk.read(receipt["id"]), "closure", {"ground": "duplicate", "reason": "重复"}, who)
    counted = await statistics(desk, who)
    assert before["other"]["received"] == 0
    wanted = {"received": 1, "matched": 1, "closed": 1, "waiting": 0, "penalised": 0}
    assert {name: counted["other"][name] for name in wanted} == wanted
    assert set(counted) == {"advertising_monitoring", "online_market_monitoring", "pyramid_selling", "other"}
    assert (await desk.call("GET", "/v1/lead-statistics", who)).status_code == 422
    turned = await desk.call("GET", "/v1/lead-statistics?since=2026-12-01&until=2026-11-30", who)
    assert (turned.status_code, turned.json()["code"]) == (422, "span_invalid")


async def statistics(desk: Desk, who: dict[str, str]) -> dict[str, Any]:
    path = "/v1/lead-statistics?since=2026-01-01&until=2199-12-31"
    return {item["source"]: item for item in (await desk.ok("GET", path, who))["items"]}


async def test_a_decision_of_one_enterprise_does_not_wander_to_another(desk: Desk) -> None:
    first, second = await desk.enterprise(), await desk.enterprise()
    decision = penalty(document_number="随曾市监罚〔2026〕77号")
    await desk.done(await desk.transferred(code=first), "conclusion", {"penalty": decision})
    answer = await desk.act(await desk.transferred(code=second), "conclusion", {"penalty": decision})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/penalty/document_number")
    assert len(await desk.items(first, RecordKind.PENALTY)) == 1
    assert await desk.items(second, RecordKind.PENALTY) == []
