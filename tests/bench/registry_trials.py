"""The parts of the registry's figures: loads, freshness, changes beside reads, memory and disk."""

import asyncio
import concurrent.futures
import io
import operator
import os
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import asyncpg
import httpx
import psutil
from sqlalchemy import text

from shared.clock import today
from shared.db import make_engine, make_sessions
from shared.events.services import ApplicationDecidedV1, EnterpriseFacts
from svc_credit_registry.discovery.building.service import CURRENT
from svc_credit_registry.record.registration.service import apply_decision
from tests.bench.figures import Figure, beside
from tests.bench.proxies import Running
from tests.bench.registry_place import REGISTRY, Asked, Place, load, wait

BUILDING_SECONDS = 1200.0
FRESH_ROUNDS = int(os.environ.get("ROUNDS", "100"))
CHANGES_PER_SECOND = 300
WRITERS = 8
T = TypeVar("T")


def quoted(word: str) -> str:
    """A word in an address."""
    return quote(word, safe="")


def one_file(folder: Path, files: list[Path]) -> Path:
    """The rows of all stages in one file."""
    whole = folder / "all.csv"
    with whole.open("wb") as out:
        for number, path in enumerate(files):
            with path.open("rb") as file:
                header = file.readline()
                if number == 0:
                    out.write(header)
                for chunk in iter(lambda f=file: f.read(1 << 20), b""):  # type: ignore[misc]
                    out.write(chunk)
    return whole


def loaded(here: Place, file: Path) -> float:
    """Loads a file as people do; the seconds it took."""
    began = time.monotonic()
    told = here.program("svc_credit_registry.load", str(file))
    assert "0 rejected" in told, told
    return time.monotonic() - began


async def _fetch(here: Place, statement: str, *values: Any) -> list[Any]:
    connection = await asyncpg.connect(here.dsn())
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


def beside_copy(here: Place, file: Path, seconds: float) -> Iterator[Figure]:
    """The last load beside COPY of the same rows into a table with the same indexes and as many rows before."""
    count = sum(1 for _ in file.open("rb")) - 1
    copied = asyncio.run(_copied(here, count))
    yield beside("registry.intake", count / seconds, "/s", ">=0.15", "COPY", count / copied)


async def _copied(here: Place, count: int) -> float:
    connection = await asyncpg.connect(here.dsn())
    try:
        await connection.execute("CREATE TABLE peer (LIKE enterprises INCLUDING ALL)")
        rows = f"SELECT * FROM enterprises ORDER BY received_at, ctid"  # noqa: F541
        await connection.execute(f"INSERT INTO peer {rows} LIMIT (SELECT count(*) FROM enterprises) - {count}")
        content = io.BytesIO()
        await connection.copy_from_query(f"{rows} OFFSET (SELECT count(*) FROM peer)", output=content)
        await connection.execute("CHECKPOINT")
        content.seek(0)
        began = time.monotonic()
        await connection.copy_to_table("peer", source=content)
        return time.monotonic() - began
    finally:
        await connection.execute("DROP TABLE peer")
        await connection.close()


def wait_searchable(address: str, file: Path) -> float:
    """Returns when the last row of a file is found by its name: the seconds that took."""
    name = file.read_bytes().rstrip().rsplit(b"\n", 1)[-1].decode().split(",")[1]
    for passed in wait(BUILDING_SECONDS, every=0.5):
        answer = httpx.get(address, params={"q": name, "limit": 1}, trust_env=False, timeout=30)
        if answer.status_code == 200 and [item["name"] for item in answer.json()["items"]] == [name]:
            return passed
    return BUILDING_SECONDS


def tidied(here: Place) -> None:
    """Does at once what the database would do some time after a load, in the middle of what is measured."""
    asyncio.run(_fetch(here, "VACUUM (ANALYZE)"))


def number_codes(here: Place) -> None:
    """A numbered list of all codes, for pgbench."""
    asyncio.run(_fetch(here, "CREATE UNLOGGED TABLE bench_codes (n bigint PRIMARY KEY, code varchar(18))"))
    asyncio.run(_fetch(here, "INSERT INTO bench_codes SELECT row_number() OVER (), code FROM enterprises"))
    (count,) = asyncio.run(_fetch(here, "SELECT count(*) AS n FROM bench_codes"))
    (here.folder / "codes.count").write_text(str(count["n"]), encoding="utf-8")


def right_answers(here: Place, address: str, words: list[str]) -> Figure:
    """The share of searches whose export has exactly the enterprises that PostgreSQL finds by reading every name."""
    chosen = [word for word in words if len(word) >= 3 and word.isalpha()][:20]
    right = 0
    for word in chosen:
        rows = asyncio.run(_fetch(here, "SELECT code FROM enterprises WHERE position($1 in name) > 0", word))
        answer = httpx.get(f"{address}/export", params={"q": word}, trust_env=False, timeout=120).raise_for_status()
        lines = (httpx.Response(200, content=line).json() for line in answer.text.splitlines())
        right += {line["code"] for line in lines} == {row["code"] for row in rows}
    return Figure("registry.search_right", right / max(1, len(chosen)), "share", ">=1")


