"""Inspecting the drawn entities: results, their publication, and inspectors who can't inspect."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from shared.http import check_version
from svc_credit_registry.record.classification.errors import RegionUnknown
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.findings import queries, rules
from svc_credit_registry.supervision.findings.errors import TaskNotYours, TaskUnknown
from svc_credit_registry.supervision.findings.rules import (
    RESULT_LABELS,
    STATE_LABELS,
    FindingState,
    Result,
)
from svc_credit_registry.supervision.findings.schemas import (
    CoverageOut,
    CoverageRow,
    FindingCorrectionIn,
    InspectorOnTask,
    RecusalIn,
    ReplacementIn,
    ResultIn,
    TaskOut,
)
from svc_credit_registry.supervision.inspections import queries as draws
from svc_credit_registry.supervision.inspections.models import InspectionAssignment, InspectionPlan, InspectionTask
from svc_credit_registry.supervision.inspections.rules import WHOLE, law_on
from svc_credit_registry.supervision.risk import queries as risk
from svc_credit_registry.supervision.risk.rules import CLASS_LABELS, RiskClass
from svc_credit_registry.supervision.risk.service import told_of
from svc_credit_registry.supervision.substitutions.rules import LeaveBy
from svc_credit_registry.supervision.substitutions.service import Leave, give_place

DEFINITION = (
    "当年随机抽取的企业户数、已录入检查结果和已公示结果的户数 / enterprises drawn in the year, "
    "those with a result, and those whose result is public"
)
PLAN = "credit-registry:inspections:plan"


async def visible(session: AsyncSession, caller: Caller, task_id: uuid.UUID) -> InspectionTask:
    """A task, for its inspectors and for planners over the plan's region; 404 for others."""
    task = await queries.find(session, task_id)
    if task is None:
        raise TaskUnknown
    if caller.has(PLAN) and caller.covers((await queries.plan_of(session, task)).region):
        return task
    if await queries.assignment(session, task.id, caller.subject) is None:
        raise TaskUnknown
    return task


async def _mine(session: AsyncSession, caller: Caller, task_id: uuid.UUID) -> InspectionTask:
    task = await queries.find(session, task_id, lock=True)
    if task is None or await queries.assignment(session, task.id, caller.subject) is None:
        raise TaskUnknown
    return task


async def _planned(session: AsyncSession, caller: Caller, task_id: uuid.UUID) -> InspectionTask:
    task = await queries.find(session, task_id, lock=True)
    plan = await queries.plan_of(session, task) if task else None
    if task is None or plan is None or not caller.covers(plan.region):
        raise TaskUnknown
    if caller.region != plan.region:
        raise TaskNotYours(region=plan.region)
    return task


async def report(
    session: AsyncSession, caller: Caller, task_id: uuid.UUID, body: ResultIn, version: int, today: date
) -> InspectionTask:
    """An inspector of the task enters its result; the clocks of review and publication start.

    Until it is published the same inspectors may enter it anew. 409 afterwards, 422 for a day outside draw and today.
    """
    task = await _mine(session, caller, task_id)
    check_version(task, version)
    if task.state != FindingState.REPORTED:
        rules.check_state(task.state, FindingState.ASSIGNED)
    rules.check_day(body.inspected_on, task.drawn_on, today)
    terms = rules.terms_of(law_on(task.drawn_on).publication, body.inspected_on, today)
    task.state, task.result, task.remark = FindingState.REPORTED, body.result, body.remark
    task.inspected_on, task.reported_on, task.reported_by = body.inspected_on, today, caller.subject
    task.publish_after, task.publish_by = terms.publish_after, terms.publication.due_on
    _content(task, await queries.plan_of(session, task))
    await session.flush()
    await _audit(session, caller, "inspection_task.reported", task, result=task.result)
    return task


async def publish_early(session: AsyncSession, caller: Caller, task_id: uuid.UUID, now: datetime) -> InspectionTask:
    """A planner of the unit publishes a result before its review is over."""
    task = await _planned(session, caller, task_id)
    rules.check_state(task.state, FindingState.REPORTED)
    await publish(session, caller, task, now)
    return task


