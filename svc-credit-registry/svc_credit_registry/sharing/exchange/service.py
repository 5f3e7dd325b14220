"""Entering exchanges into the log, in the transaction of the exchange itself. Any module may call `log`."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared.address import public_path
from shared.audit import AuditAnchor, anchor_file
from shared.auth import Caller
from shared.events.audit import AuditSealedV1
from shared.inbox import SweepContext
from shared.outbox import publish
from shared.telemetry import request_id_var
from svc_credit_registry.sharing.exchange import queries, rules
from svc_credit_registry.sharing.exchange.errors import EntryUnknown, ExchangePartEmpty
from svc_credit_registry.sharing.exchange.models import ExchangeBatch, ExchangeEntry
from svc_credit_registry.sharing.exchange.rules import Asked, Exchanged, digest
from svc_credit_registry.sharing.exchange.schemas import (
    EntryDetailOut,
    ExchangeBatchOut,
    ExchangeEntryOut,
    ExchangeStepOut,
    ProofOut,
    VerificationOut,
)

ENTRY_HEADER = "X-Exchange-Id"
JSON = "application/json"
AUDIT = "platform:audit"
ANCHOR_SECONDS = 60


async def asked(
    request: Request,
    case_id: Annotated[
        str | None,
        Header(
            alias="X-Case-Id",
            max_length=900,
            description="The case for which the exchange is needed, as the agency numbers it; percent-encoded UTF-8",
        ),
    ] = None,
    represented_party: Annotated[
        str | None,
        Header(
            alias="X-Represented-Party",
            max_length=600,
            description="For whom the agency acts: a credit code or the code of a unit; percent-encoded UTF-8",
        ),
    ] = None,
) -> Asked:
    """The request at hand for the log. An uploaded body is not read here: `with_body` adds its digest later."""
    body = b"" if request.method == "PUT" else await request.body()
    return Asked(
        method=request.method,
        path=public_path(request, request.url.path),
        query=rules.canonical_query(request.url.query),
        body_sha256=digest(body),
        case_id=rules.read_header("X-Case-Id", case_id, rules.LONGEST_CASE_ID),
        represented_party=rules.read_header("X-Represented-Party", represented_party, rules.LONGEST_PARTY),
    )


AskedDep = Annotated[Asked, Depends(asked)]
"""What a route hands to `log`: the request with its headers `X-Case-Id` and `X-Represented-Party`, documented."""


def requester_of(caller: Caller) -> str:
    """Who exchanges: an agency's system by its client id, staff by their unit, a person by whom he acts for."""
    if caller.kind == "staff":
        return caller.unit or caller.subject
    if caller.kind == "person":
        return caller.org or caller.subject
    return caller.subject


async def log(session: AsyncSession, caller: Caller, asked: Asked, exchanged: Exchanged) -> uuid.UUID:
    """Enters an exchange; it is kept if and only if the transaction at hand commits. The id of the entry.

    Call it when the answer is known and before it is sent, once for each answer or each part of a stream.
    """
    entry = ExchangeEntry(
        kind=exchanged.kind,
        requester=requester_of(caller),
        actor=caller.subject,
        client=caller.actor or caller.client_id,
        represented_party=asked.represented_party,
        case_id=asked.case_id,
        resource=exchanged.resource,
        rows=exchanged.rows,
        method=asked.method,
        path=asked.path,
        request_hash=asked.request_hash,
        answer_sha256=exchanged.answer_sha256,
        request_id=request_id_var.get() or None,
    )
    session.add(entry)
    await session.flush()
    return entry.id


async def answer(
    session: AsyncSession, caller: Caller, asked: Asked, what: tuple[rules.ExchangeKind, str, int], body: BaseModel
) -> Response:
    """`body` as a JSON answer which is in the log: `what` is kind, resource and rows. The entry's id is a header.

    The digest in the log is that of the very bytes that are sent.
    """
    kind, resource, rows = what
    content = body.model_dump_json(by_alias=True).encode()
    entry = await log(session, caller, asked, Exchanged(kind, resource, rows, digest(content)))
    return Response(content, media_type=JSON, headers={ENTRY_HEADER: str(entry)})


async def seal(session: AsyncSession, context: SweepContext) -> int:
    """Seals settled entries as one batch and anchors the head as the audit log is anchored; how many when it was full.

    One process at a time does it (the lock of its sweep); killed in the middle, nothing of the batch is there.
    """
    rows = await queries.unsealed(session, rules.BATCH)
    last = await queries.head(session)
    if rows:
        leaves = [rules.leaf(queries.entry_of(row)) for row in rows]
        last = _batch(last, leaves, context.now)
        session.add(last)
        await session.flush()
        await queries.set_seal(session, last.number, [row.id for row in rows], leaves)
    if last is not None:
        await _anchor(session, context, last)
    return len(rows) if len(rows) == rules.BATCH else 0


def _batch(last: ExchangeBatch | None, leaves: Sequence[bytes], now: datetime) -> ExchangeBatch:
    number, previous, before = (last.number + 1, last.hash, last.entries) if last else (1, rules.GENESIS, 0)
    root = rules.root(leaves)
    return ExchangeBatch(
        number=number,
        count=len(leaves),
        entries=before + len(leaves),
        root=root,
        previous=previous,
        hash=rules.batch_hash(number, len(leaves), root, previous),
        sealed_at=now,
    )


