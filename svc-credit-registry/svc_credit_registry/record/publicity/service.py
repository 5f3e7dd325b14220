"""Putting complaints on the record of an enterprise, and taking them off."""

import uuid
from datetime import date, datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy import ColumnElement, case, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.clock import statutory_date
from shared.events.complaints import ComplaintPublishedV1
from shared.http import PageResult, paginate
from shared.http.pagination import PageQuery
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.publicity import queries, rules
from svc_credit_registry.record.publicity.models import ComplaintRecord


async def put_on_record(session: AsyncSession, event: ComplaintPublishedV1, day: date) -> None:
    """The complaint stands on the record of its respondent, whether or not the register knows that one yet.

    One that was withheld stands there from now on: on the days between, the record did not show it.
    """
    fields = event.model_dump(exclude={"respondent_code"})
    row: dict[str, Any] = fields | {
        "enterprise_code": event.respondent_code,
        "producer": rules.PRODUCER,
        "basis": rules.BASIS,
        "withheld_at": None,
        "withheld_reason": None,
    }
    since = case((ComplaintRecord.withheld_at.is_not(None), func.now()), else_=ComplaintRecord.received_at)
    anew = row | {"received_at": since}
    statement = insert(ComplaintRecord).values(**row)
    await session.execute(statement.on_conflict_do_update(index_elements=["complaint_id"], set_=anew))
    await _audit(session, "complaint.put_on_record", event.complaint_id, {"enterprise": event.respondent_code})
    await feed.changed(session, event.respondent_code, rules.PART, item_id=event.complaint_id, day=day)


async def take_off_record(session: AsyncSession, complaint_id: uuid.UUID, reason: str, at: datetime) -> None:
    """The complaint is not shown any more; nothing happens when it was not."""
    record = await session.get(ComplaintRecord, complaint_id, with_for_update=True)
    if record is None or record.withheld_at is not None:
        return
    record.withheld_at, record.withheld_reason = at, reason
    await _audit(session, "complaint.taken_off_record", complaint_id, {"enterprise": record.enterprise_code})
    day = statutory_date(at)
    await feed.changed(session, record.enterprise_code, rules.PART, item_id=complaint_id, day=day)


async def complaints_of(
    session: AsyncSession, code: str, paging: PageQuery, request: Request, response: Response
) -> PageResult:
    """One page of the complaints on the record of an enterprise, the newest first; refusals as for the enterprise."""
    enterprise = await enterprises.find(session, code)
    keys: list[ColumnElement[Any]] = [ComplaintRecord.published_on.desc(), ComplaintRecord.complaint_id.desc()]
    statement = queries.shown(enterprise.code)
    return await paginate(session, statement, keys=keys, paging=paging, request=request, response=response)


async def _audit(session: AsyncSession, action: str, complaint_id: uuid.UUID, after: dict[str, Any]) -> None:
    await audit.record(
        session, audit.SYSTEM, action=action, object_type="complaint", object_id=complaint_id, after=after
    )
