"""The worker is killed again and again in the middle of the automatic listing: it ends as if nothing had happened."""

import asyncio
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from shared.codes import credit_code
from tests.gateway.place import eventually
from tests.support.apps import ServiceClient, running_service
from tests.support.databases import KEYRING, PYTHON_PATH, ROOT
from tests.support.servers import Servers
from tests.svc_credit_registry.world import World, row

ENTERPRISES, REGIONS, KILLS = 40_000, 5, 5
SEED = credit_code.make("421303", 432_000_000)

# Copies of one enterprise under made-up codes, every fourth of which has reported.
COPIES = """
    INSERT INTO enterprises ({names})
    SELECT {values} FROM enterprises e, generate_series(1, :count) AS i WHERE e.code = :seed
"""
REPORTS = """
    INSERT INTO record_items (code, kind, producer, key, version, content, basis, produced_on, effective_from, provider,
        receipt, recorded_at)
    SELECT code, 'annual_report', code, code || '-2025', 1, jsonb_build_object('year', 2025), 'x', '2026-05-01',
        '2026-05-01', code, 'GS' || code, now()
    FROM enterprises WHERE right(code, 2) IN ('00', '25', '50', '75')
"""
LEFT = """
    SELECT (SELECT count(*) FROM list_entries), (SELECT count(DISTINCT code) FROM list_entries),
        (SELECT count(*) FROM list_entries e JOIN record_items r ON r.code = e.code AND r.kind = 'annual_report'),
        (SELECT count(*) FROM list_steps), (SELECT count(*) FROM record_items WHERE kind = 'abnormal_operation'),
        (SELECT count(DISTINCT key) FROM record_items WHERE kind = 'abnormal_operation'),
        (SELECT count(*) FROM changes WHERE part = 'abnormal_operation'), (SELECT sum(entries) FROM list_documents),
        (SELECT sum((after ->> 'entries')::int) FROM audit_log WHERE object_id = 'annual-listing-2025'),
        (SELECT bool_and(last = held AND first = 1) FROM (
            SELECT max(document_item) AS last, min(document_item) AS first, count(*) AS held FROM list_entries
            GROUP BY document_number) AS d)
"""


async def filled(registry: ServiceClient) -> None:
    """A register of made-up enterprises, a quarter of which have reported for 2025."""
    summary, _ = await World(registry, lambda **_: {}).load([row(SEED, "随州种子酒业有限公司")])
    assert summary.inserted == 1
    async with registry.sessions() as session, session.begin():
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = 'enterprises'"
        names = [name for name in await session.scalars(text(query)) if name != "application_id"]
        made = {
            "code": f"'91' || (421300 + i * {REGIONS} / :count) || lpad(i::text, 10, '0')", "name": "'企业' || i",
            "region": f"(421300 + i * {REGIONS} / :count)::text",
        }  # fmt: skip
        values = ", ".join(made.get(name, f"e.{name}") for name in names)
        await session.execute(text("SET LOCAL statement_timeout = 0"))
        statement = COPIES.format(names=", ".join(names), values=values)
        await session.execute(text(statement), {"count": ENTERPRISES, "seed": SEED})
        await session.execute(text(REPORTS))


def worker(registry: ServiceClient, servers: Servers, folder: Path) -> "subprocess.Popen[bytes]":
    settings: Any = registry.settings
    variables = {
        "PYTHONPATH": PYTHON_PATH,
        "CREDIT_REGISTRY_DATABASE_URL": registry.database,
        "CREDIT_REGISTRY_NATS_URL": servers.nats_url,
        "CREDIT_REGISTRY_NATS_PREFIX": settings.nats_prefix,
        "CREDIT_REGISTRY_JWKS_URL": servers.jwks_url,
        "CREDIT_REGISTRY_KEYRING": KEYRING,
        "CREDIT_REGISTRY_DATA_DIR": str(folder),
        "CREDIT_REGISTRY_CLIENT_SECRET": "test-client-secret",
        "CREDIT_REGISTRY_ANNUAL_LISTING_FIRST_YEAR": "2025",
    }
    command = [sys.executable, "-m", "svc_credit_registry.worker"]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def progress(registry: ServiceClient) -> tuple[int, int]:
    """How many enterprises the run has looked at, and how many passes it has made."""
    async with registry.sessions() as session:
        found = (await session.execute(text("SELECT examined, passes FROM annual_listing_runs"))).first()
    return tuple(found) if found else (0, 0)


async def test_a_listing_survives_a_killed_worker(servers: Servers, tmp_path: Path) -> None:
    async with running_service(servers, "credit-registry", tmp_path, inline_worker=False) as registry:
        await filled(registry)
        killed = 0
        for _ in range(KILLS):
            before, _ = await progress(registry)
            process = worker(registry, servers, tmp_path)
            try:
                await eventually(partial(_is_beyond, registry, before), 60)
            finally:
                process.send_signal(signal.SIGKILL)
                await asyncio.to_thread(process.wait)
            killed += 1
        assert (await progress(registry))[1] == 0, f"{killed} kills came too late: make the register larger"
        process = worker(registry, servers, tmp_path)
        try:
            await eventually(lambda: _is_done(registry), 120)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)
        async with registry.sessions() as session:
            left = (await session.execute(text(LEFT))).one()
            reported = await session.scalar(text("SELECT count(*) FROM record_items WHERE kind = 'annual_report'"))
    owed = ENTERPRISES + 1 - int(reported or 0)
    assert tuple(left) == (owed, owed, 0, owed, owed, owed, owed, owed, owed, True)


async def _is_beyond(registry: ServiceClient, before: int) -> bool:
    return (await progress(registry))[0] > before


async def _is_done(registry: ServiceClient) -> bool:
    async with registry.sessions() as session:
        pending = await session.scalar(text("SELECT count(*) FROM pending_changes"))
    return (await progress(registry))[1] == 1 and pending == 0
