"""Measures the search of trademarks: `NAMES=FILE python -m tests.bench.trademark_figures COUNT`.

NAMES is a file of real trade names, one a line, also .xz. A PostgreSQL of its own, durable, with COUNT made-up marks of
two to four characters on the record of one enterprise. The statements are those of the route, one connection; without
what HTTP adds. Prints one JSON document; nothing is kept. docs/registry-search.md has the figures.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import func, select

from shared.db import Sessions, make_engine, make_sessions
from shared.http.pagination import COUNT_CAP
from shared.local import postgres
from shared.migrate import upgrade
from svc_credit_registry.discovery.trademarks import queries
from svc_credit_registry.generate import trade_names
from svc_credit_registry.record.records.rules import RecordKind, found_by
from tests.bench.own_server import own_server

CODE, DAY, SHOWN, ASKED = "91421303MA0000006Y", date(2026, 11, 21), 10, 500
FIRST_NUMBER = 60_000_000
ENTERPRISE = """
    INSERT INTO enterprises (code, name, region, industry_code, organisation_form, status, established_on,
        registered_on, legal_representative_name, address, business_scope, producer, basis)
    VALUES ($1, '企业', '421303', 'C151', '有限公司', 'active', $2, $2, '张三', '某路1号', '批发', 'AMR-421303', 'b')
"""
COLUMNS = (
    "id", "code", "kind", "producer", "key", "version", "content", "basis", "produced_on", "effective_from", "provider",
    "receipt", "recorded_at", "is_void", "title", "title_pairs",
)  # fmt: skip


def marks(names: Sequence[str], count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of trademarks: whole trade names, their beginnings, and two of them put together."""
    chance, now = random.Random(1), datetime.now(UTC)
    for n in range(count):
        one, other = chance.choice(names), chance.choice(names)
        mark, number = (one, one[:3], one[:2] + other[:2])[n % 3], str(FIRST_NUMBER + n)
        content = {"number": number, "mark": mark, "classes": [1 + n % 45], "registered_on": str(DAY), "state": "valid"}
        by = found_by(RecordKind.TRADEMARK, content)
        yield (
            uuid.UUID(int=chance.getrandbits(128)), CODE, "trademark", "office", number, 1, json.dumps(content), "b",
            DAY, DAY, "office", f"R{number}", now, False, by["title"], by["title_pairs"],
        )  # fmt: skip


async def made(dsn: str, names: Sequence[str], count: int) -> dict[str, int]:
    """Puts the marks on the record; the bytes on disk of what they need."""
    connection = await asyncpg.connect(dsn)
    await connection.set_type_codec(
        "jsonb", encoder=lambda v: b"\x01" + v.encode(), decoder=bytes.decode, schema="pg_catalog", format="binary"
    )
    await connection.execute(ENTERPRISE, CODE, DAY)
    await connection.copy_records_to_table("record_items", records=marks(names, count), columns=COLUMNS)
    await connection.execute("VACUUM ANALYZE record_items")
    size = "SELECT pg_total_relation_size($1::regclass)"
    indexes = ("ix_record_items_marks", "ix_record_items_mark_numbers", "record_items")
    found = {name: await connection.fetchval(size, name) for name in indexes}
    await connection.close()
    return found


async def asked(sessions: Sessions, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a page and its capped count, as the hub asks for them."""
    took, hits = [], 0
    for q in texts:
        begun = time.perf_counter()
        async with sessions() as session:
            every = queries.found(q, None, DAY)
            counted = select(func.count()).select_from(every.limit(COUNT_CAP + 1).subquery())
            hits += await session.scalar(counted) or 0
            (await session.execute(every.order_by(*queries.order(q)).limit(SHOWN))).all()
        took.append((time.perf_counter() - begun) * 1e3)
    took.sort()
    return {
        "p50_ms": round(took[len(took) // 2], 1), "p99_ms": round(took[int(len(took) * 0.99)], 1),
        "mean_hits": round(hits / len(texts)),
    }  # fmt: skip


async def measure(server: postgres.Server, names: Sequence[str], count: int) -> dict[str, Any]:
    """All figures."""
    await postgres.wait_ready(server)
    url = server.dsn().replace("postgresql://", "postgresql+asyncpg://")
    await upgrade("svc_credit_registry", url)
    load, chance = os.getloadavg()[0], random.Random(2)
    figures: dict[str, Any] = {
        "marks": count,
        "load_before": round(load, 1),
        "bytes": await made(server.dsn(), names, count),
    }
    engine = make_engine(url, 1)
    drawn = [chance.choice(names) for _ in range(ASKED)]
    numbers = [str(FIRST_NUMBER + chance.randrange(count)) for _ in range(ASKED)]
    kinds = {"whole": drawn, "two_characters": [d[:2] for d in drawn], "one_character": [d[0] for d in drawn]}
    for kind, texts in (kinds | {"number": numbers, "nothing": [f"龘{d}" for d in drawn]}).items():
        figures[kind] = await asked(make_sessions(engine), texts)
    await engine.dispose()
    return figures


def main() -> int:
    """Starts a server, measures, and removes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000)
    given = os.environ.get("NAMES")
    if not given:
        sys.stderr.write("NAMES names a file of trade names, one a line\n")
        return 1
    with own_server() as server:
        figures = asyncio.run(measure(server, list(trade_names(Path(given))), parser.parse_args().count))
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
