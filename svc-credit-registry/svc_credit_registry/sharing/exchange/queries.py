"""Reading the log of the exchange."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import AuditAnchor
from shared.clock import STATUTORY_ZONE
from svc_credit_registry.sharing.exchange.models import ExchangeBatch, ExchangeEntry
from svc_credit_registry.sharing.exchange.rules import Entry

FETCHED = 200
"""Batches read at a time."""
# Settled are entries of transactions below the oldest running one: no entry can come in between later.
SETTLED = text("exchange_entries.transaction < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
_SEAL = text(
    """
    UPDATE exchange_entries AS e SET batch = :batch, position = s.position, leaf = s.leaf
    FROM unnest(CAST(:ids AS uuid[]), CAST(:leaves AS bytea[])) WITH ORDINALITY AS s (id, leaf, position)
    WHERE e.id = s.id
    """
).bindparams(bindparam("batch"), bindparam("ids"), bindparam("leaves"))


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; the days are whole ones in Asia/Shanghai."""

    requester: str | None = None
    resource: str | None = None
    kind: str | None = None
    case_id: str | None = None
    since: date | None = None
    until: date | None = None


def entry_of(row: ExchangeEntry) -> Entry:
    """What a row says, as it is hashed."""
    values = {name: getattr(row, name) for name in Entry.__dataclass_fields__}
    return Entry(**values | {"id": str(row.id)})


async def unsealed(session: AsyncSession, limit: int) -> Sequence[ExchangeEntry]:
    """Settled entries that wait for their seal, in the order of their transactions."""
    query = select(ExchangeEntry).where(ExchangeEntry.leaf.is_(None), SETTLED)
    order = (ExchangeEntry.transaction, ExchangeEntry.id)
    return (await session.scalars(query.order_by(*order).limit(limit))).all()


async def unsealed_count(session: AsyncSession) -> int:
    """How many entries wait for their seal."""
    return await session.scalar(select(func.count()).where(ExchangeEntry.leaf.is_(None))) or 0


async def set_seal(session: AsyncSession, batch: int, ids: Sequence[uuid.UUID], leaves: Sequence[bytes]) -> None:
    """Gives entries their place in a batch, 1, 2, 3 ..., and their hash."""
    await session.execute(_SEAL, {"batch": batch, "ids": list(ids), "leaves": list(leaves)})


async def head(session: AsyncSession) -> ExchangeBatch | None:
    """The newest batch."""
    return (await session.scalars(select(ExchangeBatch).order_by(ExchangeBatch.number.desc()).limit(1))).first()


async def newest_anchor(session: AsyncSession, name: str) -> AuditAnchor | None:
    """The newest anchor of the log `name`."""
    query = select(AuditAnchor).where(AuditAnchor.log == name).order_by(AuditAnchor.sequence.desc())
    return (await session.scalars(query.limit(1))).first()


async def anchors(session: AsyncSession, name: str) -> dict[int, str]:
    """The anchors of the log `name`: number of a batch and its hash, hex."""
    return {a.sequence: a.head for a in await session.scalars(select(AuditAnchor).where(AuditAnchor.log == name))}


async def batches(session: AsyncSession, first: int, last: int | None) -> AsyncIterator[ExchangeBatch]:
    """The batches from `first` to `last`, in order."""
    query = select(ExchangeBatch).where(ExchangeBatch.number >= first).order_by(ExchangeBatch.number)
    if last is not None:
        query = query.where(ExchangeBatch.number <= last)
    async for batch in await session.stream_scalars(query.execution_options(yield_per=FETCHED)):
        yield batch


def all_batches() -> Select[Any]:
    """All batches, in no order."""
    return select(ExchangeBatch)


async def of_batch(session: AsyncSession, number: int) -> Sequence[ExchangeEntry]:
    """The entries of a batch in their order."""
    query = select(ExchangeEntry).where(ExchangeEntry.batch == number).order_by(ExchangeEntry.position)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def leaves_of(session: AsyncSession, number: int) -> list[bytes]:
    """The hashes of the entries of a batch, in their order."""
    query = select(ExchangeEntry.leaf).where(ExchangeEntry.batch == number).order_by(ExchangeEntry.position)
    return [leaf or b"" for leaf in await session.scalars(query)]


def entries(wanted: Wanted) -> Select[Any]:
    """The entries that are asked for."""
    given = {"requester": wanted.requester, "resource": wanted.resource, "kind": wanted.kind, "case_id": wanted.case_id}
    query = select(ExchangeEntry).filter_by(**{name: value for name, value in given.items() if value is not None})
    if wanted.since is not None:
        query = query.where(ExchangeEntry.at >= _start_of(wanted.since))
    if wanted.until is not None:
        query = query.where(ExchangeEntry.at < _start_of(wanted.until + timedelta(days=1)))
    return query


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), STATUTORY_ZONE)
