"""Verification of the record over HTTP: who asks, who handles, who produced the item, and everybody."""

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.clock import NowDep
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from shared.http import IfMatch, Page, Paging, Router, set_etag
from shared.terms import Term
from svc_credit_registry.access import AnyCaller, FilingOfficer
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.reporting.objections import queries, rules, service
from svc_credit_registry.reporting.objections.models import Objection
from svc_credit_registry.reporting.objections.rules import (
    OFFICER_STATES,
    OUTCOME_LABELS,
    STATE_LABELS,
    ObjectionOutcome,
    ObjectionState,
)
from svc_credit_registry.reporting.objections.schemas import (
    MarkOut,
    ObjectionAnswerIn,
    ObjectionHistoryOut,
    ObjectionOut,
    ObjectionStepOut,
    QuestionIn,
    RecordObjectionDecisionIn,
    RecordObjectionIn,
    SettlementIn,
    Viewer,
)

router = Router(prefix="/v1", tags=["objections"])

NEWEST: list[ColumnElement[Any]] = [Objection.created_at.desc(), Objection.id.desc()]
URGENT: list[ColumnElement[Any]] = [Objection.due_on.asc(), Objection.id.asc()]
Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]


@router.post(
    "/objections", operation_id="ask_for_verification", status_code=201, summary="异议申请 Ask for verification"
)
async def ask(reply: ReplyDep, caller: AnyCaller, body: RecordObjectionIn) -> ObjectionOut:
    """Anybody who is logged in may doubt an item of the record; the unit answers within 20 working days."""
    case = await service.ask(reply.session, caller, body, reply.today)
    reply.response.headers["Location"] = f"/v1/objections/{case.id}"
    return _answer(reply, case, "asker")


@router.get("/objections", operation_id="list_own_objections", summary="我的异议 One's own cases")
async def list_own(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ObjectionOut]:
    """What the caller has asked, for himself or for the enterprise for which he acts now; the newest first."""
    found = await reply.page_of(queries.asked_by(caller), NEWEST, paging)
    return found.page([_objection_out(row, "asker", reply.today, reply.english) for row in found.rows])


@router.get("/objections/queue", operation_id="list_objection_queue", summary="待核查 The unit's queue")
async def queue(
    reply: ReplyDep,
    caller: FilingOfficer,
    paging: Paging,
    state: Annotated[
        list[ObjectionState] | None, Query(description="Only these; else all that wait for an answer")
    ] = None,
    overdue: Annotated[bool, Query(description="Only those past their last day")] = False,
) -> Page[ObjectionOut]:
    """Cases of the officer's region (superiors: of the regions below), the most urgent first."""
    states = state or sorted(OFFICER_STATES)
    found = await reply.page_of(queries.queue(caller.region, states, reply.today if overdue else None), URGENT, paging)
    return found.page([_objection_out(row, "officer", reply.today, reply.english) for row in found.rows])


@router.get(
    "/objections/to-answer", operation_id="list_objections_to_answer", summary="待答复 What a producer is asked"
)
async def to_answer(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ObjectionOut]:
    """Cases in which the caller's unit, or the enterprise for which he acts, is to answer or to correct its item."""
    found = await reply.page_of(queries.to_answer(caller), URGENT, paging)
    return found.page([_objection_out(row, "producer", reply.today, reply.english) for row in found.rows])


@router.get("/objections/{objection_id}", operation_id="get_objection", summary="异议详情 One case")
async def show(reply: ReplyDep, caller: AnyCaller, objection_id: uuid.UUID) -> ObjectionOut:
    """The case as the caller may see it; 404 for everyone else."""
    case, viewer = await service.read(reply.session, caller, objection_id)
    return _answer(reply, case, viewer)


@router.get(
    "/objections/{objection_id}/history", operation_id="get_objection_history", summary="办理过程 History of a case"
)
async def history(reply: ReplyDep, caller: AnyCaller, objection_id: uuid.UUID) -> ObjectionHistoryOut:
    """Every act on the case, the oldest first."""
    case, _ = await service.read(reply.session, caller, objection_id)
    steps = await queries.steps(reply.session, case.id)
    items = [
        ObjectionStepOut(
            at=step.at,
            act=step.act,
            state=ObjectionState(step.state),
            state_label=STATE_LABELS[ObjectionState(step.state)][reply.english],
            by=step.by,
        )
        for step in steps
    ]
    return ObjectionHistoryOut(number=case.number, items=items)


@router.get(
    "/objections/{objection_id}/deadlines", operation_id="get_objection_deadlines", summary="法定期限 Statutory dates"
)
async def deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    objection_id: uuid.UUID,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> DeadlinesOut:
    """Each period of the case with its law, its end and, if asked, the day-by-day count."""
    case, _ = await service.read(reply.session, caller, objection_id)
    terms = rules.terms_on(case.received_on)
    periods: list[tuple[Term, date, date | None]] = [(terms.answer, case.received_on, case.answered_on)]
    if case.producer_asked_on:
        periods.append((terms.producer, case.producer_asked_on, case.producer_answered_on))
    if case.correct_by and case.answered_on:
        periods.append((terms.correction, case.answered_on, case.corrected_on))
    items = [_deadline_out(reply, term, start, met, explain=explain) for term, start, met in periods]
    return DeadlinesOut(number=case.number, items=items)


