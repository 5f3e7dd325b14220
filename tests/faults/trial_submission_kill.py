"""The worker is killed again and again in the middle of a pushed file: each row is on the record once."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import text

from shared.codes import credit_code
from tests.faults.trial_listing_kill import worker
from tests.gateway.place import eventually
from tests.support.apps import ServiceClient, running_service
from tests.support.servers import Servers
from tests.svc_credit_registry.sharing.submissions.agency import headers_of, penalty
from tests.svc_credit_registry.world import World, row

KILLS = int(os.environ.get("FAULT_ROUNDS", "20"))
ROWS = 1_500 * KILLS
CODES = [credit_code.make("421303", 431_100_000 + n) for n in range(50)]
LEFT = """
    SELECT (SELECT count(*) FROM record_items WHERE kind = 'penalty'),
        (SELECT count(DISTINCT key) FROM record_items WHERE kind = 'penalty'),
        (SELECT max(version) FROM record_items WHERE kind = 'penalty'), (SELECT count(*) FROM submission_receipts),
        (SELECT count(DISTINCT line) FROM submission_receipts), (SELECT count(*) FROM audit_log
            WHERE action = 'record_item.created' AND after ->> 'kind' = 'penalty'),
        (SELECT count(*) FROM changes WHERE part = 'penalty'),
        (SELECT count(*) FROM exchange_entries WHERE kind = 'push_processed')
"""


async def rows_done(registry: ServiceClient) -> int:
    async with registry.sessions() as session:
        return int(await session.scalar(text("SELECT rows FROM submission_batches")) or 0)


async def sent(registry: ServiceClient, bearer: Callable[..., dict[str, str]]) -> None:
    """A file which is acknowledged; from then on none of its rows may be lost."""
    world = World(registry, bearer)
    await world.load([row(code, f"随州红光酒业{n}有限公司") for n, code in enumerate(CODES)])
    given = (penalty(key=str(n), code=CODES[n % 50]) for n in range(ROWS))
    lines = (json.dumps({k: v for k, v in one.items() if k != "kind"}, ensure_ascii=False) for one in given)
    headers = headers_of(world, "court-suizhou") | {"Content-Type": "application/x-ndjson"}
    address = f"/v1/submission-batches/penalty/large?rows={ROWS}"
    answer = await registry.put(address, headers=headers, content="\n".join(lines).encode())
    assert answer.status_code == 201, answer.text


async def test_a_pushed_file_survives_a_killed_worker(
    servers: Servers, tmp_path: Path, bearer: Callable[..., dict[str, str]]
) -> None:
    async with running_service(servers, "credit-registry", tmp_path, inline_worker=False) as registry:
        await sent(registry, bearer)
        for _ in range(KILLS):
            before = await rows_done(registry)
            process = worker(registry, servers, tmp_path)
            try:
                await eventually(partial(_is_beyond, registry, before), 60)
            finally:
                await _ended(process, signal.SIGKILL)
        assert await rows_done(registry) < ROWS, "the kills came too late: send a larger file"
        process = worker(registry, servers, tmp_path)
        try:
            await eventually(lambda: _is_settled(registry), 300)
        finally:
            await _ended(process, signal.SIGTERM)
        async with registry.sessions() as session:
            left = (await session.execute(text(LEFT))).one()
    assert tuple(left) == (ROWS, ROWS, 1, ROWS, ROWS, ROWS, ROWS, 1)


async def _ended(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    process.send_signal(number)
    await asyncio.to_thread(process.wait)


async def _is_beyond(registry: ServiceClient, before: int) -> bool:
    return await rows_done(registry) > before


async def _is_settled(registry: ServiceClient) -> bool:
    """All rows are done, and their changes have their positions."""
    async with registry.sessions() as session:
        query = "SELECT (SELECT state FROM submission_batches) = 'done' AND NOT EXISTS (SELECT FROM pending_changes)"
        return bool(await session.scalar(text(query)))
