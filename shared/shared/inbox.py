"""Applying events exactly once and in order.

A consumer keeps, per aggregate, the number of the last event it applied, and moves it in the handler's own transaction.
So a repeated delivery does nothing, and a missing one shows at once as a gap: then the missing events are got from the
producer's outbox before this one is applied (shared.reconciler).
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, big_identity
from shared.events.envelope import Envelope, Event, aggregate_type

if TYPE_CHECKING:
    from shared.runtime import Runtime

E = TypeVar("E", bound=Event)


class InboxEvent(Base):
    """An event which a handler has applied."""

    __tablename__ = "inbox_events"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    applied_at: Mapped[datetime] = mapped_column(server_default=func.now())


class InboxPosition(Base):
    """How far a consumer has come within an aggregate."""

    __tablename__ = "inbox_positions"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    aggregate_type: Mapped[str] = mapped_column(primary_key=True)
    aggregate_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)


class InboxCursor(Base):
    """How far a consumer has compared itself with a producer's outbox."""

    __tablename__ = "inbox_cursors"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    producer: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[int] = mapped_column(BigInteger, default=0)
    position: Mapped[int] = mapped_column(BigInteger, default=0)


class DeadLetter(Base):
    """An event which could not be applied; it and what follows in its aggregate wait here for a replay."""

    __tablename__ = "dead_letters"
    __table_args__ = (UniqueConstraint("consumer", "event_id"),)

    id: Mapped[int] = big_identity()
    consumer: Mapped[str]
    event_id: Mapped[uuid.UUID]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[Json]
    error: Mapped[str]
    parked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    replayed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class HandlerContext:
    """What a handler may use beside its session: the service's runtime and the envelope."""

    runtime: "Runtime"
    envelope: Envelope


@dataclass(frozen=True)
class SweepContext:
    """What a timed sweep may use beside its session."""

    runtime: "Runtime"
    now: datetime
    today: date


@dataclass(frozen=True)
class Handler:
    """A function which applies one type of event."""

    event: type[Event]
    run: Callable[[AsyncSession, Any, HandlerContext], Awaitable[None]]


@dataclass(frozen=True)
class Sweep:
    """A timed job: `run` does a bounded piece of work in one transaction and says how much it did.

    It is called again at once while it does something. One process of a service runs it at a time.
    """

    name: str
    every: float
    run: Callable[[AsyncSession, SweepContext], Awaitable[int]]


@dataclass(frozen=True)
class Part:
    """A job without an end of a service's own; it runs in every process that works, and starts again when it fails."""

    name: str
    run: Callable[["Runtime"], Awaitable[None]]


@dataclass(frozen=True)
class Work:
    """What a service does beside answering requests."""

    handlers: Sequence[Handler] = ()
    sweeps: Sequence[Sweep] = ()
    publishes: Sequence[type[Event]] = field(default=())
    parts: Sequence[Part] = ()
    waiting: Mapping[str, Callable[[AsyncSession], Awaitable[int]]] = field(default_factory=dict)  # for the ledger


Applier = Callable[[AsyncSession, E, HandlerContext], Awaitable[None]]


def handles(event: type[E]) -> Callable[[Applier[E]], Handler]:
    """Makes a function the handler of `event`."""

    def wrap(run: Applier[E]) -> Handler:
        return Handler(event, run)

    return wrap


@dataclass(frozen=True)
class Subscription:
    """All handlers of a service for one aggregate type; it reads every event of that type, to see gaps."""

    consumer: str
    aggregate_type: str
    handlers: dict[str, Handler]

    @property
    def durable(self) -> str:
        """The name of the durable consumer at the broker."""
        return f"{self.consumer}_{self.aggregate_type}".replace(".", "_").replace("-", "_")


def subscriptions(consumer: str, handlers: Sequence[Handler]) -> list[Subscription]:
    """The handlers of a service, grouped by aggregate type."""
    grouped: dict[str, dict[str, Handler]] = {}
    for handler in handlers:
        grouped.setdefault(aggregate_type(handler.event.TYPE), {})[handler.event.TYPE] = handler
    return [Subscription(consumer, type_, group) for type_, group in sorted(grouped.items())]


class Outcome(StrEnum):
    """What became of a delivery."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    GAP = "gap"


async def apply(session: AsyncSession, subscription: Subscription, envelope: Envelope, runtime: "Runtime") -> Outcome:
    """Applies one event within the transaction at hand, if it is the next of its aggregate."""
    position = await _position(session, subscription, envelope)
    if envelope.sequence <= position.sequence:
        return Outcome.DUPLICATE
    if envelope.sequence > position.sequence + 1:
        return Outcome.GAP
    handler = subscription.handlers.get(envelope.type)
    if handler is not None:
        session.add(InboxEvent(consumer=subscription.consumer, event_id=envelope.id, type=envelope.type))
        await session.flush()
        event = handler.event.model_validate(envelope.data)
        await handler.run(session, event, HandlerContext(runtime, envelope))
    position.sequence = envelope.sequence
    return Outcome.APPLIED


async def _position(session: AsyncSession, subscription: Subscription, envelope: Envelope) -> InboxPosition:
    key = {
        "consumer": subscription.consumer,
        "aggregate_type": envelope.aggregate_type,
        "aggregate_id": envelope.subject,
    }
    await session.execute(insert(InboxPosition).values(**key, sequence=0).on_conflict_do_nothing())
    query = select(InboxPosition).filter_by(**key).with_for_update()
    return (await session.scalars(query)).one()


async def is_parked(session: AsyncSession, consumer: str, envelope: Envelope) -> bool:
    """Whether an earlier event of this aggregate waits in the dead letters, so that this one must wait too."""
    query = select(DeadLetter.id).where(
        DeadLetter.consumer == consumer,
        DeadLetter.aggregate_type == envelope.aggregate_type,
        DeadLetter.aggregate_id == envelope.subject,
        DeadLetter.sequence <= envelope.sequence,
        DeadLetter.replayed_at.is_(None),
    )
    return await session.scalar(query.limit(1)) is not None


async def park(session: AsyncSession, consumer: str, envelope: Envelope, error: str) -> None:
    """Puts an event among the dead letters."""
    row = {
        "consumer": consumer,
        "event_id": envelope.id,
        "aggregate_type": envelope.aggregate_type,
        "aggregate_id": envelope.subject,
        "sequence": envelope.sequence,
        "envelope": envelope.model_dump(mode="json"),
        "error": error[:2000],
    }
    await session.execute(insert(DeadLetter).values(**row).on_conflict_do_nothing())