@router.post("/objections/{objection_id}/withdrawal", operation_id="withdraw_objection", summary="撤回 Give a case up")
async def withdraw(reply: ReplyDep, caller: AnyCaller, objection_id: uuid.UUID) -> ObjectionOut:
    """Who asked withdraws the case before it is answered."""
    return _answer(reply, await service.withdraw(reply.session, caller, objection_id), "asker")


@router.post(
    "/objections/{objection_id}/producer-question", operation_id="ask_producer", summary="函询 Ask the item's producer"
)
async def ask_producer(
    reply: ReplyDep, caller: FilingOfficer, objection_id: uuid.UUID, body: QuestionIn
) -> ObjectionOut:
    """The unit asks who put the item on the record; who doubted it is not named to the producer."""
    case = await service.ask_producer(reply.session, caller, objection_id, body.question, reply.today)
    return _answer(reply, case, "officer")


@router.post(
    "/objections/{objection_id}/producer-answer",
    operation_id="answer_objection",
    summary="答复函询 The producer answers",
)
async def answer(reply: ReplyDep, caller: AnyCaller, objection_id: uuid.UUID, body: ObjectionAnswerIn) -> ObjectionOut:
    """The producer's unit, or who acts for the enterprise that reported the item itself, answers the question."""
    case = await service.answer(reply.session, caller, objection_id, body.answer, reply.today)
    return _answer(reply, case, "producer")


@router.post("/objections/{objection_id}/decision", operation_id="decide_objection", summary="核查结果 Answer the case")
async def decide(
    reply: ReplyDep,
    caller: FilingOfficer,
    now: NowDep,
    objection_id: uuid.UUID,
    version: IfMatch,
    body: RecordObjectionDecisionIn,
) -> ObjectionOut:
    """The written answer, and what follows: the item is confirmed, corrected, taken off, or marked until corrected."""
    return _answer(reply, await service.decide(reply.session, caller, objection_id, version, body, now), "officer")


@router.post(
    "/objections/{objection_id}/settlement", operation_id="settle_objection", summary="确认已更正 Found corrected"
)
async def settle(reply: ReplyDep, caller: FilingOfficer, objection_id: uuid.UUID, body: SettlementIn) -> ObjectionOut:
    """Closes a case that awaits a correction which came another way; the record closes all others by itself."""
    case = await service.find_settled(reply.session, caller, objection_id, body.reason, reply.today)
    return _answer(reply, case, "officer")


@router.get(
    "/enterprises/{code}/objections",
    operation_id="list_enterprise_objections",
    summary="异议标注 Doubts about the record of an enterprise",
    dependencies=[Public, Followed],
    responses=MOVED,
)
async def list_marks(reply: ReplyDep, paging: Paging, code: Code) -> Page[MarkOut]:
    """Which items are under verification, were found wrong, or were confirmed; nothing about who asked, nor about what
    has left publication.
    """
    enterprise = await enterprises.find(reply.session, code)
    found = await reply.page_of(queries.about(enterprise.code, reply.today), NEWEST, paging)
    return found.page([_mark_out(row, reply.english) for row in found.rows])


def _answer(reply: Reply, case: Objection, viewer: Viewer) -> ObjectionOut:
    set_etag(reply.response, case)
    return _objection_out(case, viewer, reply.today, reply.english)


def _labels(case: Objection, english: bool) -> dict[str, str | None]:
    return {
        "state_label": STATE_LABELS[ObjectionState(case.state)][english],
        "outcome_label": OUTCOME_LABELS[ObjectionOutcome(case.outcome)][english] if case.outcome else None,
    }


def _objection_out(case: Objection, viewer: Viewer, today: date, english: bool) -> ObjectionOut:
    action = rules.NEXT_ACTIONS.get(ObjectionState(case.state)) if viewer == "asker" else None
    values: dict[str, Any] = copied(case, ObjectionOut) | _labels(case, english)
    if viewer == "asker":
        values |= {"question": None, "producer_answer": None}
    if viewer == "producer":
        values["facts"] = None
    values |= {
        "viewer": viewer,
        "next_action": action[english] if action else None,
        "is_overdue": case.due_on < (case.answered_on or today),
    }
    return ObjectionOut.model_validate(values)


def _mark_out(case: Objection, english: bool) -> MarkOut:
    return MarkOut.model_validate(copied(case, MarkOut) | _labels(case, english))


def _deadline_out(reply: Reply, term: Term, start: date, met_on: date | None, *, explain: bool) -> DeadlineOut:
    end = term.deadline(start)
    return DeadlineOut(
        node=term.node,
        label=rules.TERM_LABELS[term.node][reply.english],
        started_on=start,
        due_on=end.due_on,
        working_days=term.working_days,
        basis=term.basis,
        confirmed=term.confirmed,
        note=term.note,
        provisional=end.provisional,
        met_on=met_on,
        is_overdue=(met_on or reply.today) > end.due_on,
        explanation=days_out(end.explanation, english=reply.english) if explain else None,
    )
