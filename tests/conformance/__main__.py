"""`make conformance`: both providers, every plan, both columns; status 1 when a check of ours fails."""

import argparse
import concurrent.futures
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.conformance import backchannel, basic, bcp, config, dpop, fapi2, interop, logout
from tests.conformance.checks import FAIL, Plan, Results, run, summary, tell
from tests.conformance.places import OWN, everything
from tests.conformance.world import Op, World
from tests.support.databases import ROOT

PLANS = (basic.PLAN, config.PLAN, logout.PLAN, backchannel.PLAN, fapi2.PLAN, dpop.PLAN, bcp.PLAN)


def chosen(only: str, *, short: bool) -> list[Plan]:
    """All plans, or those checks whose number begins with one of the words."""
    words = tuple(only.split(","))
    plans = [
        Plan(p.title, [c for c in p.checks if (not only or c.number.startswith(words)) and not (short and c.slow)])
        for p in PLANS
    ]
    return [plan for plan in plans if plan.checks]


def outcomes(plans: Sequence[Plan], providers: Sequence[Op]) -> dict[str, Results]:
    """The columns, worked on side by side."""
    with concurrent.futures.ThreadPoolExecutor(len(providers)) as pool:
        running = {op.name: pool.submit(run, plans, lambda op=op: World(op)) for op in providers}  # type: ignore[misc]
        return {name: future.result() for name, future in running.items()}


def main() -> int:
    """The command line; the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="numbers of checks or their beginnings, with commas: B,FN01")
    parser.add_argument("--against", default="", help="only one of the providers: svc-sso or oidc-provider")
    parser.add_argument("--short", action="store_true", help="leave out the checks which wait half a minute and more")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="yiwang-conformance-") as name:
        plans = chosen(given.only, short=given.short)
        with everything(Path(name), given.against) as place:
            columns = outcomes(plans, place.providers)
            libraries = interop.journeys(place) if not given.only or "libraries" in given.only else {}
        tell(plans, columns)
        (ROOT / ".bench").mkdir(exist_ok=True)
        for log in Path(name).glob("*.log"):
            (ROOT / ".bench" / f"conformance-{log.name}").write_bytes(log.read_bytes())
    interop.tell(libraries)
    counts = summary(plans, columns)
    sys.stdout.write("\nSummary\n")
    for title, by_provider in counts.items():
        for provider, found in by_provider.items():
            sys.stdout.write(f"{title:34} {provider:14} {'  '.join(f'{n} {what}' for what, n in found.items())}\n")
    sys.stdout.write(f"{time.monotonic() - begun:.0f} s\n")
    (ROOT / ".bench" / "conformance.json").write_text(json.dumps(counts, indent=1), encoding="utf-8")
    interop.save(libraries, ROOT / ".bench" / "interop.json")
    failed = [journey for journey in libraries.get(OWN, []) if journey.result == FAIL]
    return int(bool(failed) or any(by.get(OWN, {FAIL: 0})[FAIL] for by in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
