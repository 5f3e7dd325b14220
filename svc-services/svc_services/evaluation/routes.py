"""Ratings by applicants, answers by officials."""

import uuid

from fastapi import Request, Response

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import Page, Paging, Router, paginate
from shared.problems import wants_english
from svc_services.access import AnyCaller, Officer, Rater
from svc_services.evaluation import queries, service
from svc_services.evaluation.models import FollowUp
from svc_services.evaluation.schemas import AnswerIn, EvaluationIn, EvaluationOut, FollowUpOut

router = Router(prefix="/v1", tags=["evaluation"])


@router.post("/applications/{application_id}/evaluation", status_code=201)
async def rate_service(
    application_id: uuid.UUID,
    body: EvaluationIn,
    session: SessionDep,
    caller: Rater,
    today: TodayDep,
    request: Request,
) -> EvaluationOut:
    """Rates the handling of an ended case, once. Grades 1 and 2 must be answered by the unit."""
    given, task = await service.rate(session, caller, application_id, body, today)
    return service.evaluation_out(given, task, english=wants_english(request))


@router.get("/applications/{application_id}/evaluation")
async def read_evaluation(
    application_id: uuid.UUID, session: SessionDep, caller: AnyCaller, request: Request
) -> EvaluationOut:
    """The rating of a case and the unit's answer to it."""
    given, task = await service.read(session, caller, application_id)
    return service.evaluation_out(given, task, english=wants_english(request))


@router.get("/follow-ups")
async def list_follow_ups(
    session: SessionDep, caller: Officer, today: TodayDep, paging: Paging, request: Request, response: Response
) -> Page[FollowUpOut]:
    """Bad grades in the caller's region which wait for an answer, by due date."""
    found = await paginate(
        session,
        queries.open_follow_ups(caller),
        keys=[FollowUp.due_on.asc(), FollowUp.id.asc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([service.follow_up_out(task, comment, today) for task, comment in found.rows])


@router.post("/follow-ups/{follow_up_id}/answer")
async def answer_follow_up(
    follow_up_id: uuid.UUID, body: AnswerIn, session: SessionDep, caller: Officer, today: TodayDep
) -> FollowUpOut:
    """Says what the unit found and did about a bad grade."""
    return await service.answer(session, caller, follow_up_id, body.answer, today)
