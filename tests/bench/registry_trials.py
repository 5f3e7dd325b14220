"""The parts of the registry's figures: loads, right answers, freshness, memory and disk."""

import asyncio
import io
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import asyncpg
import httpx
import psutil

from shared.clock import today
from shared.db import make_engine, make_sessions
from shared.events.services import ApplicationDecidedV1, EnterpriseFacts
from svc_credit_registry.discovery.building.service import CURRENT
from svc_credit_registry.record.registration.service import apply_decision
from tests.bench.figures import Figure, beside
from tests.bench.proxies import Running
from tests.bench.registry_place import REGISTRY, Place, wait

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


async def fetch(here: Place, statement: str, *values: Any) -> list[Any]:
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
    asyncio.run(fetch(here, "VACUUM (ANALYZE)"))


def number_codes(here: Place) -> None:
    """A numbered list of all codes, for pgbench."""
    asyncio.run(fetch(here, "CREATE UNLOGGED TABLE bench_codes (n bigint PRIMARY KEY, code varchar(18))"))
    asyncio.run(fetch(here, "INSERT INTO bench_codes SELECT row_number() OVER (), code FROM enterprises"))
    (count,) = asyncio.run(fetch(here, "SELECT count(*) AS n FROM bench_codes"))
    (here.folder / "codes.count").write_text(str(count["n"]), encoding="utf-8")


def right_answers(here: Place, address: str, words: list[str]) -> Figure:
    """The share of searches whose export has exactly the enterprises that PostgreSQL finds by reading every name."""
    chosen = [word for word in words if len(word) >= 3 and word.isalpha()][:20]
    right = 0
    for word in chosen:
        rows = asyncio.run(fetch(here, "SELECT code FROM enterprises WHERE position($1 in name) > 0", word))
        answer = httpx.get(f"{address}/export", params={"q": word}, trust_env=False, timeout=120).raise_for_status()
        lines = (httpx.Response(200, content=line).json() for line in answer.text.splitlines())
        right += {line["code"] for line in lines} == {row["code"] for row in rows}
    return Figure("registry.search_right", right / max(1, len(chosen)), "share", ">=1")


def in_database(here: Place, job: Callable[[Any], Awaitable[T]]) -> T:
    """Runs a job with sessions on the registry's database, as the service has them."""

    async def run() -> T:
        environment = here.environment(REGISTRY)
        engine = make_engine(environment["CREDIT_REGISTRY_DATABASE_URL"], WRITERS)
        try:
            return await job(make_sessions(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def word(number: int) -> str:
    """A trade name that no enterprise has: characters that are in no name of the sample."""
    return "".join(chr(0x9F00 + (number // 150**place) % 150) for place in range(3))


def decision(name: str) -> ApplicationDecidedV1:
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


def freshness(here: Place, address: str) -> Iterator[Figure]:
    """Seconds from the commit of a registration until anybody finds the enterprise by its name."""
    seconds = sorted(in_database(here, lambda sessions: _fresh(sessions, address)))
    yield Figure("registry.freshness_p50", 1e3 * seconds[len(seconds) // 2], "ms")
    yield Figure("registry.freshness_p99", 1e3 * seconds[int(len(seconds) * 0.99)], "ms", "<=2000")


async def _fresh(sessions: Any, address: str) -> list[float]:
    seconds = []
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for number in range(FRESH_ROUNDS):
            name = f"随州{word(number)}新鲜酒业有限公司"
            async with sessions() as session, session.begin():
                await apply_decision(session, decision(name))
            began = time.monotonic()
            while not (await client.get(address, params={"q": name, "limit": 1})).json().get("items"):
                assert time.monotonic() - began < 60, "it was never found"
                await asyncio.sleep(0.002)
            seconds.append(time.monotonic() - began)
    return seconds


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
        (row,) = asyncio.run(fetch(here, statement, table))
        yield Figure(f"registry.disk_{table}_per_million", row["n"] / 1e6 / count * 1e6, "MB")
    (row,) = asyncio.run(fetch(here, "SELECT pg_database_size(current_database()) AS n"))
    yield Figure("registry.disk_database_per_million", row["n"] / 1e6 / count * 1e6, "MB")
    root = Path(here.environment(REGISTRY)["CREDIT_REGISTRY_DATA_DIR"]) / "search"
    used = sum(file.stat().st_size for file in (root / (root / CURRENT).read_text()).iterdir())
    yield Figure("registry.disk_index_per_million", used / 1e6 / count * 1e6, "MB")
