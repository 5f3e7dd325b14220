"""The platform of the journeys, which ends with them: even at rest it takes its share of the machine."""

from collections.abc import Iterator

import pytest

from shared.local.journey.establishment import Journey, open_account
from shared.local.journey.people import Person
from tests.support.platform import Platform, started_platform


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform as `make run` starts it, with demo content; `platform.base_url` is its gateway."""
    with started_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="module")
def citizen(platform: Platform) -> Person:
    """Somebody who has opened an account."""
    person = Person(platform.base_url, "citizen")
    open_account(Journey(platform.base_url, person, person), person, "王芳")
    return person
