"""What departments call to carry measures out, and what officials see of it."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import ColumnElement

from shared.http import IDEMPOTENCY_OPTIONAL, IfMatch, Page, Paging, Router
from svc_credit_registry.access import MeasuresOfficer, RestrictionChecker
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import ExchangeKind
from svc_credit_registry.sharing.exchange.service import AskedDep
from svc_credit_registry.supervision.execution import queries, service
from svc_credit_registry.supervision.execution.models import MeasureDepartment, MeasureFeedback
from svc_credit_registry.supervision.execution.rules import MOST_NOTICES
from svc_credit_registry.supervision.execution.schemas import (
    DepartmentClientIn,
    DepartmentClientOut,
    DepartmentClientPatch,
    FeedbackIn,
    FeedbackOut,
    NoticesOut,
    OverdueOut,
    client_out,
    feedback_out,
    notice_out,
    overdue_out,
)
from svc_credit_registry.supervision.measures import service as measures
from svc_credit_registry.supervision.measures.models import MeasureAssignment

router = Router(tags=["measures"])

ClientPath = Annotated[str, Path(max_length=64)]


async def _answer(reply: Reply, row: MeasureDepartment) -> DepartmentClientOut:
    await reply.versioned(row)
    return client_out(row, english=reply.english)


@router.post("/v1/measure-departments", operation_id="enter_measure_department", status_code=201)
async def enter_measure_department(
    body: DepartmentClientIn, caller: MeasuresOfficer, reply: ReplyDep
) -> DepartmentClientOut:
    """Enters for which department, and where, an agency's client carries measures out."""
    row = await service.enter_client(reply.session, caller, body)
    reply.created(f"/v1/measure-departments/{row.client_id}")
    return await _answer(reply, row)


@router.get("/v1/measure-departments", operation_id="list_measure_departments")
async def list_measure_departments(
    caller: MeasuresOfficer, paging: Paging, reply: ReplyDep
) -> Page[DepartmentClientOut]:
    """The clients that carry measures out in the caller's region and below."""
    statement = queries.departments_in(caller.region)
    found = await reply.page_of(statement, [MeasureDepartment.client_id.asc()], paging)
    return found.page([client_out(row, english=reply.english) for row in found.rows])


@router.patch("/v1/measure-departments/{client_id}", operation_id="change_measure_department")
async def change_measure_department(
    client_id: ClientPath,
    body: DepartmentClientPatch,
    caller: MeasuresOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> DepartmentClientOut:
    """Changes the department of a client; 412 for a stale version."""
    row = await service.change_client(reply.session, caller, (client_id, version), body)
    return await _answer(reply, row)


@router.get("/v1/measure-notices", operation_id="list_measure_notices", response_model=NoticesOut)
async def list_measure_notices(
    caller: RestrictionChecker,
    reply: ReplyDep,
    asked: AskedDep,
    after: Annotated[int, Query(ge=0, le=2**62, description="The position read last")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_NOTICES)] = 100,
) -> Response:
    """What was directed to the caller's department, and lifted, behind a position: any position since the start."""
    department = await service.department_of(reply.session, caller)
    last = await queries.last_notice(reply.session)
    rows = await queries.notices(reply.session, department, after, last, limit)
    more = len(rows) == limit
    reached = rows[-1][0].position if more else max(last, after)
    reply.response.headers["Cache-Control"] = "no-store"
    told = NoticesOut(items=[notice_out(*row, english=reply.english) for row in rows], next_after=reached, more=more)
    what = (ExchangeKind.READ, "measure-notices", len(rows))
    return reply.carried_by(await exchange.answer(reply.session, caller, asked, what, told))


@router.post(
    "/v1/measure-directives/{directive_id}/feedback",
    operation_id="report_measure_feedback",
    openapi_extra=IDEMPOTENCY_OPTIONAL,
    status_code=201,
    response_model=FeedbackOut,
    responses={200: {"description": "It had come before under this key: the same receipt", "model": FeedbackOut}},
)
async def report_measure_feedback(
    directive_id: uuid.UUID,
    body: FeedbackIn,
    caller: RestrictionChecker,
    reply: ReplyDep,
    asked: AskedDep,
) -> Response:
    """What the department did, under its own key; the same key with the same content is answered 200 with the same."""
    found = await service.say(reply.session, caller, directive_id, body, reply.today)
    told = feedback_out(found.feedback, found.part, repeated=found.repeated, english=reply.english)
    what = (ExchangeKind.FEEDBACK, "measure-directives", 1)
    answer = await exchange.answer(reply.session, caller, asked, what, told)
    return reply.carried_by(answer, 200 if found.repeated else 201)


@router.get("/v1/measure-directives/{directive_id}/feedback", operation_id="list_measure_feedback")
async def list_measure_feedback(
    directive_id: uuid.UUID, caller: MeasuresOfficer, paging: Paging, reply: ReplyDep
) -> Page[FeedbackOut]:
    """All that departments said of a directive of the caller's region, the newest first."""
    directive = await measures.found(reply.session, caller, directive_id)
    parts = await measures.parts_of(reply.session, directive.id)
    keys: list[ColumnElement[Any]] = [MeasureFeedback.received_at.desc(), MeasureFeedback.id.desc()]
    found = await reply.page_of(queries.feedback_of(directive.id), keys, paging)
    return found.page([feedback_out(row, parts[row.department], english=reply.english) for row in found.rows])


@router.get("/v1/measure-assignments/overdue", operation_id="list_overdue_measure_feedback")
async def list_overdue_measure_feedback(caller: MeasuresOfficer, paging: Paging, reply: ReplyDep) -> Page[OverdueOut]:
    """Which departments owe word of what they did, in the caller's region and below, the longest first."""
    keys: list[ColumnElement[Any]] = [
        MeasureAssignment.due_on.asc(), MeasureAssignment.directive_id.asc(), MeasureAssignment.department.asc(),
    ]  # fmt: skip
    found = await reply.page_of(queries.overdue(caller.region, reply.today), keys, paging)
    return found.page([overdue_out(part, row, reply.today, english=reply.english) for part, row in found.rows])
