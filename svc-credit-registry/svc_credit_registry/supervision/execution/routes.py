"""What departments call to carry measures out, and what officials see of it."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy import ColumnElement

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_OPTIONAL, IfMatch, Page, Paging, Router, paginate, set_etag
from shared.privacy import mask_id_number, mask_name
from shared.problems import wants_english
from svc_credit_registry.access import MeasuresOfficer, RestrictionChecker
from svc_credit_registry.supervision.execution import queries, service
from svc_credit_registry.supervision.execution.models import MeasureDepartment, MeasureFeedback
from svc_credit_registry.supervision.execution.rules import MOST_NOTICES, OUTCOME_LABELS, ExecutionOutcome
from svc_credit_registry.supervision.execution.schemas import (
    DepartmentClientIn,
    DepartmentClientOut,
    DepartmentClientPatch,
    ExecutionNoticeOut,
    FeedbackIn,
    FeedbackOut,
    NoticesOut,
    OverdueOut,
)
from svc_credit_registry.supervision.execution.service import Received
from svc_credit_registry.supervision.measure_catalogue.rules import DEPARTMENTS, ROLE_LABELS, Role, measure_name
from svc_credit_registry.supervision.measures import service as measures
from svc_credit_registry.supervision.measures.models import MeasureAssignment, MeasureDirective, MeasureNotice
from svc_credit_registry.supervision.measures.schemas import PersonOut

router = Router(tags=["measures"])

ClientPath = Annotated[str, Path(max_length=64)]


@dataclass(frozen=True)
class Reply:
    """The request at hand, for lists and words in the caller's language."""

    request: Request
    response: Response

    @property
    def english(self) -> bool:
        """Whether the caller asked for English before Chinese."""
        return wants_english(self.request)

    def client(self, row: MeasureDepartment) -> DepartmentClientOut:
        """A client and its department, with its version."""
        return DepartmentClientOut(
            client_id=row.client_id,
            department=row.department,
            label=DEPARTMENTS[row.department][self.english],
            region=row.region,
            version=row.version,
        )

    def notice(self, notice: MeasureNotice, row: MeasureDirective, due_on: date | None) -> ExecutionNoticeOut:
        """A notice with the directive as it stands now; of a person no more than what tells him from others."""
        person = None
        if row.person_name is not None and row.role is not None:
            number = mask_id_number(row.person_id_number) if row.person_id_number else None
            label = ROLE_LABELS[Role(row.role)][self.english]
            person = PersonOut(role=row.role, role_label=label, name=mask_name(row.person_name), id_number=number)
        plain = (
            "number", "measure", "effect", "matters", "subject", "code", "since", "until", "basis", "unit", "state",
        )  # fmt: skip
        return ExecutionNoticeOut(
            position=notice.position,
            what=notice.what,
            at=notice.at,
            directive_id=row.id,
            measure_name=measure_name(row.measure, english=self.english),
            person=person,
            feedback_due_on=due_on,
            **{name: getattr(row, name) for name in plain},
        )

    def feedback(self, row: MeasureFeedback, due_on: date, late: bool, repeated: bool) -> FeedbackOut:
        """The receipt of feedback."""
        plain = ("id", "directive_id", "department", "key", "outcome", "done_on", "detail", "received_at")
        return FeedbackOut(
            outcome_label=OUTCOME_LABELS[ExecutionOutcome(row.outcome)][self.english],
            due_on=due_on,
            was_late=late,
            repeated=repeated,
            **{name: getattr(row, name) for name in plain},
        )

    def received(self, found: Received) -> FeedbackOut:
        """The receipt of what has just come, or had come before."""
        late = found.part.answered_on is not None and found.part.answered_on > found.part.due_on
        return self.feedback(found.feedback, found.part.due_on, late, found.repeated)

    def overdue(self, part: MeasureAssignment, row: MeasureDirective, today: date) -> OverdueOut:
        """A part of which no word came in time."""
        return OverdueOut(
            directive_id=row.id,
            number=row.number,
            measure=row.measure,
            measure_name=measure_name(row.measure, english=self.english),
            code=row.code,
            region=row.region,
            department=part.department,
            label=DEPARTMENTS[part.department][self.english],
            due_on=part.due_on,
            days_over=(today - part.due_on).days,
        )


ReplyDep = Annotated[Reply, Depends(Reply)]


@router.post("/v1/measure-departments", operation_id="enter_measure_department", status_code=201)
async def enter_measure_department(
    body: DepartmentClientIn, session: SessionDep, caller: MeasuresOfficer, reply: ReplyDep
) -> DepartmentClientOut:
    """Enters for which department, and where, an agency's client carries measures out."""
    row = await service.enter_client(session, caller, body)
    set_etag(reply.response, row)
    reply.response.headers["Location"] = f"/v1/measure-departments/{row.client_id}"
    return reply.client(row)


