"""Who did what, for whom, when and why: a row in the transaction of the change, sealed into a chain, anchored outside.

Rows are sealed by the worker within a second, in the order in which their transactions settled: sealing inside the
transaction would make every write of a service wait for every other. A sealed row can't be changed, deleted or
reordered unseen; that the tail was not cut off is shown by anchors kept by other services and in a file (RFC 9162 has
the idea, the chain here is a plain one).
"""

import asyncio
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Index, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared import outbox
from shared.auth import Caller
from shared.db import Base, Json, big_identity
from shared.events.audit import AuditSealedV1
from shared.inbox import Handler, HandlerContext, SweepContext, handles
from shared.telemetry import current_trace_id, request_id_var

SYSTEM = Caller(subject="system", kind="system")
ALGORITHM = "sha256"
GENESIS = bytes(32)
SEAL_LOCK = 7_201_002
SEAL_BATCH, SEALED_AT_ONCE, ANCHOR_ROWS, RECENT_ROWS = 1000, 40, 1000, 10_000
SEALED = text("""
    UPDATE audit_log SET sequence = :first + s.place, previous = s.previous, hash = s.hash
    FROM (SELECT id, hash, place, lag(hash, 1, CAST(:previous AS bytea)) OVER (ORDER BY place) AS previous
          FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[])) WITH ORDINALITY AS u (id, hash, place)) AS s
    WHERE audit_log.id = s.id
""")


class AuditRow(Base):
    """One act. `sequence`, `previous` and `hash` are set when it is sealed, and then nothing changes any more."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_unsealed", "transaction", "id", postgresql_where=text("hash IS NULL")),
        Index("ix_audit_log_object", "object_type", "object_id"),
        Index("ix_audit_log_actor", "actor", "at"),
    )

    id: Mapped[int] = big_identity()
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    actor_kind: Mapped[str]
    on_behalf_of: Mapped[str | None]
    client: Mapped[str | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    before: Mapped[Json]
    after: Mapped[Json]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    trace_id: Mapped[str]
    transaction: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    previous: Mapped[bytes | None]
    hash: Mapped[bytes | None]


class AuditAnchor(Base):
    """What another service said of its log, kept here as a witness."""

    __tablename__ = "audit_anchors"

    log: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    head: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]


async def record(  # noqa: PLR0913 - an act has this many sides
    session: AsyncSession,
    caller: Caller,
    *,
    action: str,
    object_type: str,
    object_id: object,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Adds the act to the transaction at hand. `before` and `after` hold what changed, personal data masked."""
    session.add(
        AuditRow(
            actor=caller.subject,
            actor_kind=caller.kind,
            on_behalf_of=caller.org,
            client=caller.actor or caller.client_id,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            before=_plain(before),
            after=_plain(after),
            reason=reason,
            request_id=request_id_var.get() or None,
            trace_id=current_trace_id(),
        )
    )


def _plain(value: dict[str, Any] | None) -> Json:
    return dict(json.loads(json.dumps(value or {}, default=str, ensure_ascii=False)))


