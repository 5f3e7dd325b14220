"""Penalties get their last day of publication by themselves, and its end is told."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text, update

from shared.clock import today
from svc_credit_registry.listing.penalties import handlers, service
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.feed import service as sequencer
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, noon
from tests.svc_credit_registry.listing.penalties.fines import fined, shown


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
    await desk.sweep(handlers.give_terms, date(2025, 11, 6))
    for _ in range(5):
        await bare(desk, code)
    await desk.sweep(handlers.give_terms, date(2025, 11, 6), times=1)
    assert sorted(item.version for item in await desk.record(code, RecordKind.PENALTY)) == [1, 1, 1, 2, 2]
    await desk.sweep(handlers.give_terms, date(2025, 11, 6))
    assert [item.version for item in await desk.record(code, RecordKind.PENALTY)] == [2, 2, 2, 2, 2]


async def test_one_that_can_not_be_done_holds_up_no_other(desk: Desk) -> None:
    code = await desk.enterprise()
    broken, sound = await bare(desk, code), await bare(desk, code)
    async with desk.world.client.sessions() as session, session.begin():
        unreadable = RecordItem.content.op("||")(text("""'{"fine_yuan": "many"}'::jsonb"""))
        await session.execute(update(RecordItem).where(RecordItem.key == broken).values(content=unreadable))
    assert await desk.sweep(handlers.give_terms, date(2025, 11, 6)) >= 1
    assert {item.key: item.version for item in await desk.record(code, RecordKind.PENALTY)} == {broken: 1, sound: 2}
    async with desk.world.client.sessions() as session, session.begin():
        readable = RecordItem.content.op("||")(text("""'{"fine_yuan": "200000.00"}'::jsonb"""))
        await session.execute(update(RecordItem).where(RecordItem.key == broken).values(content=readable))
    assert await desk.sweep(handlers.give_terms, date(2025, 11, 7)) == 1, "it is tried again after its pause"


async def test_what_its_producer_has_replaced_meanwhile_is_not_put_back(desk: Desk) -> None:
    code = await desk.enterprise()
    key = await bare(desk, code)
    (read,) = await desk.record(code, RecordKind.PENALTY)
    await bare(desk, code, key=key, content={"facts": "更正后的事实"})
    async with desk.world.client.sessions() as session, session.begin():
        await service.give_term(session, read, noon(date(2025, 11, 7)))
    (item,) = await desk.record(code, RecordKind.PENALTY)
    assert (item.version, item.content["facts"], item.publish_until) == (2, "更正后的事实", None)


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
