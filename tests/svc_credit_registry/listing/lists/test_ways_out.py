"""How an entry ends before its time: objection, removal from either list, and a removal that is undone."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from shared.clock import today
from svc_credit_registry.listing.escalation import handlers as clocks
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, grave, listed, unreachable

CURE = {"cure": "已在登记的住所恢复办公，可以联系"}
PROMISE = "我单位承诺守法诚信经营，自觉接受监督"


async def test_an_upheld_objection_corrects_the_list_and_the_record(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    path, us = f"/v1/list-entries/{entry['id']}/objections", desk.representative(code, "MR-ENT-OBJECTION")
    body = {"reasons": "核查地址有误，本企业在登记住所正常经营", "evidence": ["房屋租赁合同", "现场照片"]}
    assert await desk.refused(path, desk.representative(code, "MR-ENT-CREDIT-REPAIR"), body) == (
        403,
        "not_the_enterprise",
    )
    made = await desk.ok(path, us, body)
    assert (made["state"], made["due_node"]) == ("filed", "objection_acceptance")
    assert await desk.refused(path, us, body) == (409, "objection_pending")
    queue = (await desk.get("/v1/list-objections/queue", desk.officer()))["items"]
    assert made["id"] in [o["id"] for o in queue]

    one = f"/v1/list-objections/{made['id']}"
    accepted = {"accepted": True, "reason": "材料齐全"}
    assert await desk.refused(f"{one}/acceptance", desk.officer("421300"), accepted, 1) == (403, "not_your_region")
    assert await desk.refused(f"{one}/acceptance", desk.officer(), accepted) == (428, "precondition_required")
    assert await desk.refused(f"{one}/acceptance", desk.officer(), accepted, 9) == (412, "stale_version")
    taken = await desk.ok(f"{one}/acceptance", desk.officer(), accepted, made["version"])
    assert taken["due_node"] == "objection_verification"
    clocks = (await desk.get(f"{one}/deadlines", us, explain=True))["items"]
    assert [(c["node"], c["length"]) for c in clocks] == [("objection_acceptance", 5), ("objection_verification", 20)]
    upheld = {"upheld": True, "reason": "经核实，核查地址有误"}
    assert await desk.refused(f"{one}/decision", desk.officer(), upheld, made["version"]) == (412, "stale_version")
    done = await desk.ok(f"{one}/decision", desk.officer(), upheld, taken["version"])
    assert (done["state"], done["corrected_on"], done["due_on"]) == ("upheld", today().isoformat(), None)
    assert "异更" in done["document_number"]
    assert await desk.record(code, RecordKind.ABNORMAL_OPERATION) == []
    async with desk.world.client.sessions() as session:
        void = list(await session.scalars(select(RecordItem.is_void).where(RecordItem.code == code)))
    assert void == [True], "it counts for nothing: the class of risk does not see it either"
    assert await desk.status(f"/v1/list-entries/{entry['id']}") == 404
    mine = (await desk.get("/v1/list-entries/mine", us))["items"]
    assert [(e["id"], e["state"]) for e in mine] == [(entry["id"], "corrected")]
    again = {"upheld": False, "reason": "再次"}
    assert await desk.refused(f"{one}/decision", desk.officer(), again, done["version"]) == (
        409, "objection_act_not_allowed",
    )  # fmt: skip


async def test_a_rejected_objection_leaves_the_entry_and_tells_why(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    us = desk.representative(code)
    made = await desk.ok(f"/v1/list-entries/{entry['id']}/objections", us, {"reasons": "不服列入"})
    one = f"/v1/list-objections/{made['id']}"
    early = {"upheld": False, "reason": "维持"}
    assert await desk.refused(f"{one}/decision", desk.officer(), early, made["version"]) == (
        409, "objection_act_not_allowed",
    )  # fmt: skip
    taken = await desk.ok(f"{one}/acceptance", desk.officer(), {"accepted": True, "reason": "受理"}, made["version"])
    done = await desk.ok(f"{one}/decision", desk.officer(), {"upheld": False, "reason": "列入无误"}, taken["version"])
    assert done["state"] == "rejected"
    assert len(await desk.record(code, RecordKind.ABNORMAL_OPERATION)) == 1
    notices = (await desk.get("/v1/list-notices", us))["items"]
    assert [n["act"] for n in notices] == ["reject_objection", "accept_objection", "list"]
    assert notices[0]["document_number"] == done["document_number"]
    found = (await desk.get(f"/v1/list-entries/{entry['id']}/objections", us))["items"]
    assert [o["state"] for o in found] == ["rejected"]


async def test_an_objection_not_accepted_can_be_made_again(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    path, us = f"/v1/list-entries/{entry['id']}/objections", desk.representative(code)
    made = await desk.ok(path, us, {"reasons": "不服列入"})
    refused = {"accepted": False, "reason": "未提交证明材料"}
    done = await desk.ok(f"/v1/list-objections/{made['id']}/acceptance", desk.officer(), refused, made["version"])
    assert (done["state"], done["due_on"], done["decision_reason"]) == ("not_accepted", None, "未提交证明材料")
    assert (await desk.ok(path, us, {"reasons": "补充材料后再次提出"}))["state"] == "filed"


async def test_whoever_is_reachable_again_is_removed_after_verification(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    us = desk.representative(code, "MR-ENT-CREDIT-REPAIR")
    made = await desk.ok(f"/v1/list-entries/{entry['id']}/removals", us, CURE)
    assert (made["state"], made["due_node"]) == ("accepted", "removal_verification")
    assert await desk.refused(f"/v1/list-entries/{entry['id']}/removals", us, CURE) == (409, "removal_pending")
    one, grant = f"/v1/list-removals/{made['id']}", {"outcome": "granted", "reason": "准予移出"}
    assert await desk.refused(f"{one}/decision", desk.officer(), grant, made["version"]) == (
        409,
        "removal_act_not_allowed",
    )
    cured = {"cured": True, "findings": "现场核实，可以联系"}
    assert await desk.refused(f"{one}/verification", desk.officer(), cured, 9) == (412, "stale_version")
    found = await desk.ok(f"{one}/verification", desk.officer(), cured, made["version"])
    assert (found["state"], found["due_node"]) == ("verified", "removal_decision")
    assert await desk.refused(f"{one}/decision", desk.officer(), grant, 1) == (412, "stale_version")
    done = await desk.ok(f"{one}/decision", desk.officer(), grant, found["version"])
    assert (done["state"], done["due_on"]) == ("granted", None)
    assert await desk.record(code, RecordKind.ABNORMAL_OPERATION) == []
    shown = await desk.get(f"/v1/list-entries/{entry['id']}")
    assert (shown["state"], shown["end_document_number"]) == ("removed", done["document_number"])
    removed = (await desk.get("/v1/list-entries", code=code, state="removed"))["items"]
    assert [e["id"] for e in removed] == [entry["id"]]
    assert (await desk.get("/v1/list-documents", number=done["document_number"]))["act"] == "remove"


async def test_a_missing_report_is_seen_on_the_record(desk: Desk) -> None:
    code = await desk.enterprise()
    body = {
        "list": "abnormal", "ground": "no_annual_report", "code": code, "facts": "未报2025年度报告",
        "verified_on": today().isoformat(), "report_year": 2025,
    }  # fmt: skip
    made = await desk.ok("/v1/list-entries", desk.officer(), body)
    path, decision = f"/v1/list-entries/{made['id']}", {"outcome": "listed", "reason": "查证属实"}
    await desk.ok(f"{path}/decision", desk.officer(), decision, made["version"])
    us = desk.representative(code)
    assert await desk.refused(f"{path}/removals", us, CURE) == (409, "not_cured")
    await desk.report(code, 2025, date(2026, 11, 1))
    removal = await desk.ok(f"{path}/removals", us, CURE)
    assert (removal["state"], removal["due_node"]) == ("verified", "removal_decision")
    done = await desk.ok(
        f"/v1/list-removals/{removal['id']}/decision", desk.officer(), {"outcome": "granted", "reason": "已补报"},
        removal["version"],
    )  # fmt: skip
    assert done["state"] == "granted"


async def test_what_is_not_cured_is_declined_by_a_decision(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    us = desk.representative(code)
    made = await desk.ok(f"/v1/list-entries/{entry['id']}/removals", us, CURE)
    queue = (await desk.get("/v1/list-removals/queue", desk.officer()))["items"]
    assert made["id"] in [r["id"] for r in queue]
    findings = {"cured": False, "findings": "现场仍无人办公"}
    done = await desk.ok(f"/v1/list-removals/{made['id']}/verification", desk.officer(), findings, made["version"])
    assert (done["state"], done["reason"]) == ("declined", "现场仍无人办公")
    assert "异不移" in done["document_number"]
    assert len(await desk.record(code, RecordKind.ABNORMAL_OPERATION)) == 1
    assert (await desk.ok(f"/v1/list-entries/{entry['id']}/removals", us, CURE))["state"] == "accepted"


async def test_a_removal_got_by_false_statements_is_undone(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    made = await desk.ok(f"/v1/list-entries/{entry['id']}/removals", desk.representative(code), CURE)
    one = f"/v1/list-removals/{made['id']}"
    cured, grant = {"cured": True, "findings": "提交了租赁合同"}, {"outcome": "granted", "reason": "准予"}
    found = await desk.ok(f"{one}/verification", desk.officer(), cured, made["version"])
    done = await desk.ok(f"{one}/decision", desk.officer(), grant, found["version"])
    async with desk.world.client.sessions() as session, session.begin():
        row = await session.get_one(ListEntry, entry["id"])
        row.warned_on = row.escalated_on = today()
    done = await desk.get(one, desk.officer())
    forged = {"reason": "租赁合同系伪造"}
    assert await desk.refused(f"{one}/revocation", desk.officer(), forged, found["version"]) == (412, "stale_version")
    undone = await desk.ok(f"{one}/revocation", desk.officer(), forged, done["version"])
    assert undone["state"] == "revoked"
    shown = await desk.get(f"/v1/list-entries/{entry['id']}")
    assert (shown["state"], shown["ended_on"], shown["warned_on"]) == ("listed", None, None)
    async with desk.world.client.sessions() as session:
        assert (await session.get_one(ListEntry, entry["id"])).escalated_on is None, "its three years begin anew"
    assert len(await desk.record(code, RecordKind.ABNORMAL_OPERATION)) == 1


async def serious(desk: Desk, code: str) -> dict[str, Any]:
    """An entry on the serious list by an officer's decision of today."""
    made = await desk.ok("/v1/list-entries", desk.officer(), grave(code, today()))
    path = f"/v1/list-entries/{made['id']}"
    await desk.ok(f"{path}/consent", desk.officer("421300"), {"document": "随市监函〔2026〕3号"})
    stated = await desk.ok(f"{path}/statement", desk.representative(code), {"waived": True})
    body = {"outcome": "listed", "reason": "情节严重"}
    done: dict[str, Any] = await desk.ok(f"{path}/decision", desk.officer(), body, stated["version"])
    return done


