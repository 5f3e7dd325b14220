"""The service under test with its neighbours."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.apps import ServiceClient
from tests.svc_services.neighbours import neighbours
from tests.svc_services.world import World


@pytest.fixture
async def world(
    service_app: Callable[..., Awaitable[ServiceClient]], bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[World]:
    """svc-services, running, with a registry and a single sign-on behind it."""
    async with neighbours() as known:
        client = await service_app(
            "services",
            service_urls={"credit-registry": known.url, "sso": known.url},
            token_url=f"{known.url}/oauth2/token",
            inline_worker=False,
        )
        yield World(client, known, bearer)
