"""Evaluations over HTTP."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import Page, Paging, Router
from svc_complaints.access import AnyCaller, Officer
from svc_complaints.cases import queries as case_queries
from svc_complaints.cases.models import Clock
from svc_complaints.cases.routes import Reply, ReplyDep
from svc_complaints.evaluation import queries, service
from svc_complaints.evaluation.models import Evaluation
from svc_complaints.evaluation.rules import CLOCK
from svc_complaints.evaluation.schemas import EvaluationIn, EvaluationOut, FollowUpIn, evaluation_out

router = Router(prefix="/v1", tags=["evaluation"])


async def shown(reply: Reply, evaluation: Evaluation) -> EvaluationOut:
    """The evaluation with the date of its follow-up."""
    clock = await case_queries.clock(reply.session, evaluation.complaint_id, CLOCK)
    return evaluation_out(evaluation, clock, reply.english)


@router.post("/complaints/{complaint_id}/evaluation", status_code=201, summary="评价 Evaluate the handling")
async def evaluate(
    reply: ReplyDep,
    session: SessionDep,
    caller: AnyCaller,
    today: TodayDep,
    complaint_id: uuid.UUID,
    body: EvaluationIn,
) -> EvaluationOut:
    """The complainant grades the handling, once, after its end. Grades 1 and 2 must be followed up by the unit."""
    evaluation = await service.evaluate(session, caller, complaint_id, body, today)
    return await shown(reply, evaluation)


@router.get("/complaints/{complaint_id}/evaluation", summary="评价 Read the evaluation")
async def show(reply: ReplyDep, session: SessionDep, caller: AnyCaller, complaint_id: uuid.UUID) -> EvaluationOut:
    """The evaluation and its follow-up, for the complainant and the unit."""
    return await shown(reply, await service.evaluation_of(session, caller, complaint_id))


@router.post("/complaints/{complaint_id}/follow-up", summary="差评整改 Follow up a bad grade")
async def follow_up(
    reply: ReplyDep, session: SessionDep, caller: Officer, today: TodayDep, complaint_id: uuid.UUID, body: FollowUpIn
) -> EvaluationOut:
    """The unit answers a bad grade; the complainant reads the answer."""
    evaluation = await service.follow_up(session, caller, complaint_id, body, today)
    return await shown(reply, evaluation)


@router.get("/follow-ups", summary="待整改差评 Bad grades to follow up")
async def list_follow_ups(reply: ReplyDep, caller: Officer, paging: Paging) -> Page[EvaluationOut]:
    """Bad grades of the officer's region which nobody has followed up yet, the most urgent first."""
    keys: list[ColumnElement[Any]] = [Clock.due_on.asc(), Evaluation.complaint_id.asc()]
    found = await reply.page_of(queries.open_follow_ups(caller), keys, paging)
    return found.page([evaluation_out(evaluation, clock, reply.english) for evaluation, clock in found.rows])