async def test_early_removal_from_the_serious_list_takes_a_year_and_a_commitment(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await serious(desk, code)
    us, path = desk.representative(code), f"/v1/list-entries/{entry['id']}/removals"
    asked = CURE | {"commitment": PROMISE}
    assert await desk.refused(path, us, asked) == (409, "removal_too_early")
    async with desk.world.client.sessions() as session, session.begin():
        row = await session.get_one(ListEntry, entry["id"])
        row.listed_on = today() - timedelta(400)
    assert await desk.refused(path, us, CURE) == (409, "commitment_missing")
    made = await desk.ok(path, us, asked)
    assert (made["state"], made["due_node"]) == ("applied", "removal_acceptance")
    assert await desk.record(code, RecordKind.COMMITMENT) == []
    one = f"/v1/list-removals/{made['id']}"
    taken = await desk.ok(f"{one}/acceptance", desk.officer(), {"accepted": True, "reason": "齐全"}, made["version"])
    assert taken["due_node"] == "removal_decision"
    (promise,) = await desk.record(code, RecordKind.COMMITMENT)
    assert (promise.content["text"], promise.producer) == (PROMISE, code)
    cured = {"cured": True, "findings": "已履行处罚决定"}
    found = await desk.ok(f"{one}/verification", desk.officer(), cured, taken["version"])
    granted = {"outcome": "granted", "reason": "符合提前移出条件"}
    done = await desk.ok(f"{one}/decision", desk.officer(), granted, found["version"])
    assert done["state"] == "granted"
    assert await desk.record(code, RecordKind.SERIOUS_VIOLATION) == []
    (repaired,) = await desk.record(code, RecordKind.CREDIT_REPAIR)
    assert (repaired.content["outcome"], repaired.content["subject_key"]) == ("granted", entry["number"])
    assert await desk.status(f"/v1/list-entries/{entry['id']}") == 404
    case = await desk.get(f"/v1/list-entries/{entry['id']}/case", desk.officer())
    wrong = {"reason": "处罚决定被法院撤销"}
    await desk.ok(f"/v1/list-entries/{entry['id']}/correction", desk.officer(), wrong, case["version"])
    for kind in (RecordKind.CREDIT_REPAIR, RecordKind.COMMITMENT):
        assert await desk.record(code, kind) == [], "they told of an entry that never should have stood"


async def test_an_application_about_an_entry_that_has_ended_is_not_accepted_and_publishes_nothing(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await serious(desk, code)
    async with desk.world.client.sessions() as session, session.begin():
        (await session.get_one(ListEntry, entry["id"])).listed_on = today() - timedelta(400)
    path = f"/v1/list-entries/{entry['id']}"
    made = await desk.ok(f"{path}/removals", desk.representative(code), CURE | {"commitment": PROMISE})
    case = await desk.get(f"{path}/case", desk.officer())
    await desk.ok(f"{path}/correction", desk.officer(), {"reason": "处罚决定被法院撤销"}, case["version"])
    taken, accepted = f"/v1/list-removals/{made['id']}/acceptance", {"accepted": True, "reason": "齐全"}
    assert await desk.refused(taken, desk.officer(), accepted, made["version"]) == (409, "list_act_not_allowed")
    assert await desk.record(code, RecordKind.COMMITMENT) == []
    assert await desk.sweep(clocks.lapse, today()) == 1, "it is closed by itself"


async def test_the_authority_corrects_what_it_found_wrong_and_what_was_asked_meanwhile_ends(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    path, us = f"/v1/list-entries/{entry['id']}", desk.representative(code)
    asked = await desk.ok(f"{path}/removals", us, CURE)
    objected = await desk.ok(f"{path}/objections", us, {"reasons": "不服列入"})
    wrong = {"reason": "行政复议决定撤销列入决定（随政复决〔2026〕8号）"}
    case = await desk.get(f"{path}/case", desk.officer())
    refused = await desk.post(f"{path}/correction", desk.officer(), wrong, case["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "objection_pending")
    told = {"accepted": False, "reason": "无新事实"}
    await desk.ok(f"/v1/list-objections/{objected['id']}/acceptance", desk.officer(), told, objected["version"])
    above = await desk.post(f"{path}/correction", desk.officer("421300"), wrong, case["version"])
    assert (above.status_code, above.json()["code"]) == (403, "not_your_region")
    case = await desk.get(f"{path}/case", desk.officer())
    done = await desk.ok(f"{path}/correction", desk.officer(), wrong, case["version"])
    assert done["state"] == "corrected"
    assert await desk.record(code, RecordKind.ABNORMAL_OPERATION) == []
    assert await desk.sweep(clocks.lapse, today()) == 1
    over = await desk.get(f"/v1/list-removals/{asked['id']}", us)
    assert (over["state"], over["due_on"]) == ("not_accepted", None)
    queue = (await desk.get("/v1/list-removals/queue", desk.officer(), limit=200))["items"]
    assert asked["id"] not in [one["id"] for one in queue]


async def test_a_wrong_entry_is_corrected_after_its_removal_too(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    path, us = f"/v1/list-entries/{entry['id']}", desk.representative(code)
    asked = await desk.ok(f"{path}/removals", us, CURE)
    one = f"/v1/list-removals/{asked['id']}"
    found = await desk.ok(
        f"{one}/verification", desk.officer(), {"cured": True, "findings": "可联系"}, asked["version"]
    )
    await desk.ok(f"{one}/decision", desk.officer(), {"outcome": "granted", "reason": "准予"}, found["version"])
    case = await desk.get(f"{path}/case", desk.officer())
    wrong = {"reason": "法院判决撤销列入决定"}
    assert (await desk.ok(f"{path}/correction", desk.officer(), wrong, case["version"]))["state"] == "corrected"
    assert (await desk.get("/v1/list-entries", code=code, state="removed"))["items"] == [], "it never should have stood"
    async with desk.world.client.sessions() as session:
        void = list(await session.scalars(select(RecordItem.is_void).where(RecordItem.code == code)))
    assert void == [True]


async def test_who_has_left_business_since_the_proposal_is_not_listed(desk: Desk) -> None:
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), unreachable(code, today()))
    async with desk.world.client.sessions() as session, session.begin():
        enterprise = await session.get_one(Enterprise, code)
        enterprise.status, enterprise.ended_on = "cancelled", today()
    body = {"outcome": "listed", "reason": "查证属实"}
    refused = await desk.post(f"/v1/list-entries/{made['id']}/decision", desk.officer(), body, made["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "not_subject_to_list")
    closed = {"outcome": "not_listed", "reason": "企业已注销"}
    assert (await desk.ok(f"/v1/list-entries/{made['id']}/decision", desk.officer(), closed, made["version"]))[
        "state"
    ] == "not_listed"