async def _anchor(session: AsyncSession, context: SweepContext, last: ExchangeBatch) -> None:
    """Tells the head to those who keep the anchors of all logs, once a minute or after 1,000 entries."""
    name = log_name(context.runtime.name)
    newest = await queries.newest_anchor(session, name)
    if newest is not None:
        young = (context.now - newest.sealed_at).total_seconds() < ANCHOR_SECONDS
        if last.number == newest.sequence or (young and last.entries - newest.count < rules.ANCHOR_ENTRIES):
            return
    event = AuditSealedV1(
        log=name, sequence=last.number, head=last.hash.hex(), count=last.entries, sealed_at=context.now
    )
    session.add(AuditAnchor(**event.model_dump()))
    await publish(session, event)
    await asyncio.to_thread(_append, anchor_file(context.runtime.settings.data_dir, name), event)


def _append(path: Path, event: AuditSealedV1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(event.model_dump_json() + "\n")


def log_name(service: str) -> str:
    """The name under which the log of the exchange of a service is anchored."""
    return f"{service}.{rules.LOG}"


async def verify(session: AsyncSession, service: str, first: int, last: int | None) -> VerificationOut:
    """Walks the batches from `first` to `last`: entries changed, added, missing or moved, batches cut off.

    The batch before `first` is taken as it stands; the end, or `last`, is held against the anchors. 422 when `first`
    lies behind the end: nothing would be verified.
    """
    kept = await queries.anchors(session, log_name(service))
    previous = await _before(session, first)
    number, sealed, anchored, fault = first - 1, 0, 0, None
    async for batch in queries.batches(session, first, last):
        number += 1
        fault = await _fault(session, batch, number, previous, kept.get(number))
        if fault:
            break
        previous, sealed = batch.hash, sealed + batch.count
        anchored = number if number in kept else anchored
    end = max((n for n in kept if last is None or n <= last), default=0)
    if fault is None and end > number:
        fault = f"batches after {number} are gone: an anchor stands at {end}"
    if fault is None and 1 < first > number:
        raise ExchangePartEmpty  # "intact" of nothing would be believed of what is there
    return VerificationOut(
        log=log_name(service), intact=fault is None, fault=fault, batches=number - first + 1, sealed=sealed,
        unsealed=await queries.unsealed_count(session), anchored=anchored, head=previous.hex(),
    )  # fmt: skip


async def _before(session: AsyncSession, first: int) -> bytes:
    batch = await session.get(ExchangeBatch, first - 1) if first > 1 else None
    return batch.hash if batch else rules.GENESIS


async def _fault(
    session: AsyncSession, batch: ExchangeBatch, number: int, previous: bytes, anchor: str | None
) -> str | None:
    if batch.number != number or batch.previous != previous:
        return f"the chain breaks before batch {number}"
    rows = await queries.of_batch(session, number)
    leaves = [rules.leaf(queries.entry_of(row)) for row in rows]
    changed = next((row.id for row, leaf in zip(rows, leaves, strict=True) if row.leaf != leaf), None)
    if changed is not None:
        return f"entry {changed} in batch {number} was changed"
    if len(rows) != batch.count or not rows or rules.root(leaves) != batch.root:
        return f"entries of batch {number} are missing, added or moved"
    if batch.hash != rules.batch_hash(number, batch.count, batch.root, previous):
        return f"batch {number} was changed"
    if anchor is not None and anchor != batch.hash.hex():
        return f"batch {number} differs from its anchor"
    return None


async def find(session: AsyncSession, caller: Caller, entry_id: uuid.UUID) -> ExchangeEntry:
    """An entry of the caller's own, or any for an auditor; 404 for all others."""
    entry = await session.get(ExchangeEntry, entry_id)
    if entry is None or not (caller.has(AUDIT) or entry.requester == requester_of(caller)):
        raise EntryUnknown
    return entry


async def proof(session: AsyncSession, entry: ExchangeEntry) -> ProofOut | None:
    """What proves that the entry stands in the log; None while it is not sealed."""
    if entry.batch is None or entry.position is None:
        return None
    batch = await session.get_one(ExchangeBatch, entry.batch)
    leaves = await queries.leaves_of(session, entry.batch)
    way = rules.path(leaves, entry.position - 1)
    return ProofOut(
        content=rules.content_of(queries.entry_of(entry)).decode(),
        leaf=(entry.leaf or b"").hex(),
        path=[ExchangeStepOut.model_validate({"side": side, "hash": neighbour.hex()}) for side, neighbour in way],
        batch=batch_out(batch),
    )


def batch_out(batch: ExchangeBatch) -> ExchangeBatchOut:
    """A batch as it goes out."""
    return ExchangeBatchOut(
        number=batch.number, count=batch.count, root=batch.root.hex(), previous=batch.previous.hex(),
        hash=batch.hash.hex(), sealed_at=batch.sealed_at,
    )  # fmt: skip


def entry_out(entry: ExchangeEntry, english: bool) -> ExchangeEntryOut:
    """An entry in a list."""
    return ExchangeEntryOut(**_shown(entry, english))


def detail_out(entry: ExchangeEntry, english: bool, proven: ProofOut | None) -> EntryDetailOut:
    """An entry with its proof."""
    more = {"actor": entry.actor, "client": entry.client, "request_id": entry.request_id, "proof": proven}
    return EntryDetailOut(**_shown(entry, english), **more)


def _shown(entry: ExchangeEntry, english: bool) -> dict[str, Any]:
    shown = {
        name: getattr(entry, name) for name in ExchangeEntryOut.model_fields if name not in ("kind_label", "sealed")
    }
    labels = rules.KIND_LABELS[rules.ExchangeKind(entry.kind)]
    return shown | {"kind_label": labels[english], "sealed": entry.leaf is not None}
