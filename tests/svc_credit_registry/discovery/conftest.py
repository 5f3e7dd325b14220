"""What finds enterprises is tested with an index."""

import pytest


@pytest.fixture(scope="module")
def searched() -> bool:
    """It is."""
    return True
