"""Publishing immediate information, and correcting it in the open."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.http import check_version
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.enterprises.errors import EnterpriseUnknown
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import ImmediateInformationContent
from svc_credit_registry.reporting.filing_checks.errors import EnterpriseNotActive, NotForEnterprise
from svc_credit_registry.reporting.immediate_information import queries, rules
from svc_credit_registry.reporting.immediate_information.errors import (
    InformationRepeated,
    InformationUnknown,
    NothingChanged,
)
from svc_credit_registry.reporting.immediate_information.models import ImmediateInformation, InformationRevision
from svc_credit_registry.reporting.immediate_information.rules import Type
from svc_credit_registry.reporting.immediate_information.schemas import InformationCorrectionIn, InformationIn


def org_of(caller: Caller) -> str:
    """The enterprise for which the caller acts in this matter; 403 when there is none."""
    if caller.org is None or not caller.acts_for(caller.org, rules.MATTER):
        raise NotForEnterprise
    return caller.org


async def own(
    session: AsyncSession, caller: Caller, information_id: uuid.UUID, *, lock: bool = False
) -> ImmediateInformation:
    """A piece of the caller's enterprise; 404 for everybody else's."""
    row = await queries.find(session, information_id, lock=lock)
    if row is None or not caller.acts_for(row.code, rules.MATTER):
        raise InformationUnknown
    return row


async def file(session: AsyncSession, caller: Caller, body: InformationIn, now: datetime) -> ImmediateInformation:
    """Publishes at once, marked late after the 20th working day. 422 for a day that can't be, 409 for a repetition."""
    today = statutory_date(now)
    enterprise = await _enterprise(session, org_of(caller))
    rules.check_day(body.happened_on, enterprise.established_on, today)
    kind = Type(body.details.type)
    row = ImmediateInformation(
        code=enterprise.code,
        region=enterprise.region,
        type=kind.value,
        happened_on=body.happened_on,
        details=_details(body),
        due_on=rules.due(kind, body.happened_on).due_on,
        filed_on=today,
        late=rules.is_late(kind, body.happened_on, today),
        revision=1,
    )
    await queries.one_at_a_time(session, enterprise.code)
    before = await queries.same(session, row)
    if before is not None:
        raise InformationRepeated(
            f"已于{before.filed_on}公示：{before.number} / published before", number=before.number
        )
    row.number = rules.number_for(enterprise.region, today, await queries.next_serial(session))
    session.add(row)
    await session.flush()
    await _publish(session, caller, row, None, now)
    return row


async def correct(
    session: AsyncSession, caller: Caller, information_id: uuid.UUID, version: int, body: InformationCorrectionIn,
    now: datetime,
) -> ImmediateInformation:  # fmt: skip
    """Publishes the right content; the old one and the reason stay public beside it (article 12)."""
    row = await own(session, caller, information_id, lock=True)
    check_version(row, version)
    enterprise = await _enterprise(session, row.code)
    rules.check_day(body.happened_on, enterprise.established_on, statutory_date(now))
    details, kind = _details(body), Type(body.details.type)
    if (row.type, row.happened_on, row.details) == (kind.value, body.happened_on, details):
        raise NothingChanged
    row.type, row.happened_on, row.details = kind.value, body.happened_on, details
    row.due_on, row.late = rules.due(kind, row.happened_on).due_on, rules.is_late(kind, row.happened_on, row.filed_on)
    row.revision += 1
    await session.flush()
    await _publish(session, caller, row, body.reason, now)
    return row


def _details(body: InformationIn) -> dict[str, Any]:
    return body.details.model_dump(mode="json", exclude_none=True)


async def _enterprise(session: AsyncSession, code: str) -> Enterprise:
    enterprise = await enterprises.by_code(session, code)
    if enterprise is None:
        raise EnterpriseUnknown
    if enterprise.status != "active":
        raise EnterpriseNotActive
    return enterprise


async def _publish(
    session: AsyncSession, caller: Caller, row: ImmediateInformation, reason: str | None, now: datetime
) -> None:
    today = statutory_date(now)
    session.add(
        InformationRevision(
            information_id=row.id,
            revision=row.revision,
            happened_on=row.happened_on,
            details=row.details,
            published_on=today,
            reason=reason,
            filed_by=caller.subject,
        )
    )
    await records.put(session, caller, _item(row, today), now)
    await audit.record(
        session,
        caller,
        action="immediate_information.published" if row.revision == 1 else "immediate_information.corrected",
        object_type="immediate_information",
        object_id=row.id,
        after={"number": row.number, "code": row.code, "type": row.type, "revision": row.revision, "late": row.late},
        reason=reason,
    )


def _item(row: ImmediateInformation, today: date) -> records.Item:
    content = ImmediateInformationContent(
        type=row.type,
        happened_on=row.happened_on,
        filed_on=row.filed_on,
        late=row.late,
        details={name: value for name, value in row.details.items() if name != "type"},
    )
    return records.Item(
        code=row.code,
        kind=RecordKind.IMMEDIATE_INFORMATION,
        key=str(row.id),
        content=content,
        producer=row.code,
        provider=row.code,
        basis=rules.term_of(Type(row.type), row.happened_on).basis,
        produced_on=row.happened_on,
        effective_from=row.happened_on,
    )