async def correct(
    session: AsyncSession, caller: Caller, task_id: uuid.UUID, body: FindingCorrectionIn, version: int, now: datetime
) -> InspectionTask:
    """A planner of the unit corrects a published result: a new version of the item, the old one stays readable."""
    task = await _planned(session, caller, task_id)
    check_version(task, version)
    rules.check_state(task.state, FindingState.PUBLISHED)
    before, task.result, task.remark = task.result, body.result, body.remark
    await _put(session, caller, task, now)
    await session.flush()
    await _audit(session, caller, "inspection_task.corrected", task, was=before, result=task.result, reason=body.reason)
    return task


async def publish(session: AsyncSession, caller: Caller, task: InspectionTask, now: datetime) -> None:
    """The result stands on the record of the enterprise, as a fact of the plan's unit."""
    await _put(session, caller, task, now)
    task.state, task.published_on = FindingState.PUBLISHED, statutory_date(now)
    await session.flush()
    await _audit(session, caller, "inspection_task.published", task, result=task.result)


async def _put(session: AsyncSession, caller: Caller, task: InspectionTask, now: datetime) -> None:
    plan = await queries.plan_of(session, task)
    inspected_on = task.inspected_on or statutory_date(now)
    item = records.Item(
        code=task.code, kind=RecordKind.INSPECTION, key=task.number, content=_content(task, plan), producer=plan.unit,
        provider=plan.unit, basis=law_on(task.drawn_on).publication.basis, produced_on=inspected_on,
        effective_from=inspected_on,
    )  # fmt: skip
    await records.put(session, caller, item, now)


def _content(task: InspectionTask, plan: InspectionPlan) -> dict[str, object]:
    """What stands on the record; 422 when it may not stand there, as with an identity number in the remark."""
    content: dict[str, object] = {
        "authority": "、".join(plan.departments), "type": "random", "inspected_on": str(task.inspected_on),
        "result": task.result, "plan_number": plan.number, "matters": plan.matters, "remark": task.remark,
    }  # fmt: skip
    return records.checked_content(RecordKind.INSPECTION, content)


async def recount(session: AsyncSession, caller: Caller) -> int:
    """Counts the terms of waiting results anew: holidays may have been published since. The number that changed."""
    changed = 0
    for task in await queries.provisional(session):
        terms = rules.terms_of(
            law_on(task.drawn_on).publication, task.inspected_on or task.drawn_on, task.reported_on or task.drawn_on
        )
        if (task.publish_after, task.publish_by) != (terms.publish_after, terms.publication.due_on):
            before = task.publish_by
            task.publish_after, task.publish_by = terms.publish_after, terms.publication.due_on
            await _audit(session, caller, "inspection_task.recounted", task, was=before, publish_by=task.publish_by)
            changed += 1
    return changed


async def recuse(
    session: AsyncSession, caller: Caller, task_id: uuid.UUID, body: RecusalIn, today: date
) -> InspectionTask:
    """An inspector leaves his own task; the next one in the order of the draw takes his place."""
    task = await _mine(session, caller, task_id)
    leaving = await queries.assignment(session, task.id, caller.subject)
    if leaving is None:
        raise TaskUnknown
    leave = Leave(LeaveBy.INSPECTOR, body.ground, body.reason, today)
    return await _replaced(session, caller, task, leaving, leave)


async def replace(
    session: AsyncSession, caller: Caller, task_id: uuid.UUID, body: ReplacementIn, today: date
) -> InspectionTask:
    """A planner of the unit, or of one above it, replaces an inspector of a task."""
    task = await queries.find(session, task_id, lock=True)
    plan = await queries.plan_of(session, task) if task else None
    if task is None or plan is None or not caller.covers(plan.region):
        raise TaskUnknown
    by = LeaveBy.PLANNER if caller.region == plan.region else LeaveBy.SUPERIOR
    accounts = await draws.accounts(session, [body.certificate])
    leaving = await queries.assignment(session, task.id, accounts.get(body.certificate, ""))
    if leaving is None:
        raise TaskUnknown("该检查人员不在此任务中 / the inspector is not on this task")
    return await _replaced(session, caller, task, leaving, Leave(by, body.ground, body.reason, today))


async def _replaced(
    session: AsyncSession, caller: Caller, task: InspectionTask, leaving: InspectionAssignment, leave: Leave
) -> InspectionTask:
    rules.check_state(task.state, FindingState.ASSIGNED)
    made = await give_place(session, await queries.plan_of(session, task), task, leaving, leave)
    await _audit(
        session, caller, "inspection_task.inspector_replaced", task, out=leaving.certificate,
        substitute=made.certificate, ground=leave.ground, by=leave.by, number=leaving.ended_number, reason=leave.reason,
    )  # fmt: skip
    return task


