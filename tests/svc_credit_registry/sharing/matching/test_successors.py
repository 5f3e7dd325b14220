"""A record of an enterprise that went on under another code stands where the public is sent, and nowhere else."""

import pytest

from shared.codes import credit_code
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, penalty, push
from tests.svc_credit_registry.world import World, row, successions

FIRST, SECOND, LAST = (credit_code.make("421303", 430_402_000 + n) for n in range(3))
NAMES = {FIRST: "随州红光酒业有限公司", SECOND: "随州蓝天商贸有限公司", LAST: "随州绿野粮油有限公司"}
ENDED = {"status": "cancelled", "ended_on": "2020-01-01"}


@pytest.fixture(scope="module")
def searched() -> bool:
    """Those whom a record names are looked up in the index."""
    return True


async def merged(world: World, *codes: str, **names: str) -> None:
    """Each of the codes went on under the next one; only the last is in business."""
    rows = [row(code, NAMES[code], **(ENDED if code != codes[-1] else {})) for code in codes]
    await world.load([given | names for given in rows])
    async with world.client.sessions() as session, session.begin():
        session.add_all(successions(*codes))
    await world.settled()


async def test_a_record_follows_its_code_through_every_step(world: World) -> None:
    await merged(world, FIRST, SECOND, LAST)
    taken = (await push(world, penalty(code=FIRST))).json()
    assert (taken["outcome"], taken["code"], taken["method"]) == ("created", LAST, "successor")
    assert (await world.get(f"/v1/enterprises/{LAST}/record"))["counts"] == {"penalty": 1}


async def test_the_name_that_the_former_code_bore_is_no_doubt(world: World) -> None:
    await merged(world, FIRST, LAST)
    taken = (await push(world, penalty(code=FIRST, name=NAMES[FIRST]))).json()
    assert (taken["outcome"], taken["code"]) == ("created", LAST)
    other = (await push(world, penalty(key="2", code=FIRST, name=NAMES[SECOND]))).json()
    assert (other["outcome"], other["doubt"]) == ("waiting", "name_differs")


async def test_who_bears_the_name_under_a_former_code_is_found_under_the_new_one(world: World) -> None:
    await merged(world, FIRST, SECOND, LAST)
    taken = (await push(world, penalty(name=NAMES[FIRST]))).json()
    assert (taken["outcome"], taken["code"], taken["method"]) == ("created", LAST, "name")


async def test_an_enterprise_with_a_new_code_and_its_old_name_is_one_and_not_several(world: World) -> None:
    await merged(world, FIRST, LAST, name=NAMES[FIRST])
    taken = (await push(world, penalty(name=NAMES[FIRST]))).json()
    assert (taken["outcome"], taken["code"]) == ("created", LAST)


async def test_one_that_is_in_business_again_gets_its_records_itself(world: World) -> None:
    await merged(world, FIRST, LAST)
    await world.load([row(FIRST, NAMES[FIRST])])
    taken = (await push(world, penalty(code=FIRST))).json()
    assert (taken["outcome"], taken["code"], taken["method"]) == ("created", FIRST, "code")


async def test_an_officer_who_names_a_former_code_means_the_new_one(world: World) -> None:
    await merged(world, FIRST, SECOND, LAST)
    waiting = (await push(world, penalty(name="随州红光酒业公司"))).json()
    assert [candidate["code"] for candidate in waiting["candidates"]] == [LAST]
    headers = OFFICER(world) | {"If-Match": '"1"', "Idempotency-Key": "d1"}
    address, body = f"/v1/submission-matches/{waiting['id']}/decision", {"code": FIRST, "reason": "电话核实"}
    decided = await world.client.post(address, headers=headers, json=body)
    assert (decided.status_code, decided.json()["code"]) == (200, LAST)
