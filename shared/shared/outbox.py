"""Events are rows in the transaction of the change; the broker only carries them (decision 0004).

Each event gets the next number of its aggregate, taken under a row lock, so the numbers follow the commits and have no
gaps. `transaction` lets a reader page through the log without missing a transaction which commits late: rows below the
oldest running transaction are settled, and nothing can appear among them any more.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, big_identity
from shared.events.envelope import Envelope, Event, aggregate_type
from shared.telemetry import current_traceparent

CHANNEL = "yiwang_outbox"
SETTLED = text("outbox_events.transaction < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")


class OutboxEvent(Base):
    """An event, recorded; `published_at` tells whether the broker has acknowledged it."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        UniqueConstraint("aggregate_type", "aggregate_id", "sequence"),
        Index("ix_outbox_events_pending", "id", postgresql_where=text("published_at IS NULL")),
        Index("ix_outbox_events_feed", "transaction", "id"),
    )

    id: Mapped[int] = big_identity()
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True, server_default=text("uuidv7()"))
    type: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    traceparent: Mapped[str | None]
    data: Mapped[Json]
    transaction: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    published_at: Mapped[datetime | None]

    def envelope(self, source: str) -> Envelope:
        """The event as it goes over the wire."""
        return Envelope(
            id=self.event_id,
            type=self.type,
            source=f"/{source}",
            subject=self.aggregate_id,
            time=self.recorded_at,
            sequence=self.sequence,
            traceparent=self.traceparent,
            data=self.data,
        )


class OutboxSequence(Base):
    """The last number given within an aggregate."""

    __tablename__ = "outbox_sequences"

    aggregate_type: Mapped[str] = mapped_column(primary_key=True)
    aggregate_id: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


# Aggregates are numbered in their order, so that two who record for the same ones wait in turn and not for each other.
# An event is of the moment at which it is recorded: its transaction may have waited for a row since it began.
RECORD = text(
    """
    WITH given AS (
        SELECT *, row_number() OVER (PARTITION BY aggregate_type, aggregate_id ORDER BY place DESC) - 1 AS behind
        FROM unnest(CAST(:types AS text[]), CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:data AS text[]))
            WITH ORDINALITY AS event (type, aggregate_type, aggregate_id, data, place)
    ), numbered AS (
        INSERT INTO outbox_sequences (aggregate_type, aggregate_id, last)
        SELECT aggregate_type, aggregate_id, count(*) FROM given GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE SET last = outbox_sequences.last + excluded.last
        RETURNING aggregate_type, aggregate_id, last
    )
    INSERT INTO outbox_events (type, aggregate_type, aggregate_id, sequence, recorded_at, traceparent, data)
    SELECT type, aggregate_type, aggregate_id, last - behind, clock_timestamp(), :traceparent, CAST(data AS jsonb)
    FROM given JOIN numbered USING (aggregate_type, aggregate_id) ORDER BY place
    RETURNING pg_notify(:channel, '')
    """
)


async def publish(session: AsyncSession, *events: Event) -> None:
    """Records `events` in the transaction at hand, in their order. They are sent once that has committed."""
    types = [event.TYPE for event in events]
    parameters = {
        "types": types,
        "kinds": list(map(aggregate_type, types)),
        "ids": [event.aggregate_id for event in events],
        "data": [event.model_dump_json() for event in events],
        "traceparent": current_traceparent(),
        "channel": CHANNEL,
    }
    await session.flush()
    await session.execute(RECORD, parameters)


async def pending(session: AsyncSession, limit: int) -> Sequence[OutboxEvent]:
    """Events which the broker has not acknowledged, oldest first, locked until the transaction ends."""
    query = (
        select(OutboxEvent)
        .where(OutboxEvent.published_at.is_(None))
        .order_by(OutboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def stamp(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    """Notes that the broker has acknowledged these events."""
    await session.execute(update(OutboxEvent).where(OutboxEvent.id.in_(ids)).values(published_at=at))


async def after_position(
    session: AsyncSession, types: Sequence[str], position: tuple[int, int], older_than: datetime, limit: int
) -> Sequence[OutboxEvent]:
    """Settled events of the aggregate types behind `position` (transaction, id), for the reconciler of a consumer."""
    query = (
        select(OutboxEvent)
        .where(
            OutboxEvent.aggregate_type.in_(types),
            text("(outbox_events.transaction, outbox_events.id) > (:t, :i)").bindparams(t=position[0], i=position[1]),
            SETTLED,
            OutboxEvent.recorded_at < older_than,
        )
        .order_by(OutboxEvent.transaction, OutboxEvent.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def after_event(
    session: AsyncSession, types: Sequence[str], event_id: uuid.UUID, limit: int
) -> Sequence[OutboxEvent]:
    """Events of the aggregate types with ids (UUIDv7: by time) behind `event_id`; one that commits late is missed."""
    query = (
        select(OutboxEvent)
        .where(OutboxEvent.aggregate_type.in_(types), OutboxEvent.event_id > event_id)
        .order_by(OutboxEvent.event_id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def after_sequence(
    session: AsyncSession, type_: str, id_: str, sequence: int, limit: int
) -> Sequence[OutboxEvent]:
    """Events of one aggregate behind `sequence`, in order."""
    query = (
        select(OutboxEvent)
        .where(OutboxEvent.aggregate_type == type_, OutboxEvent.aggregate_id == id_, OutboxEvent.sequence > sequence)
        .order_by(OutboxEvent.sequence)
        .limit(limit)
    )
    return (await session.scalars(query)).all()
