import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from shared.outbox import OutboxEvent
from svc_credit_registry.record.feed import queries, service
from svc_credit_registry.record.feed.models import Change
from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World, decided, eventually

CODE = "91421303MA0000006Y"
DAY = date(2026, 11, 21)


@pytest.fixture
def quiet(world: World) -> ServiceClient:
    """The service without its worker: positions are given when the test says so."""
    return world.client


async def parts_after(client: ServiceClient, position: int, limit: int = 100) -> list[tuple[int, str]]:
    async with client.sessions() as session:
        return [(c.position, c.part) for c in await queries.after(session, position, limit)]


async def record(client: ServiceClient, *parts: str) -> None:
    async with client.sessions() as session, session.begin():
        for part in parts:
            await service.changed(session, CODE, part, day=DAY)


async def test_changes_get_positions_in_order_and_caches_hear_of_them(quiet: ServiceClient) -> None:
    await record(quiet, "a", "b")
    assert await parts_after(quiet, 0) == []
    assert await service.sequence_all(quiet.runtime) == 2
    await record(quiet, "c")
    assert await service.sequence_all(quiet.runtime) == 1
    assert await parts_after(quiet, 0) == [(1, "a"), (2, "b"), (3, "c")]
    assert await parts_after(quiet, 1, limit=1) == [(2, "b")]
    async with quiet.sessions() as session:
        types = (await session.scalars(select(OutboxEvent.type))).all()
    assert list(types) == ["credit_registry.enterprise.changed.v1"] * 3


async def test_what_was_rolled_back_has_no_position(quiet: ServiceClient) -> None:
    async with quiet.sessions() as session:
        await service.changed(session, CODE, "lost", day=DAY)
        await session.rollback()
    await record(quiet, "kept")
    await service.sequence_all(quiet.runtime)
    assert await parts_after(quiet, 0) == [(1, "kept")]


async def test_one_that_commits_late_comes_behind_those_that_were_read(quiet: ServiceClient) -> None:
    async with quiet.sessions() as slow, slow.begin():
        await service.entered(slow, CODE, "slow")
        async with quiet.sessions() as fast, fast.begin():
            await service.entered(fast, CODE, "fast")
        await service.sequence_all(quiet.runtime)
        assert await parts_after(quiet, 0) == [(1, "fast")]
    await service.sequence_all(quiet.runtime)
    assert await parts_after(quiet, 1) == [(2, "slow")]


async def write(client: ServiceClient, number: int, written: set[str]) -> None:
    """Enters changes in transactions which end in another order than they began."""
    for turn in range(6):
        async with client.sessions() as session, session.begin():
            await service.entered(session, CODE, part := f"{number}-{turn}")
            await asyncio.sleep((number * 7 + turn * 5) % 11 / 1000)
        written.add(part)


async def load(client: ServiceClient, written: set[str]) -> None:
    """Takes positions itself, as a bulk load does."""
    for turn in range(4):
        async with client.sessions() as session, session.begin():
            before = await queries.take(session, 2)
            parts = [f"load-{turn}-1", f"load-{turn}-2"]
            session.add_all(Change(position=before + i, code=CODE, part=part) for i, part in enumerate(parts, start=1))
            await session.flush()
            await asyncio.sleep(0.003)
        written.update(parts)


async def test_a_follower_sees_each_of_many_writers_once_and_in_order(quiet: ServiceClient) -> None:
    """Writers commit out of order, two sequencers give positions, a bulk load takes some: nothing is passed over."""
    written, read, done = set[str](), list[tuple[int, str]](), asyncio.Event()

    async def sequence() -> None:
        while not done.is_set():
            await service.sequence_all(quiet.runtime)

    async def follow() -> None:
        while not done.is_set() or len(read) < len(written):
            read.extend(await parts_after(quiet, read[-1][0] if read else 0, limit=7))

    others = [asyncio.create_task(job()) for job in (sequence, sequence, follow)]
    await asyncio.gather(*(write(quiet, number, written) for number in range(3)), load(quiet, written))
    await service.sequence_all(quiet.runtime)
    done.set()
    await asyncio.wait_for(asyncio.gather(*others), 20)
    assert [position for position, _ in read] == list(range(1, len(read) + 1))
    assert {part for _, part in read} == written


async def test_the_state_tells_what_waits(quiet: ServiceClient) -> None:
    await record(quiet, "a", "b")
    async with quiet.sessions() as session:
        state = await queries.state(session)
    assert (state.last, state.forgotten, state.pending) == (0, 0, 2)
    assert state.oldest_pending_at is not None
    await service.sequence_all(quiet.runtime)
    async with quiet.sessions() as session:
        assert await queries.state(session) == queries.State(2, 0, 0, None)


@pytest.mark.alone
async def test_the_worker_gives_positions_by_itself(world: World) -> None:
    await world.hear(decided())

    async def registered() -> bool:
        return await parts_after(world.client, 0) == [(1, "registration")]

    await eventually(registered)