def _in_database(here: Place, job: Callable[[Any], Awaitable[T]]) -> T:
    """Runs a job with sessions on the registry's database, as the service has them."""

    async def run() -> T:
        environment = here.environment(REGISTRY)
        engine = make_engine(environment["CREDIT_REGISTRY_DATABASE_URL"], WRITERS)
        try:
            return await job(make_sessions(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def freshness(here: Place, address: str) -> Iterator[Figure]:
    """Seconds from the commit of a registration until anybody finds the enterprise by its name."""
    seconds = sorted(_in_database(here, lambda sessions: _fresh(sessions, address)))
    yield Figure("registry.freshness_p50", 1e3 * seconds[len(seconds) // 2], "ms")
    yield Figure("registry.freshness_p99", 1e3 * seconds[int(len(seconds) * 0.99)], "ms", "<=2000")


async def _fresh(sessions: Any, address: str) -> list[float]:
    seconds = []
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for number in range(FRESH_ROUNDS):
            name = f"随州{_word(number)}新鲜酒业有限公司"
            async with sessions() as session, session.begin():
                await apply_decision(session, _decision(name))
            began = time.monotonic()
            while not (await client.get(address, params={"q": name, "limit": 1})).json().get("items"):
                assert time.monotonic() - began < 60, "it was never found"
                await asyncio.sleep(0.002)
            seconds.append(time.monotonic() - began)
    return seconds


def _word(number: int) -> str:
    """A trade name that no enterprise has: characters that are in no name of the sample."""
    return "".join(chr(0x9F00 + (number // 150**place) % 150) for place in range(3))


def _decision(name: str) -> ApplicationDecidedV1:
    facts = {
        "name": name, "region": "421303", "organisation_form": "有限公司", "industry_code": "C151",
        "registered_capital_yuan": "1000000.00", "address": "湖北省随州市曾都区解放路1号", "business_scope": "白酒生产",
        "legal_representative_name": "张伟", "established_on": today(),
    }  # fmt: skip
    return ApplicationDecidedV1.model_validate({
        "application_id": uuid.uuid4(), "number": "SL42130320261120000017", "matter_code": "MR-ENT-ESTABLISH",
        "outcome": "granted", "decided_on": today(), "region": "421303", "unit": "AMR-421303",
        "applicant_id": uuid.uuid4(), "enterprise": EnterpriseFacts.model_validate(facts),
    })  # fmt: skip


def changes_beside_reads(here: Place, both: tuple[Running, Running], address: str, asked: Asked) -> Iterator[Figure]:
    """Registrations by the code that applies decisions, each a transaction: what one costs, and 300 a second beside
    reads at full load; how many were done, how late they were told, and found by everybody.
    """
    registry, gateway = both
    yield from _cost_of_a_change(here, registry, address, asked.seconds / 2)
    alone = load(here.folder, gateway.url, asked)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reading = pool.submit(load, here.folder, gateway.url, asked)
        changed = _in_database(here, lambda sessions: _changing(sessions, asked.seconds))
        beside_changes = reading.result()
    assert not beside_changes.errors, f"{beside_changes.errors} errors"
    yield Figure("registry.changes_beside_reads", changed.rate, "/s", f">={0.99 * CHANGES_PER_SECOND:.0f}")
    yield Figure("registry.change_lag_p99", 1e3 * sorted(changed.waits)[int(len(changed.waits) * 0.99)], "ms", "<=1000")
    yield Figure("registry.change_found", 1e3 * (_found(address, changed.names) - changed.ended), "ms", "<=2000")
    yield beside("registry.lookup_beside_changes", beside_changes.rate, "/s", None, "alone", alone.rate)
    yield beside("registry.lookup_p99_beside_changes", 1e3 * beside_changes.p99, "ms", None, "alone", 1e3 * alone.p99)


def _cost_of_a_change(here: Place, registry: Running, address: str, seconds: float) -> Iterator[Figure]:
    """Processor time of a change while nobody reads, until it is found: who enters it; the service; PostgreSQL."""

    def used() -> tuple[float, float, float]:
        return time.process_time(), registry.cpu_seconds(), here.database_cpu()

    before = used()
    changed = _in_database(here, lambda sessions: _changing(sessions, seconds))
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
            name = f"随州{_word(first + at)}变更酒业有限公司"
            async with sessions() as session, session.begin():
                await apply_decision(session, _decision(name))
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


def memory(registry: Running, gateway: Running, count: int) -> Iterator[Figure]:
    """What the processes hold resident, the index's mapped pages left out."""
    for process in (registry, gateway):
        info = psutil.Process(process.process.pid).memory_full_info()
        yield Figure(f"registry.memory_{process.name}", info.uss / 2**20, "MiB")
        yield Figure(f"registry.memory_{process.name}_with_mapped", info.rss / 2**20, "MiB")
    info = psutil.Process(registry.process.pid).memory_full_info()
    yield Figure("registry.memory_per_million", info.uss / 2**20 / count * 1e6, "MiB")


def rebuilt(here: Place, count: int) -> Iterator[Figure]:
    """The search index built anew from the database, by a program of its own."""
    began = time.monotonic()
    here.program("svc_credit_registry.reindex")
    seconds = time.monotonic() - began
    yield Figure("registry.reindex", seconds, "s")
    yield Figure("registry.reindex_rate", count / seconds, "/s")


def disk(here: Place, count: int) -> Iterator[Figure]:
    """Megabytes per million enterprises: tables with their indexes, the whole database, the search index."""
    statement = "SELECT pg_total_relation_size(c.oid) AS n FROM pg_class c WHERE c.oid = $1::text::regclass"
    for table in ("enterprises", "enterprise_names", "changes"):
        (row,) = asyncio.run(_fetch(here, statement, table))
        yield Figure(f"registry.disk_{table}_per_million", row["n"] / 1e6 / count * 1e6, "MB")
    (row,) = asyncio.run(_fetch(here, "SELECT pg_database_size(current_database()) AS n"))
    yield Figure("registry.disk_database_per_million", row["n"] / 1e6 / count * 1e6, "MB")
    root = Path(here.environment(REGISTRY)["CREDIT_REGISTRY_DATA_DIR"]) / "search"
    used = sum(file.stat().st_size for file in (root / (root / CURRENT).read_text()).iterdir())
    yield Figure("registry.disk_index_per_million", used / 1e6 / count * 1e6, "MB")