@router.get("/v1/measure-departments", operation_id="list_measure_departments")
async def list_measure_departments(
    session: SessionDep, caller: MeasuresOfficer, paging: Paging, reply: ReplyDep
) -> Page[DepartmentClientOut]:
    """The clients that carry measures out in the caller's region and below."""
    statement = queries.departments_in(caller.region)
    found = await paginate(
        session, statement, keys=[MeasureDepartment.client_id.asc()], paging=paging, request=reply.request,
        response=reply.response,
    )  # fmt: skip
    return found.page([reply.client(row) for row in found.rows])


@router.patch("/v1/measure-departments/{client_id}", operation_id="change_measure_department")
async def change_measure_department(
    client_id: ClientPath,
    body: DepartmentClientPatch,
    session: SessionDep,
    caller: MeasuresOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> DepartmentClientOut:
    """Changes the department of a client; 412 for a stale version."""
    row = await service.change_client(session, caller, (client_id, version), body)
    set_etag(reply.response, row)
    return reply.client(row)


@router.get("/v1/measure-notices", operation_id="list_measure_notices")
async def list_measure_notices(
    session: SessionDep,
    caller: RestrictionChecker,
    reply: ReplyDep,
    after: Annotated[int, Query(ge=0, le=2**62, description="The position read last")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_NOTICES)] = 100,
) -> NoticesOut:
    """What was directed to the caller's department, and lifted, behind a position: any position since the start."""
    department = await service.department_of(session, caller)
    last = await queries.last_notice(session)
    rows = await queries.notices(session, department, after, last, limit)
    more = len(rows) == limit
    reached = rows[-1][0].position if more else max(last, after)
    reply.response.headers["Cache-Control"] = "no-store"
    return NoticesOut(items=[reply.notice(*row) for row in rows], next_after=reached, more=more)


@router.post(
    "/v1/measure-directives/{directive_id}/feedback",
    operation_id="report_measure_feedback",
    openapi_extra=IDEMPOTENCY_OPTIONAL,
    status_code=201,
    responses={200: {"description": "It had come before under this key: the same receipt", "model": FeedbackOut}},
)
async def report_measure_feedback(
    directive_id: uuid.UUID,
    body: FeedbackIn,
    session: SessionDep,
    caller: RestrictionChecker,
    today: TodayDep,
    reply: ReplyDep,
) -> FeedbackOut:
    """What the department did, under its own key; the same key with the same content is answered 200 with the same."""
    found = await service.say(session, caller, directive_id, body, today)
    reply.response.status_code = 200 if found.repeated else 201
    return reply.received(found)


@router.get("/v1/measure-directives/{directive_id}/feedback", operation_id="list_measure_feedback")
async def list_measure_feedback(
    directive_id: uuid.UUID, session: SessionDep, caller: MeasuresOfficer, paging: Paging, reply: ReplyDep
) -> Page[FeedbackOut]:
    """All that departments said of a directive of the caller's region, the newest first."""
    directive = await measures.found(session, caller, directive_id)
    parts = await measures.parts_of(session, directive.id)
    keys: list[ColumnElement[Any]] = [MeasureFeedback.received_at.desc(), MeasureFeedback.id.desc()]
    found = await paginate(
        session, queries.feedback_of(directive.id), keys=keys, paging=paging, request=reply.request,
        response=reply.response,
    )  # fmt: skip
    return found.page([_shown(reply, row, parts[row.department]) for row in found.rows])


def _shown(reply: Reply, row: MeasureFeedback, part: MeasureAssignment) -> FeedbackOut:
    late = part.answered_on is not None and part.answered_on > part.due_on
    return reply.feedback(row, part.due_on, late, repeated=False)


@router.get("/v1/measure-assignments/overdue", operation_id="list_overdue_measure_feedback")
async def list_overdue_measure_feedback(
    session: SessionDep, caller: MeasuresOfficer, paging: Paging, today: TodayDep, reply: ReplyDep
) -> Page[OverdueOut]:
    """Which departments owe word of what they did, in the caller's region and below, the longest first."""
    keys: list[ColumnElement[Any]] = [
        MeasureAssignment.due_on.asc(), MeasureAssignment.directive_id.asc(), MeasureAssignment.department.asc(),
    ]  # fmt: skip
    found = await paginate(
        session, queries.overdue(caller.region, today), keys=keys, paging=paging, request=reply.request,
        response=reply.response,
    )  # fmt: skip
    return found.page([reply.overdue(part, row, today) for part, row in found.rows])
