"""The service under test, without its worker: a test takes the worker's steps itself."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World


@pytest.fixture
async def world(service_app: Callable[..., Awaitable[ServiceClient]], bearer: Callable[..., dict[str, str]]) -> World:
    """svc-credit-registry on a database of its own."""
    return World(await service_app("credit-registry", inline_worker=False), bearer)
