"""Changes of the register beside reads at full load: decisions entered one by one, and files of agencies."""

import asyncio
import concurrent.futures
import json
import operator
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from sqlalchemy import text

from svc_credit_registry.record.registration.service import apply_decision
from tests.bench.figures import Figure, beside
from tests.bench.proxies import Running
from tests.bench.registry_place import Asked, Place, load, wait
from tests.bench.registry_trials import BUILDING_SECONDS, decision, fetch, in_database, word
from tests.bench.wrk import Load
from tests.support.tokens import signer
from tests.svc_credit_registry.sharing.submissions.agency import penalty

CHANGES_PER_SECOND = 300
WRITERS = 8
AGENCY = "court-suizhou"
ENTERED = """
    SELECT count(*) AS n FROM changes c JOIN record_items i ON i.id = c.item_id WHERE c.position > $1 AND i.version = 1
"""
T = TypeVar("T")


def changes_beside_reads(here: Place, both: tuple[Running, Running], address: str, asked: Asked) -> Iterator[Figure]:
    """How many changes a second come through beside reads at full load, and how late they are told: first records that
    agencies push, 300 a second in a file each second; then registrations by the code that applies decisions, each a
    transaction. What one of these costs; when the last is found by everybody.
    """
    registry, gateway = both
    alone = load(here.folder, gateway.url, asked)
    pushed, beside_pushes = _beside_reads(here, gateway, asked, lambda: _pushing(here, registry, asked))
    yield Figure("registry.records_beside_reads", pushed.rate, "/s", f">={0.99 * CHANGES_PER_SECOND:.0f}")
    yield Figure("registry.record_lag_p99", 1e3 * sorted(pushed.waits)[int(len(pushed.waits) * 0.99)], "ms")
    yield beside("registry.lookup_beside_records", beside_pushes.rate, "/s", None, "alone", alone.rate)
    yield beside("registry.lookup_p99_beside_records", 1e3 * beside_pushes.p99, "ms", None, "alone", 1e3 * alone.p99)
    yield from _cost_of_a_change(here, registry, address, asked.seconds / 2)
    changed, beside_changes = _beside_reads(
        here, gateway, asked, lambda: in_database(here, lambda sessions: _changing(sessions, asked.seconds))
    )
    yield Figure("registry.changes_beside_reads", changed.rate, "/s", f">={0.99 * CHANGES_PER_SECOND:.0f}")
    yield Figure("registry.change_lag_p99", 1e3 * sorted(changed.waits)[int(len(changed.waits) * 0.99)], "ms", "<=1000")
    yield Figure("registry.change_found", 1e3 * (_found(address, changed.names) - changed.ended), "ms", "<=2000")
    yield beside("registry.lookup_beside_changes", beside_changes.rate, "/s", None, "alone", alone.rate)
    yield beside("registry.lookup_p99_beside_changes", 1e3 * beside_changes.p99, "ms", None, "alone", 1e3 * alone.p99)


def _beside_reads(here: Place, gateway: Running, asked: Asked, change: Callable[[], T]) -> tuple[T, Load]:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reading = pool.submit(load, here.folder, gateway.url, asked)
        changed, read = change(), reading.result()
    assert not read.errors, f"{read.errors} errors"
    return changed, read


@dataclass
class Pushed:
    """Records a second until the last was told, and how long each file took from its sending until all of it was."""

    rate: float
    waits: list[float]


