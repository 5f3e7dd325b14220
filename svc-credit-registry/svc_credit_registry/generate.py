"""Writes made-up enterprises for the bulk load to standard output: `python -m svc_credit_registry.generate COUNT`.

The same arguments give the same rows; different seeds give different codes.
"""

import argparse
import csv
import json
import lzma
import sys
from pathlib import Path

from shared.codes import regions
from svc_credit_registry.record.rows.rules import COLUMNS
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, TooMany, counties, enterprises


def trade_names(path: Path | None) -> list[str]:
    """The trade names of a file, one a line, also .xz; the list of this program without one."""
    if path is None:
        return list(TRADE_NAMES)
    data = path.read_bytes()
    text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8-sig")
    found = list(dict.fromkeys(name for line in text.splitlines() if 2 <= len(name := line.strip()) <= 20))
    if not found:
        raise ValueError("the file holds no trade name")
    return found


def write(plan: Plan, form: str) -> None:
    """Writes the rows of a plan to standard output."""
    if form == "csv":
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(enterprises(plan))
        return
    for row in enterprises(plan):
        print(json.dumps(row, ensure_ascii=False))


def main() -> int:
    """The command line."""
    arguments = parsed()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        codes = [c for region in arguments.region.split(",") for c in counties(region) or [region]]
        unknown = [code for code in codes if not regions.is_known(code)]
        if unknown:
            raise ValueError(f"{unknown[0]} is no region")
        plan = Plan(arguments.count, trade_names(arguments.names), codes, arguments.seed)
        write(plan, arguments.format)
    except (OSError, ValueError, lzma.LZMAError, TooMany) as exc:
        print(f"无法生成 Nothing more was written: {exc}", file=sys.stderr)
        return 1
    return 0


def parsed() -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many enterprises")
    parser.add_argument("--names", type=Path, help="a file of trade names, one a line, also .xz")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--format", choices=("csv", "ndjson"), default="csv", help="default: %(default)s")
    parser.add_argument("--region", default=regions.NATION, help="regions, by comma (default: the nation)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
