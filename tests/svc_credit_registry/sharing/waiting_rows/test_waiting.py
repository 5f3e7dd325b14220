"""Rows that wait: a person or the register settles them, and one that fails holds up none."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import now
from shared.codes import credit_code
from svc_credit_registry.sharing.bulk_records import service as bulk
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.sharing.submissions.service import LOOK_AGAIN
from svc_credit_registry.sharing.waiting_rows import service
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, headers_of, penalty, push, receipts
from tests.svc_credit_registry.sharing.submissions.test_push import CODE, NAME, items
from tests.svc_credit_registry.world import World, row

OTHERS = [credit_code.make("421303", 430_401_000 + n) for n in range(3)]
BROKEN = {
    "unreadable": """payload = '{"key": "1"}'""",
    "failing": """payload = jsonb_set(payload, '{content,fine_yuan}', '"much"')""",
}


@pytest.fixture(scope="module")
def searched() -> bool:
    """Those whom a row names are looked up in the index."""
    return True


async def test_who_decides_on_a_waiting_record_puts_it_on_the_right_one(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await world.settled()
    waiting = (await push(world, penalty(name="随州红光酒业公司"))).json()
    assert waiting["candidates"][0]["code"] == CODE
    queue, mine = "/v1/submission-matches", {"producer": "court-suizhou", "kind": "penalty", "doubt": "uncertain"}
    (queued,) = (await world.client.get(queue, headers=OFFICER(world), params=mine)).json()["items"]
    for others in ({"producer": "tax-suizhou"}, {"kind": "licence"}, {"doubt": "several"}):
        assert (await world.client.get(queue, headers=OFFICER(world), params=others)).json()["items"] == []
    assert queued["payload"]["name"] == "随州红光酒业公司"
    address = f"/v1/submission-matches/{waiting['id']}/decision"
    headers = OFFICER(world) | {"If-Match": f'"{queued["version"]}"', "Idempotency-Key": "d1"}
    decided = await world.client.post(address, headers=headers, json={"code": CODE, "reason": "电话核实"})
    assert (decided.status_code, decided.json()["outcome"], decided.json()["method"]) == (200, "created", "person")
    (item,) = await items(world)
    assert item["producer"] == "court-suizhou"
    again = await world.client.post(address, headers=headers | {"Idempotency-Key": "d2"}, json={"reason": "再来"})
    assert (again.status_code, again.json()["code"]) == (409, "match_not_waiting")


async def test_an_officer_of_another_region_does_not_decide(world: World) -> None:
    await world.load([row(CODE, NAME)])
    waiting = (await push(world, penalty(name="随州红光酒业公司"))).json()
    headers = OFFICER(world, region="421321") | {"If-Match": '"1"', "Idempotency-Key": "d1"}
    address = f"/v1/submission-matches/{waiting['id']}/decision"
    answer = await world.client.post(address, headers=headers, json={"code": CODE, "reason": "核实"})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_region")


async def decide(world: World, receipt: dict[str, Any], version: int) -> Any:
    headers = OFFICER(world) | {"If-Match": f'"{version}"', "Idempotency-Key": receipt["id"]}
    address = f"/v1/submission-matches/{receipt['id']}/decision"
    return await world.client.post(address, headers=headers, json={"code": CODE, "reason": "电话核实"})


async def look(world: World) -> int:
    """What the worker does an hour later."""
    async with world.client.sessions() as session, session.begin():
        index = index_of(world.client.settings)
        return await service.look_again(session, index, now() + LOOK_AGAIN + LOOK_AGAIN / 60)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
async def test_a_row_that_fails_holds_up_none_of_the_others(world: World, change: str) -> None:
    for number, code in enumerate(OTHERS):
        await push(world, penalty(key=str(number), code=code))
    async with world.client.sessions() as session, session.begin():
        await session.execute(text(f"UPDATE submission_receipts SET {change} WHERE key = '1'"))
    await world.load([row(code, f"随州红光酒业{n}有限公司") for n, code in enumerate(OTHERS)])
    assert await look(world) == 3
    assert {kept["key"]: kept["outcome"] for kept in await receipts(world)} == {
        "0": "created", "1": "waiting", "2": "created",
    }  # fmt: skip
    assert await look(world) == 0


async def test_a_key_that_is_being_pushed_is_left_to_who_pushes(world: World) -> None:
    await push(world, penalty(code=OTHERS[0]))
    await world.load([row(OTHERS[0], "随州红光酒业0有限公司")])
    async with world.client.sessions() as session:
        await bulk.lock(session, "court-suizhou", "penalty", ["1"])
        assert await look(world) == 0
    assert await look(world) == 1


async def test_looking_again_leaves_the_version_on_which_an_officer_decides(world: World) -> None:
    await world.load([row(CODE, NAME)])
    waiting = (await push(world, penalty(code=CODE, name="随州蓝天商贸有限公司"))).json()
    assert await look(world) == 1
    assert (await decide(world, waiting, 1)).status_code == 200


async def test_a_request_for_correction_is_answered_by_a_row_that_had_to_wait(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    (item,) = await items(world)
    fault = {"item_id": str(item["id"]), "fault": "罚款金额有误"}
    headers = OFFICER(world) | {"Idempotency-Key": "ask"}
    asked = await world.client.post("/v1/correction-requests", headers=headers, json=fault)
    assert asked.status_code == 201, asked.text
    changed = penalty(code=CODE, name="随州蓝天商贸有限公司", content={"fine_yuan": "20000.00"})
    waiting = (await push(world, changed)).json()
    assert (await decide(world, waiting, 1)).json()["outcome"] == "replaced"
    seen = await world.client.get(asked.headers["Location"], headers=headers_of(world, "court-suizhou"))
    assert seen.json()["state"] == "corrected"
