"""The catalogue of measures, and the officials' work with directives."""

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.clock import NowDep
from shared.fields import Day
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import MeasuresOfficer
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.measure_catalogue.rules import (
    catalogue_on,
    measure_on,
)
from svc_credit_registry.supervision.measures import queries, service
from svc_credit_registry.supervision.measures.models import MeasureDirective
from svc_credit_registry.supervision.measures.queries import Filters
from svc_credit_registry.supervision.measures.schemas import (
    DirectiveIn,
    DirectiveOut,
    DirectiveSummary,
    IdentificationIn,
    LiftingIn,
    MeasureOut,
    MeasuresOut,
    directive_out,
    directive_summary,
    measure_out,
)

router = Router(tags=["measures"])

AsOf = Annotated[Day | None, Query(description="The law of this day instead of today's")]
MeasureCode = Annotated[str, Path(max_length=60, description="Code of a measure of the catalogue")]
Short = Annotated[str | None, Query(max_length=60)]


async def _answer(reply: Reply, row: MeasureDirective) -> DirectiveOut:
    await reply.versioned(row)
    parts = await queries.assignments_of(reply.session, row.id)
    return directive_out(row, parts, reply.today, english=reply.english)


@router.get("/v1/measures", operation_id="list_measures", dependencies=[Public])
async def list_measures(reply: ReplyDep, as_of: AsOf = None) -> MeasuresOut:
    """The catalogue of joint measures: what may be imposed on whom, by which law, and who carries it out."""
    day: date = as_of or reply.today
    reply.response.headers["Vary"] = "Accept-Language"
    return MeasuresOut(as_of=day, items=[measure_out(m, english=reply.english) for m in catalogue_on(day)])


@router.get("/v1/measures/{measure}", operation_id="get_measure", dependencies=[Public])
async def get_measure(measure: MeasureCode, reply: ReplyDep, as_of: AsOf = None) -> MeasureOut:
    """One measure; 404 for a code outside the catalogue, 422 when the law had none on that day."""
    reply.response.headers["Vary"] = "Accept-Language"
    return measure_out(measure_on(measure, as_of or reply.today), english=reply.english)


@router.post("/v1/measure-directives", operation_id="direct_measure", status_code=201)
async def direct_measure(body: DirectiveIn, caller: MeasuresOfficer, now: NowDep, reply: ReplyDep) -> DirectiveOut:
    """Directs a measure by a decision: its departments are told at once, and owe word of what they did."""
    row = await service.direct(reply.session, caller, body, reply.today, now)
    reply.created(f"/v1/measure-directives/{row.id}")
    return await _answer(reply, row)


@router.get("/v1/measure-directives", operation_id="list_measure_directives")
async def list_measure_directives(
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
    found = await reply.page_of(statement, keys, paging)
    return found.page([directive_summary(row, english=reply.english) for row in found.rows])


@router.get("/v1/measure-directives/{directive_id}", operation_id="get_measure_directive")
async def get_measure_directive(directive_id: uuid.UUID, caller: MeasuresOfficer, reply: ReplyDep) -> DirectiveOut:
    """One directive with what each department has said, personal data masked; 404 outside the caller's region."""
    return await _answer(reply, await service.found(reply.session, caller, directive_id))


@router.post("/v1/measure-directives/{directive_id}/lifting", operation_id="lift_measure")
async def lift_measure(
    directive_id: uuid.UUID,
    body: LiftingIn,
    caller: MeasuresOfficer,
    version: IfMatch,
    now: NowDep,
    reply: ReplyDep,
) -> DirectiveOut:
    """Ends a measure before its term, by a decision. It does not come back by itself on the same ground."""
    return await _answer(reply, await service.lift(reply.session, caller, (directive_id, version), body, now))


@router.post("/v1/measure-directives/{directive_id}/identification", operation_id="identify_measured_person")
async def identify_measured_person(
    directive_id: uuid.UUID,
    body: IdentificationIn,
    caller: MeasuresOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> DirectiveOut:
    """Says who the person is. Until then a check only shows that someone of this name is concerned."""
    return await _answer(reply, await service.identify(reply.session, caller, (directive_id, version), body))
