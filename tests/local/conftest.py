"""The runner whose children the tests of this folder look at."""

from collections.abc import Iterator

import pytest

from tests.local.running import start, wait_greeting
from tests.support.platform import Platform


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A running runner for the tests of this module; one that they end is started again by them."""
    platform = start(tmp_path_factory.mktemp("run") / "data")
    try:
        wait_greeting(platform)
        yield platform
    finally:
        platform.stop()
