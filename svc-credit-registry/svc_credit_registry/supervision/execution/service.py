"""Departments enter themselves, read what is directed, and say what they did."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from shared.errors import FieldError, Invalid
from shared.http import check_version
from svc_credit_registry.supervision.execution import queries, rules
from svc_credit_registry.supervision.execution.errors import (
    ClientEntered,
    ClientUnknown,
    DepartmentUnknown,
    FeedbackKeyReused,
)
from svc_credit_registry.supervision.execution.models import MeasureDepartment, MeasureFeedback
from svc_credit_registry.supervision.execution.rules import ExecutionOutcome
from svc_credit_registry.supervision.execution.schemas import DepartmentClientIn, DepartmentClientPatch, FeedbackIn
from svc_credit_registry.supervision.measures.errors import DirectiveUnknown, NotYourRegion
from svc_credit_registry.supervision.measures.models import MeasureAssignment


@dataclass(frozen=True)
class Received:
    """Feedback as it is kept, the department's part, and whether it had come before."""

    feedback: MeasureFeedback
    part: MeasureAssignment
    repeated: bool


async def enter_client(session: AsyncSession, caller: Caller, body: DepartmentClientIn) -> MeasureDepartment:
    """Enters for which department a client speaks. 409 for one entered before, 403 outside the caller's region."""
    _check_region(caller, body.region)
    if await queries.department_of(session, body.client_id) is not None:
        raise ClientEntered(body.client_id)
    row = MeasureDepartment(client_id=body.client_id, department=body.department, region=body.region)
    session.add(row)
    await session.flush()
    await _audit(session, caller, row, "entered", {})
    return row


async def change_client(
    session: AsyncSession, caller: Caller, place: tuple[str, int], body: DepartmentClientPatch
) -> MeasureDepartment:
    """Changes the department of a client. 412 for a stale version, 404 outside the caller's region."""
    row = await session.get(MeasureDepartment, place[0], with_for_update=True)
    if row is None or not caller.covers(row.region):
        raise ClientUnknown(place[0])
    check_version(row, place[1])
    _check_region(caller, body.region)
    before = {"department": row.department, "region": row.region}
    row.department, row.region = body.department, body.region
    await session.flush()
    await _audit(session, caller, row, "changed", before)
    return row


def _check_region(caller: Caller, region: str) -> None:
    if not regions.is_current(region):
        raise Invalid(errors=[FieldError("/region", "unknown", "没有此行政区划 / no such region")])
    if not caller.covers(region):
        raise NotYourRegion(region)


async def _audit(
    session: AsyncSession, caller: Caller, row: MeasureDepartment, what: str, before: dict[str, str]
) -> None:
    after = {"department": row.department, "region": row.region}
    await audit.record(
        session, caller, action=f"measure_department.{what}", object_type="measure_department",
        object_id=row.client_id, before=before, after=after,
    )  # fmt: skip


async def department_of(session: AsyncSession, caller: Caller) -> MeasureDepartment:
    """The department for which the caller speaks; 403 when none is entered for it."""
    row = await queries.department_of(session, client_of(caller))
    if row is None:
        raise DepartmentUnknown(client_id=client_of(caller))
    return row


def client_of(caller: Caller) -> str:
    """Which machine calls."""
    return caller.client_id or caller.subject


async def say(
    session: AsyncSession, caller: Caller, directive_id: uuid.UUID, body: FeedbackIn, today: date
) -> Received:
    """Keeps what a department says it did, once for each of its keys.

    404 for a directive that is not for it, 409 for a key that stands for something else, 422 for an impossible day.
    """
    department = await department_of(session, caller)
    found = await queries.part_of(session, department, directive_id)
    if found is None:
        raise DirectiveUnknown
    directive, part = found
    fingerprint = _fingerprint(directive_id, body)
    known = await queries.feedback_by_key(session, department.client_id, body.key)
    if known is None:
        rules.check_day(body.done_on, directive.directed_on, today)
        known = await _keep(session, department, directive_id, body, fingerprint)
        _settle(part, body.outcome, today)
        await audit.record(
            session, caller, action="measure.feedback", object_type="measure_directive", object_id=directive_id,
            after={"department": department.department, "outcome": body.outcome, "key": body.key}, reason=body.detail,
        )  # fmt: skip
        return Received(known, part, repeated=False)
    if known.fingerprint != fingerprint:
        raise FeedbackKeyReused(body.key, id=str(known.id))
    return Received(known, part, repeated=True)


def _settle(part: MeasureAssignment, outcome: ExecutionOutcome, today: date) -> None:
    if rules.settles(outcome) and part.answered_on is None:
        part.answered_on, part.outcome = today, outcome


async def _keep(
    session: AsyncSession, department: MeasureDepartment, directive_id: uuid.UUID, body: FeedbackIn, fingerprint: bytes
) -> MeasureFeedback:
    """Two that come at once under one key for different directives: the later one finds the earlier."""
    values = body.model_dump() | {
        "directive_id": directive_id,
        "department": department.department,
        "client_id": department.client_id,
        "fingerprint": fingerprint,
    }
    statement = insert(MeasureFeedback).values(**values).on_conflict_do_nothing().returning(MeasureFeedback)
    row = (await session.scalars(statement)).one_or_none()
    if row is None:
        raise FeedbackKeyReused(body.key)
    return row


def _fingerprint(directive_id: uuid.UUID, body: FeedbackIn) -> bytes:
    return hashlib.sha256(f"{directive_id}\n{body.model_dump_json()}".encode()).digest()
