"""Telling everybody that the public record of an enterprise has changed.

A change is recorded in its own transaction, without a position. Positions are given afterwards, by one at a time, to
what has committed: so a reader who stands at position 7 has seen all there will ever be up to 7 (decision 0020).
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg
from sqlalchemy import func, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseChangedV1
from shared.outbox import publish
from shared.runtime import Runtime
from svc_credit_registry.record.feed import queries
from svc_credit_registry.record.feed.models import PendingChange

AT_ONCE = 5_000
LOOKS_EVERY = 1.0
"""Seconds after which the sequencer looks by itself, should a notification have been lost."""
TOLD = ("name", "region", "legal_representative_name")
"""Facts of which others keep copies."""
BREATH = 0.02
"""Seconds between two rounds: what is recorded meanwhile gets its positions together, in one transaction."""


async def changed(
    session: AsyncSession,
    code: str,
    part: str,
    *,
    item_id: uuid.UUID | None = None,
    day: date,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """The public record of `code` shows something else than before: tells followers and whoever keeps copies.

    Call it in the transaction of the change. `part` says what changed ("registration", "complaints", or the kind of a
    record item), `day` is the statutory day of the change, `facts` those of the register which are others now, by name.
    """
    await entered(session, code, part, item_id=item_id)
    told = {name: value for name, value in (facts or {}).items() if name in TOLD}
    await publish(session, EnterpriseChangedV1(code=code, part=part, changed_on=day, **told))


async def all_changed(session: AsyncSession, changes: Sequence[tuple[str, str, uuid.UUID | None]], day: date) -> None:
    """The same as `changed` for many at once: code, part and item of each. One event for each code and part."""
    if not changes:
        return
    rows = [{"code": code, "part": part, "item_id": item_id} for code, part, item_id in changes]
    await session.execute(insert(PendingChange), rows)
    await session.execute(select(func.pg_notify(queries.RECORDED, "")))
    told = sorted({(code, part) for code, part, _ in changes})
    await publish(session, *(EnterpriseChangedV1(code=code, part=part, changed_on=day) for code, part in told))


async def entered(session: AsyncSession, code: str, part: str, *, item_id: uuid.UUID | None = None) -> None:
    """Tells followers alone; for changes of which another event tells, as that an enterprise is registered."""
    await queries.record(session, code, part, item_id)


class Woken(asyncio.Event):
    """Set by each notification; `lost` once the connection that brings them is gone: listen anew then."""

    lost = False


async def sequence_forever(runtime: Runtime) -> None:
    """Gives positions as soon as there is a change without one. May run in any number of processes.

    It ends when it would hear of none any more, and is started again.
    """
    async with listening(runtime, queries.RECORDED) as woken:
        while not woken.lost:
            await sequence_all(runtime)
            await asyncio.sleep(BREATH)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), LOOKS_EVERY)
            woken.clear()


async def sequence_all(runtime: Runtime) -> int:
    """Gives positions to all changes there are, in small transactions; how many it were."""
    total = 0
    while True:
        async with runtime.sessions() as session, session.begin():
            done = await queries.sequence(session, AT_ONCE)
        total += done
        if done < AT_ONCE:
            return total


@contextlib.asynccontextmanager
async def listening(runtime: Runtime, channel: str) -> AsyncIterator[Woken]:
    """An event that is set when `channel` is notified, and when the connection is gone."""
    address = make_url(runtime.settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
    connection, woken = await asyncpg.connect(address, timeout=5), Woken()

    def lose(_: object) -> None:
        woken.lost = True
        woken.set()

    connection.add_termination_listener(lose)
    try:
        await connection.add_listener(channel, lambda *_: woken.set())
        yield woken
    finally:
        with contextlib.suppress(Exception):
            await connection.close(timeout=1)
