"""Errors go back to who produced them: asked by those who use the data, answered by a new version or with reasons."""

import hashlib
from typing import Any

import httpx

from shared.codes import credit_code
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, headers_of, penalty, push
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_700_000)
COURT, TAX = "court-suizhou", "tax-suizhou"


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