def digest(row: Any, sequence: int, previous: bytes) -> bytes:
    """The hash of an AuditRow: SHA-256 over the hash before it, its number and its content in canonical JSON."""
    content = {
        "at": row.at.isoformat(),
        "actor": row.actor,
        "actor_kind": row.actor_kind,
        "on_behalf_of": row.on_behalf_of,
        "client": row.client,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "request_id": row.request_id,
        "trace_id": row.trace_id,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(previous + sequence.to_bytes(8, "big") + canonical.encode()).digest()


async def seal(session: AsyncSession, context: SweepContext) -> int:
    """Seals settled rows, a batch at a time, and anchors the head when a minute or 1,000 rows have gone by."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))):
        return 0
    settled = text("audit_log.transaction < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
    query = select(*AuditRow.__table__.c).where(AuditRow.hash.is_(None), settled)
    rows = (await session.execute(query.order_by(AuditRow.transaction, AuditRow.id).limit(SEAL_BATCH))).all()
    sequence, previous = first, before = await head(session)
    hashes: list[bytes] = []
    for sequence, row in enumerate(rows, first + 1):
        hashes.append(previous := digest(row, sequence, previous))
        if sequence % SEALED_AT_ONCE == 0:
            await asyncio.sleep(0)  # whoever calls meanwhile
    if rows:
        found = {"first": first, "previous": before, "ids": [row.id for row in rows], "hashes": hashes}
        await session.execute(SEALED, found)
    await _anchor(session, context, sequence, previous)
    return len(rows) if len(rows) == SEAL_BATCH else 0


async def head(session: AsyncSession) -> tuple[int, bytes]:
    """Number and hash of the last sealed row; 0 and zeros for an empty log."""
    query = select(AuditRow.sequence, AuditRow.hash).where(AuditRow.sequence.is_not(None))
    row = (await session.execute(query.order_by(AuditRow.sequence.desc()).limit(1))).first()
    return (row[0] or 0, row[1] or GENESIS) if row else (0, GENESIS)


async def _anchor(session: AsyncSession, context: SweepContext, sequence: int, last: bytes) -> None:
    name = context.runtime.name
    query = select(AuditAnchor).where(AuditAnchor.log == name).order_by(AuditAnchor.sequence.desc()).limit(1)
    newest = (await session.scalars(query)).first()
    if newest is not None:
        young = (context.now - newest.sealed_at).total_seconds() < 60
        if sequence == newest.sequence or (young and sequence - newest.sequence < ANCHOR_ROWS):
            return
    if sequence == 0:
        return
    event = AuditSealedV1(log=name, sequence=sequence, head=last.hex(), count=sequence, sealed_at=context.now)
    session.add(AuditAnchor(**event.model_dump()))
    await outbox.publish(session, event)
    _append(anchor_file(context.runtime.settings.data_dir, name), event)


def anchor_file(data_dir: Path, name: str) -> Path:
    """The file of anchors of a service's own log; put it on write-once storage."""
    return data_dir / "audit" / f"{name}.anchors.jsonl"


def _append(path: Path, event: AuditSealedV1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(event.model_dump_json() + "\n")


@handles(AuditSealedV1)
async def witness(session: AsyncSession, event: AuditSealedV1, context: HandlerContext) -> None:
    """Keeps another service's anchor."""
    await session.execute(insert(AuditAnchor).values(**event.model_dump()).on_conflict_do_nothing())


WITNESS: Handler = witness


async def verify(session: AsyncSession, name: str, recent: int = 0) -> dict[str, Any]:
    """Walks the chain: `intact`, how many rows are sealed and not yet, up to where anchors confirm it. Content, order,
    deletions in the middle and at the end up to the last anchor are all seen. With `recent`, only about so many rows
    before that anchor and those behind it are read, from another anchor on (`verified_from`).
    """
    anchors = {a.sequence: a.head for a in await session.scalars(select(AuditAnchor).where(AuditAnchor.log == name))}
    unsealed = await session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.hash.is_(None)))
    newest = max(anchors, default=0)
    start = max((n for n in anchors if n <= newest - recent), default=0) if recent else 0
    sequence, previous, anchored, fault = start, bytes.fromhex(anchors.get(start, GENESIS.hex())), start, None
    query = select(AuditRow).where(AuditRow.sequence > start if start else AuditRow.hash.is_not(None))
    async for row in await session.stream_scalars(query.order_by(AuditRow.sequence).execution_options(yield_per=1000)):
        sequence += 1
        fault = _fault(row, sequence, previous, anchors.get(sequence))
        if fault:
            break
        previous = row.hash or b""
        anchored = sequence if sequence in anchors else anchored
        session.expunge(row)
    if fault is None and newest > sequence:
        fault = f"rows after {sequence} are gone: an anchor stands at {newest}"
    return {
        "log": name, "sealed": sequence, "unsealed": unsealed or 0, "anchored": anchored,
        "verified_from": start + 1, "head": previous.hex(), "intact": fault is None, "fault": fault,
    }  # fmt: skip


def _fault(row: AuditRow, sequence: int, previous: bytes, anchor: str | None) -> str | None:
    if row.sequence != sequence or row.previous != previous:
        return f"the chain breaks before row {sequence}"
    if row.hash != digest(row, sequence, previous):
        return f"row {sequence} was changed"
    if anchor is not None and anchor != row.hash.hex():
        return f"row {sequence} differs from its anchor"
    return None
