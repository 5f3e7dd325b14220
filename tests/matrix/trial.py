"""Every operation, called by every kind of caller, against what the policy says: `make matrix`.

A platform of its own is started, one person of each kind logs in, and each calls all that the merged OpenAPI document
names. Whom the policy keeps out gets 401 (no log-in) or 403; whom it lets in gets anything else below 500. Then come
real objects, called by those whose business they are and by others (`cases.py`).
"""

import asyncio
import re
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from shared.codes import credit_code
from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.faults.breaking import UNLIMITED
from tests.matrix import cases
from tests.matrix.agencies import AUDIENCES, agency_of
from tests.matrix.policy import AGENCIES, ANONYMOUS, Rule, rule_of, rules_of
from tests.support.platform import Platform, launch

POLICY = Path(__file__).with_name("policy.txt")
ENTERPRISE = "enterprise"
REPRESENTED = credit_code.make("421303", 430_000_001)
"""The second of the demo's enterprises; demo.legal represents it. He acts for it here."""
CALLERS = {
    "citizen": "demo.citizen",
    ENTERPRISE: "demo.legal",
    "registrar": "reg.zengdu",
    "complaint_officer": "cmp.zengdu",
    "disclosure_editor": "pub.editor",
    "secrecy_reviewer": "pub.reviewer",
    "disclosure_approver": "pub.approver",
    "registry_officer": "cred.zengdu",
    "inspector": "insp.zengdu",
    "system_admin": "ops",
    "security_admin": "secadmin",
    "audit_admin": "auditor",
}
PARALLEL = 6
LET_IN_AFTER_PROOF = 199  # may call, and must first log in anew or by a second factor (RFC 9470)
METHODS = ("get", "put", "post", "delete", "patch")
# Clients prove themselves there, not people; and what ends the session of the one who calls.
OTHERWISE = re.compile(
    r"^\w+ (/oauth2/.*|/account.*|/\.well-known/.*|/session/logout|/session/context/form|/(livez|readyz|metrics))$"
)
ELSEWHERE = re.compile(r"\{[^}]*\}")


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and path of every operation which people call."""
    found = [(m.upper(), path) for path, item in document["paths"].items() for m in METHODS if m in item]
    return [(method, path) for method, path in found if not OTHERWISE.match(f"{method} {path}")]


def clients(platform: Platform) -> dict[str, httpx.AsyncClient]:
    """One client for each kind of caller, logged in as people do."""
    made = {ANONYMOUS: httpx.AsyncClient(base_url=platform.base_url, timeout=20, trust_env=False)}
    for kind, username in CALLERS.items():
        person = Person(platform.base_url, kind)
        person.log_in(username, PASSWORD)
        if kind == ENTERPRISE:
            person.call("POST", "/api/sso/v1/me/organisations", json={"code": REPRESENTED}, expect=201)
            person.call("POST", "/session/context", json={"org": REPRESENTED})
        made[kind] = httpx.AsyncClient(
            base_url=platform.base_url, timeout=20, trust_env=False, cookies=person.http.cookies
        )
    return made


async def enter_department(officer: httpx.AsyncClient, client_id: str) -> None:
    """An officer says for which department a system carries joint measures out; until then it is told of none."""
    body = {"client_id": client_id, "department": "tax", "region": "421303"}
    headers = {"X-CSRF": "1", "Idempotency-Key": str(uuid.uuid4())}
    (await officer.post("/api/credit-registry/v1/measure-departments", json=body, headers=headers)).raise_for_status()


def audience_of(path: str) -> str:
    """Whose operation a public path is."""
    service = path.split("/")[2] if path.startswith("/api/") else "gateway"
    return service if service in AUDIENCES else "gateway"


async def status_of(client: httpx.AsyncClient, method: str, path: str, token: str | None = None) -> int:
    """The status of a call which names something that is not there and sends next to nothing."""
    address = ELSEWHERE.sub(lambda _: str(uuid.uuid4()), path)
    headers = {"X-CSRF": "1", "If-Match": '"1"', "Idempotency-Key": str(uuid.uuid4())}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    content: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {}}
    answer = await client.request(method, address, headers=headers, **content)
    if answer.status_code == 401 and answer.json().get("code") == "step_up_required":
        return LET_IN_AFTER_PROOF
    return answer.status_code


def surprise(rule: Rule | None, caller: str, status: int) -> str | None:
    """What is surprising about an answer, None when it is as the policy says."""
    if rule is None:
        return "no line of the policy names it"
    if rule.lets(caller):
        return None if status < 500 and status not in (401, 403) else f"{status} for one who may call"
    wanted = 401 if caller == ANONYMOUS else 403
    return None if status == wanted else f"{status} instead of {wanted}"


async def play(platform: Platform, rules: list[Rule]) -> tuple[list[str], Counter[str]]:
    """Every surprise, and how many answers there were of each kind."""
    people, found, seen = clients(platform), list[str](), Counter[str]()
    systems = {kind: agency_of(platform, people["security_admin"].cookies, kind) for kind in AGENCIES}
    await enter_department(people["registry_officer"], systems["department"][0])
    turn = asyncio.Semaphore(PARALLEL)

    async def one(caller: str, method: str, path: str) -> None:
        async with turn:
            token = systems[caller][1].get(audience_of(path)) if caller in AGENCIES else None
            status = await status_of(people[ANONYMOUS if caller in AGENCIES else caller], method, path, token)
        seen[f"{caller} {status}"] += 1
        reason = surprise(rule_of(rules, method, path), caller, status)
        if reason:
            found.append(f"{method} {path} as {caller}: {reason}")

    document = await asyncio.to_thread(platform.described)
    await asyncio.gather(
        *(one(caller, *operation) for operation in operations(document) for caller in [*people, *AGENCIES])
    )
    for client in people.values():
        await client.aclose()
    return sorted(found), seen


def main() -> int:
    """Starts, plays, tells; 1 when there was a surprise."""
    with tempfile.TemporaryDirectory() as folder:
        platform = launch(Path(folder) / "data", **UNLIMITED)
        try:
            platform.wait_ready()
            found, seen = asyncio.run(play(platform, rules_of(POLICY.read_text(encoding="utf-8"))))
            surprises, calls = cases.play(platform)
        finally:
            platform.stop()
    for count in sorted(seen.items()):
        sys.stdout.write(f"{count[0]}: {count[1]}\n")
    sys.stdout.write("".join(f"SURPRISE {line}\n" for line in found))
    sys.stdout.write(f"==> {seen.total()} calls, {len(found)} surprises\n")
    cases.tell(surprises, calls)
    return 1 if found or surprises else 0


if __name__ == "__main__":
    sys.exit(main())
