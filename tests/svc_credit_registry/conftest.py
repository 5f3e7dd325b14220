"""The service under test: one for all tests of a worker, or one `alone` for a test."""

import contextlib
import fcntl
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from svc_credit_registry.discovery.building.service import build
from svc_credit_registry.discovery.projection import service as projecting
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.record.feed.queries import SEQUENCED, last_position
from tests.support.apps import running_service
from tests.support.databases import Emptied, emptied
from tests.support.kept import Kept
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World, eventually

SEARCH = "search"
BEGINNINGS = (
    "UPDATE feed_state SET last = 0, forgotten = 0",
    "UPDATE risk_followed SET position = 0",
    "UPDATE measure_positions SET position = 0, notices = 0",
    "DELETE FROM risk_models WHERE published_by <> 'system'",
)
Bearer = Callable[..., dict[str, str]]


@contextlib.asynccontextmanager
async def running(servers: Servers, folder: Path, bearer: Bearer, **changes: Any) -> AsyncIterator[World]:
    """svc-credit-registry, running on a database of its own; `changes` are settings by field name."""
    async with running_service(servers, "credit-registry", folder, **changes) as client:
        yield World(client, bearer)


@contextlib.asynccontextmanager
async def unworked(
    servers: Servers, folder: Path, bearer: Bearer, *, searched: bool, **changes: Any
) -> AsyncIterator[tuple[World, Emptied]]:
    """The service without its worker, so tests call sweeps themselves; its tables. Who doesn't search has no index."""
    async with contextlib.AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            if not searched:
                stack.enter_context(_taken(folder / SEARCH))
                patch.setattr(projecting, "WAITS_AT_START", 0)
            world = await stack.enter_async_context(running(servers, folder, bearer, inline_worker=False, **changes))
        yield world, await stack.enter_async_context(emptied(world.client.database))


@contextlib.contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """Has a service take somebody else for the one who builds the index, so it has none and refuses searches."""
    folder.mkdir()
    with (folder / projecting.LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def settings_of_module() -> dict[str, Any]:
    """Settings by field name for a service of the file's own, beside those of all; a folder may give its own."""
    return {}


@pytest.fixture(scope="module")
def searched() -> bool:
    """Whether the tests of the file search. To keep an index in step costs more than most of the others do."""
    return False


@pytest.fixture(scope="module")
async def shared_world(
    servers: Servers, kept: Kept, bearer: Bearer, searched: bool, settings_of_module: dict[str, Any]
) -> AsyncIterator[tuple[World, Emptied]]:
    """The service and its tables, which are as new after the tests of a module."""
    name = "-".join(("registry", *map(str, settings_of_module.values()), *["searched"] * searched))
    world, database = await kept.get(
        name, lambda folder: unworked(servers, folder, bearer, searched=searched, **settings_of_module)
    )
    yield world, database
    await _as_new(world, database.begin_anew)


@pytest.fixture(scope="module")
def kept_world(shared_world: tuple[World, Emptied]) -> World:
    """The shared service for tests of which each works on enterprises of its own: nothing is emptied between them."""
    return shared_world[0]


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, shared_world: tuple[World, Emptied], servers: Servers, tmp_path: Path,
    bearer: Bearer,
) -> AsyncIterator[World]:  # fmt: skip
    """The shared service, as new before the next test; a test marked `alone` gets one of its own, with its worker."""
    if request.node.get_closest_marker("alone") is not None:
        async with running(servers, tmp_path, bearer) as own:
            yield own
        return
    shared, database = shared_world
    projection = shared.client.app.state.projection
    yield shared
    shared.client.app.state.projection = projection
    await _as_new(shared, lambda: database.empty(*BEGINNINGS))


async def _as_new(world: World, empty: Callable[[], Awaitable[None]]) -> None:
    """Takes back what tests wrote: rows, files, and the index if it has taken in changes or may be about to."""
    async with world.client.sessions() as session:
        changed = bool(await last_position(session))
    await empty()
    for path in world.client.settings.data_dir.iterdir():
        if path.name != SEARCH and path.is_dir():
            shutil.rmtree(path)
    projection: Projection = world.client.app.state.projection
    if changed and projection.is_ready:
        await _with_a_new_index(world, projection)


async def _with_a_new_index(world: World, projection: Projection) -> None:
    built = await build(world.client.settings)
    async with world.client.sessions() as session, session.begin():
        await session.execute(select(func.pg_notify(SEQUENCED, "")))

    async def in_use() -> bool:
        return projection.path == built.path

    await eventually(in_use)
