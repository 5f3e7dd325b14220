"""What officials do with applications of their region."""

import uuid
from typing import Annotated, Any

from fastapi import Query, Response
from sqlalchemy import ColumnElement

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IfMatch, Page, Paging, Router
from svc_services.access import Officer
from svc_services.applications.routes import ReplyDep
from svc_services.applications.schemas import ApplicationOut, ApplicationSummary
from svc_services.cases.models import Application
from svc_services.handling import queries, service
from svc_services.handling.schemas import ApplicantOut, CorrectionRequestIn, DecisionIn, ExtensionIn, UnmaskingIn

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
    caller: Officer,
    version: IfMatch,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """Grants or refuses; a refusal states its reasons. A grant makes the enterprise public within seconds."""
    application = await service.decide(session, caller, (application_id, version), body, today)
    return await reply.application(application)


@router.post("/{application_id}/applicant-unmasking", openapi_extra=IDEMPOTENCY_NONE)
async def unmask_applicant(
    application_id: uuid.UUID, body: UnmaskingIn, session: SessionDep, caller: Officer, response: Response
) -> ApplicantOut:
    """The applicant's data in full, for a reason that is kept. The answer is stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    return await service.unmask_applicant(session, caller, application_id, body.reason)
