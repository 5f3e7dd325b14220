"""After `kill -9` of any one process, and when the broker loses its store, nothing acknowledged is lost or doubled."""

from pathlib import Path

import pytest

from tests.faults.breaking import STORE
from tests.faults.trials import run, table

pytestmark = pytest.mark.platform

SHORT = (
    STORE, "svc-services", "svc-credit-registry", "svc-disclosure", "svc-sso", "gateway", "postgres",
)  # fmt: skip


def test_nothing_acknowledged_is_lost_or_done_twice_whatever_is_killed(tmp_path: Path) -> None:
    result = run(tmp_path, SHORT, people=2, calm=1.2, hurried=True)
    found, ledger = result.findings, result.ledger
    assert not found.lost, table(result)
    assert not found.doubled, table(result)
    assert not found.faults, table(result)
    assert not ledger.surprises, table(result)
    assert [trial.fault for trial in result.trials] == [*SHORT]
    assert {entry.kind for entry in ledger.entries} == {
        "account", "reservation", "application", "submission", "decision", "complaint",
    }  # fmt: skip
    assert ledger.repeated, "nobody noticed anything: the kills did not meet the work"
