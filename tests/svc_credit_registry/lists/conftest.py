"""The service, started once for the tests of a module, its worker at rest: the tests call the sweeps themselves."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.support.apps import running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.lists.desk import Desk
from tests.svc_credit_registry.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[Desk]:
    """svc-credit-registry on a database of its own; it lists non-reporters from report year 2024 on."""
    folder = tmp_path_factory.mktemp("registry")
    changes = {"inline_worker": False, "annual_listing_first_year": 2024}
    async with running_service(servers, "credit-registry", folder, **changes) as client:
        yield Desk(World(client, bearer))
