"""The service, started once for the tests of a module, its worker at rest: the tests call the sweeps themselves."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest_asyncio

from tests.support.apps import running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def still(
    servers: Servers, tmp_path_factory: "object", bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[World]:
    """svc-credit-registry on a database of its own, without its worker."""
    folder: Path = tmp_path_factory.mktemp("registry")  # type: ignore[attr-defined]
    async with running_service(servers, "credit-registry", folder, inline_worker=False) as client:
        yield World(client, bearer)
