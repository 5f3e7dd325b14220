"""Publication of penalties by their terms, and repair that ends it earlier."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.clock import today
from svc_credit_registry.listing.repairs import handlers, service
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.feed import service as sequencer
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, listed, noon

pytestmark = pytest.mark.asyncio(loop_scope="module")
PROMISE = "我单位承诺守法诚信经营，自觉接受监督"


async def fined(desk: Desk, code: str, day: date, **content: Any) -> str:
    """A penalty of `day` on the record of an enterprise, with its term of publication; its key."""
    given: dict[str, Any] = {
        "document_number": f"随曾市监罚〔{day.year}〕12号", "authority": "曾都区市场监督管理局",
        "decided_on": day.isoformat(),
        "facts": "发布虚假广告", "penalty_types": ["罚款"], "penalty": "罚款二十万元", "fine_yuan": "200000.00",
        "legal_basis": "《中华人民共和国广告法》第五十五条",
    }  # fmt: skip
    key = await desk.put(code, RecordKind.PENALTY, day, given | content)
    await sequencer.sequence_all(desk.world.client.runtime)
    await desk.sweep(handlers.give_terms, day)
    return key


async def shown(desk: Desk, code: str) -> int:
    """How many penalties the public sees."""
    found = await desk.get(f"/v1/enterprises/{code}/items", kind="penalty")
    return len(found["items"])


@pytest.mark.parametrize(
    ("content", "until"),
    [
        ({}, date(2028, 11, 6)),
        ({"fine_yuan": "3000.00"}, date(2026, 2, 6)),
        ({"penalty_types": ["通报批评"], "fine_yuan": "0.00"}, date(2026, 2, 6)),
        ({"penalty_types": ["警告"], "fine_yuan": "0.00"}, date(2025, 11, 5)),
    ],
)
async def test_a_penalty_gets_its_term_by_itself(desk: Desk, content: dict[str, Any], until: date) -> None:
    code = await desk.enterprise()
    await fined(desk, code, date(2025, 11, 6), **content)
    (item,) = await desk.record(code, RecordKind.PENALTY)
    assert (item.version, item.publish_until) == (2, until)
    assert await desk.sweep(handlers.give_terms, date(2025, 11, 7)) == 0
    assert await shown(desk, code) == (1 if until >= today() else 0)


async def bare(desk: Desk, code: str, **changes: Any) -> str:
    """A penalty on the record which has no term yet; its key."""
    content = {
        "document_number": "随曾市监罚〔2025〕12号", "authority": "曾都区市场监督管理局", "decided_on": "2025-11-06",
        "facts": "发布虚假广告", "penalty_types": ["罚款"], "penalty": "罚款二十万元", "fine_yuan": "200000.00",
    } | changes.pop("content", {})  # fmt: skip
    return await desk.put(code, RecordKind.PENALTY, date(2025, 11, 6), content, **changes)


async def test_many_penalties_get_their_terms_in_small_steps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "TERMS_AT_ONCE", 2)
    code = await desk.enterprise()
    await sequencer.sequence_all(desk.world.client.runtime)
    await desk.sweep(handlers.give_terms, date(2025, 11, 6))
    for _ in range(5):
        await bare(desk, code)
    await sequencer.sequence_all(desk.world.client.runtime)
    await desk.sweep(handlers.give_terms, date(2025, 11, 6), times=1)
    assert sorted(item.version for item in await desk.record(code, RecordKind.PENALTY)) == [1, 1, 1, 2, 2]
    await desk.sweep(handlers.give_terms, date(2025, 11, 6))
    assert [item.version for item in await desk.record(code, RecordKind.PENALTY)] == [2, 2, 2, 2, 2]


async def test_what_its_producer_has_replaced_meanwhile_is_not_put_back(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await bare(desk, code)
    (read,) = await desk.record(code, RecordKind.PENALTY)
    await bare(desk, code, key=key, content={"facts": "更正后的事实"})
    async with desk.world.client.sessions() as session, session.begin():
        await service.give_term(session, read, noon(date(2025, 11, 7)))
    (item,) = await desk.record(code, RecordKind.PENALTY)
    assert (item.version, item.content["facts"], item.publish_until) == (2, "更正后的事实", None)


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
    assert await desk.refused(f"{one}/acceptance", desk.officer("421300"), {"accepted": True, "reason": "受理"}) == (
        403, "repair_elsewhere",
    )  # fmt: skip
    assert made["id"] in [r["id"] for r in (await desk.get("/v1/repairs/queue", officer))["items"]]
    taken = await desk.ok(f"{one}/acceptance", officer, {"accepted": True, "reason": "材料齐全"})
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

    undone = await desk.ok(f"{one}/revocation", officer, {"reason": "缴款凭证系伪造"})
    assert undone["state"] == "revoked"
    (again,) = await desk.record(code, RecordKind.PENALTY)
    assert again.content["state"] == "in_force"
    assert again.publish_until is not None
    assert again.publish_until > today() + timedelta(1000)
    assert await shown(desk, code) == 1


async def test_what_is_declined_stays_published(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await fined(desk, code, today() - timedelta(300))
    body = {"producer": "AMR-421303", "key": key, "cure": "已缴清罚款", "commitment": PROMISE}
    made = await desk.ok("/v1/repairs", desk.representative(code), body)
    taken = await desk.ok(f"/v1/repairs/{made['id']}/acceptance", desk.officer(), {"accepted": True, "reason": "受理"})
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
    done = await desk.ok(f"/v1/repairs/{made['id']}/acceptance", desk.officer(), no)
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


async def test_the_end_of_a_publication_is_told_once(desk: Desk) -> None:
    code = await desk.enterprise()
    await fined(desk, code, date(2025, 9, 1), fine_yuan="3000.00")
    (item,) = await desk.record(code, RecordKind.PENALTY)
    assert item.publish_until == date(2025, 12, 1)
    await sequencer.sequence_all(desk.world.client.runtime)
    async with desk.world.client.sessions() as session:
        position = await feed.last_position(session)
    await desk.sweep(handlers.tell_ends, date(2026, 11, 21))
    assert await desk.sweep(handlers.tell_ends, date(2026, 11, 21)) == 0
    await sequencer.sequence_all(desk.world.client.runtime)
    async with desk.world.client.sessions() as session:
        told = await feed.after(session, position, 1000)
    assert [c.item_id for c in told].count(item.id) == 1


async def test_the_terms_are_public_as_data(desk: Desk) -> None:
    terms = (await desk.get("/v1/repair-terms"))["items"]
    published = [(t["version"], t["length"]) for t in terms if t["node"] == "publication"]
    assert published == [("saic-71-2014", 60), ("samr-45-2021", 36), ("samr-45-2021", 3)]
