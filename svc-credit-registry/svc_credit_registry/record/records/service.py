"""Putting items on the public record, and taking them off. Nothing is overwritten: each change is a new version."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.errors import FieldError
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.enterprises.errors import EnterpriseUnknown
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.records import queries
from svc_credit_registry.record.records.errors import ContentInvalid, PeriodInvalid
from svc_credit_registry.record.records.models import RECEIPTS, RecordItem
from svc_credit_registry.record.records.rules import RecordKind, found_by, publication_due, receipt_of
from svc_credit_registry.record.records.schemas import CONTENTS

LOCK = 29


class Outcome(StrEnum):
    """What became of an item that was put."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Item:
    """What goes on the record. `producer`, `kind` and `key` name it for good; `provider` is who handed it in.

    `produced_on` is the day of the decision or act, from which the term of publication runs; `effective_from` and
    `effective_until` are of the matter itself; `publish_until` is the last day on which it may be shown.
    """

    code: str
    kind: RecordKind
    key: str
    content: BaseModel | dict[str, Any]
    producer: str
    provider: str
    basis: str
    produced_on: date
    effective_from: date
    effective_until: date | None = None
    publish_until: date | None = None


@dataclass(frozen=True)
class Entered:
    """The receipt for an item: of the version that stands now, also when nothing had to change."""

    item_id: uuid.UUID
    receipt: str
    outcome: Outcome


def checked_content(kind: RecordKind, content: BaseModel | dict[str, Any]) -> dict[str, object]:
    """The content as it is stored; 422 with each fault when it does not fit its kind."""
    given = content.model_dump(mode="json", exclude_none=True) if isinstance(content, BaseModel) else content
    try:
        return CONTENTS[kind].model_validate(given).model_dump(mode="json", exclude_none=True)
    except ValidationError as exc:
        faults = [
            FieldError("/" + "/".join(["content", *map(str, e["loc"])]), str(e["type"]), str(e["msg"]))
            for e in exc.errors(include_input=False, include_url=False)
        ]
        raise ContentInvalid(errors=faults) from exc


async def put(session: AsyncSession, caller: Caller, item: Item, now: datetime) -> Entered:
    """Puts an item on the record, or a new version of it; nothing happens when it stands there in these very words.

    404 when the register has no enterprise with the code, 422 for content that does not fit the kind. The act is
    audited and told to the feed. Two that put the same item wait for each other.
    """
    content = checked_content(item.kind, item.content)
    if item.effective_until is not None and item.effective_until < item.effective_from:
        raise PeriodInvalid
    if await enterprises.by_code(session, item.code) is None:
        raise EnterpriseUnknown(f"没有统一社会信用代码为{item.code}的企业 No enterprise has the code {item.code}.")
    await lock(session, item.producer, item.kind, item.key)
    before = await queries.current_of(session, item.producer, item.kind, item.key)
    if before is not None and _says(before) == _would_say(item, content):
        return Entered(before.id, before.receipt, Outcome.UNCHANGED)
    at = now if before is None else max(now, before.recorded_at)
    if before is not None:
        before.superseded_at = at
        await session.flush()
    row = await _enter(session, item, content, at)
    outcome = Outcome.CREATED if before is None else Outcome.REPLACED
    await _told(session, caller, row, before, outcome)
    return Entered(row.id, row.receipt, outcome)


async def _enter(session: AsyncSession, item: Item, content: dict[str, object], at: datetime) -> RecordItem:
    due = publication_due(item.kind, item.produced_on)
    number = int(await session.scalar(select(RECEIPTS.next_value())) or 0)
    row = RecordItem(
        code=item.code,
        kind=item.kind,
        producer=item.producer,
        key=item.key,
        version=await queries.last_version(session, item.producer, item.kind, item.key) + 1,
        content=content,
        basis=item.basis,
        produced_on=item.produced_on,
        effective_from=item.effective_from,
        effective_until=item.effective_until,
        provider=item.provider,
        receipt=receipt_of(number, statutory_date(at)),
        recorded_at=at,
        publication_due_on=due.due_on if due else None,
        publish_until=item.publish_until,
        **found_by(item.kind, content),
    )
    session.add(row)
    await session.flush()
    return row


async def _told(
    session: AsyncSession, caller: Caller, row: RecordItem, before: RecordItem | None, outcome: Outcome
) -> None:
    await audit.record(
        session,
        caller,
        action=f"record_item.{outcome}",
        object_type="record_item",
        object_id=row.id,
        before={} if before is None else {"id": before.id, "receipt": before.receipt, "version": before.version},
        after={
            "code": row.code,
            "kind": row.kind,
            "producer": row.producer,
            "key": row.key,
            "version": row.version,
            "receipt": row.receipt,
        },
        reason=row.basis,
    )
    day = statutory_date(row.recorded_at)
    if before is not None and before.code != row.code:
        await feed.changed(session, before.code, before.kind, item_id=before.id, day=day)
    await feed.changed(session, row.code, row.kind, item_id=row.id, day=day)


async def end(  # noqa: PLR0913 - who, the three parts of a name, why, when, whether it ever should have stood
    session: AsyncSession, caller: Caller, producer: str, kind: RecordKind, key: str, reason: str, now: datetime,
    *, void: bool = False,
) -> bool:  # fmt: skip
    """Takes an item off the record from now on; it stays readable as of the days before. False when none stands.

    A void one should never have stood there: it counts for nothing afterwards, as if it had not, also one that was
    taken off before.
    """
    await lock(session, producer, kind, key)
    row = await queries.current_of(session, producer, kind, key)
    if row is None:
        if void:
            await queries.make_void(session, producer, kind, key)
        return False
    row.superseded_at, row.ended_reason = max(now, row.recorded_at), reason
    if void:
        await queries.make_void(session, producer, kind, key)
    after = {
        "code": row.code, "kind": kind, "producer": producer, "key": key, "version": row.version, "void": void,
    }  # fmt: skip
    await audit.record(
        session, caller, action="record_item.ended", object_type="record_item", object_id=row.id, after=after,
        reason=reason,
    )  # fmt: skip
    await feed.changed(session, row.code, kind, item_id=row.id, day=statutory_date(row.superseded_at))
    return True


async def lock(session: AsyncSession, producer: str, kind: RecordKind, key: str) -> None:
    """Keeps others from putting or ending this item until the transaction ends; who read it before reads it again."""
    name = func.hashtextextended("\x1f".join((producer, kind, key)), LOCK)
    await session.execute(select(func.pg_advisory_xact_lock(name)))


def _says(row: RecordItem) -> tuple[object, ...]:
    return (
        row.code, row.content, row.basis, row.produced_on, row.effective_from, row.effective_until, row.provider,
        row.publish_until,
    )  # fmt: skip


def _would_say(item: Item, content: dict[str, object]) -> tuple[object, ...]:
    return (
        item.code, content, item.basis, item.produced_on, item.effective_from, item.effective_until, item.provider,
        item.publish_until,
    )  # fmt: skip
