"""The registry, started once for the tests of a module, its worker at rest."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.support.apps import running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.leads.desk import Desk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[Desk]:
    """svc-credit-registry on a database of its own, with those who report leads and those who check them."""
    folder = tmp_path_factory.mktemp("leads")
    async with running_service(servers, "credit-registry", folder, inline_worker=False) as client:
        yield Desk(client, bearer)
