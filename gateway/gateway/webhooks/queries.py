"""Rows of subscriptions and deliveries."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.webhooks.models import Attempt, Delivery, Webhook, WebhookHealth, WebhookSecret
from gateway.webhooks.signing import SigningKeys

LOCK = 61  # keeps these locks apart from others' in the database
# A delivery may go out when its time has come, nobody is at it, and no earlier one of the same aggregate waits.
MAY_GO = """
    d.webhook_id = {webhook} AND d.state = 'pending' AND d.next_try_at <= now()
    AND (d.leased_until IS NULL OR d.leased_until <= now())
    AND NOT EXISTS (
        SELECT 1 FROM webhook_deliveries e
        WHERE e.webhook_id = d.webhook_id AND e.aggregate = d.aggregate AND e.state = 'pending'
        AND e.sequence < d.sequence
    )
"""
# The subscription that was served longest ago comes first: one with much to deliver or a slow receiver holds up nobody.
CLAIM = text(
    f"""
    WITH ready AS (
        SELECT h.webhook_id FROM webhook_health h JOIN webhooks w ON w.id = h.webhook_id
        WHERE w.state = 'active' AND (h.held_until IS NULL OR h.held_until <= now())
        AND (
            SELECT count(*) FROM webhook_deliveries l
            WHERE l.webhook_id = h.webhook_id AND l.lease IS NOT NULL AND l.leased_until > now()
        ) < :each
        AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE {MAY_GO.format(webhook="h.webhook_id")})
        ORDER BY h.served_at LIMIT :many FOR NO KEY UPDATE OF h SKIP LOCKED
    ), due AS (
        SELECT first.id FROM ready CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_deliveries d WHERE {MAY_GO.format(webhook="ready.webhook_id")}
            ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
        ) first
    ), served AS (
        UPDATE webhook_health h SET served_at = clock_timestamp() FROM ready WHERE h.webhook_id = ready.webhook_id
    )
    UPDATE webhook_deliveries d SET lease = gen_random_uuid(), leased_until = now() + make_interval(secs => :seconds)
    FROM due, webhooks w WHERE d.id = due.id AND w.id = d.webhook_id
    RETURNING d.id, d.webhook_id, d.event_id, d.body, w.url, d.lease
    """  # noqa: S608 - made of constants
)


async def claim(session: AsyncSession, many: int, each: int, seconds: float) -> Sequence[Row[Any]]:
    """The next deliveries to send (id, webhook_id, event_id, body, url, lease), leased for `seconds`.

    One of each of up to `many` receivers, and no more than `each` to one of them at a time. Any number of processes may
    ask at once (SKIP LOCKED); each delivery is given to one of them.
    """
    return (await session.execute(CLAIM, {"many": many, "each": each, "seconds": seconds})).all()


async def release(session: AsyncSession, leases: Sequence[uuid.UUID]) -> None:
    """Gives back what will not be sent by this process any more."""
    await session.execute(
        text("UPDATE webhook_deliveries SET lease = NULL, leased_until = NULL WHERE lease = ANY(:leases)"),
        {"leases": list(leases)},
    )


async def keys_of(session: AsyncSession, ids: Sequence[uuid.UUID], at: datetime) -> dict[uuid.UUID, list[SigningKeys]]:
    """The keys of subscriptions that count at an instant, the newest first."""
    counts = or_(WebhookSecret.expires_at.is_(None), WebhookSecret.expires_at > at)
    query = select(WebhookSecret).where(WebhookSecret.webhook_id.in_(ids), counts)
    rows = await session.scalars(query.order_by(WebhookSecret.created_at.desc(), WebhookSecret.id.desc()))
    found: dict[uuid.UUID, list[SigningKeys]] = {id_: [] for id_ in ids}
    for row in rows:
        found[row.webhook_id].append(SigningKeys(row.secret, row.signing_key))
    return found


async def held(session: AsyncSession, delivery_id: uuid.UUID, lease: uuid.UUID) -> Delivery | None:
    """A delivery, locked, while this lease on it still stands.

    Its subscription is locked before it, as by whoever deletes that with all it has: so they never wait in a circle.
    """
    its_own = select(Delivery.webhook_id).where(Delivery.id == delivery_id).scalar_subquery()
    await session.execute(select(Webhook.id).where(Webhook.id == its_own).with_for_update(key_share=True))
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.lease == lease).with_for_update()
    return (await session.scalars(query)).first()


async def own(session: AsyncSession, client_id: str, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook | None:
    """A subscription of this client."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.client_id == client_id)
    return (await session.scalars(query.with_for_update() if lock else query)).first()


async def of_client(session: AsyncSession, client_id: str) -> Sequence[Webhook]:
    """All subscriptions of a client, locked."""
    return (await session.scalars(select(Webhook).where(Webhook.client_id == client_id).with_for_update())).all()


async def count_of(session: AsyncSession, client_id: str) -> int:
    """How many subscriptions a client has; nobody else makes it one until the end of this transaction."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(client_id, LOCK))))
    query = select(func.count()).select_from(Webhook).where(Webhook.client_id == client_id)
    return await session.scalar(query) or 0


async def health_of(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, WebhookHealth]:
    rows = await session.scalars(select(WebhookHealth).where(WebhookHealth.webhook_id.in_(ids)))
    return {row.webhook_id: row for row in rows}


async def tallies_of(session: AsyncSession, ids: Sequence[uuid.UUID], state: str) -> dict[uuid.UUID, int]:
    """How many deliveries of each subscription are in a state."""
    query = select(Delivery.webhook_id, func.count()).where(Delivery.webhook_id.in_(ids), Delivery.state == state)
    return {row[0]: row[1] for row in (await session.execute(query.group_by(Delivery.webhook_id))).all()}


def deliveries_of(
    webhook_id: uuid.UUID, state: str | None, event_type: str | None, since: datetime | None
) -> Select[Any]:
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    if state is not None:
        query = query.where(Delivery.state == state)
    if event_type is not None:
        query = query.where(Delivery.event_type == event_type)
    return query.where(Delivery.created_at >= since) if since is not None else query


async def attempts_of(session: AsyncSession, delivery_id: uuid.UUID) -> Sequence[Attempt]:
    query = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)
    return (await session.scalars(query)).all()


async def interested(session: AsyncSession, event_type: str, at: datetime) -> Sequence[Row[uuid.UUID, list[str]]]:
    """(id, regions) of the subscriptions to a type that were there when the event happened."""
    wanted = Webhook.event_types.contains([event_type])
    query = select(Webhook.id, Webhook.regions).where(wanted, Webhook.created_at <= at)
    return (await session.execute(query)).all()


async def forget(session: AsyncSession, before: datetime, now: datetime, limit: int) -> int:
    """Drops deliveries past their time, a batch of them, and secrets that no longer count; how many deliveries."""
    await session.execute(delete(WebhookSecret).where(WebhookSecret.expires_at <= now))
    old = select(Delivery.id).where(Delivery.created_at < before, Delivery.lease.is_(None)).limit(limit)
    gone = await session.execute(delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id))
    return len(gone.all())
