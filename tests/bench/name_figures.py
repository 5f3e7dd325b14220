"""How often the comparison of names raises an alarm between names that different enterprises really bear.

`NAMES=FILE python -m tests.bench.name_figures`: a file of real trade names, one a line, also .xz. Each of `APPLICANTS`
(300) is compared with `OTHERS` (5000) further ones as if all stood in one city and one industry, which is the hardest
case: since real enterprises bear both, a verdict other than on the same trade name is an alarm that an examiner, not
the machine, should end. Prints a table for people.
"""

import os
import random
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from svc_credit_registry.discovery.names.rules import Name, NameOutcome, OtherName, Verdict, compare
from svc_credit_registry.generate import trade_names
from svc_credit_registry.record.decomposition.rules import Decomposition
from svc_credit_registry.record.wording.rules import fold

TODAY = date(2026, 11, 21)
APPLICANTS, OTHERS = int(os.environ.get("APPLICANTS", "300")), int(os.environ.get("OTHERS", "5000"))
SEED = 7


def parts(trade_name: str) -> tuple[str, Decomposition, str, str]:
    """A liquor company of this trade name in one city."""
    folded = fold(trade_name)
    whole = f"随州{folded}酒业有限公司"
    return whole, Decomposition(whole, "随州", folded, "酒业", "酒业", "有限公司"), "C151", "4213"


def verdicts(applicant: Name, others: list[OtherName]) -> list[Verdict]:
    """What the rules say of one name against all others."""
    return [found for other in others if (found := compare(applicant, other, TODAY)) is not None]


def told(label: str, hits: int, names: int) -> str:
    """A line of the table."""
    return f"{label:<44} {hits:>7} {1e6 * hits / (APPLICANTS * OTHERS):>10.1f} {100 * names / APPLICANTS:>8.1f} %"


def main() -> int:
    """The command line."""
    given = os.environ.get("NAMES")
    if not given:
        sys.stderr.write("NAMES names a file of trade names, one a line\n")
        return 1
    known = list(dict.fromkeys(fold(name) for name in trade_names(Path(given))))
    drawn = random.Random(SEED).sample([name for name in known if len(name) >= 2], APPLICANTS + OTHERS)
    others = [OtherName(*parts(name)) for name in drawn[APPLICANTS:]]
    pairs, names = Counter[str](), Counter[str]()
    for trade_name in drawn[:APPLICANTS]:
        found = verdicts(Name(*parts(trade_name)), others)
        pairs.update(f"{v.outcome.value} {v.rule}" for v in found)
        names.update({f"{v.outcome.value} {v.rule}" for v in found})
        names.update({f"any {v.outcome.value}" for v in found})
        pairs.update(f"any {v.outcome.value}" for v in found)
    lines = [f"{'verdict':<44} {'pairs':>7} {'a million':>10} {'applicants':>10}"]
    for label in [f"any {outcome.value}" for outcome in NameOutcome] + sorted(
        k for k in pairs if not k.startswith("any")
    ):
        lines.append(told(label, pairs[label], names[label]))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
