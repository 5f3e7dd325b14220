"""Builds the search index anew beside the one in use: `python -m svc_credit_registry.reindex`.

Processes that serve go over to it by themselves within a second, and follow the changes made since. Nothing else has to
be stopped, and the old index answers until then.
"""

import argparse
import asyncio
import sys
import time

import asyncpg

from svc_credit_registry.discovery.building.service import BuilderLost, build
from svc_credit_registry.settings import Settings


def main() -> int:
    """The command line."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    started = time.monotonic()
    try:
        index = asyncio.run(build(Settings()))
    except (OSError, asyncpg.PostgresError, BuilderLost) as exc:
        print(f"无法建立索引 The index could not be built: {str(exc).splitlines()[0]}", file=sys.stderr)
        return 1
    seconds, disk = time.monotonic() - started, sum(file.stat().st_size for file in index.path.iterdir())
    print(f"{index.view.size} enterprises at position {index.view.position}; {seconds:.1f} s, {disk / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
