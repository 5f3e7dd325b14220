"""The catalogue of measures, and the officials' work with directives."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.clock import NowDep, TodayDep
from shared.db import SessionDep
from shared.fields import Day
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.privacy import mask_id_number, mask_name
from shared.problems import wants_english
from svc_credit_registry.access import MeasuresOfficer
from svc_credit_registry.supervision.measure_catalogue.rules import (
    DEPARTMENTS,
    EFFECT_LABELS,
    ROLE_LABELS,
    Measure,
    Role,
    catalogue_on,
    measure_name,
    measure_on,
)
from svc_credit_registry.supervision.measures import queries, service
from svc_credit_registry.supervision.measures.models import MeasureAssignment, MeasureDirective
from svc_credit_registry.supervision.measures.queries import Filters
from svc_credit_registry.supervision.measures.rules import STATE_LABELS, State
from svc_credit_registry.supervision.measures.schemas import (
    AssignmentOut,
    DepartmentOut,
    DirectiveIn,
    DirectiveOut,
    DirectiveSummary,
    GroundIn,
    IdentificationIn,
    LiftingIn,
    MeasureOut,
    MeasuresOut,
    PersonOut,
)

router = Router(tags=["measures"])

AsOf = Annotated[Day | None, Query(description="The law of this day instead of today's")]
MeasureCode = Annotated[str, Path(max_length=60, description="Code of a measure of the catalogue")]
Short = Annotated[str | None, Query(max_length=60)]


@dataclass(frozen=True)
class Reply:
    """How a directive goes out: with its departments, personal data masked, in the caller's language."""

    session: SessionDep
    request: Request
    response: Response
    today: TodayDep

    async def directive(self, row: MeasureDirective) -> DirectiveOut:
        """One directive in full, with its version."""
        await self.session.flush()
        set_etag(self.response, row)
        assignments = await queries.assignments_of(self.session, row.id)
        return DirectiveOut(
            **self.summary(row).model_dump(),
            person=self._person(row),
            departments=[self._assignment(a) for a in assignments],
            matters=row.matters,
            basis=row.basis,
            ground=row.ground,
            record_item=_ground(row),
            decision_number=row.decision_number,
            unit=row.unit,
            automatic=row.rule is not None,
            rule=row.rule,
            ended_reason=row.ended_reason,
        )

    def summary(self, row: MeasureDirective) -> DirectiveSummary:
        """A directive in a list."""
        plain = (
            "id", "number", "measure", "effect", "subject", "code", "region", "since", "until", "state", "directed_on",
            "ended_on", "version",
        )  # fmt: skip
        english = wants_english(self.request)
        return DirectiveSummary(
            **{name: getattr(row, name) for name in plain},
            measure_name=measure_name(row.measure, english=english),
            state_label=STATE_LABELS[State(row.state)][english],
        )

    def _assignment(self, part: MeasureAssignment) -> AssignmentOut:
        return AssignmentOut(
            department=part.department,
            label=DEPARTMENTS[part.department][wants_english(self.request)],
            due_on=part.due_on,
            answered_on=part.answered_on,
            outcome=part.outcome,
            is_overdue=(part.answered_on or part.closed_on or self.today) > part.due_on,
        )

    def _person(self, row: MeasureDirective) -> PersonOut | None:
        if row.person_name is None or row.role is None:
            return None
        return PersonOut(
            role=row.role,
            role_label=ROLE_LABELS[Role(row.role)][wants_english(self.request)],
            name=mask_name(row.person_name),
            id_number=mask_id_number(row.person_id_number) if row.person_id_number else None,
        )


ReplyDep = Annotated[Reply, Depends(Reply)]


def _ground(row: MeasureDirective) -> GroundIn | None:
    if row.ground_kind is None:
        return None
    return GroundIn.model_validate(
        {"kind": row.ground_kind, "producer": row.ground_producer, "key": row.ground_key}
    )  # fmt: skip


