"""Many items at once leave the same traces as one by one, and nothing that was decided here is undone by a push."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text, update

from shared.audit import SYSTEM
from shared.clock import now
from shared.codes import credit_code
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.sharing.bulk_records import service as bulk
from tests.svc_credit_registry.sharing.submissions.agency import PENALTY, penalty, push
from tests.svc_credit_registry.world import World, row

CODES = [credit_code.make("421303", 430_900_000 + n) for n in range(3)]
LICENCE: dict[str, Any] = {
    "number": "JY1421303", "name": "食品经营许可证", "authority": "曾都区市场监督管理局", "decided_on": "2026-11-02",
    "valid_from": "2026-11-02",
}  # fmt: skip
TRACES = """
    SELECT i.key, i.version, i.content, i.publication_due_on, i.superseded_at IS NULL, a.action, a.before ->> 'version',
        a.after ->> 'version', a.reason, (SELECT count(*) FROM pending_changes c WHERE c.item_id = i.id),
        (SELECT count(*) FROM outbox_events o WHERE o.aggregate_id = i.code)
    FROM record_items i JOIN audit_log a ON a.object_id = i.id::text WHERE i.producer = :producer
    ORDER BY i.key, i.version
"""


def licence(producer: str, number: int, **changes: Any) -> Item:
    content = records.checked_content(RecordKind.LICENCE, LICENCE | changes)
    day = date(2026, 11, 2)
    return Item(CODES[number], RecordKind.LICENCE, str(number), content, producer, producer, "行政许可法", day, day)


async def traces(world: World, producer: str) -> list[tuple[Any, ...]]:
    async with world.client.sessions() as session:
        return [tuple(found) for found in await session.execute(text(TRACES), {"producer": producer})]


async def test_the_traces_are_those_of_one_by_one(world: World) -> None:
    await world.load([row(code, f"随州红光酒业{n}有限公司") for n, code in enumerate(CODES)])
    rounds = [[0, 1], [0, 1, 2], [0]]
    for round_, numbers in enumerate(rounds):
        for producer in ("one-by-one", "at-once"):
            items = [licence(producer, n, status="valid" if round_ < 2 else "revoked") for n in numbers]
            async with world.client.sessions() as session, session.begin():
                if producer == "at-once":
                    await bulk.put(session, bulk.Series(SYSTEM, producer, RecordKind.LICENCE, now()), items)
                    continue
                for item in items:
                    await records.put(session, SYSTEM, item, now())
    expected = await traces(world, "one-by-one")
    assert len(expected) == 4
    assert await traces(world, "at-once") == expected


async def test_a_new_penalty_has_its_term_at_once_and_a_mere_warning_is_never_shown(world: World) -> None:
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await push(world, penalty(key="fine", code=CODES[0], content={"fine_yuan": "500000.00"}))
    await push(world, penalty(key="warning", code=CODES[0], content={"penalty_types": ["警告"]}))
    async with world.client.sessions() as session:
        until = dict(list(await session.execute(text("SELECT key, publish_until FROM record_items"))))
    assert until["fine"] > date(2029, 10, 1)
    assert until["warning"] == date(2026, 11, 1)


@pytest.mark.parametrize(
    "changes",
    [{"facts": "虚假宣传（更正）"}, {"fine_yuan": "500000.00"}, {"state": "changed", "penalty_types": ["没收"]}],
)
async def test_a_repaired_penalty_stays_repaired_when_its_producer_sends_it_again(
    world: World, changes: dict[str, Any]
) -> None:
    """Whatever of it has changed: or a correction of the fine would show it to the public for another term."""
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await push(world, penalty(code=CODES[0]))
    async with world.client.sessions() as session, session.begin():
        repaired = PENALTY | {"state": "repaired"}
        await session.execute(update(RecordItem).values(content=repaired, publish_until=date(2026, 11, 20)))
    assert (await push(world, penalty(code=CODES[0]))).json()["outcome"] == "unchanged"
    changed = await push(world, penalty(code=CODES[0], content=changes))
    assert changed.json()["outcome"] == "replaced"
    async with world.client.sessions() as session:
        found = await session.execute(
            text("SELECT content ->> 'state', publish_until FROM record_items WHERE superseded_at IS NULL")
        )
        assert list(found) == [("repaired", date(2026, 11, 20))]
    assert (await world.get(f"/v1/enterprises/{CODES[0]}/items", kind="penalty"))["items"] == []
    await sequence_all(world.client.runtime)
    told = await world.client.get("/v1/stream", params={"after": 1})
    assert {json.loads(line)["type"] for line in told.text.splitlines()} == {"withdrawn"}


async def test_a_revoked_penalty_is_withdrawn_and_comes_back_when_its_revocation_is_set_aside(world: World) -> None:
    """《行政处罚法》第四十八条第二款."""
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    shown, revoked = penalty(code=CODES[0]), penalty(code=CODES[0], content={"state": "revoked"})
    path = f"/v1/enterprises/{CODES[0]}/items"
    await push(world, shown)
    assert [item["key"] for item in (await world.get(path, kind="penalty"))["items"]] == ["1"]
    assert [(await push(world, revoked)).json()["outcome"] for _ in range(2)] == ["replaced", "unchanged"]
    assert (await world.get(path, kind="penalty"))["items"] == []
    await push(world, penalty(key="2", code=CODES[0], content={"state": "revoked"}))
    assert (await world.get(path, kind="penalty"))["items"] == []
    await push(world, shown)
    assert [item["key"] for item in (await world.get(path, kind="penalty"))["items"]] == ["1"]


@pytest.mark.parametrize("state", ["repaired", "in_force"])
async def test_a_penalty_that_is_ended_and_pushed_again_goes_on_where_it_was(world: World, state: str) -> None:
    """Or an end and a push would undo a repair, and begin the term of publication anew."""
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await push(world, penalty(code=CODES[0]))
    until = date(2026, 11, 20) if state == "repaired" else date(2027, 3, 1)
    async with world.client.sessions() as session, session.begin():
        values = {"content": PENALTY | {"state": state}, "publish_until": until}
        await session.execute(update(RecordItem).values(**values))
    await push(world, {"kind": "penalty", "key": "1", "op": "end", "reason": "全量重报"})
    assert (await push(world, penalty(code=CODES[0]))).json()["outcome"] == "created"
    async with world.client.sessions() as session:
        found = await session.execute(
            text("SELECT content ->> 'state', publish_until FROM record_items WHERE superseded_at IS NULL")
        )
        assert list(found) == [(state, until)]


async def test_a_penalty_that_should_never_have_stood_there_begins_anew(world: World) -> None:
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await push(world, penalty(code=CODES[0]))
    async with world.client.sessions() as session, session.begin():
        await session.execute(update(RecordItem).values(publish_until=date(2026, 11, 20)))
        assert await records.end(session, SYSTEM, "court-suizhou", RecordKind.PENALTY, "1", "错案", now(), void=True)
    await push(world, penalty(code=CODES[0]))
    async with world.client.sessions() as session:
        until = await session.scalar(text("SELECT publish_until FROM record_items WHERE superseded_at IS NULL"))
    assert until > date(2027, 1, 1)
