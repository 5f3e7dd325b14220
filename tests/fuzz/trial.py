"""Everything that can be sent: schemathesis plays the merged OpenAPI document against a running platform.

`make fuzz` (FUZZ_EXAMPLES=20 for each operation, FUZZ_CALLERS="anonymous ops" for some, FUZZ_PATHS=/v1/leads for those
whose path fits, FUZZ_PHASES=fuzzing for a part of what schemathesis does) starts a platform of its own on free ports
and plays as each kind of caller in turn: those who act for an enterprise, and agencies' systems, too. Most calls name
what stands in the platform (`known.py`). No answer may be a 5xx, and none may differ from the document: status, media
type, header, content. Who was logged in must be so at the end.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from shared.codes import credit_code
from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.faults.breaking import UNLIMITED
from tests.fuzz import known
from tests.matrix.agencies import AUDIENCES, registered
from tests.matrix.policy import AGENCIES
from tests.support.databases import PYTHON_PATH, ROOT
from tests.support.platform import Platform, launch

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "20")
SEED = os.environ.get("FUZZ_SEED", "20261121")
PATHS = os.environ.get("FUZZ_PATHS", "")
PHASES = os.environ.get("FUZZ_PHASES", "examples,coverage,fuzzing,stateful")
ANONYMOUS, ADMINISTRATOR = "anonymous", "secadmin"
REPRESENTATIVE = "demo.legal"
ACTS_FOR = {
    "representative": credit_code.make("421303", 430_000_000),
    "representative-of-listed": credit_code.make("421303", 430_000_013),
    "representative-of-penalised": credit_code.make("421303", 430_000_016),
}
"""Callers who are demo.legal, each acting for another enterprise of the demonstration."""
STAFF = f"reg.zengdu cmp.zengdu cred.zengdu cred.suizhou insp.zengdu pub.editor {ADMINISTRATOR} ops auditor"
EVERYBODY = f"{ANONYMOUS} demo.citizen {' '.join(ACTS_FOR)} {STAFF} {' '.join(AGENCIES)}"
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
"""By operation."""
ENDING = "^/api/sso/v1/me/(sessions|devices)/"
"""End the caller's own log-in when the one or the browser is named from which he calls. Nothing else is left out."""
LONGEST_SECONDS = 3600
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": f"{ROOT}:{PYTHON_PATH}"}


@dataclass(frozen=True)
class Run:
    """What a run of schemathesis gets beside what all get: words of its command line, variables; who is logged in."""

    more: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    person: Person | None = None


def command(base_url: str) -> list[str]:
    """schemathesis' command line, the same for every caller."""
    line = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{base_url}/openapi.json",
        "--url", base_url, "--checks", ",".join(CHECKS), "--phases", PHASES,
        "--max-examples", EXAMPLES, "--seed", SEED, "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all", "--request-timeout", "20", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    if PATHS:
        line += ["--include-path-regex", PATHS]
    line += ["--exclude-path-regex", ENDING]
    for operation in LEFT_OUT:
        line += ["--exclude-operation-id", operation]
    return line


def log_in(platform: Platform, username: str) -> Person:
    """Someone of the demo, logged in by the form."""
    person = Person(platform.base_url, username)
    person.log_in(username, PASSWORD)
    return person


def acting_for(platform: Platform, code: str) -> Person:
    """The representative of an enterprise, acting for it."""
    person = log_in(platform, REPRESENTATIVE)
    known_as = {one["code"] for one in person.json("GET", "/api/sso/v1/me/organisations")["items"]}
    if code not in known_as:
        person.json("POST", "/api/sso/v1/me/organisations", json={"code": code}, expect=201)
    person.call("POST", "/session/context", json={"org": code})
    return person


def runs(platform: Platform, caller: str) -> Iterator[Run]:
    """One run or, for an agency, one for each service, with tokens for it."""
    if caller == ANONYMOUS:
        yield Run()
    elif caller in AGENCIES:
        client, issuer, key = registered(platform, log_in(platform, ADMINISTRATOR).http.cookies, caller)
        who = {"client": client, "issuer": issuer, "key": key.as_dict(private=True), "base_url": platform.base_url}
        for audience in AUDIENCES:
            where = "^/(api/hub|session)" if audience == "gateway" else f"^/api/{audience}/"
            if PATHS and not re.search(where.strip("^"), PATHS):
                continue
            yield Run(
                [] if PATHS else ["--include-path-regex", where],
                {"FUZZ_AGENCY": json.dumps(who | {"audience": audience})},
            )
    else:
        code = ACTS_FOR.get(caller)
        person = acting_for(platform, code) if code else log_in(platform, caller)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies.jar)
        yield Run(["--header", f"Cookie: {cookies}", "--header", "X-CSRF: 1"], person=person)


def is_logged_in(person: Person) -> bool:
    """Whether the caller's session has outlived what he sent."""
    answer = httpx.get(person.http.base_url.join("/session"), cookies=person.http.cookies, trust_env=False)
    return bool(answer.json()["authenticated"])


def play(platform: Platform, caller: str, folder: Path) -> bool:
    """Plays one caller; False when something differed."""
    good = True
    for run in runs(platform, caller):
        (folder / "schemathesis.toml").write_text(known.configuration(platform.data), encoding="utf-8")
        began = time.monotonic()
        sys.stdout.write(f"\n==> as {caller}{_where(run)}\n")
        sys.stdout.flush()
        line = [*command(platform.base_url), *run.more]
        done = subprocess.run(
            line, cwd=folder, env=os.environ | HOOKS | run.variables, timeout=LONGEST_SECONDS, check=False
        )
        sys.stdout.write(f"==> as {caller}: status {done.returncode}, {time.monotonic() - began:.0f} s\n")
        if run.person is not None and not is_logged_in(run.person):
            sys.stdout.write(f"==> {caller} is logged in no more\n")
            good = False
        good = good and not done.returncode
    return good


def _where(run: Run) -> str:
    return f" of {json.loads(run.variables['FUZZ_AGENCY'])['audience']}" if run.variables else ""


def main() -> int:
    """Plays every caller; 1 when something differed."""
    with tempfile.TemporaryDirectory() as folder:
        platform = launch(Path(folder) / "data", **UNLIMITED)
        try:
            platform.wait_ready()
            platform.described()
            failed = [caller for caller in CALLERS if not play(platform, caller, Path(folder))]
        finally:
            platform.stop()
    sys.stdout.write(f"==> something differed as: {', '.join(failed)}\n" if failed else "==> nothing differed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
