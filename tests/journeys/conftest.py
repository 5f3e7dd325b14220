"""The platform of the journeys, which ends with them: even at rest it takes its share of the machine."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform, started_platform


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform as `make run` starts it, with demo content; `platform.base_url` is its gateway."""
    with started_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running
