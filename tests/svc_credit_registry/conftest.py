"""The service under test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.support.apps import ServiceClient, running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World


@pytest.fixture
async def world(service_app: Callable[..., Awaitable[ServiceClient]], bearer: Callable[..., dict[str, str]]) -> World:
    """svc-credit-registry, running on a database of its own."""
    return World(await service_app("credit-registry"), bearer)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_registry(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceClient]:
    """One svc-credit-registry for a file, without its worker: the days of its tests are not those of its clocks."""
    folder = tmp_path_factory.mktemp("registry")
    async with running_service(servers, "credit-registry", folder, inline_worker=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def empty_register(shared_registry: ServiceClient, bearer: Callable[..., dict[str, str]]) -> World:
    """It holds no enterprise of other tests; what was done to theirs stays in the audit log."""
    async with shared_registry.sessions() as session, session.begin():
        tables = "enterprises, enterprise_names, enterprise_versions, record_items, certificates, pending_changes"
        await session.execute(text(f"TRUNCATE {tables} CASCADE"))
    return World(shared_registry, bearer)
