"""Everything that can be sent: schemathesis plays the merged OpenAPI document against a running platform.

`make fuzz` (FUZZ_EXAMPLES=20 for each operation) starts a platform of its own on free ports and plays as each kind of
caller in turn. No answer may be a 5xx, and none may differ from the document: status, media type, header, content.
What ends the caller's own session is left out; nothing else is.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.faults.breaking import UNLIMITED
from tests.support.databases import ROOT
from tests.support.platform import Platform, launch

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "20")
SEED = os.environ.get("FUZZ_SEED", "20261121")
CALLERS = os.environ.get("FUZZ_CALLERS", "anonymous demo.citizen reg.zengdu cmp.zengdu pub.editor secadmin ops").split()
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
LEFT_OUT = ("/session/logout",)
LONGEST_SECONDS = 3600


def command(platform: Platform, caller: str) -> list[str]:
    """schemathesis' command line for one caller."""
    line = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{platform.base_url}/openapi.json",
        "--url", platform.base_url, "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", EXAMPLES, "--seed", SEED, "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all", "--request-timeout", "20", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    for path in LEFT_OUT:
        line += ["--exclude-path", path]
    if caller != "anonymous":
        person = Person(platform.base_url, caller)
        person.log_in(caller, PASSWORD)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies.jar)
        line += ["--header", f"Cookie: {cookies}", "--header", "X-CSRF: 1"]
    return line


def main() -> int:
    """Plays every caller; 1 when something differed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        platform = launch(Path(folder) / "data", **UNLIMITED)
        try:
            platform.wait_ready()
            for caller in CALLERS:
                began = time.monotonic()
                sys.stdout.write(f"\n==> as {caller}\n")
                sys.stdout.flush()
                done = subprocess.run(command(platform, caller), cwd=ROOT, timeout=LONGEST_SECONDS, check=False)
                sys.stdout.write(f"==> as {caller}: status {done.returncode}, {time.monotonic() - began:.0f} s\n")
                failed += [caller] if done.returncode else []
        finally:
            platform.stop()
    sys.stdout.write(f"==> something differed as: {', '.join(failed)}\n" if failed else "==> nothing differed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
