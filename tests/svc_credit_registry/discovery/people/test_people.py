"""Nobody outside finds enterprises by a person; staff do so with a reason that is kept."""

from typing import Any

from sqlalchemy import select

from shared.audit import AuditRow
from shared.codes import credit_code
from tests.svc_credit_registry.world import World, row

PATH = "/v1/people-searches"
ASKED = {"name": "李娜", "reason": "双随机检查，核查关联企业"}


def codes(count: int) -> list[str]:
    return [credit_code.make("421303", 430_300_000 + number) for number in range(count)]


async def ask(world: World, **changes: Any) -> Any:
    bearer = world.get_bearer(
        aud="credit-registry", kind="staff", permissions=["credit-registry:people:search"], region="421303"
    )
    return await world.client.post(PATH, json=ASKED | changes, headers=bearer)


async def test_staff_find_the_enterprises_of_a_person_and_leave_a_trace(world: World) -> None:
    one, two, three = codes(3)
    await world.load(
        [
            row(one, "随州红光酒业有限公司"),
            row(two, "随州永兴酒业有限公司", legal_representative_name="李娜娜"),
            row(three, "武汉红光酒业有限公司", region="420102"),
        ]
    )
    await world.settled()
    answer = await ask(world)
    assert answer.status_code == 200, answer.text
    assert [item["enterprise"]["code"] for item in answer.json()["items"]] == [three, one]
    assert answer.json()["items"][0]["roles"] == ["legal_representative"]
    assert answer.json()["count"] == 2
    within = await ask(world, region="421300")
    assert [item["enterprise"]["code"] for item in within.json()["items"]] == [one]
    async with world.client.sessions() as session:
        kept = (await session.scalars(select(AuditRow).where(AuditRow.action == "people.searched"))).all()
    assert len(kept) == 2
    assert all(audited.reason == ASKED["reason"] for audited in kept)


async def test_the_public_does_not_search_by_person(world: World) -> None:
    await world.load([row(codes(1)[0], "随州红光酒业有限公司", legal_representative_name="欧阳娜娜")])
    await world.settled()
    assert (await world.client.post(PATH, json=ASKED)).status_code == 401
    bearer = world.get_bearer(aud="credit-registry", permissions=["services:names:reserve"])
    assert (await world.client.post(PATH, json=ASKED, headers=bearer)).status_code == 403
    assert (await world.get("/v1/enterprises", q="欧阳娜娜"))["items"] == []


async def test_a_search_needs_a_reason_and_a_whole_name(world: World) -> None:
    refused: list[tuple[dict[str, Any], int]] = [
        ({"reason": "x"}, 422), ({"name": "李"}, 422), ({"region": "999999"}, 404), ({"x": 1}, 422),
    ]  # fmt: skip
    for changes, status in refused:
        assert (await ask(world, **changes)).status_code == status, changes
