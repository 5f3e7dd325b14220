import asyncio
import uuid
from datetime import date

import pytest
from sqlalchemy import func, select

from shared import inbox
from shared.audit import AuditRow
from shared.codes import credit_code
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.outbox import OutboxEvent
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseName
from tests.svc_credit_registry.world import World, decided, envelope, row


async def only_enterprise(world: World) -> Enterprise:
    async with world.client.sessions() as session:
        enterprise: Enterprise = (await session.scalars(select(Enterprise))).one()
        return enterprise


async def count(world: World, model: type) -> int:
    async with world.client.sessions() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_granted_establishment_is_a_public_enterprise_with_a_valid_code(world: World) -> None:
    event = decided()
    await world.hear(event)
    enterprise = await only_enterprise(world)
    assert credit_code.is_valid(enterprise.code)
    assert enterprise.code.startswith("91421303")
    record = await world.get(f"/v1/enterprises/{enterprise.code}")
    assert record["name"] == "随州红光酒业有限公司"
    assert record["status"] == "active"
    assert record["registered_on"] == "2026-11-20"
    assert record["region_name"] == "湖北省随州市曾都区"
    assert record["industry_name"] == "酒的制造"
    assert record["provenance"]["producer"] == "AMR-421303"
    assert event.number in record["provenance"]["basis"]
    assert record["publication"]["due_on"] == "2026-12-18"
    assert [n["name"] for n in record["names"]] == ["随州红光酒业有限公司"]


async def test_the_event_names_enterprise_application_and_representative(world: World) -> None:
    event = decided()
    await world.hear(event)
    async with world.client.sessions() as session:
        sent = (await session.scalars(select(OutboxEvent).where(OutboxEvent.type == EnterpriseRegisteredV1.TYPE))).one()
    said = EnterpriseRegisteredV1.model_validate(sent.data)
    assert said.application_id == event.application_id
    assert said.representative_id == event.applicant_id
    assert said.code == sent.aggregate_id == (await only_enterprise(world)).code
    assert said.established_on == date(2026, 11, 20)


async def test_the_registration_left_an_audit_row(world: World) -> None:
    await world.hear(decided())
    async with world.client.sessions() as session:
        act = (await session.scalars(select(AuditRow).where(AuditRow.action == "enterprise.registered"))).one()
    assert act.object_id == (await only_enterprise(world)).code
    assert act.actor == "system"
    assert "张伟" not in str(act.after)


async def test_the_same_message_twice_makes_one_enterprise(world: World) -> None:
    message = envelope(decided())
    assert await world.deliver(message) is inbox.Outcome.APPLIED
    assert await world.deliver(message) is inbox.Outcome.DUPLICATE
    assert await count(world, Enterprise) == 1


async def test_the_same_decision_in_two_messages_makes_one_enterprise(world: World) -> None:
    event = decided()
    await world.hear(event, sequence=1)
    await world.hear(event, sequence=2)
    assert await count(world, Enterprise) == 1
    assert await count(world, EnterpriseName) == 1
    async with world.client.sessions() as session:
        sent = select(func.count()).where(OutboxEvent.type == EnterpriseRegisteredV1.TYPE)
        assert await session.scalar(sent) == 1


async def test_two_deliveries_at_the_same_moment_make_one_enterprise(world: World) -> None:
    message = envelope(decided())
    outcomes = await asyncio.gather(*(world.deliver(message) for _ in range(3)))
    assert sorted(outcomes) == ["applied", "duplicate", "duplicate"]
    assert await count(world, Enterprise) == 1


async def test_many_decisions_at_the_same_moment_get_codes_of_their_own(world: World) -> None:
    events = [decided(facts={"name": f"随州永兴{i}号酒业有限公司"}) for i in range(12)]
    await asyncio.gather(*(world.hear(event) for event in events))
    async with world.client.sessions() as session:
        codes = set(await session.scalars(select(Enterprise.code)))
    assert len(codes) == 12
    assert all(credit_code.is_valid(code) for code in codes)


async def test_a_code_that_was_loaded_from_elsewhere_is_passed_over(world: World) -> None:
    await world.load([row(credit_code.make("421303", n), f"随州天华{n}酒业有限公司") for n in (0, 1)])
    await world.hear(decided())
    async with world.client.sessions() as session:
        made = await session.scalar(select(Enterprise.code).where(Enterprise.application_id.is_not(None)))
    assert made == credit_code.make("421303", 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "refused"},
        {"outcome": "refused", "enterprise": None},
        {"matter_code": "MR-ENT-CHANGE"},
        {"enterprise": None},
    ],
)
async def test_other_decisions_found_nothing(world: World, changes: dict[str, object]) -> None:
    assert await world.hear(decided(**changes)) is inbox.Outcome.APPLIED
    assert await count(world, Enterprise) == 0


async def test_the_record_has_a_strong_etag(world: World) -> None:
    await world.hear(decided())
    path = f"/v1/enterprises/{(await only_enterprise(world)).code}"
    first = await world.client.get(path)
    assert first.headers["etag"] == '"1"'
    again = await world.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == '"1"'
    assert (await world.client.get(path, headers={"If-None-Match": '"2"'})).status_code == 200


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("91110000100001604N", "organisation_check"),
        ("914403001922038217", "check"),
        ("9144030019220382", "length"),
        ("91440300192203821I", "alphabet"),
        ("Z14403001922038216", "alphabet"),
        ("914403A01922038216", "region"),
    ],
)
async def test_what_can_not_be_a_code_is_told_which_check_failed(world: World, code: str, check: str) -> None:
    answer = await world.client.get(f"/v1/enterprises/{code}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["failed_check"] == check
    assert answer.json()["errors"][0]["code"] == check


async def test_a_valid_code_that_nobody_has_is_not_found(world: World) -> None:
    answer = await world.client.get("/v1/enterprises/914403001922038216")
    assert answer.status_code == 404
    assert answer.json()["code"] == "enterprise_unknown"


@pytest.mark.alone
async def test_the_event_comes_through_the_broker(world: World) -> None:
    event = decided(application_id=uuid.uuid4())
    bus = world.client.runtime.bus
    await asyncio.wait_for(bus.connected.wait(), 10)
    await bus.publish(envelope(event))
    for _ in range(500):
        if await count(world, Enterprise):
            break
        await asyncio.sleep(0.02)
    assert (await only_enterprise(world)).application_id == event.application_id