def _measure(measure: Measure, *, english: bool) -> MeasureOut:
    return MeasureOut(
        code=measure.code,
        name=measure.name[0],
        name_en=measure.name[1],
        effect=measure.effect,
        effect_label=EFFECT_LABELS[measure.effect][english],
        subjects=sorted(measure.subjects),
        departments=[DepartmentOut(code=d, label=DEPARTMENTS[d][english]) for d in measure.departments],
        matters=list(measure.matters),
        basis=measure.basis,
        since=measure.since,
        until=measure.until,
        longest_years=measure.longest_years,
        confirmed=measure.confirmed,
        note=measure.note,
    )


@router.get("/v1/measures", operation_id="list_measures", dependencies=[Public])
async def list_measures(request: Request, response: Response, today: TodayDep, as_of: AsOf = None) -> MeasuresOut:
    """The catalogue of joint measures: what may be imposed on whom, by which law, and who carries it out."""
    day: date = as_of or today
    response.headers["Vary"] = "Accept-Language"
    english = wants_english(request)
    return MeasuresOut(as_of=day, items=[_measure(m, english=english) for m in catalogue_on(day)])


@router.get("/v1/measures/{measure}", operation_id="get_measure", dependencies=[Public])
async def get_measure(
    measure: MeasureCode, request: Request, response: Response, today: TodayDep, as_of: AsOf = None
) -> MeasureOut:
    """One measure; 404 for a code outside the catalogue, 422 when the law had none on that day."""
    response.headers["Vary"] = "Accept-Language"
    return _measure(measure_on(measure, as_of or today), english=wants_english(request))


@router.post("/v1/measure-directives", operation_id="direct_measure", status_code=201)
async def direct_measure(
    body: DirectiveIn, session: SessionDep, caller: MeasuresOfficer, today: TodayDep, now: NowDep, reply: ReplyDep
) -> DirectiveOut:
    """Directs a measure by a decision: its departments are told at once, and owe word of what they did."""
    row = await service.direct(session, caller, body, today, now)
    reply.response.headers["Location"] = f"/v1/measure-directives/{row.id}"
    return await reply.directive(row)


@router.get("/v1/measure-directives", operation_id="list_measure_directives")
async def list_measure_directives(  # noqa: PLR0913 - one parameter for each filter
    session: SessionDep,
    caller: MeasuresOfficer,
    paging: Paging,
    reply: ReplyDep,
    code: Short = None,
    measure: Short = None,
    state: Short = None,
) -> Page[DirectiveSummary]:
    """The directives of the caller's region and below, the newest first."""
    keys: list[ColumnElement[Any]] = [MeasureDirective.directed_on.desc(), MeasureDirective.id.desc()]
    statement = queries.overseen(caller.region, Filters(code, measure, state))
    found = await paginate(
        session, statement, keys=keys, paging=paging, request=reply.request, response=reply.response
    )  # fmt: skip
    return found.page([reply.summary(row) for row in found.rows])


@router.get("/v1/measure-directives/{directive_id}", operation_id="get_measure_directive")
async def get_measure_directive(
    directive_id: uuid.UUID, session: SessionDep, caller: MeasuresOfficer, reply: ReplyDep
) -> DirectiveOut:
    """One directive with what each department has said, personal data masked; 404 outside the caller's region."""
    return await reply.directive(await service.found(session, caller, directive_id))


@router.post("/v1/measure-directives/{directive_id}/lifting", operation_id="lift_measure")
async def lift_measure(  # noqa: PLR0913 - one parameter for each thing it depends on
    directive_id: uuid.UUID,
    body: LiftingIn,
    session: SessionDep,
    caller: MeasuresOfficer,
    version: IfMatch,
    now: NowDep,
    reply: ReplyDep,
) -> DirectiveOut:
    """Ends a measure before its term, by a decision. It does not come back by itself on the same ground."""
    return await reply.directive(await service.lift(session, caller, (directive_id, version), body, now))


@router.post("/v1/measure-directives/{directive_id}/identification", operation_id="identify_measured_person")
async def identify_measured_person(
    directive_id: uuid.UUID,
    body: IdentificationIn,
    session: SessionDep,
    caller: MeasuresOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> DirectiveOut:
    """Says who the person is. Until then a check only shows that someone of this name is concerned."""
    return await reply.directive(await service.identify(session, caller, (directive_id, version), body))
