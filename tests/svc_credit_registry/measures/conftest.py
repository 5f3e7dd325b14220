"""The registry, started once for the tests of a module, its worker at rest: the tests call the sweeps themselves."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.support.apps import running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.measures.bureau import Bureau


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bureau(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[Bureau]:
    """svc-credit-registry on a database of its own, with the people and machines that deal with measures."""
    folder = tmp_path_factory.mktemp("measures")
    async with running_service(servers, "credit-registry", folder, inline_worker=False) as client:
        yield Bureau(client, bearer)
