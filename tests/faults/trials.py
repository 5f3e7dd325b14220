"""Trials: people work, one thing after the other is broken, and at the end it is proven what became of their acts.

`make faults` (FAULT_ROUNDS=4) breaks everything in turn so often, on a platform of its own on free ports, and prints a
table; the test suite does a short form of it.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.faults.breaking import CHILDREN, FAULTS, UNLIMITED, running, wait_recovered
from tests.faults.clients import Crowd, Ledger
from tests.faults.proof import Findings, prove
from tests.support.databases import ROOT
from tests.support.platform import Platform, launch

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "4"))
CALM_SECONDS = 2.0  # of work between a recovery and the next break, in the long form


@dataclass(frozen=True)
class Trial:
    """One break, and the seconds from it until every part was ready again."""

    fault: str
    seconds: float


@dataclass(frozen=True)
class Result:
    """What was done and what came of it."""

    trials: list[Trial]
    ledger: Ledger
    findings: Findings
    repaired: int


def run(folder: Path, faults: Iterable[str], people: int, calm: float, hurried: bool = False) -> Result:
    """Starts a platform with its data in `folder`, lets people work, breaks everything in turn, and proves.

    After each break comes the recovery and `calm` seconds of work; `hurried`, the next break does not wait for it.
    """
    platform = launch(folder / "data", **UNLIMITED)
    try:
        platform.wait_ready()
        operator = Person(platform.base_url, "ops")
        operator.log_in("ops", PASSWORD)
        crowd = Crowd(platform.base_url, people)
        try:
            crowd.begin()
            trials = [break_once(platform, crowd.ledger, fault, calm, hurried) for fault in faults]
            wait_recovered(platform, {}, CHILDREN)
            ledger = crowd.end()
        finally:
            crowd.abandon()
        return Result(trials, ledger, prove(platform, operator, crowd.workers, ledger), repaired(platform.data))
    finally:
        platform.stop()


def break_once(platform: Platform, ledger: Ledger, fault: str, calm: float, hurried: bool) -> Trial:
    """Breaks one thing under load; returns when all is ready again, or `hurried` at once."""
    time.sleep(calm)
    act, broken = FAULTS[fault]
    before = running(platform)
    ledger.trial += 1
    began = time.monotonic()
    act(platform)
    if not hurried:
        wait_recovered(platform, before, broken)
    return Trial(fault, time.monotonic() - began)


def repaired(data: Path) -> int:
    """How many events services have got from the outboxes because the broker had lost them, by their logs."""
    count = 0
    for log in (data / "logs").glob("svc-*.log*"):
        for line in log.read_text(encoding="utf-8").splitlines():
            if "have been applied from the outbox" in line:
                count += int(json.loads(line)["events"])
    return count


def table(result: Result) -> str:
    """The figures as Markdown. What is lost belongs to the trial during which it was acknowledged."""
    lines = [
        "| killed | trials | acknowledged | lost | seconds to recover: median, worst |",
        "| --- | --- | --- | --- | --- |",
    ]
    acknowledged = Counter(entry.trial for entry in result.ledger.entries)
    lost = Counter(entry.trial for entry in result.ledger.entries if entry.id in result.findings.lost)
    for fault in FAULTS:
        numbers = [n for n, trial in enumerate(result.trials, 1) if trial.fault == fault]
        seconds = sorted(result.trials[n - 1].seconds for n in numbers)
        if numbers:
            lines.append(
                f"| {fault} | {len(numbers)} | {sum(acknowledged[n] for n in numbers)}"
                f" | {sum(lost[n] for n in numbers)} | {seconds[len(seconds) // 2]:.1f}, {seconds[-1]:.1f} |"
            )
    entries, kinds = result.ledger.entries, Counter(entry.kind for entry in result.ledger.entries)
    lines += [
        f"| all | {len(result.trials)} | {len(entries)} | {len(result.findings.lost)} | |",
        "",
        f"acknowledged by kind: {dict(kinds)}",
        f"doubled: {len(result.findings.doubled)} {result.findings.doubled[:5]}",
        f"repeated with the same key: {dict(result.ledger.repeated)}",
        f"got from the outboxes: {result.repaired}; books agreed {result.findings.settled_seconds:.1f} s after the end",
        f"faults: {result.findings.faults[:10]}; surprises: {result.ledger.surprises[:10]}",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """The exit status: 0 when nothing was lost or doubled."""
    with tempfile.TemporaryDirectory(prefix="yiwang-faults-") as name:
        Path(name).chmod(0o711)
        began = time.monotonic()
        result = run(Path(name), [*FAULTS] * ROUNDS, people=3, calm=CALM_SECONDS)
    figures = table(result)
    (ROOT / ".bench").mkdir(exist_ok=True)
    (ROOT / ".bench" / "faults.md").write_text(figures, encoding="utf-8")
    sys.stdout.write(f"\n{figures}\n{time.monotonic() - began:.0f} s\n")
    found = result.findings
    return 1 if found.lost or found.doubled or found.faults or result.ledger.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
