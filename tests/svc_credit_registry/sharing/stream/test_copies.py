"""Who keeps a copy of the record by the change stream shows what the record shows, however late he reads."""

from datetime import timedelta
from typing import Any

import pytest

from shared.audit import SYSTEM
from shared.clock import now, today
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.sharing.stream.test_stream import code, entered, lines
from tests.svc_credit_registry.world import World, row

Copy = dict[tuple[str, ...], dict[str, Any]]


async def follow(world: World, copy: Copy, after: int) -> int:
    """Reads on as docs/registry-stream.md says; the last position."""
    await sequence_all(world.client.runtime)
    for line in await lines(world, after=after):
        after = line["position"]
        if line["item_id"] is None:
            continue
        if line["type"] == "changed":
            item = line["data"]
            copy[item["provenance"]["producer"], item["kind"], item["key"]] = item
            continue
        gone = {line["item_id"], *line["former_ids"]}
        for name in [name for name, item in copy.items() if item["id"] in gone]:
            del copy[name]
    return after


async def end(world: World, key: str) -> None:
    async with world.client.sessions() as session, session.begin():
        assert await records.end(session, SYSTEM, "AMR-421303", RecordKind.KEY_PERSON, key, "离任", now())


async def replaced_and_ended(world: World, key: str) -> None:
    await entered(world, key, effective_until=today() + timedelta(days=1))
    await end(world, key)


async def replaced_by_what_is_not_shown(world: World, key: str) -> None:
    """As a repair does it: a new version whose publication is over."""
    await entered(world, key, publish_until=today() - timedelta(days=1))


async def replaced_by_what_is_not_shown_and_again(world: World, key: str) -> None:
    await replaced_by_what_is_not_shown(world, key)
    await entered(world, key, publish_until=today() - timedelta(days=2))


@pytest.mark.parametrize(
    "happens", [end, replaced_and_ended, replaced_by_what_is_not_shown, replaced_by_what_is_not_shown_and_again]
)
async def test_what_the_record_shows_no_more_goes_from_copies(world: World, happens: Any) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    await entered(world, "goes")
    await entered(world, "stays")
    copy: Copy = {}
    position = await follow(world, copy, 0)
    assert [key for *_, key in copy] == ["goes", "stays"]
    await happens(world, "goes")
    await follow(world, copy, position)
    assert [key for *_, key in copy] == ["stays"]
    shown = (await world.get(f"/v1/enterprises/{code(1)}/items"))["items"]
    assert [item["key"] for item in shown] == ["stays"]
