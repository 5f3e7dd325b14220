"""Errors go back to who produced them: asked by those who use the data, answered by a new version or with reasons."""

import hashlib
from datetime import date
from typing import Any

import httpx
import pytest

from shared.audit import SYSTEM
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.sharing.corrections.handlers import settle_corrected
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, PENALTY, headers_of, penalty, push
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_700_000)
COURT, TAX, UNIT = "court-suizhou", "tax-suizhou", "AMR-421303"
DAY = date(2026, 11, 2)


async def pushed(world: World) -> str:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    return str((await push(world, penalty(code=CODE))).json()["item_id"])


async def ask(world: World, headers: dict[str, str], item_id: str, key: str = "a") -> httpx.Response:
    body = {"item_id": item_id, "fault": "罚款金额与决定书不符", "proposed": {"fine_yuan": "1000.00"}}
    return await world.client.post("/v1/correction-requests", headers=headers | {"Idempotency-Key": key}, json=body)


async def listed(world: World, headers: dict[str, str]) -> list[Any]:
    return list((await world.client.get("/v1/correction-requests", headers=headers)).json()["items"])


async def test_the_producer_corrects_by_a_new_version(world: World) -> None:
    request = (await ask(world, OFFICER(world), await pushed(world))).json()
    assert (request["state"], request["producer"]) == ("open", COURT)
    (seen,) = await listed(world, headers_of(world, COURT))
    assert seen["number"] == request["number"]
    same = await push(world, penalty(code=CODE))
    assert same.json()["outcome"] == "unchanged"
    assert (await listed(world, headers_of(world, COURT)))[0]["state"] == "open"
    better = (await push(world, penalty(code=CODE, content={"fine_yuan": "1000.00"}))).json()
    (closed,) = await listed(world, headers_of(world, COURT))
    assert (closed["state"], closed["corrected_item_id"]) == ("corrected", better["item_id"])


async def test_the_producer_and_nobody_else_refuses_with_reasons(world: World) -> None:
    request = (await ask(world, headers_of(world, TAX), await pushed(world))).json()
    address = f"/v1/correction-requests/{request['id']}/refusal"
    more = {"If-Match": '"1"', "Idempotency-Key": "r"}
    body = {"reason": "经核对原件无误"}
    for version in ('"1"', '"9"'):
        posing = headers_of(world, TAX) | more | {"If-Match": version}
        other = await world.client.post(address, headers=posing, json=body)
        assert other.status_code == 404, "also the version is none of its business"
    refused = await world.client.post(address, headers=headers_of(world, COURT) | more, json=body)
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    again = await world.client.post(
        address, headers=headers_of(world, COURT) | {"If-Match": '"2"', "Idempotency-Key": "s"}, json=body
    )
    assert (again.status_code, again.json()["code"]) == (409, "correction_closed")


async def entered(world: World, producer: str, **changes: Any) -> str:
    """An item which came by no push: of a unit of market regulation, in a case of its own, or of an enterprise."""
    content = {
        "number": "1",
        "name": "食品经营许可证",
        "authority": "曾都区局",
        "decided_on": DAY,
        "valid_from": DAY,
    } | changes
    item = Item(CODE, RecordKind.LICENCE, "1", content, producer, producer, "《行政许可法》第四十条", DAY, DAY)
    async with world.client.sessions() as session, session.begin():
        return str((await records.put(session, SYSTEM, item, now())).item_id)


async def settled(world: World) -> int:
    async with world.client.sessions() as session, session.begin():
        return await settle_corrected(session, SweepContext(world.client.runtime, now(), today()))


@pytest.mark.parametrize("producer", [UNIT, CODE])
async def test_what_was_corrected_without_a_push_is_closed_too(world: World, producer: str) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    assert (await ask(world, headers_of(world, TAX), await entered(world, producer))).status_code == 201
    assert await settled(world) == 0
    corrected = await entered(world, producer, number="2")
    assert (await settled(world), await settled(world)) == (1, 0)
    (closed,) = await listed(world, OFFICER(world))
    assert (closed["state"], closed["corrected_item_id"]) == ("corrected", corrected)


async def test_what_a_unit_took_off_the_record_is_closed_and_a_repair_corrects_nothing(world: World) -> None:
    item = await pushed(world)
    assert (await ask(world, headers_of(world, TAX), item)).status_code == 201
    async with world.client.sessions() as session, session.begin():
        content, basis = PENALTY | {"state": "repaired"}, penalty()["basis"]
        given = Item(CODE, RecordKind.PENALTY, "1", content, COURT, COURT, basis, DAY, DAY, publish_until=DAY)
        await records.put(session, SYSTEM, given, now())
    assert await settled(world) == 0
    async with world.client.sessions() as session, session.begin():
        assert await records.end(session, SYSTEM, COURT, RecordKind.PENALTY, "1", "异议核查", now(), void=True)
    assert await settled(world) == 1
    (closed,) = await listed(world, headers_of(world, COURT))
    assert (closed["state"], closed["corrected_item_id"]) == ("corrected", None)


async def test_the_staff_of_the_unit_that_produced_it_refuse_and_those_of_others_do_not(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    request = (await ask(world, headers_of(world, TAX), await entered(world, UNIT))).json()
    for region, status in (("421321", 404), ("421303", 200)):
        answer = await world.client.post(
            f"/v1/correction-requests/{request['id']}/refusal",
            headers=OFFICER(world, region) | {"If-Match": '"1"', "Idempotency-Key": "r"},
            json={"reason": "经核对原件无误"},
        )
        assert answer.status_code == status, answer.text
    assert answer.json()["state"] == "refused"


async def test_one_asks_once_while_it_is_open_and_others_may_ask_too(world: World) -> None:
    item = await pushed(world)
    assert (await ask(world, headers_of(world, TAX), item)).status_code == 201
    again = await ask(world, headers_of(world, TAX), item, key="b")
    assert (again.status_code, again.json()["code"]) == (409, "correction_open")
    assert (await ask(world, OFFICER(world), item)).status_code == 201
    assert len(await listed(world, headers_of(world, TAX))) == 1
    assert len(await listed(world, OFFICER(world))) == 2


async def test_people_ask_by_objection_and_not_here(world: World) -> None:
    answer = await ask(world, world.get_bearer(aud="credit-registry"), await pushed(world))
    assert answer.status_code == 403


async def test_what_is_asked_and_answered_is_in_the_log_of_the_exchange(world: World) -> None:
    tax = headers_of(world, TAX) | {"X-Case-Id": "7", "X-Represented-Party": "TAX-421300"}
    request = await ask(world, tax, await pushed(world))
    assert (request.status_code, request.headers["ETag"]) == (201, '"1"')
    assert request.headers["Location"] == f"/v1/correction-requests/{request.json()['id']}"
    more = {"If-Match": '"1"', "Idempotency-Key": "r"}
    address = f"/v1/correction-requests/{request.json()['id']}/refusal"
    answer = await world.client.post(address, headers=headers_of(world, COURT) | more, json={"reason": "与原件一致"})
    for party, told, case in ((TAX, request, "7"), (COURT, answer, None)):
        listed = await world.client.get(
            "/v1/exchange/entries", headers=headers_of(world, party), params={"kind": "correction"}
        )
        (entry,) = listed.json()["items"]
        assert (entry["id"], entry["case_id"]) == (told.headers["X-Exchange-Id"], case)
        assert entry["answer_sha256"] == hashlib.sha256(told.content).hexdigest()