async def shown(session: AsyncSession, tasks: Sequence[InspectionTask], today: date, *, english: bool) -> list[TaskOut]:
    """Tasks in the reader's language, with their inspectors."""
    by_task: dict[uuid.UUID, list[InspectorOnTask]] = defaultdict(list)
    for row, name in await queries.assignments(session, [task.id for task in tasks]):
        given = {"certificate": row.certificate, "ended_on": row.ended_on, "substitute": row.substitute}
        by_task[row.task_id].append(InspectorOnTask(name=name, **given))
    plans = await queries.plans(session, [task.plan_id for task in tasks])
    return [_shown(task, plans[task.plan_id], by_task[task.id], today, english=english) for task in tasks]


def _shown(
    task: InspectionTask, plan: InspectionPlan, people: list[InspectorOnTask], today: date, *, english: bool
) -> TaskOut:
    columns = {name: getattr(task, name) for name in TaskOut.model_fields if hasattr(task, name)}
    late = (task.state == FindingState.ASSIGNED and task.due_on < today) or (
        task.state == FindingState.REPORTED and task.publish_by is not None and task.publish_by < today
    )
    present = [one for one in people if one.ended_on is None]
    return TaskOut.model_validate(
        columns
        | {
            "state_label": STATE_LABELS[FindingState(task.state)][english],
            "result_label": RESULT_LABELS[Result(task.result)][english] if task.result else None,
            "is_overdue": late,
            "is_understaffed": task.state == FindingState.ASSIGNED and len(present) < plan.inspectors_each,
            "inspectors": people,
        }
    )


async def coverage(session: AsyncSession, region: str, year: int) -> CoverageOut:
    """The figures of a year: of a region, the regions right below it, and by class. 404 for an unknown region."""
    if not regions.is_known(region):
        raise RegionUnknown
    sizes = await _sizes(session, region, year)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    below = {child.code for child in regions.children(region)}
    for county, stratum, *counts in await queries.figures(session, region, year):
        child = _step(county, below)
        wholes = (("whole", region), ("region", child or region))
        for key in wholes if stratum is None else (("class", stratum),):
            sums[key] = [a + b for a, b in zip(sums[key], counts, strict=True)]
    law = law_on(date(year, 12, 31))
    return CoverageOut(
        definition=DEFINITION,
        year=year,
        floor=law.least_ratio,
        basis=law.basis,
        whole=_row(("whole", region), regions.name(region), sums, sizes),
        regions=[
            _row(("region", code), regions.name(code), sums, sizes)
            for code in sorted(below) if ("region", code) in sums or ("region", code) in sizes
        ],
        classes=[_row(("class", name), CLASS_LABELS[name][0], sums, sizes) for name in RiskClass],
    )  # fmt: skip


def _step(county: str, below: set[str]) -> str | None:
    return next((step for step in (county[:2] + "0000", county[:4] + "00", county) if step in below), None)


async def _sizes(session: AsyncSession, region: str, year: int) -> dict[tuple[str, str], int]:
    """How many entities there are, by the latest monthly classification of the year; by class for enough of them."""
    run = await risk.finished_in(session, year)
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    below = {child.code for child in regions.children(region)}
    figures = await risk.figures(session, run.month) if run else []
    for dimension, county, letter, number in figures:
        if dimension == "region" and regions.covers(region, county):
            of_class = [("class", letter)] if letter is not None else []
            for key in (("whole", region), ("region", _step(county, below) or region), *of_class):
                sizes[key] += number
    told = regions.prefix(region) in told_of(figures)
    return {key: size for key, size in sizes.items() if told or key[0] != "class"}


def _row(
    key: tuple[str, str], label: str, sums: dict[tuple[str, str], list[int]], sizes: dict[tuple[str, str], int]
) -> CoverageRow:
    drawn, inspected, published, found = sums.get(key, [0, 0, 0, 0])
    size = sizes.get(key)
    return CoverageRow(
        key=key[1], label=label, entities=size, drawn=drawn, inspected=inspected, published=published, found=found,
        share=drawn * WHOLE // size if size else None,
    )  # fmt: skip


async def _audit(session: AsyncSession, caller: Caller, action: str, task: InspectionTask, **after: object) -> None:
    await audit.record(
        session, caller, action=action, object_type="inspection_task", object_id=task.id,
        after={"number": task.number, "code": task.code, "state": task.state} | after,
    )  # fmt: skip
