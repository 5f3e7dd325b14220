"""The short form of `make faults-registry`: everything is killed once during bulk intake and during monthly runs."""

from pathlib import Path

import pytest

from tests.faults.registry_place import NATS, POSTGRES, SERVICE, WORKER
from tests.faults.registry_trials import INTAKE, LOADER, MONTHLY, run, table

pytestmark = pytest.mark.platform


def test_intake_and_monthly_runs_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    result = run(tmp_path, rounds=1, seed=1)
    assert not result.faults, table(result)
    kills = {(INTAKE, target) for target in (SERVICE, POSTGRES, NATS, WORKER, LOADER)}
    kills |= {(MONTHLY, target) for target in (SERVICE, POSTGRES, NATS, WORKER)}
    assert {which: len(seconds) for which, seconds in result.seconds.items()} == dict.fromkeys(kills, 1), table(result)
    assert result.resumed, "no load that was cut off went on where it was"
    assert result.repeated, "nobody noticed anything: the kills did not meet the work"
