"""Inspections over HTTP: tasks for their inspectors and planners, results and figures for everybody."""

import uuid
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Select, SQLColumnExpression

from shared.auth import Public
from shared.clock import NowDep
from shared.codes.regions import NATION
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from shared.http import IfMatch, Page, Paging, Router
from shared.http.pagination import PageQuery
from svc_credit_registry.access import InspectionPlanner, Inspector, Supervisor
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.findings import queries, service
from svc_credit_registry.supervision.findings.rules import RESULT_LABELS, FindingState, Result, terms_of
from svc_credit_registry.supervision.findings.schemas import (
    CoverageOut,
    FindingCorrectionIn,
    RecusalIn,
    ReplacementIn,
    ResultIn,
    ResultOut,
    TaskOut,
)
from svc_credit_registry.supervision.inspections.models import InspectionTask
from svc_credit_registry.supervision.inspections.rules import law_on

router = Router(prefix="/v1", tags=["inspections"])
RegionQuery = Annotated[str | None, Query(pattern=r"^\d{6}$", description="GB/T 2260: this region and all below it")]
BY_DUE: list[SQLColumnExpression[Any]] = [InspectionTask.due_on.asc(), InspectionTask.id.asc()]
NEWEST: list[SQLColumnExpression[Any]] = [InspectionTask.published_on.desc(), InspectionTask.id.desc()]


async def _answer(reply: Reply, task: InspectionTask) -> TaskOut:
    await reply.versioned(task)
    return (await service.shown(reply.session, [task], reply.today, english=reply.english))[0]


async def _page(reply: Reply, statement: Select[Any], paging: PageQuery) -> Page[TaskOut]:
    found = await reply.page_of(statement, BY_DUE, paging)
    return found.page(await service.shown(reply.session, found.rows, reply.today, english=reply.english))


@router.get(
    "/me/inspection-tasks", operation_id="list_my_inspection_tasks", summary="我的检查任务 The inspector's own tasks"
)
async def list_mine(
    caller: Inspector, paging: Paging, reply: ReplyDep, state: Annotated[FindingState | None, Query()] = None
) -> Page[TaskOut]:
    """The inspections which the inspector is on, what is due first first."""
    return await _page(reply, queries.of_inspector(caller.subject, state), paging)


@router.get(
    "/inspection-tasks", operation_id="list_inspection_tasks", summary="辖区检查任务 Inspections of the unit's region"
)
async def list_tasks(
    caller: InspectionPlanner,
    paging: Paging,
    reply: ReplyDep,
    state: Annotated[FindingState | None, Query()] = None,
    overdue: Annotated[
        bool, Query(description="Only those without a result, or unpublished, after their term")
    ] = False,
) -> Page[TaskOut]:
    """What the planner's unit and those below it inspect, what is due first first; `overdue` for supervisors."""
    late_on = reply.today if overdue else None
    return await _page(reply, queries.of_region(caller.region or "000000", state, late_on), paging)


@router.get("/inspection-tasks/{task_id}", operation_id="get_inspection_task", summary="检查任务 One inspection")
async def get_task(caller: Supervisor, reply: ReplyDep, task_id: uuid.UUID) -> TaskOut:
    """An inspection, for its inspectors and for planners over its region; 404 for others."""
    return await _answer(reply, await service.visible(reply.session, caller, task_id))


@router.get(
    "/inspection-tasks/{task_id}/deadlines", operation_id="get_inspection_task_deadlines",
    summary="检查任务期限 The terms of an inspection",
)  # fmt: skip
async def get_deadlines(
    caller: Supervisor, reply: ReplyDep, task_id: uuid.UUID,
    explain: Annotated[bool, Query(description="With every day counted or skipped, and why")] = False,
) -> DeadlinesOut:  # fmt: skip
    """When the result is published by itself, and by when the law wants it published; empty before there is one."""
    task = await service.visible(reply.session, caller, task_id)
    if task.inspected_on is None or task.reported_on is None:
        return DeadlinesOut(number=task.number, items=[])
    term = law_on(task.drawn_on).publication
    deadline = terms_of(term, task.inspected_on, task.reported_on).publication
    english = reply.english
    node = DeadlineOut(
        node=term.node,
        label="Publication of the result" if english else "检查结果公示",
        started_on=deadline.start_on,
        due_on=deadline.due_on,
        working_days=deadline.days,
        basis=deadline.basis,
        confirmed=term.confirmed,
        note=term.note,
        provisional=deadline.provisional,
        met_on=task.published_on,
        is_overdue=task.published_on is None and deadline.due_on < reply.today,
        explanation=days_out(deadline.explanation, english=english) if explain else None,
    )
    return DeadlinesOut(number=task.number, items=[node])


