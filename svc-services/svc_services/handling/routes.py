"""What officials do with applications of their region."""

import uuid
from typing import Annotated, Any

from fastapi import Query, Response
from sqlalchemy import ColumnElement

from shared.clock import NowDep, TodayDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IfMatch, Page, Paging, Router
from shared.outbound import OutboundDep
from svc_services.access import FreshOfficer, Officer
from svc_services.applications.routes import ReplyDep
from svc_services.applications.schemas import ApplicationOut, ApplicationSummary, RestrictionOut
from svc_services.cases.models import Application
from svc_services.handling import queries, service
from svc_services.handling.schemas import (
    ApplicantOut,
    CorrectionRequestIn,
    DecisionIn,
    ExtensionIn,
    RestrictionsOut,
    UnmaskingIn,
)

# Included before the applicants' routes: `queue` must not be read as the id of an application.
router = Router(prefix="/v1/applications", tags=["handling"])

StateFilter = Annotated[str | None, Query(max_length=40, description="One state instead of all that wait")]


@router.get("/queue")
async def read_queue(
    caller: Officer, paging: Paging, reply: ReplyDep, state: StateFilter = None
) -> Page[ApplicationSummary]:
    """What waits for the officials of the caller's region, first come first."""
    keys: list[ColumnElement[Any]] = [Application.submitted_on.asc(), Application.id.asc()]
    return await reply.page_of(queries.queue_of(caller, state), keys, paging)


@router.post("/{application_id}/correction-request")
async def request_correction(
    application_id: uuid.UUID,
    body: CorrectionRequestIn,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """Tells the applicant, once and completely, what to correct; nothing beyond the guide the case started under."""
    application = await service.request_correction(session, caller, application_id, body, today)
    return await reply.application(application)


@router.post("/{application_id}/acceptance")
async def accept_application(
    application_id: uuid.UUID, session: SessionDep, caller: Officer, today: TodayDep, reply: ReplyDep
) -> ApplicationOut:
    """Takes the application on; the decision is due from here."""
    application = await service.accept(session, caller, application_id, today)
    return await reply.application(application)


@router.post("/{application_id}/extension")
async def extend_term(
    application_id: uuid.UUID,
    body: ExtensionIn,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """Gives the decision 3 more working days, once, with its reason."""
    application = await service.extend(session, caller, application_id, body, today)
    return await reply.application(application)


@router.post("/{application_id}/decision")
async def decide_application(  # noqa: PLR0913 - one parameter for each thing it depends on
    application_id: uuid.UUID,
    body: DecisionIn,
    session: SessionDep,
    outbound: OutboundDep,
    caller: Officer,
    version: IfMatch,
    now: NowDep,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """Grants or refuses; a refusal states its reasons. A grant makes the enterprise public within seconds.

    Before, the credit registry is asked for joint measures against those who apply: one that forbids the matter
    lets it only be refused (409), one that is to be weighed demands a reason (422). While the registry is away a
    grant waits (503): nothing is changed, repeat it with the same Idempotency-Key.
    """
    place = (application_id, version)
    standing = await service.standing_before(session, outbound, caller, place, body, now)
    application = await service.decide(session, caller, place, body, standing, today)
    return await reply.application(application)


@router.get("/{application_id}/restrictions")
async def read_restrictions(
    application_id: uuid.UUID,
    session: SessionDep,
    outbound: OutboundDep,
    caller: Officer,
    now: NowDep,
    response: Response,
) -> RestrictionsOut:
    """What stands against those whom the case concerns, as the credit registry says now; 503 while it is away."""
    response.headers["Cache-Control"] = "no-store"
    found = await service.standing_of(session, outbound, caller, application_id, now)
    items = [RestrictionOut.model_validate(r) for r in found.found]
    return RestrictionsOut(number=found.number, checked_at=now, effect=found.effect, items=items)


@router.post("/{application_id}/applicant-unmasking", openapi_extra=IDEMPOTENCY_NONE)
async def unmask_applicant(
    application_id: uuid.UUID, body: UnmaskingIn, session: SessionDep, caller: FreshOfficer, response: Response
) -> ApplicantOut:
    """The applicant's data in full, for a reason that is kept, after a fresh log-in. The answer is stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    return await service.unmask_applicant(session, caller, application_id, body.reason)
