"""Everything that can be sent: schemathesis plays the merged OpenAPI document against a running platform.

`make fuzz` (FUZZ_EXAMPLES=20 for each operation, FUZZ_CALLERS="anonymous ops" for some) starts a platform of its own on
free ports and plays as each kind of caller in turn, an agency's system too. No answer may be a 5xx, and none may differ
from the document: status, media type, header, content. Who was logged in must be so at the end.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.faults.breaking import UNLIMITED
from tests.matrix.agencies import AUDIENCES, agency_of
from tests.matrix.policy import AGENCIES
from tests.support.platform import Platform, launch

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "20")
SEED = os.environ.get("FUZZ_SEED", "20261121")
ANONYMOUS, ADMINISTRATOR = "anonymous", "secadmin"
STAFF = f"reg.zengdu cmp.zengdu cred.zengdu insp.zengdu pub.editor {ADMINISTRATOR} ops auditor"
EVERYBODY = f"{ANONYMOUS} demo.citizen demo.legal {STAFF} {' '.join(AGENCIES)}"
CALLERS = os.environ.get("FUZZ_CALLERS", EVERYBODY).split()
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
LEFT_OUT = {
    "session_logout": "ends the caller's own session",
    "session_context": "gives the session another cookie, and the one that the caller sends is dead",
}
"""By operation; nothing else is left out."""
LONGEST_SECONDS = 3600

Run = tuple[list[str], Person | None]


def command(base_url: str) -> list[str]:
    """schemathesis' command line, the same for every caller."""
    line = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{base_url}/openapi.json",
        "--url", base_url, "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", EXAMPLES, "--seed", SEED, "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all", "--request-timeout", "20", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    for operation in LEFT_OUT:
        line += ["--exclude-operation-id", operation]
    return line


def log_in(platform: Platform, username: str) -> Person:
    """Someone of the demo, logged in by the form."""
    person = Person(platform.base_url, username)
    person.log_in(username, PASSWORD)
    return person


def runs(platform: Platform, caller: str) -> Iterator[Run]:
    """What to add to the command line, once or, for an agency, once for each service with a token for it."""
    if caller == ANONYMOUS:
        yield [], None
    elif caller in AGENCIES:
        administrator = log_in(platform, ADMINISTRATOR).http.cookies
        for audience in AUDIENCES:
            token = agency_of(platform, administrator, caller)[1][audience]
            where = "^/(api/hub|session)" if audience == "gateway" else f"^/api/{audience}/"
            yield ["--include-path-regex", where, "--header", f"Authorization: Bearer {token}"], None
    else:
        person = log_in(platform, caller)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies.jar)
        yield ["--header", f"Cookie: {cookies}", "--header", "X-CSRF: 1"], person


def is_logged_in(person: Person) -> bool:
    """Whether the caller's session has outlived what he sent."""
    answer = httpx.get(person.http.base_url.join("/session"), cookies=person.http.cookies, trust_env=False)
    return bool(answer.json()["authenticated"])


def play(platform: Platform, caller: str, folder: str) -> bool:
    """Plays one caller; False when something differed."""
    good = True
    for more, person in runs(platform, caller):
        began = time.monotonic()
        sys.stdout.write(f"\n==> as {caller} {more[1] if caller in AGENCIES else ''}\n")
        sys.stdout.flush()
        line = [*command(platform.base_url), *more]
        done = subprocess.run(line, cwd=folder, timeout=LONGEST_SECONDS, check=False)
        seconds = time.monotonic() - began
        sys.stdout.write(f"==> as {caller}: status {done.returncode}, {seconds:.0f} s\n")
        if person is not None and not is_logged_in(person):
            sys.stdout.write(f"==> {caller} is logged in no more\n")
            good = False
        good = good and not done.returncode
    return good


def main() -> int:
    """Plays every caller; 1 when something differed."""
    with tempfile.TemporaryDirectory() as folder:
        platform = launch(Path(folder) / "data", **UNLIMITED)
        try:
            platform.wait_ready()
            failed = [caller for caller in CALLERS if not play(platform, caller, folder)]
        finally:
            platform.stop()
    sys.stdout.write(f"==> something differed as: {', '.join(failed)}\n" if failed else "==> nothing differed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
