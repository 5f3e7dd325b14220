"""The service under test."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World


@pytest.fixture
async def world(service_app: Callable[..., Awaitable[ServiceClient]], bearer: Callable[..., dict[str, str]]) -> World:
    """svc-credit-registry, running on a database of its own."""
    return World(await service_app("credit-registry"), bearer)
