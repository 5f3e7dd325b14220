"""Repair ends the publication of a penalty before its term."""

from datetime import timedelta

from shared.clock import today
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, listed
from tests.svc_credit_registry.listing.penalties.fines import fined, shown

PROMISE = "我单位承诺守法诚信经营，自觉接受监督"


async def test_who_asks_too_early_is_told_until_when_he_waits(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(30))
    us = desk.representative(code, "MR-ENT-CREDIT-REPAIR")
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款并停止发布", "commitment": PROMISE}
    answer = await desk.post("/v1/repairs", us, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "repair_hindered")
    (hindrance,) = answer.json()["hindrances"]
    assert (hindrance["code"], hindrance["until"] > str(today())) == ("too_early", True)
    (mine,) = (await desk.get("/v1/penalties/mine", us, explain=True))["items"]
    assert (mine["may_apply"], mine["published"]) == (False, True)
    assert mine["waiting"]["due_on"] == hindrance["until"]
    assert mine["waiting"]["explanation"]
    stranger = desk.representative(await desk.enterprise())
    assert await desk.refused("/v1/repairs", stranger, body) == (404, "penalty_unknown")
    assert await desk.refused("/v1/repairs", desk.representative(code, "MR-X"), body) == (404, "penalty_unknown")


async def test_repair_ends_the_publication_and_stands_on_the_record(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    us, officer = desk.representative(code), desk.officer()
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款并停止发布", "commitment": PROMISE}
    made = await desk.ok("/v1/repairs", us, body)
    one = f"/v1/repairs/{made['id']}"
    assert (made["state"], made["due_node"]) == ("applied", "acceptance")
    assert await desk.refused("/v1/repairs", us, body) == (409, "repair_pending")
    assert await desk.record(code, RecordKind.COMMITMENT) == []
    accepted = {"accepted": True, "reason": "材料齐全"}
    assert await desk.refused(f"{one}/acceptance", desk.officer("421300"), accepted, 1) == (403, "repair_elsewhere")
    assert await desk.refused(f"{one}/acceptance", officer, accepted, 9) == (412, "stale_version")
    assert made["id"] in [r["id"] for r in (await desk.get("/v1/repairs/queue", officer))["items"]]
    taken = await desk.ok(f"{one}/acceptance", officer, accepted, made["version"])
    (promise,) = await desk.record(code, RecordKind.COMMITMENT)
    assert (promise.content["text"], promise.key) == (PROMISE, made["number"])
    clocks = (await desk.get(f"{one}/deadlines", us))["items"]
    assert [(c["node"], c["length"]) for c in clocks] == [("acceptance", 2), ("decision", 15)]
    assert await shown(desk, code) == 1
    grant = {"outcome": "granted", "reason": "符合条件"}
    assert await desk.refused(f"{one}/decision", officer, grant, 1) == (412, "stale_version")
    done = await desk.ok(f"{one}/decision", officer, grant, taken["version"])
    assert (done["state"], done["stopped_on"], done["due_on"]) == ("granted", today().isoformat(), None)
    assert await shown(desk, code) == 0
    (penalty,) = await desk.record(code, RecordKind.PENALTY)
    assert (penalty.content["state"], penalty.publish_until) == ("repaired", today() - timedelta(1))
    (repaired,) = await desk.record(code, RecordKind.CREDIT_REPAIR)
    assert repaired.content["number"] == done["decision_number"]
    assert [r["state"] for r in (await desk.get("/v1/repairs/mine", us))["items"]] == ["granted"]
    assert await desk.acts(made["id"]) == ["repair.applied", "repair.accept", "repair.grant"]

    assert await desk.refused("/v1/repairs", us, body) == (409, "repair_hindered"), "it is not published any more"
    (mine,) = (await desk.get("/v1/penalties/mine", us))["items"]
    assert ([h["code"] for h in mine["hindrances"]], mine["may_apply"], mine["published"]) == (["ended"], False, False)
    forged = {"reason": "缴款凭证系伪造"}
    assert await desk.refused(f"{one}/revocation", officer, forged, taken["version"]) == (412, "stale_version")
    undone = await desk.ok(f"{one}/revocation", officer, forged, done["version"])
    assert undone["state"] == "revoked"
    (again,) = await desk.record(code, RecordKind.PENALTY)
    assert again.content["state"] == "in_force"
    assert again.publish_until is not None
    assert again.publish_until > today() + timedelta(1000)
    assert await shown(desk, code) == 1


async def test_what_has_come_between_application_and_decision_hinders_it_still(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE}
    made = await desk.ok("/v1/repairs", desk.representative(code), body)
    one, officer = f"/v1/repairs/{made['id']}", desk.officer()
    food = {"accepted": True, "reason": "系食品类处罚", "field": "food"}
    answer = await desk.post(f"{one}/acceptance", officer, food, made["version"])
    assert (answer.status_code, [h["code"] for h in answer.json()["hindrances"]]) == (409, ["too_early"])
    taken = await desk.ok(f"{one}/acceptance", officer, {"accepted": True, "reason": "受理"}, made["version"])
    assert taken["field"] == "general"
    await listed(desk, code, today())
    grant, no = {"outcome": "granted", "reason": "符合条件"}, {"outcome": "declined", "reason": "又被列入异常名录"}
    answer = await desk.post(f"{one}/decision", officer, grant, taken["version"])
    assert (answer.status_code, [h["code"] for h in answer.json()["hindrances"]]) == (409, ["listed"])
    assert (await desk.ok(f"{one}/decision", officer, no, taken["version"]))["state"] == "declined"


async def test_what_is_declined_stays_published(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE}
    made = await desk.ok("/v1/repairs", desk.representative(code), body)
    accepted = {"accepted": True, "reason": "受理"}
    taken = await desk.ok(f"/v1/repairs/{made['id']}/acceptance", desk.officer(), accepted, made["version"])
    path, no = f"/v1/repairs/{made['id']}/decision", {"outcome": "declined", "reason": "尚有罚款未缴"}
    done = await desk.ok(path, desk.officer(), no, taken["version"])
    assert (done["state"], done["reason"]) == ("declined", "尚有罚款未缴")
    assert await shown(desk, code) == 1


async def test_an_application_can_be_withdrawn_or_not_accepted(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    us, body = (
        desk.representative(code),
        {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE},
    )
    made = await desk.ok("/v1/repairs", us, body)
    assert (await desk.ok(f"/v1/repairs/{made['id']}/withdrawal", us))["state"] == "withdrawn"
    made = await desk.ok("/v1/repairs", us, body)
    no = {"accepted": False, "reason": "缺少守信承诺书签章", "field": "food"}
    done = await desk.ok(f"/v1/repairs/{made['id']}/acceptance", desk.officer(), no, made["version"])
    assert (done["state"], done["due_on"], done["field"]) == ("not_accepted", None, "food")
    assert await desk.record(code, RecordKind.COMMITMENT) == []


async def test_whoever_is_listed_or_penalised_again_waits(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(400))
    await fined(desk, code, today() - timedelta(100))
    await listed(desk, code, today())
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE}
    answer = await desk.post("/v1/repairs", desk.representative(code), body)
    assert {h["code"] for h in answer.json()["hindrances"]} == {"listed", "again"}


async def test_the_terms_are_public_as_data(desk: Desk) -> None:
    terms = (await desk.get("/v1/repair-terms"))["items"]
    published = [(t["version"], t["length"]) for t in terms if t["node"] == "publication"]
    assert published == [("saic-71-2014", 60), ("samr-45-2021", 36), ("samr-45-2021", 3)]


async def test_after_a_revocation_one_waits_anew(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    us, officer = desk.representative(code), desk.officer()
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE}
    made = await desk.ok("/v1/repairs", us, body)
    one = f"/v1/repairs/{made['id']}"
    taken = await desk.ok(f"{one}/acceptance", officer, {"accepted": True, "reason": "受理"}, made["version"])
    done = await desk.ok(f"{one}/decision", officer, {"outcome": "granted", "reason": "符合"}, taken["version"])
    await desk.ok(f"{one}/revocation", officer, {"reason": "缴款凭证系伪造"}, done["version"])
    answer = await desk.post("/v1/repairs", us, body)
    assert (answer.status_code, [h["code"] for h in answer.json()["hindrances"]]) == (409, ["too_early"])
    (mine,) = (await desk.get("/v1/penalties/mine", us))["items"]
    assert (mine["waiting"]["started_on"], mine["publication"]["started_on"]) == (str(today()), str(today()))
    assert mine["publication"]["due_on"] == mine["publish_until"]
