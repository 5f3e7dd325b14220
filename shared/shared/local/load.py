"""Brings one service's database to its newest schema and loads its demo content, in one process.

`python -m shared.local.load svc_x [svc_x.demo]`: one start of Python less, which with all libraries takes a second.
"""

import runpy
import sys

from shared import migrate


def main() -> None:
    """The command line."""
    package, *demo = sys.argv[1:]
    sys.argv = [sys.argv[0], package]
    migrate.main()
    for module in demo:
        sys.argv = [module]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
