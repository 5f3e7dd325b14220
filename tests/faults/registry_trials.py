"""Bulk intake and monthly runs of the registry, while one process after the other is killed by SIGKILL.

`make faults-registry` (REGISTRY_ROUNDS=20 of each kind; FAULT_SEED repeats order and moments) has a database and a
broker of its own, and prints a table; ARGS="monthly alone" does a part. After FAULT_SECONDS nothing more is
killed. A kill is only made while a file is being loaded and an agency's file is worked on, or while a run goes on.
"""

import os
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.registry_place import (
    NATS,
    POSTGRES,
    SERVICE,
    WORKER,
    Place,
    kill_with_helpers,
    wait,
)
from tests.faults.registry_proof import SETTLED, Findings, outcome, prove, prove_run
from tests.faults.registry_work import FIRST, Agency, FileAgency, Loading, Reader, Register, SingleAgency
from tests.support.databases import ROOT

ROUNDS = int(os.environ.get("REGISTRY_ROUNDS", "20"))
SECONDS = float(os.environ.get("FAULT_SECONDS", "3600"))
SEED = int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**6))
LOADER = "loader"
INTAKE, MONTHLY = "intake", "monthly"
WITHIN, ALONE = "within", "alone"
# With the worker within the service, as by default; and with both as processes of their own.
KILLED: Mapping[str, Mapping[str, Sequence[str]]] = {
    WITHIN: {INTAKE: (SERVICE, POSTGRES, NATS), MONTHLY: (SERVICE, POSTGRES, NATS)},
    ALONE: {INTAKE: (WORKER, LOADER), MONTHLY: (WORKER,)},
}
PARTS = (INTAKE, MONTHLY, WITHIN, ALONE)
TABLES = ("risk_figures", "risk_changes", "risk_classes", "risk_runs")
LOADED = """
    SELECT coalesce(min((SELECT count(*) FROM bulk_portions p WHERE p.load_id = l.id)), 0)
    FROM bulk_loads l WHERE finished_at IS NULL
"""
WORKED = (
    "SELECT count(*) FILTER (WHERE rows > 0), count(*) FROM submission_batches WHERE state <> 'done' AND size > 9999"
)
MOVED = "SELECT (SELECT count(*) FROM bulk_portions), (SELECT coalesce(sum(rows), 0) FROM submission_batches)"
RUN = "SELECT coalesce(max(entities) FILTER (WHERE state = 'running'), -1) FROM risk_runs WHERE kind = 'monthly'"
MONTH = "SELECT count(*), count(finished_at) FROM risk_runs WHERE kind = 'monthly'"


