"""The index follows the register, whoever writes it, and is built anew where it can't."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.codes import credit_code
from svc_credit_registry.discovery.building.rules import SMALL_REGISTER
from svc_credit_registry.discovery.building.service import CURRENT, build
from svc_credit_registry.discovery.indexes.service import ABOUT, OpenIndex
from svc_credit_registry.discovery.projection import rules
from svc_credit_registry.discovery.projection.service import Projection, opened
from tests.svc_credit_registry.world import World, decided, eventually, row

CODES = [credit_code.make("421303", 430_400_000 + number) for number in range(5)]


@contextlib.asynccontextmanager
async def another(world: World) -> AsyncIterator[Projection]:
    """A second process that serves from the same folder, as far as its index goes."""
    projection = Projection(world.client.runtime)

    async def keep() -> None:
        while True:
            await projection.keep()

    task = asyncio.create_task(keep())
    try:
        yield projection
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await projection.stop()


def root_of(world: World) -> Path:
    return Path(world.client.settings.data_dir).resolve() / "search"


def in_use(world: World) -> Projection:
    projection: Projection = world.client.app.state.projection
    return projection


async def found(world: World, q: str) -> list[str]:
    return [hit["name"] for hit in (await world.get("/v1/enterprises", q=q))["items"]]


async def test_what_changes_is_found_by_its_new_name_and_state(world: World) -> None:
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await world.settled()
    assert await found(world, "红光") == ["随州红光酒业有限公司"]
    await world.load([row(CODES[0], "随州永兴酒业有限公司", status="cancelled", ended_on="2026-01-31")])
    await world.settled()
    (hit,) = (await world.get("/v1/enterprises", q="永兴", status="cancelled"))["items"]
    assert hit["status"] == "cancelled"
    assert in_use(world).view.size == 1


@pytest.mark.alone
async def test_the_worker_of_the_service_is_enough_for_a_change_to_be_found(world: World) -> None:
    await world.hear(decided())

    async def is_found() -> bool:
        return bool(await found(world, "红光"))

    await eventually(is_found)


async def test_a_second_process_looks_on(world: World) -> None:
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await world.settled()
    async with another(world) as second:
        await asyncio.wait_for(second.ready.wait(), 10)
        assert second.view.size == 1
        await world.load([row(CODES[1], "随州永兴酒业有限公司")])

        async def sees_both() -> bool:
            return second.view.size == 2

        await eventually(sees_both)


async def test_an_index_built_beside_takes_the_place_of_the_one_in_use(world: World) -> None:
    await world.load([row(code, f"随州红光{place}酒业有限公司") for place, code in enumerate(CODES)])
    await world.settled()
    before = opened(root_of(world))
    assert before is not None
    path = before.path
    built = await build(world.client.settings)

    async def is_replaced() -> bool:
        return in_use(world).view.about.built_with == len(CODES) and not path.exists()

    await eventually(is_replaced)
    assert built.view.about.built_with == len(CODES)
    assert len(await found(world, "红光")) == len(CODES)
    await world.load([row(CODES[0], "随州永兴酒业有限公司")])
    await world.settled()
    assert await found(world, "永兴") == ["随州永兴酒业有限公司"]


@pytest.mark.parametrize("change", [{"schema": "0"}, {"register": "another"}, None])
async def test_an_index_that_is_of_no_use_here_is_built_anew(world: World, change: dict[str, Any] | None) -> None:
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await world.settled()
    index = opened(root_of(world))
    assert index is not None
    about = index.path / ABOUT
    about.write_bytes(orjson.dumps(orjson.loads(about.read_bytes()) | change) if change else b"{")
    started = Projection(world.client.runtime)
    started.root = root_of(world)
    await started._begin()
    assert started.view.size == 1
    assert started.view.about.register != "another"
    assert (root_of(world) / CURRENT).read_text() != index.path.name
    await started.stop()


async def test_only_one_writes(world: World) -> None:
    await asyncio.wait_for(in_use(world).ready.wait(), 10)
    index = opened(root_of(world))
    assert index is not None
    with pytest.raises(ValueError, match="LockBusy"):
        index.write_with(20_000_000)


def test_a_folder_without_an_index_opens_as_none(tmp_path: Path) -> None:
    assert opened(tmp_path) is None
    assert OpenIndex.open(tmp_path) is None


def test_when_an_index_is_rather_built_anew() -> None:
    assert not rules.is_far_behind(rules.FAR_BEHIND, 0)
    assert rules.is_far_behind(rules.FAR_BEHIND + 1, 0)
    assert not rules.is_far_behind(60_000, 2_360_000)
    assert rules.is_far_behind(1_000_000, 2_360_000)
    assert rules.rest(10.0, 1) == rules.LONGEST_REST
    assert rules.rest(0.01, rules.BATCH - 1) == pytest.approx(0.03)
    assert rules.rest(10.0, rules.BATCH) == 0
    assert not rules.has_outgrown(SMALL_REGISTER, 0)
    assert rules.has_outgrown(100_000, 30_000)
    assert not rules.has_outgrown(2_500_000, 2_360_000)
    assert rules.is_usable(7, 9, 0)
    assert not rules.is_usable(10, 9, 0)
    assert not rules.is_usable(3, 9, 5)
