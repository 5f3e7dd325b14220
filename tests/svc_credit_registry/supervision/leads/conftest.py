"""Those who report leads and those who check them, at one registry for the tests of a module."""

import pytest

from tests.svc_credit_registry.supervision.leads.desk import Desk
from tests.svc_credit_registry.world import World


@pytest.fixture(scope="module")
def desk(kept_world: World) -> Desk:
    """Those who report leads and those who check them."""
    return Desk(kept_world.client, kept_world.get_bearer)
