"""What officials do with applications of their region."""

import uuid
from typing import Annotated

from fastapi import Query, Request, Response

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IfMatch, Page, Paging, Router, paginate, set_etag
from svc_services.access import Officer
from svc_services.applications.queries import full, summary_of
from svc_services.applications.schemas import ApplicationOut, ApplicationSummary
from svc_services.cases.models import Application
from svc_services.handling import queries, service
from svc_services.handling.schemas import ApplicantOut, CorrectionRequestIn, DecisionIn, ExtensionIn, UnmaskingIn

# Included before the applicants' routes: `queue` must not be read as the id of an application.
router = Router(prefix="/v1/applications", tags=["handling"])

StateFilter = Annotated[str | None, Query(max_length=40, description="One state instead of all that wait")]


@router.get("/queue")
async def read_queue(  # noqa: PLR0913 - a list has this many parts
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    paging: Paging,
    request: Request,
    response: Response,
    state: StateFilter = None,
) -> Page[ApplicationSummary]:
    """What waits for the officials of the caller's region, by due date."""
    found = await paginate(
        session,
        queries.queue_of(caller, state),
        keys=[Application.submitted_on.asc(), Application.id.asc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([summary_of(row, today) for row in found.rows])


@router.post("/{application_id}/correction-request")
async def request_correction(
    application_id: uuid.UUID,
    body: CorrectionRequestIn,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    response: Response,
) -> ApplicationOut:
    """Tells the applicant, once and completely, what to correct; nothing beyond the guide the case started under."""
    application = await service.request_correction(session, caller, application_id, body, today)
    set_etag(response, application)
    return await full(session, application, today)


@router.post("/{application_id}/acceptance")
async def accept_application(
    application_id: uuid.UUID, session: SessionDep, caller: Officer, today: TodayDep, response: Response
) -> ApplicationOut:
    """Takes the application on; the decision is due from here."""
    application = await service.accept(session, caller, application_id, today)
    set_etag(response, application)
    return await full(session, application, today)


@router.post("/{application_id}/extension")
async def extend_term(
    application_id: uuid.UUID,
    body: ExtensionIn,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    response: Response,
) -> ApplicationOut:
    """Gives the decision 3 more working days, once, with its reason."""
    application = await service.extend(session, caller, application_id, body, today)
    set_etag(response, application)
    return await full(session, application, today)


@router.post("/{application_id}/decision")
async def decide_application(  # noqa: PLR0913 - one parameter for each thing it depends on
    application_id: uuid.UUID,
    body: DecisionIn,
    session: SessionDep,
    caller: Officer,
    version: IfMatch,
    today: TodayDep,
    response: Response,
) -> ApplicationOut:
    """Grants or refuses; a refusal states its reasons. A grant makes the enterprise public within seconds."""
    application = await service.decide(session, caller, (application_id, version), body, today)
    set_etag(response, application)
    return await full(session, application, today)


@router.post("/{application_id}/applicant-unmasking", openapi_extra=IDEMPOTENCY_NONE)
async def unmask_applicant(
    application_id: uuid.UUID, body: UnmaskingIn, session: SessionDep, caller: Officer, response: Response
) -> ApplicantOut:
    """The applicant's data in full, for a reason that is kept. The answer is stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    return await service.unmask_applicant(session, caller, application_id, body.reason)
