"""Measures a monthly classification and a draw: `python -m tests.bench.supervision_figures COUNT` (see docs/scale.md).

A PostgreSQL of its own, durable, in the folder of temporary files, with COUNT made-up enterprises of 2,400 counties and
1.2 items of the record to each. Prints one JSON document; nothing is kept.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from shared.db import Sessions, make_engine, make_sessions
from shared.local import postgres
from shared.migrate import upgrade
from shared.privacy import Keyring, set_keyring
from svc_credit_registry.settings import Settings
from svc_credit_registry.supervision.inspections import queries as draws
from svc_credit_registry.supervision.inspections import rules
from svc_credit_registry.supervision.inspections.models import InspectionPlan
from svc_credit_registry.supervision.risk import queries, service
from tests.bench.own_server import own_server
from tests.support.databases import KEYRING

STRETCH: int = Settings.model_fields["risk_stretch"].default
MONTHS = (
    (date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC)),
    (date(2026, 12, 1), datetime(2026, 12, 1, tzinfo=UTC)),
)
ENTERPRISES = """
    INSERT INTO enterprises (code, name, region, industry_code, organisation_form, status, established_on,
        registered_on, ended_on, legal_representative_name, registered_capital_yuan, address, business_scope,
        producer, basis)
    SELECT '91' || region || 'MA' || lpad(to_hex(i), 8, '0'), '企业' || i, region,
        (ARRAY['C151', 'F521', 'H622', 'I651', 'L72', 'E47'])[1 + i % 6], '有限公司',
        CASE WHEN i % 25 = 0 THEN 'revoked' WHEN i % 10 = 3 THEN 'cancelled' ELSE 'active' END,
        date '2005-01-01' + i % 7900, date '2005-01-01' + i % 7900,
        CASE WHEN i % 25 = 0 OR i % 10 = 3 THEN date '2026-10-01' END, '张三', 1000000, '某路1号', '批发',
        'AMR-100000', 'b'
    FROM (SELECT i, lpad((110000 + (i % 2400 * 7919 % 2400) * 200)::text, 6, '0') AS region
          FROM generate_series(1, $1::int) AS i) AS s
"""
ITEMS = """
    INSERT INTO record_items (code, kind, producer, key, version, content, basis, produced_on, effective_from, provider,
        receipt, recorded_at)
    SELECT code, kind, 'AMR', 'k' || n, 1, jsonb_build_object(
            'penalty_types', jsonb_build_array((ARRAY['fine', 'closure', 'warning'])[1 + n % 3]), 'year', 2022 + n % 4,
            'filed_on', '2026-06-01', 'result', (ARRAY['nothing_found', 'unreachable'])[1 + n % 2]),
        'b', date '2023-06-01' + n::int % 1200, date '2023-06-01' + n::int % 1200, 'AMR', 'R' || n,
        timestamptz '2026-10-01'
    FROM (
        SELECT code, (ARRAY['annual_report', 'annual_report', 'licence', 'annual_report', 'penalty', 'inspection',
            'branch', 'shareholder', 'annual_report', 'abnormal_operation'])[1 + r % 10] AS kind, r AS n
        FROM (SELECT code, row_number() OVER () AS r FROM enterprises, generate_series(1, 2) AS g
              WHERE abs(hashtext(code || g)) % 10 < 6) AS picked
    ) AS made
"""


async def made(dsn: str, count: int) -> dict[str, Any]:
    """Fills the register; how many rows there are."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(ENTERPRISES, count)
    await connection.execute(ITEMS)
    await connection.execute("ANALYZE")
    items = await connection.fetchval("SELECT count(*) FROM record_items")
    await connection.close()
    return {"enterprises": count, "record_items": items}


async def run(sessions: Sessions, day: date, at: datetime) -> dict[str, Any]:
    """A monthly run in stretches as the worker does it."""
    started, slowest = time.perf_counter(), 0.0
    async with sessions() as session, session.begin():
        await service.begin_monthly(session, day, at)
    while True:
        begun = time.perf_counter()
        async with sessions() as session, session.begin():
            now = await queries.running(session)
            assert now is not None
            more = await service.advance(session, now, STRETCH, at)
        slowest = max(slowest, time.perf_counter() - begun)
        if not more:
            seconds = round(time.perf_counter() - started, 2)
            return {
                "seconds": seconds, "entities": now.entities, "changed": now.changed,
                "entities_a_second": round(now.entities / seconds), "slowest_stretch_seconds": round(slowest, 2),
            }  # fmt: skip


async def drawn(sessions: Sessions) -> dict[str, Any]:
    """Freezes a pool of everybody and draws from it."""
    plan = InspectionPlan(
        number="SJ1", title="t", region="100000", unit="AMR-100000", departments=[], matters=[], criteria={},
        period_from=MONTHS[1][0], period_until=MONTHS[1][0], ratios={}, inspectors_each=2, conflict_months=24,
        created_by="bench",
    )  # fmt: skip
    async with sessions() as session, session.begin():
        session.add(plan)
        await session.flush()
        begun = time.perf_counter()
        frozen = await draws.freeze(session, plan, bytes(32), MONTHS[1][0])
        freezing = time.perf_counter() - begun
        sizes = await draws.strata(session, plan.id)
        takes = {name: rules.take(size, 500) for name, size in sizes.items()}
        begun = time.perf_counter()
        chosen = await draws.draw(session, plan.id, bytes(32), takes)
        drawing = time.perf_counter() - begun
        begun = time.perf_counter()
        rules.deal(bytes(32), [one.token for one in chosen], [f"ZF{i:05d}" for i in range(1000)], 2, {})
    return {
        "pool": frozen.entities, "classes": sizes, "freeze_seconds": round(freezing, 2), "drawn": len(chosen),
        "draw_seconds": round(drawing, 2), "deal_seconds": round(time.perf_counter() - begun, 2),
    }  # fmt: skip


async def sizes(dsn: str) -> dict[str, int]:
    """Bytes on disk of the tables of classes, with their indexes."""
    connection = await asyncpg.connect(dsn)
    names = ("risk_classes", "risk_changes", "risk_figures", "inspection_pool")
    found = {name: await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", name) for name in names}
    await connection.close()
    return found


async def measure(server: postgres.Server, count: int) -> dict[str, Any]:
    """All figures."""
    await postgres.wait_ready(server)
    url = server.dsn().replace("postgresql://", "postgresql+asyncpg://")
    await upgrade("svc_credit_registry", url)
    set_keyring(Keyring.from_json(KEYRING))
    figures = await made(server.dsn(), count)
    engine = make_engine(url, 2)
    sessions = make_sessions(engine)
    load = os.getloadavg()[0]
    figures["first_month"] = await run(sessions, *MONTHS[0])
    figures["second_month"] = await run(sessions, *MONTHS[1])
    figures["draw"] = await drawn(sessions)
    await engine.dispose()
    return figures | {"bytes": await sizes(server.dsn()), "load_before": round(load, 1)}


def main() -> int:
    """Starts a server, measures, and removes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    with own_server() as server:
        figures = asyncio.run(measure(server, parser.parse_args().count))
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
