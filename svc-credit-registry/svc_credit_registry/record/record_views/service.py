"""Showing the record of an enterprise: as it is, as it was on a day, and with all its versions for its officers."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from svc_credit_registry.record.enterprises import queries as enterprise_queries
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseVersion
from svc_credit_registry.record.enterprises.schemas import FormerCodeOut
from svc_credit_registry.record.publicity import queries as publicity
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.publicity.schemas import ComplaintOut
from svc_credit_registry.record.record_views.errors import OtherRegion, RecordItemUnknown
from svc_credit_registry.record.record_views.schemas import (
    ItemKindOut,
    ItemProvenance,
    ItemPublication,
    KindOut,
    RecordItemOut,
    RecordOut,
)
from svc_credit_registry.record.records import queries
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import KINDS, RecordKind, label_of, publication_of, unit_name
from svc_credit_registry.record.records.schemas import CONTENTS

SHOWN = 50
"""How many items of a kind the whole record shows; all are in the list of items."""


@dataclass(frozen=True)
class Reading:
    """Whose record is read, as of which day, on which day, in which language."""

    code: str
    day: date
    today: date
    english: bool


async def state_of(session: AsyncSession, reading: Reading) -> Enterprise | EnterpriseVersion:
    """The enterprise on the day that is read; refusals as for the enterprise itself."""
    return await enterprises.find_on(session, reading.code, reading.day)


async def record_of(session: AsyncSession, reading: Reading, limit: int = SHOWN) -> RecordOut:
    """The whole record of an enterprise as it stood at the end of a day, `limit` items of each kind at most."""
    state = await state_of(session, reading)
    past = reading.day if reading.day < reading.today else None
    counts = await queries.counts(session, state.code, reading.day, reading.today)
    statement = queries.first_of_each_kind(state.code, reading.day, reading.today, limit)
    items = (await session.scalars(statement)).all()
    complaints, number = await _complaints(session, state.code, reading.day, limit)
    if number:
        counts["complaint"] = number
    return RecordOut(
        as_of=reading.day,
        enterprise=await enterprises.describe(session, state, past),
        former_codes=await _former_codes(session, state.code, reading.day),
        counts=counts,
        kinds=[_kind_out(kind, counts[kind], items, reading) for kind in RecordKind if kind in counts],
        complaints=complaints,
    )


def _kind_out(kind: RecordKind, count: int, items: Any, reading: Reading) -> KindOut:
    return KindOut(
        kind=kind,
        label=label_of(kind, english=reading.english),
        count=count,
        items=[item_out(item, english=reading.english) for item in items if item.kind == kind],
        items_url=f"/v1/enterprises/{reading.code}/items?kind={kind}&as_of={reading.day}",
    )


async def _complaints(session: AsyncSession, code: str, day: date, limit: int) -> tuple[list[ComplaintOut], int]:
    statement = publicity.shown_on(code, day)
    number = await session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    order = (ComplaintRecord.published_on.desc(), ComplaintRecord.complaint_id.desc())
    rows = await session.scalars(statement.order_by(*order).limit(limit)) if number else ()
    return [ComplaintOut.model_validate(row) for row in rows], number


async def _former_codes(session: AsyncSession, code: str, day: date) -> list[FormerCodeOut]:
    steps = await enterprise_queries.predecessors_of(session, code, day)
    return [FormerCodeOut.model_validate(step) for step in steps]


def item_out(item: RecordItem, *, english: bool) -> RecordItemOut:
    """One version of an item with who produced, provided and answers for it."""
    rule, why = KINDS[RecordKind(item.kind)], publication_of(RecordKind(item.kind), item.produced_on)
    published_on = statutory_date(item.recorded_at)
    due = item.publication_due_on
    return RecordItemOut(
        id=item.id,
        code=item.code,
        kind=item.kind,
        kind_label=label_of(item.kind, english=english),
        key=item.key,
        version=item.version,
        content=_in_order(item),
        produced_on=item.produced_on,
        effective_from=item.effective_from,
        effective_until=item.effective_until,
        superseded_at=item.superseded_at,
        ended_reason=item.ended_reason,
        provenance=ItemProvenance(
            producer=item.producer,
            producer_name=unit_name(item.producer),
            provider=item.provider,
            answers=rule.answers_en if english else rule.answers,
            basis=item.basis,
            receipt=item.receipt,
            recorded_at=item.recorded_at,
        ),
        publication=ItemPublication(
            basis=why.basis,
            confirmed=why.confirmed,
            published_on=published_on,
            due_on=due,
            in_time=None if due is None else published_on <= due,
            publish_until=item.publish_until,
        ),
    )


def _in_order(item: RecordItem) -> dict[str, Any]:
    """The content in the order of its schema; the database keeps none."""
    fields = [name for name in CONTENTS[RecordKind(item.kind)].model_fields if name in item.content]
    return {name: item.content[name] for name in fields} | dict(item.content)


async def item(session: AsyncSession, item_id: uuid.UUID, today: date) -> RecordItem:
    """One version of an item; 404 when there is none, or when its publication has ended."""
    found = await queries.by_id(session, item_id)
    if found is None or not await queries.is_public(session, found, today):
        raise RecordItemUnknown(str(item_id))
    return found


async def for_officer(session: AsyncSession, caller: Caller, code: str) -> Enterprise:
    """The enterprise, for officers of its region and their superiors; 403 for others."""
    enterprise = await enterprises.find(session, code)
    if not caller.covers(enterprise.region):
        raise OtherRegion(region=enterprise.region)
    return enterprise


def kinds_out(*, english: bool, today: date) -> list[ItemKindOut]:
    """All kinds of items in words, with the source and the term of publication in force today."""
    found = []
    for kind, rule in KINDS.items():
        why = publication_of(kind, today)
        found.append(
            ItemKindOut(
                kind=kind,
                label=rule.zh,
                label_en=rule.en,
                answers=rule.answers_en if english else rule.answers,
                basis=why.basis,
                working_days=why.term.working_days if why.term else None,
                confirmed=why.confirmed,
                note=why.note,
                content_schema=CONTENTS[kind].model_json_schema(),
            )
        )
    return found
