"""What must be so afterwards: all that was acknowledged is there, once, with what follows from it; the books agree."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from shared.local.journey.complaint import faults
from shared.local.journey.establishment import SERVICES
from shared.local.journey.people import Person
from shared.local.ports import HOST
from tests.faults.clients import COMPLAINTS, REGISTRY, Ledger, Worker
from tests.support.platform import Platform

SETTLE_SECONDS = 90.0
EACH_ONCE = {  # of an application's acts: the audit row and the event, by the words which name them
    "services": (
        "SELECT object_id || ' ' || action FROM audit_log WHERE object_type = 'application'"
        " AND action NOT LIKE '%.edited' AND action NOT LIKE '%material%'",
        "SELECT aggregate_id || ' ' || type FROM outbox_events WHERE aggregate_type = 'services.application'",
        "SELECT aggregate_id || ' ' || type FROM outbox_events WHERE aggregate_type = 'services.name_reservation'",
    ),
    "complaints": ("SELECT aggregate_id || ' ' || type FROM outbox_events WHERE aggregate_type LIKE 'complaints.%'",),
    "sso": ("SELECT aggregate_id || ' ' || type FROM outbox_events WHERE type = 'sso.account.opened.v1'",),
}


@dataclass
class Findings:
    """Ids which are gone, things which are there more often than asked for, and other faults in words."""

    lost: set[str] = field(default_factory=set)
    doubled: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    settled_seconds: float = 0.0


def prove(platform: Platform, operator: Person, workers: Sequence[Worker], ledger: Ledger) -> Findings:
    """Waits until the books of all services agree, then compares them with what was acknowledged."""
    found = Findings()
    began = time.monotonic()
    wrong = wait_settled(operator)
    found.settled_seconds = time.monotonic() - began
    found.faults += [wrong] if wrong else []
    codes = asyncio.run(compare(platform.data, ledger, found))
    compare_lists(workers, ledger, codes, found)
    return found


def wait_settled(operator: Person) -> str | None:
    """None when the books agree, or what is still wrong with them after a time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        answer = operator.http.get("/api/hub/v1/ledger")
        wrong = answer.text[:600]
        if answer.status_code == 200:
            fault = faults(list(answer.json()["services"].values()))
            if fault is None:
                return None
            wrong = fault
        if time.monotonic() > deadline:
            return wrong
        time.sleep(0.2)


async def rows(data: Path, database: str, query: str, *values: Any) -> list[str]:
    """The first column of a query's rows, as text."""
    port = json.loads((data / "ports.json").read_text(encoding="utf-8"))["postgres"]
    password = (data / "postgres" / "password").read_text(encoding="utf-8").strip()
    connection = await asyncpg.connect(f"postgresql://postgres:{password}@{HOST}:{port}/{database}")
    try:
        return [str(row[0]) for row in await connection.fetch(query, *values)]
    finally:
        await connection.close()


async def compare(data: Path, ledger: Ledger, found: Findings) -> list[str]:
    """Compares the databases with the ledger: what people asked for, and what followed. The new enterprises' codes."""
    for kind, database, query, values in (
        ("account", "sso", "SELECT id FROM accounts WHERE username = ANY($1)", ledger.usernames),
        ("reservation", "services", "SELECT id FROM name_reservations WHERE holder_id = ANY($1)", ledger.citizens),
        ("application", "services", "SELECT id FROM applications WHERE applicant_id = ANY($1)", ledger.citizens),
        ("complaint", "complaints", "SELECT id FROM complaint_cases WHERE complainant_id = ANY($1)", ledger.citizens),
    ):
        exactly(found, kind, ledger.of(kind), await rows(data, database, query, values))
    granted = [id_ for id_, outcome in ledger.outcomes.items() if outcome == "granted"]
    states = "SELECT id || ' ' || state FROM applications WHERE applicant_id = ANY($1)"
    at = {row.split()[0]: row.split()[1] for row in await rows(data, "services", states, ledger.citizens)}
    for id_, outcome in ledger.outcomes.items():
        if at.get(id_) not in {"granted": ("granted", "completed"), "refused": ("refused",)}[outcome]:
            found.lost.add(id_)
            found.faults.append(f"application {id_} was {outcome} and is {at.get(id_)}")
    for database, queries in EACH_ONCE.items():
        for query in queries:
            counted = Counter(await rows(data, database, query))
            found.doubled += [f"{database}: {what}" for what, times in counted.items() if times > 1]
    return await compare_consequences(data, granted, found)


async def compare_consequences(data: Path, granted: list[str], found: Findings) -> list[str]:
    """Each granted decision has one enterprise, one licence and one article, no other has any; the codes."""
    query = "SELECT application_id || ' ' || code FROM enterprises WHERE application_id IS NOT NULL"
    pairs = [row.split() for row in await rows(data, "credit_registry", query)]
    exactly(found, "enterprise", granted, [pair[0] for pair in pairs])
    exactly(found, "licence", granted, await rows(data, "services", "SELECT application_id FROM licences"))
    codes = [pair[1] for pair in pairs]
    query = "SELECT facts->>'code' FROM articles WHERE source_key LIKE 'enterprise:%' AND facts->>'code' = ANY($1)"
    exactly(found, "article", codes, await rows(data, "disclosure", query, codes))
    return codes


def exactly(found: Findings, kind: str, wanted: Iterable[str], there: Iterable[str]) -> None:
    """Notes what is missing, and what is there without having been asked for or more than once."""
    expected, actual = Counter(wanted), Counter(there)
    for id_ in expected - actual:
        found.lost.add(id_)
        found.faults.append(f"{kind} {id_} was acknowledged and is not there")
    found.doubled += [f"{kind} {id_}" for id_ in (actual - expected).elements()]


def compare_lists(workers: Sequence[Worker], ledger: Ledger, codes: list[str], found: Findings) -> None:
    """Reads through the gateway what each citizen, and anyone, can read of it."""
    for kind, path in (
        ("reservation", f"{SERVICES}/name-reservations"),
        ("application", f"{SERVICES}/applications"),
        ("complaint", f"{COMPLAINTS}/complaints"),
    ):
        read = [id_ for worker in workers for id_ in listed(worker.citizen, path)]
        exactly(found, f"readable {kind}", ledger.of(kind), read)
    public = set(listed(workers[0].stranger, f"{REGISTRY}/enterprises?region=421303"))
    exactly(found, "public enterprise", codes, [code for code in codes if code in public])


def listed(person: Person, path: str) -> list[str]:
    """The ids of a whole list, page after page."""
    ids: list[str] = []
    mark = "&" if "?" in path else "?"
    cursor = ""
    while True:
        page = person.json("GET", f"{path}{mark}limit=200{cursor}", quiet=True)
        ids += [str(item.get("id") or item["code"]) for item in page["items"]]
        if not page["next_cursor"]:
            return ids
        cursor = f"&cursor={page['next_cursor']}"
