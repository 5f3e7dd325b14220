"""One service for the tests of a file that search: emptied between them, with an index built anew."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text

from svc_credit_registry.feed.queries import SEQUENCED
from svc_credit_registry.projection.service import Projection, build
from tests.support.apps import ServiceClient, running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World, eventually

EMPTIED = "enterprises, enterprise_names, enterprise_versions, record_items, pending_changes, held_names"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def searched(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceClient]:
    """svc-credit-registry without its worker: what the tests tell it is all that happens."""
    folder = tmp_path_factory.mktemp("registry")
    async with running_service(servers, "credit-registry", folder, inline_worker=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def world(searched: ServiceClient, bearer: Callable[..., dict[str, str]]) -> AsyncIterator[World]:
    """An empty register with an empty index."""
    projection: Projection = searched.app.state.projection
    async with searched.sessions() as session, session.begin():
        await session.execute(text(f"TRUNCATE {EMPTIED} CASCADE"))
    built = await build(searched.settings)
    async with searched.sessions() as session, session.begin():
        await session.execute(select(func.pg_notify(SEQUENCED, "")))

    async def in_use() -> bool:
        return projection.path == built.path

    await eventually(in_use)
    yield World(searched, bearer)
    searched.app.state.projection = projection
