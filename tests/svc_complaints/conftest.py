"""The service under test with its neighbours: one for all tests of a worker, or one `alone` for a test."""

import contextlib
import copy
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.apps import running_service
from tests.support.databases import Emptied, emptied
from tests.support.kept import Kept
from tests.support.servers import Servers
from tests.svc_complaints.neighbours import neighbours
from tests.svc_complaints.world import World


@contextlib.asynccontextmanager
async def running(servers: Servers, folder: Path, bearer: Callable[..., dict[str, str]]) -> AsyncIterator[World]:
    """svc-complaints, running, with a registry and a single sign-on behind it."""
    async with contextlib.AsyncExitStack() as stack:
        known = await stack.enter_async_context(neighbours())
        urls = {"credit-registry": known.url, "sso": known.url}
        changes = {"service_urls": urls, "token_url": f"{known.url}/oauth2/token", "inline_worker": False}
        client = await stack.enter_async_context(running_service(servers, "complaints", folder, **changes))
        yield World(client, known, bearer)


@contextlib.asynccontextmanager
async def kept_running(
    servers: Servers, folder: Path, bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[tuple[World, Emptied]]:
    """The same with its tables, for many tests."""
    async with running(servers, folder, bearer) as world, emptied(world.client.database) as database:
        yield world, database


@pytest.fixture(scope="module")
async def shared_world(
    servers: Servers, kept: Kept, bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[tuple[World, Emptied]]:
    """What tests share: the service, its database, as new after the tests of a module, and its neighbours."""
    world, database = await kept.get("complaints", lambda folder: kept_running(servers, folder, bearer))
    yield world, database
    await database.begin_anew()


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, shared_world: tuple[World, Emptied], servers: Servers, tmp_path: Path,
    bearer: Callable[..., dict[str, str]],
) -> AsyncIterator[World]:  # fmt: skip
    """The shared service, its tables emptied before the next test; a test marked `alone` gets a service of its own."""
    if request.node.get_closest_marker("alone") is not None:
        async with running(servers, tmp_path, bearer) as own:
            yield own
        return
    shared, database = shared_world
    known = shared.neighbours
    as_it_was = copy.deepcopy(vars(known))
    yield World(shared.client, known, bearer)
    vars(known).update(as_it_was)
    await database.empty()