@router.post(
    "/inspection-tasks/{task_id}/result", operation_id="enter_inspection_result",
    summary="录入检查结果 Enter the result of an inspection",
)  # fmt: skip
async def enter_result(
    caller: Inspector, reply: ReplyDep, task_id: uuid.UUID, version: IfMatch, body: ResultIn
) -> TaskOut:
    """An inspector of the task enters what was found; it is published by itself after a review of three working days,
    and never later than 20 working days after the inspection. Until then it may be entered anew.

    404 for tasks of others, 409 once published, 412 when somebody has edited it meanwhile, 422 for an impossible day.
    """
    return await _answer(reply, await service.report(reply.session, caller, task_id, body, version, reply.today))


@router.post(
    "/inspection-tasks/{task_id}/publication", operation_id="publish_inspection_result",
    summary="公示检查结果 Publish a result now",
)  # fmt: skip
async def publish_result(caller: InspectionPlanner, now: NowDep, reply: ReplyDep, task_id: uuid.UUID) -> TaskOut:
    """A planner of the unit ends the review: the result stands on the enterprise's record at once."""
    return await _answer(reply, await service.publish_early(reply.session, caller, task_id, now))


@router.post(
    "/inspection-tasks/{task_id}/correction",
    operation_id="correct_inspection_result",
    summary="更正检查结果 Correct a published result",
)
async def correct_result(
    caller: InspectionPlanner,
    now: NowDep,
    reply: ReplyDep,
    task_id: uuid.UUID,
    version: IfMatch,
    body: FindingCorrectionIn,
) -> TaskOut:
    """A planner of the unit corrects what was published: the record shows a new version and keeps the old one."""
    return await _answer(reply, await service.correct(reply.session, caller, task_id, body, version, now))


@router.post(
    "/inspection-tasks/{task_id}/recusal", operation_id="recuse_from_inspection",
    summary="检查人员回避 An inspector withdraws",
)  # fmt: skip
async def recuse(caller: Inspector, reply: ReplyDep, task_id: uuid.UUID, body: RecusalIn) -> TaskOut:
    """The inspector leaves the task; the first in the order of the seed who has no conflict takes his place.

    Both are recorded and published with the draw, the reason is not. 409 when nobody is left.
    """
    return await _answer(reply, await service.recuse(reply.session, caller, task_id, body, reply.today))


@router.post(
    "/inspection-tasks/{task_id}/replacement", operation_id="replace_inspector",
    summary="更换检查人员 Replace an inspector",
)  # fmt: skip
async def replace(caller: InspectionPlanner, reply: ReplyDep, task_id: uuid.UUID, body: ReplacementIn) -> TaskOut:
    """A planner replaces an inspector of the task by the same order as for a recusal, on a ground which the register
    shows: a conflict is declared first, who has left is taken out of draws first, a substitute is not replaced for
    absence. 409 after two replacements by the unit itself: then one above it replaces.
    """
    return await _answer(reply, await service.replace(reply.session, caller, task_id, body, reply.today))


@router.get(
    "/inspection-results", operation_id="list_inspection_results", summary="抽查结果公示 Published results",
    dependencies=[Public],
)  # fmt: skip
async def list_results(
    reply: ReplyDep,
    paging: Paging,
    region: RegionQuery = None,
    code: Annotated[str | None, Query(max_length=18, description="Credit code of an enterprise")] = None,
    plan_id: Annotated[uuid.UUID | None, Query()] = None,
) -> Page[ResultOut]:
    """The published results of random inspections, the latest first."""
    found = await reply.page_of(queries.published(region, code, plan_id), NEWEST, paging)
    return found.page([_result(*row, english=reply.english) for row in found.rows])


def _result(task: InspectionTask, plan_number: str, name: str, *, english: bool) -> ResultOut:
    return ResultOut.model_validate(
        {
            "task_number": task.number, "plan_number": plan_number, "plan_id": task.plan_id, "code": task.code,
            "name": name, "region": task.region, "inspected_on": task.inspected_on, "result": task.result,
            "result_label": RESULT_LABELS[Result(task.result or "")][english], "remark": task.remark,
            "published_on": task.published_on,
        }
    )  # fmt: skip


@router.get(
    "/inspection-coverage", operation_id="get_inspection_coverage", summary="抽查覆盖率 Coverage of a year",
    dependencies=[Public],
)  # fmt: skip
async def get_coverage(
    reply: ReplyDep,
    region: Annotated[str, Query(pattern=r"^\d{6}$", description="GB/T 2260")] = NATION,
    year: Annotated[int | None, Query(ge=2014, le=2199)] = None,
) -> CoverageOut:
    """How many were drawn, inspected and published in a year, by region and risk class, beside the statutory floor."""
    return await service.coverage(reply.session, region, year or reply.today.year)
