"""The journey of `make demo`, played against a whole platform."""

import pytest

from shared.local.journey.__main__ import play
from tests.support.platform import Platform

pytestmark = pytest.mark.platform


def test_one_journey_runs_through_all_five_services(platform: Platform) -> None:
    journey = play(platform.base_url)
    assert len(journey.facts["code"]) == 18
