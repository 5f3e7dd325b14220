"""Those who keep the lists, at one registry for the tests of a module."""

from typing import Any

import pytest

from tests.svc_credit_registry.listing.lists.desk import Desk
from tests.svc_credit_registry.world import World


@pytest.fixture(scope="module")
def settings_of_module() -> dict[str, Any]:
    """It lists non-reporters from report year 2024 on."""
    return {"annual_listing_first_year": 2024}


@pytest.fixture(scope="module")
def desk(kept_world: World) -> Desk:
    """Those who keep the lists, and those who are on them."""
    return Desk(kept_world)