@dataclass
class Result:
    """Seconds from each kill until the work goes on, by what went on and what was killed; and what was found."""

    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    intake: list[Findings] = field(default_factory=list)
    runs: list[Findings] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds_at_most: float = SECONDS
    resumed: int = 0
    repeated: Counter[str] = field(default_factory=Counter)

    def note(self, during: str, target: str, seconds: float) -> None:
        """Enters a kill, and tells whoever waits for the end."""
        self.seconds.setdefault((during, target), []).append(seconds)
        elapsed = time.monotonic() - self.began
        sys.stderr.write(f"{elapsed:.0f} s: {during}, {target} killed, goes on after {seconds:.1f} s\n")

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be killed."""
        return time.monotonic() - self.began > self.seconds_at_most

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [fault for found in (*self.intake, *self.runs) for fault in found.faults]


class Trials:
    """A place, what stands in its register, and how often each thing is killed."""

    def __init__(self, place: Place, chance: random.Random, rounds: int) -> None:
        self.place, self.chance, self.rounds, self.result = place, chance, rounds, Result()
        self.register = Register(place.folder, self.own())
        self.loading, self.reader = Loading(place, self.register), Reader(place)
        self.files: FileAgency
        self.agencies: list[Agency] = []

    def own(self) -> random.Random:
        """Chance for a thread of its own, by the same seed."""
        return random.Random(self.chance.random())

    def prepare(self) -> None:
        """The register has enough enterprises for a run of many stretches."""
        path, enter = self.register.file(FIRST, 0, 0)
        self.loading.load(path)
        enter()
        codes = self.chance.sample(sorted(self.register.names), 50)
        self.files = FileAgency(self.place, "court-suizhou", codes, self.own())
        self.agencies = [
            self.files,
            SingleAgency(self.place, "tax-suizhou", codes, self.own()),
            SingleAgency(self.place, "customs-wuhan", codes, self.own(), hasty=True),
        ]

    def intake(self, targets: Sequence[str]) -> None:
        """Kills each target in turn while everything comes in, then proves."""
        for work in (self.loading, self.reader, *self.agencies):
            work.begin()
        try:
            for _ in range(self.rounds):
                for target in self.chance.sample(targets, len(targets)):
                    if not self.result.is_over:
                        self.during_intake(target)
        finally:
            for work in (self.loading, *self.agencies):
                work.finish()
        sys.stderr.write(f"{time.monotonic() - self.result.began:.0f} s: comparing\n")
        self.result.intake.append(prove(self.place, self.loading, self.agencies, self.reader))

    def during_intake(self, target: str) -> None:
        """One kill in the middle of a load and of an agency's file."""
        portions, wanted = self.register.portions, self.chance.uniform(0.02, 0.7)

        def is_amid() -> bool:
            loaded, worked = self.feed()
            return portions * wanted < loaded < portions * 0.9 and worked > 0

        wait(is_amid, "files are loaded and worked on")
        began = time.monotonic()
        if target == LOADER:
            assert self.loading.process is not None
            kill_with_helpers(self.loading.process)
        else:
            self.place.kill(target)
        before = self.place.ask(MOVED)[0]  # what the killed one had committed is no progress of the next

        def goes_on() -> bool:
            self.feed()
            now = self.place.ask(MOVED)[0]
            return now[0] > before[0] and now[1] > before[1] and self.place.is_ready()

        wait(goes_on, f"the work goes on after the end of {target}")
        self.result.note(INTAKE, target, time.monotonic() - began)

    def feed(self) -> tuple[int, int]:
        """Sees to it that there is work; portions of the load at hand, and files of which some rows are done.

        Fails at once when somebody can't work any more.
        """
        for work in (self.loading, self.reader, *self.agencies):
            assert not work.surprises, work.surprises
        loaded: int = self.place.value(LOADED)
        worked, waiting = self.place.ask(WORKED)[0]
        if not loaded:
            self.loading.asked.set()
        if waiting < 2:  # one is worked on, one waits
            self.files.asked.set()
        return loaded, worked

    def monthly(self, targets: Sequence[str]) -> None:
        """Kills each target in turn during runs of the month, and compares each with one that nobody disturbed."""
        reference = self.undisturbed()
        waiting = [target for _ in range(self.rounds) for target in self.chance.sample(targets, len(targets))]
        while waiting and not self.result.is_over:
            self.begin_anew()
            while waiting and not self.result.is_over and self.during_run(waiting[0]):
                waiting.pop(0)
            wait(self.is_finished, "the run comes to its end")
            found = prove_run(self.place, reference)
            if found.faults and self.day(reference) != self.day(outcome(self.place)):
                reference = self.undisturbed()  # midnight has passed
                continue
            self.result.runs.append(found)

    def undisturbed(self) -> dict[str, Counter[str]]:
        """What a run writes that goes through without a kill."""
        self.begin_anew()
        wait(self.is_finished, "the run comes to its end")
        return outcome(self.place)

    @staticmethod
    def day(written: Mapping[str, Counter[str]]) -> str:
        """The day of a run."""
        return next(iter(written["run"])).split("|")[2]

    def begin_anew(self) -> None:
        """As at the beginning of a month in which nothing has a class yet; returns when the worker has begun."""
        wait(lambda: self.place.value(SETTLED) == 0, "everything is worked through")
        self.place.ask(f"TRUNCATE {', '.join(TABLES)}")
        wait(lambda: self.place.ask(MONTH)[0][0] == 1, "the run has begun")

    def is_finished(self) -> bool:
        return tuple(self.place.ask(MONTH)[0]) == (1, 1)

    def during_run(self, target: str) -> bool:
        """One kill in the middle of the run; False when it is too near its end for one."""
        total = self.place.value("SELECT count(*) FROM enterprises WHERE status <> 'cancelled'")
        start = self.place.value(RUN)
        wanted = start + self.chance.uniform(0.02, 0.3) * total
        wait(lambda: self.is_finished() or self.place.value(RUN) > wanted, "the run goes on")
        before = self.place.value(RUN)
        if before < 0 or before > 0.9 * total:
            return False
        began = time.monotonic()
        self.place.kill(target)
        before = self.place.value(RUN)  # what the killed one had committed is no progress of the next

        def goes_on() -> bool:
            return (self.is_finished() or self.place.value(RUN) > before) and self.place.is_ready()

        wait(goes_on, f"the run goes on after the end of {target}")
        self.result.note(MONTHLY, target, time.monotonic() - began)
        return True


