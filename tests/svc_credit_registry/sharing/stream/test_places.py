"""Places among the followers of the change stream."""

import contextlib
import gc
from collections.abc import AsyncIterator

import asyncpg
from sqlalchemy.engine import make_url

from svc_credit_registry.sharing.stream.routes import Followed
from svc_credit_registry.sharing.stream.service import Hub
from tests.support.servers import Servers
from tests.svc_credit_registry.sharing.stream.test_stream import change
from tests.svc_credit_registry.world import World, eventually


async def nothing() -> AsyncIterator[bytes]:
    yield b""


async def test_an_answer_that_is_never_sent_keeps_no_place(world: World) -> None:
    hub, place = Hub(world.client.runtime), contextlib.ExitStack()
    place.enter_context(hub.place("court-suizhou"))
    answer = Followed(nothing(), place)
    assert hub.followers.total() == 1
    del answer
    gc.collect()
    assert hub.followers.total() == 0


async def until_it_hears(world: World, hub: Hub) -> None:
    """Until the hub is told of a change; without a connection that listens it never is."""

    async def hears() -> bool:
        await change(world, 1)
        return await hub.news(0.3)

    await eventually(hears)


async def test_who_comes_as_the_last_one_leaves_hears_of_changes(world: World) -> None:
    hub = Hub(world.client.runtime)
    with hub.place("court-suizhou"):
        await until_it_hears(world, hub)
    with hub.place("court-suizhou"):
        await until_it_hears(world, hub)


async def test_a_database_without_a_free_connection_is_asked_again(world: World, servers: Servers) -> None:
    hub = Hub(world.client.runtime)
    database = make_url(world.client.database).database
    owner = await asyncpg.connect(servers.dsn())
    try:
        await owner.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT 0')
        with hub.place("court-suizhou"):
            assert not await hub.news(0.5)
            await owner.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT -1')
            await until_it_hears(world, hub)
    finally:
        await owner.execute(f'ALTER DATABASE "{database}" CONNECTION LIMIT -1')
        await owner.close()
