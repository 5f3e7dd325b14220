"""Items are put, replaced and ended; nothing is overwritten."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shared.audit import SYSTEM, AuditRow
from shared.codes import credit_code
from svc_credit_registry.record.enterprises.errors import EnterpriseUnknown
from svc_credit_registry.record.feed.models import Change, PendingChange
from svc_credit_registry.record.records import queries, service
from svc_credit_registry.record.records.errors import ContentInvalid, PeriodInvalid
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind, is_receipt
from svc_credit_registry.record.records.service import Item, Outcome
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 9)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PENALTY: dict[str, Any] = {
    "document_number": "随市监处罚〔2026〕17号",
    "authority": "随州市曾都区市场监督管理局",
    "decided_on": "2026-11-20",
    "facts": "销售标签不符合规定的食品",
    "penalty_types": ["fine"],
    "penalty": "罚款5000元",
    "fine_yuan": "5000.00",
}


def penalty(**changes: Any) -> Item:
    given: dict[str, Any] = {
        "code": CODE,
        "kind": RecordKind.PENALTY,
        "key": "2026-17",
        "content": PENALTY,
        "producer": "AMR-421303",
        "provider": "AMR-421300",
        "basis": "《中华人民共和国食品安全法》第一百二十五条",
        "produced_on": date(2026, 11, 20),
        "effective_from": date(2026, 11, 20),
    }
    return Item(**(given | changes))


async def put(world: World, item: Item, now: datetime = NOW) -> service.Entered:
    async with world.client.sessions() as session, session.begin():
        return await service.put(session, SYSTEM, item, now)


async def versions(world: World) -> list[RecordItem]:
    async with world.client.sessions() as session:
        return list(await session.scalars(select(RecordItem).order_by(RecordItem.version)))


@pytest.fixture
async def known(world: World) -> World:
    """The register with one enterprise."""
    await world.load([row(CODE, "随州红光酒业有限公司")])
    return world


async def test_an_item_gets_a_receipt_its_term_an_audit_row_and_a_place_in_the_feed(known: World) -> None:
    entered = await put(known, penalty())
    assert entered.outcome is Outcome.CREATED
    assert is_receipt(entered.receipt)
    [stored] = await versions(known)
    assert stored.content == PENALTY | {"state": "in_force"}
    assert stored.publication_due_on == date(2026, 12, 1)
    async with known.client.sessions() as session:
        act = (await session.scalars(select(AuditRow).where(AuditRow.object_id == str(entered.item_id)))).one()
        assert act.after["receipt"] == entered.receipt
        waiting = select(PendingChange.item_id).where(PendingChange.part == "penalty")
        told = await session.scalars(waiting.union_all(select(Change.item_id).where(Change.part == "penalty")))
        assert told.all() == [entered.item_id]


async def test_the_same_words_again_change_nothing(known: World) -> None:
    first = await put(known, penalty())
    again = await put(known, penalty(), NOW + timedelta(days=1))
    assert again == service.Entered(first.item_id, first.receipt, Outcome.UNCHANGED)
    assert len(await versions(known)) == 1


async def test_other_words_are_a_new_version_and_the_old_one_stays(known: World) -> None:
    await put(known, penalty())
    later = NOW + timedelta(days=3)
    second = await put(known, penalty(content=PENALTY | {"fine_yuan": "3000.00"}), later)
    assert second.outcome is Outcome.REPLACED
    old, new = await versions(known)
    assert (old.superseded_at, new.recorded_at, new.superseded_at) == (later, later, None)
    assert (old.content["fine_yuan"], new.content["fine_yuan"]) == ("5000.00", "3000.00")


async def test_a_clock_that_runs_behind_does_not_turn_a_period_round(known: World) -> None:
    await put(known, penalty())
    await put(known, penalty(basis="更正"), NOW - timedelta(seconds=5))
    old, new = await versions(known)
    assert old.superseded_at == new.recorded_at == NOW


async def test_an_ended_item_is_off_the_record_and_can_come_back(known: World) -> None:
    await put(known, penalty())
    async with known.client.sessions() as session, session.begin():
        name = ("AMR-421303", RecordKind.PENALTY, "2026-17")
        assert await service.end(session, SYSTEM, *name, "处罚决定被撤销", NOW + timedelta(hours=1))
        assert not await service.end(session, SYSTEM, *name, "处罚决定被撤销", NOW + timedelta(hours=2))
        assert not await queries.current(session, CODE)
    assert (await put(known, penalty(), NOW + timedelta(days=2))).outcome is Outcome.CREATED
    assert [v.version for v in await versions(known)] == [1, 2]


async def test_what_does_not_fit_is_refused_with_its_place(known: World) -> None:
    with pytest.raises(ContentInvalid) as refused:
        await put(known, penalty(content=PENALTY | {"fine_yuan": "-1", "colour": "red"}))
    assert {error.pointer for error in refused.value.errors} == {"/content/fine_yuan", "/content/colour"}
    with pytest.raises(ContentInvalid):
        await put(known, penalty(content=PENALTY | {"facts": "当事人（身份证号11010519491231002X）销售"}))
    with pytest.raises(PeriodInvalid):
        await put(known, penalty(effective_until=date(2026, 11, 19)))
    with pytest.raises(EnterpriseUnknown):
        await put(known, penalty(code="914403001922038216"))


async def test_two_that_put_the_same_item_wait_for_each_other(known: World) -> None:
    entered = await asyncio.gather(
        *(put(known, penalty(content=PENALTY | {"fine_yuan": f"{n % 2}.00"})) for n in range(6)),
        *(put(known, penalty(key="2026-18")) for _ in range(4)),
    )
    by_outcome = [e.outcome for e in entered]
    assert by_outcome.count(Outcome.CREATED) == 2
    assert len({e.receipt for e in entered if e.outcome is not Outcome.UNCHANGED}) == len(await versions(known))
    async with known.client.sessions() as session:
        assert len(await queries.current(session, CODE, RecordKind.PENALTY)) == 2


async def test_an_item_that_was_of_another_enterprise_moves_and_both_are_told(known: World) -> None:
    other = credit_code.make("421303", 10)
    await known.load([row(other, "随州曾侯酒业有限公司")])
    await put(known, penalty(code=other))
    assert (await put(known, penalty(), NOW + timedelta(days=1))).outcome is Outcome.REPLACED
    async with known.client.sessions() as session:
        assert [len(await queries.current(session, code)) for code in (other, CODE)] == [0, 1]
        told = await session.scalars(select(PendingChange.code).where(PendingChange.part == "penalty"))
        assert sorted(told) == sorted([other, other, CODE])
