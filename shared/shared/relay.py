"""Sends recorded events to the broker and answers for them afterwards.

One process of a service relays at a time. An event is stamped after the acknowledgement; what was sent and not stamped
is sent again, and consumers recognise it.
"""

import asyncio
import contextlib
import json
import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nats.errors import Error as NatsError
from sqlalchemy import func, select

from shared import outbox
from shared.clock import now
from shared.telemetry import EVENTS_PUBLISHED, OUTBOX_PENDING

if TYPE_CHECKING:
    from shared.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 250
BREATH = 0.01
RELAY_LOCK = 7_201_001
FEED_LIMIT = 200
GRACE = timedelta(seconds=5)


async def relay_once(runtime: "Runtime") -> int:
    """Sends one batch; how many the broker acknowledged."""
    async with runtime.sessions() as session, session.begin():
        if not await session.scalar(select(func.pg_try_advisory_xact_lock(RELAY_LOCK))):
            return 0
        rows = await outbox.pending(session, BATCH)
        OUTBOX_PENDING.set(len(rows))
        if not rows:
            return 0
        results = await asyncio.gather(*(_send(runtime, row) for row in rows))
        sent = [row.id for row, acknowledged in zip(rows, results, strict=True) if acknowledged]
        if sent:
            await outbox.stamp(session, sent, now())
        return len(sent)


async def _send(runtime: "Runtime", row: outbox.OutboxEvent) -> bool:
    try:
        await runtime.bus.publish(row.envelope(runtime.name))
    except (NatsError, OSError, TimeoutError) as exc:
        log.warning("event not acknowledged", extra={"type": row.type, "error": str(exc) or type(exc).__name__})
        return False
    EVENTS_PUBLISHED.labels(row.type).inc()
    return True


async def relay_forever(runtime: "Runtime", woken: asyncio.Event) -> None:
    """Relays when woken by a commit, and every second in case a wake-up was lost."""
    while True:
        await runtime.bus.connected.wait()
        woken.clear()  # before looking: who commits while a batch is on its way wakes anew
        sent = await relay_once(runtime)
        if sent == BATCH:
            continue
        if sent:
            await asyncio.sleep(BREATH)  # a batch costs much the same for one event as for some
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), timeout=1)


def feed_subject(producer: str) -> str:
    """Where a producer answers for its outbox."""
    return f"feed.{producer}"


async def answer_feed(runtime: "Runtime", body: bytes) -> bytes:
    """Events straight from the outbox: of one aggregate behind a sequence, of types behind a position or an event."""
    asked: dict[str, Any] = json.loads(body)
    async with runtime.sessions() as session:
        if "aggregate_id" in asked:
            rows = await outbox.after_sequence(
                session, asked["aggregate_type"], asked["aggregate_id"], int(asked["after"]), FEED_LIMIT
            )
        elif "after_event" in asked:
            after = uuid.UUID(asked["after_event"])
            rows = await outbox.after_event(session, asked["aggregate_types"], after, FEED_LIMIT)
        else:
            rows = await _settled(session, asked)
    events = [row.envelope(runtime.name).model_dump(mode="json") for row in rows]
    last = [rows[-1].transaction, rows[-1].id] if rows else None
    return json.dumps({"events": events, "position": last, "more": len(rows) == FEED_LIMIT}).encode()


async def _settled(session: Any, asked: dict[str, Any]) -> Sequence[outbox.OutboxEvent]:
    older_than: datetime = now() - GRACE
    transaction, position = asked["after"]
    return await outbox.after_position(
        session, asked["aggregate_types"], (int(transaction), int(position)), older_than, FEED_LIMIT
    )
