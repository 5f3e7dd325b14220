"""What a check is, how it ends, and how many of them run and are told."""

import concurrent.futures
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conformance.world import World

PASS, WARNING, FAIL, SKIPPED = "pass", "warning", "FAIL", "skipped"
AT_ONCE = 6


class BrokenRule(Exception):
    """The provider did what the rule forbids, or not what it demands."""


class NotApplicable(Exception):
    """The provider says in its metadata that it does not offer this, where the official suite skips too."""


@dataclass(frozen=True)
class Check:
    """One rule: `number` in the plan, `name` as in the official suite where it has one, the rule in one line."""

    number: str
    name: str
    rule: str
    run: Callable[["World"], None]
    slow: bool = False


@dataclass
class Plan:
    """The checks of one profile, in the order in which they are told."""

    title: str
    checks: list[Check] = field(default_factory=list)

    def check(
        self, number: str, name: str, rule: str, *, slow: bool = False
    ) -> Callable[[Callable[["World"], None]], Callable[["World"], None]]:
        """Registers a function as the check of a rule; `slow` ones wait for time to pass and are started first."""

        def register(run: Callable[["World"], None]) -> Callable[["World"], None]:
            assert number not in {known.number for known in self.checks}, f"{number} is taken"
            self.checks.append(Check(number, name, rule, run, slow))
            return run

        return register

    def add(self, number: str, name: str, rule: str, run: Callable[["World"], None]) -> None:
        """Registers a check which was made from a table."""
        self.check(number, name, rule)(run)


@dataclass(frozen=True)
class Outcome:
    """How a check ended, and what is to be said of it."""

    result: str
    detail: str = ""


def expect(holds: object, detail: str) -> None:
    """Ends the check when the rule is broken."""
    if not holds:
        raise BrokenRule(detail)


def outcome_of(check: Check, world: "World") -> Outcome:
    """Runs one check. A fault in the script itself counts as a failure and says where it is."""
    try:
        check.run(world)
    except BrokenRule as broken:
        return Outcome(FAIL, str(broken))
    except NotApplicable as reason:
        return Outcome(SKIPPED, str(reason))
    except Exception as fault:
        frames = traceback.extract_tb(fault.__traceback__)
        place = next((f for f in reversed(frames) if "conformance" in f.filename), frames[-1])
        return Outcome(FAIL, f"{type(fault).__name__} in {place.name}:{place.lineno}: {str(fault)[:200]}")
    finally:
        world.close()
    return Outcome(WARNING, "; ".join(world.warnings)) if world.warnings else Outcome(PASS)


Results = dict[tuple[str, str], Outcome]


def run(plans: Sequence[Plan], make_world: Callable[[], "World"]) -> Results:
    """The outcome of every check against one provider, by plan and number; a few checks run at a time."""
    todo = [(plan, check) for plan in plans for check in plan.checks]
    todo.sort(key=lambda item: not item[1].slow)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = {(plan.title, check.number): pool.submit(outcome_of, check, make_world()) for plan, check in todo}
        return {where: future.result() for where, future in running.items()}


def tell(plans: Sequence[Plan], columns: dict[str, Results]) -> None:
    """The table: a line for each rule, a column for each provider; then why something did not just pass."""
    names = list(columns)
    for plan in plans:
        head = "  ".join(f"{name:13}" for name in names)
        sys.stdout.write(f"\n{plan.title}\n{'':5} {'check':44} {head}\n")
        for check in plan.checks:
            found = "  ".join(f"{columns[name][plan.title, check.number].result:13}" for name in names)
            sys.stdout.write(f"{check.number:5} {check.name[:44]:44} {found}  {check.rule}\n")
    sys.stdout.write("\nWhat did not just pass\n")
    for plan in plans:
        for check in plan.checks:
            for name in names:
                outcome = columns[name][plan.title, check.number]
                if outcome.result != PASS:
                    sys.stdout.write(f"{check.number:5} {name:13} {outcome.result:8} {outcome.detail}\n")


def summary(plans: Iterable[Plan], columns: dict[str, Results]) -> dict[str, dict[str, dict[str, int]]]:
    """How many checks of each plan ended how, by provider."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for plan in plans:
        for name, results in columns.items():
            counts = dict.fromkeys((PASS, WARNING, FAIL, SKIPPED), 0)
            for check in plan.checks:
                counts[results[plan.title, check.number].result] += 1
            found.setdefault(plan.title, {})[name] = counts
    return found


def wait_until(check: Callable[[], bool], seconds: float) -> bool:
    """Whether `check` comes to hold within the time."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
