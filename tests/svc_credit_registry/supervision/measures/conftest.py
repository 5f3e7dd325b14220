"""The people and machines that deal with measures, at one registry for the tests of a module."""

import pytest

from tests.svc_credit_registry.supervision.measures.bureau import Bureau
from tests.svc_credit_registry.world import World


@pytest.fixture(scope="module")
def bureau(kept_world: World) -> Bureau:
    """The people and machines that deal with measures."""
    return Bureau(kept_world.client, kept_world.get_bearer)
