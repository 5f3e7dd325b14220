"""Counts are settled between the processes through PostgreSQL, five times a second, in one statement for all of them.

No call waits for this. So processes together let through more than a quota by what each admits between two
settlements: at most (processes - 1) x the calls that one process takes from that caller in `EVERY` seconds and the time
of the statement. While the database is away each process counts by itself: then the bound is processes x quota.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.limits.counts import Counts, Key
from gateway.limits.rules import Count
from shared.db import Sessions
from shared.inbox import Sweep, SweepContext

log = logging.getLogger(__name__)

EVERY = 0.2
BATCH = 2_000

SETTLE = text(
    """
    INSERT INTO quota_counts AS kept (name, caller, since, ends, calls)
    SELECT * FROM unnest(
        CAST(:names AS text[]), CAST(:callers AS text[]), CAST(:since AS timestamptz[]), CAST(:ends AS timestamptz[]),
        CAST(:calls AS bigint[])
    )
    ON CONFLICT (name, caller) DO UPDATE SET
        calls = excluded.calls + CASE WHEN kept.ends > excluded.since THEN kept.calls ELSE 0 END,
        since = CASE WHEN kept.ends > excluded.since THEN kept.since ELSE excluded.since END,
        ends = CASE WHEN kept.ends > excluded.since THEN kept.ends ELSE excluded.ends END
    RETURNING name, caller, since, calls
    """
)
FORGET = text("DELETE FROM quota_counts WHERE ends < :now")


async def settle_forever(counts: Counts, sessions: Sessions) -> None:
    """Settles for as long as the process runs, and keeps on when the database is away."""
    away = False
    while True:
        try:
            await settle(counts, sessions)
            away = False
        except (SQLAlchemyError, OSError, TimeoutError) as exc:
            if not away:
                log.warning("calls are counted in this process alone", extra={"error": f"{type(exc).__name__}"})
            away = True
        await asyncio.sleep(EVERY)


async def settle_at_last(counts: Counts, sessions: Sessions) -> None:
    """Hands over what was counted since, before the process ends."""
    with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
        async with asyncio.timeout(2):
            await settle(counts, sessions)


async def settle(counts: Counts, sessions: Sessions) -> int:
    """Hands over what was counted here and takes in what all have counted; how many counts that were."""
    found = counts.unsettled()
    found.sort(key=lambda item: (item[1].window.name, item[0][1]))  # the same order everywhere: no deadlocks
    done = 0
    try:
        for start in range(0, len(found), BATCH):
            await _settle(found[start : start + BATCH], sessions)
            done = start + BATCH
    except BaseException:
        counts.not_sent(found[done:])
        raise
    return len(found)


async def _settle(part: Sequence[tuple[Key, Count]], sessions: Sessions) -> None:
    rows = {(count.window.name, key[1]): count for key, count in part}
    values = {
        "names": [name for name, _ in rows],
        "callers": [caller for _, caller in rows],
        "since": [datetime.fromtimestamp(count.since, UTC) for count in rows.values()],
        "ends": [datetime.fromtimestamp(count.ends, UTC) for count in rows.values()],
        "calls": [count.sent for count in rows.values()],
    }
    async with sessions() as session, session.begin():
        await session.execute(text("SET LOCAL synchronous_commit TO off"))  # a crash may forget the last half second
        settled = (await session.execute(SETTLE, values)).all()
    for name, caller, since, calls in settled:
        rows[name, caller].hear(since.timestamp(), calls)


async def forget_old(session: AsyncSession, context: SweepContext) -> int:
    """Drops counts of windows that are over."""
    await session.execute(FORGET, {"now": context.now})
    return 0


SWEEPS = (Sweep("quotas.forget", every=60.0, run=forget_old),)