def _pushing(here: Place, registry: Running, asked: Asked) -> Pushed:
    """Sends a file each second, and looks how many of its records have been given positions of the feed."""
    (state,) = asyncio.run(fetch(here, "SELECT last FROM feed_state"))
    codes = [row["code"] for row in asyncio.run(fetch(here, "SELECT code FROM enterprises LIMIT 5000"))]
    run, files, waits, passed = random.randrange(10**6), round(asked.seconds), list[float](), 0.0
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(_send, here, registry, f"{run}-{n}", codes, began + n) for n in range(files)]
        for passed in wait(BUILDING_SECONDS, every=0.1):
            (row,) = asyncio.run(fetch(here, ENTERED, state["last"]))
            waits += [passed - n for n in range(len(waits), row["n"] // CHANGES_PER_SECOND)]
            if len(waits) == files:
                break
        for answer in sent:
            answer.result()
    return Pushed(files * CHANGES_PER_SECOND / max(passed, asked.seconds), waits)


def _send(here: Place, registry: Running, name: str, codes: list[str], at: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))
    claims = {"sub": AGENCY, "client_id": AGENCY, "permissions": ["credit-registry:records:push"]}
    token = signer(here.folder)(aud="credit-registry", kind="system", **claims)
    rows = [penalty(key=f"{name}-{n}", code=random.choice(codes)) for n in range(CHANGES_PER_SECOND)]
    content = "\n".join(json.dumps({k: v for k, v in row.items() if k != "kind"}) for row in rows)
    answer = httpx.put(
        f"{registry.url}/v1/submission-batches/penalty/{name}?rows={len(rows)}", content=content.encode(), timeout=60,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}, trust_env=False,
    )  # fmt: skip
    answer.raise_for_status()


def _cost_of_a_change(here: Place, registry: Running, address: str, seconds: float) -> Iterator[Figure]:
    """Processor time of a change while nobody reads, until it is found: who enters it; the service; PostgreSQL."""

    def used() -> tuple[float, float, float]:
        return time.process_time(), registry.cpu_seconds(), here.database_cpu()

    before = used()
    changed = in_database(here, lambda sessions: _changing(sessions, seconds))
    _found(address, changed.names)
    yield Figure("registry.changes_alone", changed.rate, "/s")
    for part, spent in zip(("writer", "service", "database"), map(operator.sub, used(), before), strict=True):
        yield Figure(f"registry.change_cpu_{part}", 1e6 * spent / len(changed.names), "us")


def _found(address: str, names: list[str]) -> float:
    """When the last of these names, in the order of their entry, and some before it, are found."""
    for name in names[-1:-100:-10]:
        for _ in wait(BUILDING_SECONDS):
            answer = httpx.get(address, params={"q": name, "limit": 1}, trust_env=False, timeout=30)
            if answer.status_code == 200 and answer.json()["items"]:
                break
    return time.monotonic()


@dataclass
class Changed:
    """What was entered: names in their order, seconds, how old the oldest untold change was in between, and the end."""

    names: list[str]
    waits: list[float]
    seconds: float
    ended: float = 0.0

    @property
    def rate(self) -> float:
        """How many a second."""
        return len(self.names) / self.seconds


async def _changing(sessions: Any, seconds: float) -> Changed:
    """So many registrations a second, by several at a time."""
    loop, changed, number = asyncio.get_running_loop(), Changed([], [0.0], seconds), iter(range(10**9))
    began, first = loop.time(), random.randrange(10**6)

    async def write() -> None:
        while (at := next(number)) < CHANGES_PER_SECOND * seconds:
            await asyncio.sleep(max(0.0, began + at / CHANGES_PER_SECOND - loop.time()))
            if loop.time() - began > seconds:
                return
            name = f"随州{word(first + at)}变更酒业有限公司"
            async with sessions() as session, session.begin():
                await apply_decision(session, decision(name))
            changed.names.append(name)

    async def watch() -> None:
        oldest = text("SELECT extract(epoch FROM clock_timestamp() - min(recorded_at)) FROM pending_changes")
        while loop.time() - began < seconds:
            async with sessions() as session:
                changed.waits.append(float(await session.scalar(oldest) or 0))
            await asyncio.sleep(0.05)

    await asyncio.gather(watch(), *(write() for _ in range(WRITERS - 1)))
    changed.ended = time.monotonic()
    return changed