@contextmanager
def started(folder: Path) -> Iterator[Place]:
    """The servers, ready; stopped whatever happens."""
    place = Place(folder)
    try:
        place.start()
        yield place
    finally:
        place.stop()


def run(folder: Path, rounds: int, seed: int, parts: Sequence[str] = PARTS) -> Result:
    """The trials, or some parts of them."""
    with started(folder) as place:
        trials = Trials(place, random.Random(seed), rounds)
        place.serve(alone=False)
        trials.prepare()
        for layout in (layout for layout in KILLED if layout in parts):
            place.serve(alone=layout == ALONE)
            if INTAKE in parts:
                trials.intake(KILLED[layout][INTAKE])
            if MONTHLY in parts:
                trials.monthly(KILLED[layout][MONTHLY])
        result = trials.result
        result.resumed = trials.loading.count_resumed()
        for work in (trials.loading, *trials.agencies):
            result.repeated.update(work.repeated)
        return result


def table(result: Result) -> str:
    """The figures, to be read."""
    lines = ["| during | killed | times | seconds until the work goes on: median, worst |", "| --- | --- | --- | --- |"]
    for (during, target), seconds in result.seconds.items():
        ordered = sorted(seconds)
        lines.append(f"| {during} | {target} | {len(ordered)} | {ordered[len(ordered) // 2]:.1f}, {ordered[-1]:.1f} |")
    compared: Counter[str] = Counter()
    for found in result.intake[-1:]:  # the second looks at everything since the beginning
        compared.update(found.compared)
    lines += ["", f"compared after the bulk intake: {dict(compared)}"]
    lines += [f"monthly runs cut off and compared with one that was not: {len(result.runs)}"]
    lines += [f"rows that a load which went on knew from before: {result.resumed}; repeated: {dict(result.repeated)}"]
    for name in ("lost", "doubled", "half"):
        wrong = [fault for found in (*result.intake, *result.runs) for fault in getattr(found, name)]
        lines.append(f"{name}: {len(wrong)} {wrong[:10] or ''}".rstrip())
    return "\n".join(lines) + f"\n{time.monotonic() - result.began:.0f} s\n"


def main() -> int:
    """The exit status: 0 when nothing was lost, doubled or half."""
    sys.stdout.write(f"FAULT_SEED={SEED} REGISTRY_ROUNDS={ROUNDS}\n")
    sys.stdout.flush()
    chosen, pairs = {*sys.argv[1:]}, ((INTAKE, MONTHLY), (WITHIN, ALONE))
    parts = [part for pair in pairs for part in pair if part in chosen or not chosen & {*pair}]
    kept = ROOT / ".bench" / "-".join(("faults-registry", *sorted(chosen)))
    with tempfile.TemporaryDirectory(prefix="yiwang-faults-") as name:
        Path(name).chmod(0o711)
        try:
            result = run(Path(name), ROUNDS, SEED, parts)
        finally:
            kept.mkdir(parents=True, exist_ok=True)
            for log in Path(name).glob("*.log"):  # a fault has its trace id, and the log has the cause
                shutil.copy(log, kept)
    text = table(result)
    (kept / "result.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
