"""The service under test: one for the tests of a module, or one `alone` for a test."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from svc_credit_registry.discovery.building.service import build
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.record.feed.queries import SEQUENCED, last_position
from tests.support.apps import running_service
from tests.support.databases import Emptied, emptied
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World, eventually

SEARCH = "search"
BEGINNINGS = (
    "UPDATE feed_state SET last = 0, forgotten = 0",
    "UPDATE risk_followed SET position = 0",
    "UPDATE measure_positions SET position = 0",
)


@contextlib.asynccontextmanager
async def running(
    servers: Servers, folder: Path, bearer: Callable[..., dict[str, str]], **changes: Any
) -> AsyncIterator[World]:
    """svc-credit-registry, running on a database of its own; `changes` are settings by field name."""
    async with running_service(servers, "credit-registry", folder, **changes) as client:
        yield World(client, bearer)


@pytest.fixture(scope="module")
def settings_of_module() -> dict[str, Any]:
    """Settings by field name for the service of a folder's tests, beside those of all; a folder may give its own."""
    return {}


@pytest.fixture(scope="module")
async def shared_world(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, bearer: Callable[..., dict[str, str]],
    settings_of_module: dict[str, Any],
) -> AsyncIterator[tuple[World, Emptied]]:  # fmt: skip
    """What the tests of a module share: the service without its worker, so they call sweeps themselves; its tables."""
    folder = tmp_path_factory.mktemp("registry")
    async with (
        running(servers, folder, bearer, inline_worker=False, **settings_of_module) as world,
        emptied(world.client.database) as database,
    ):
        yield world, database


@pytest.fixture(scope="module")
def kept_world(shared_world: tuple[World, Emptied]) -> World:
    """The shared service for tests of which each works on enterprises of its own: nothing is emptied."""
    return shared_world[0]


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, shared_world: tuple[World, Emptied], servers: Servers, tmp_path: Path,
    bearer: Callable[..., dict[str, str]],
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
    async with shared.client.sessions() as session:
        changed = bool(await last_position(session))
    await database.empty(*BEGINNINGS)
    await _from_the_beginning(shared, changed=changed)


async def _from_the_beginning(world: World, *, changed: bool) -> None:
    """Takes back what no table holds: files, and the index if it has taken in changes or may be about to."""
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
