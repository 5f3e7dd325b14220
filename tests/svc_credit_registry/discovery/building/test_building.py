"""An index of the whole register, built by one process or several."""

from pathlib import Path

import pytest

from shared.codes import credit_code
from svc_credit_registry.discovery.building.rules import MOST_PROCESSES, Stretch, shares
from svc_credit_registry.discovery.building.service import BuilderLost, Share, build, share_out
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import OpenIndex, any_term, ordered
from tests.svc_credit_registry.world import World, row

CODES = [credit_code.make("421303", 430_500_000 + number) for number in range(40)]
ENDED = {"status": "cancelled", "ended_on": "2026-01-31"}


def test_shares_cover_the_order_once() -> None:
    places = sorted((number % 3, f"随州{number}") for number in range(1000))
    for processes in (1, 2, 3, MOST_PROCESSES, 50):
        found = shares(places, processes)
        assert len(found) == min(processes, MOST_PROCESSES)
        assert found[0].low == (0, "")
        assert [stretch.high for stretch in found] == [*(stretch.low for stretch in found[1:]), None]
        sizes = [sum(s.low <= place and (s.high is None or place < s.high) for place in places) for s in found]
        assert sum(sizes) == len(places)
        assert max(sizes) - min(sizes) <= 1


def test_what_can_not_be_shared_out_is_one_share() -> None:
    everything = [Stretch((0, ""), None)]
    assert shares([], 4) == everything
    assert shares([(0, "")] * 9, 4) == everything


def entries(index: OpenIndex) -> dict[str, Entry]:
    query = any_term("tags", ["sactive", "scancelled", "srevoked"])
    found = ordered(index.view, query, 100)
    assert [key for key, _ in found] == sorted(key for key, _ in found)
    return {entry.code: entry for _, entry in found}


async def test_several_processes_build_what_one_does(world: World) -> None:
    changes = [ENDED if number % 3 == 0 else {} for number in range(len(CODES))]
    rows = [row(code, f"随州\\红光{n}（湖北）酒业有限公司", **changes[n]) for n, code in enumerate(CODES)]
    await world.load(rows)
    await world.load([row(code, f"随州永兴{n}酒业有限公司", **changes[n]) for n, code in enumerate(CODES[:9])])
    await world.settled()
    alone = await build(world.client.settings, 1)
    together = await build(world.client.settings, 3)
    assert entries(together) == entries(alone)
    assert together.view.size == len(entries(alone)) == len(CODES)
    assert together.view.position == alone.view.position == len(CODES) + 9
    assert together.about == alone.about
    former = entries(together)[CODES[0]].former
    assert [name.name for name in former] == ["随州\\红光0（湖北）酒业有限公司"]
    assert not list(together.path.glob("part-*"))
    assert await world.get("/v1/enterprises", q="永兴")


async def test_a_process_that_fails_is_told(tmp_path: Path) -> None:
    share = Share("postgresql://nobody@127.0.0.1:1/nothing", "00-0-1", Stretch((0, ""), None), tmp_path / "none", 1)
    with pytest.raises(BuilderLost):
        await share_out([share])
