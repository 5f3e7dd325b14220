"""Random inspections over HTTP: plans and draws for everybody, their steps for planners."""

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import MaybeCaller, Public
from shared.clock import NowDep
from shared.db import SessionDep, Sessions
from shared.http import IfMatch, Page, Paging, Router
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, InspectionPlanner
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.inspections import queries, service
from svc_credit_registry.supervision.inspections.errors import PlanUnknown
from svc_credit_registry.supervision.inspections.models import InspectionPlan
from svc_credit_registry.supervision.inspections.schemas import (
    CancellationIn,
    DrawIn,
    DrawnOut,
    DrawOut,
    OpeningOut,
    PlanEdit,
    PlanIn,
    PlanOut,
)
from svc_credit_registry.supervision.risk.rules import MATTER

router = Router(prefix="/v1", tags=["inspections"])
RegionQuery = Annotated[str | None, Query(pattern=r"^\d{6}$", description="GB/T 2260: this region and all below it")]
YearQuery = Annotated[int | None, Query(ge=2014, le=2199, description="Year in which the period begins")]
KEYS: list[SQLColumnExpression[Any]] = [InspectionPlan.period_from.desc(), InspectionPlan.id.desc()]
LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "One line each, sorted"}}


async def _answer(reply: Reply, plan: InspectionPlan) -> PlanOut:
    await reply.versioned(plan)
    return service.shown(plan, english=reply.english)


@router.post(
    "/inspection-plans", status_code=201, operation_id="create_inspection_plan",
    summary="拟定抽查计划 Draft a plan of random inspections",
)  # fmt: skip
async def create_plan(caller: InspectionPlanner, reply: ReplyDep, body: PlanIn) -> PlanOut:
    """A draft of the planner's unit. 422 with each rule it breaks: a ratio below the statutory floor, a lower ratio for
    a higher risk, fewer than two inspectors, a pool beyond the unit's region.
    """
    plan = await service.create(reply.session, caller, body, reply.today)
    reply.created(f"/v1/inspection-plans/{plan.id}")
    return await _answer(reply, plan)


@router.get(
    "/inspection-plans", operation_id="list_inspection_plans",
    summary="抽查计划公示 Plans of random inspections", dependencies=[Public],
)  # fmt: skip
async def list_plans(
    reply: ReplyDep, paging: Paging, region: RegionQuery = None, year: YearQuery = None
) -> Page[PlanOut]:
    """The published plans, the latest period first; cancelled ones stay with their reason."""
    found = await reply.page_of(queries.public(region, year), KEYS, paging)
    return found.page([service.shown(plan, english=reply.english) for plan in found.rows])


@router.get(
    "/me/inspection-plans", operation_id="list_unit_inspection_plans",
    summary="本辖区抽查计划 Plans of the unit's region, drafts too",
)  # fmt: skip
async def list_unit_plans(
    reply: ReplyDep, caller: InspectionPlanner, paging: Paging, year: YearQuery = None
) -> Page[PlanOut]:
    """What the planner's unit and those below it plan, the latest period first."""
    statement = queries.seen_by(caller.region or "000000", None, year)
    found = await reply.page_of(statement, KEYS, paging)
    return found.page([service.shown(plan, english=reply.english) for plan in found.rows])


@router.get(
    "/inspection-plans/{plan_id}", operation_id="get_inspection_plan", summary="抽查计划 One plan of random inspections"
)
async def get_plan(caller: MaybeCaller, reply: ReplyDep, plan_id: uuid.UUID) -> PlanOut:
    """A published plan for everybody; a draft for planners over its region, 404 for others."""
    return await _answer(reply, await service.visible(reply.session, caller, plan_id))


@router.put("/inspection-plans/{plan_id}", operation_id="edit_inspection_plan", summary="修改抽查计划 Edit a draft")
async def edit_plan(
    caller: InspectionPlanner, reply: ReplyDep, plan_id: uuid.UUID,
    version: IfMatch, body: PlanEdit,
) -> PlanOut:  # fmt: skip
    """Replaces a draft; 409 for a plan that is public, 412 when somebody has edited it meanwhile."""
    return await _answer(reply, await service.edit(reply.session, caller, (plan_id, version), body, reply.today))


@router.post(
    "/inspection-plans/{plan_id}/publication", operation_id="publish_inspection_plan",
    summary="公布抽查计划 Make a plan public",
)  # fmt: skip
async def publish_plan(
    caller: InspectionPlanner, reply: ReplyDep,
    plan_id: uuid.UUID,
) -> PlanOut:  # fmt: skip
    """Everybody sees the plan from now on, and nobody edits it any more."""
    return await _answer(reply, await service.publish(reply.session, caller, plan_id, reply.today))


@router.post(
    "/inspection-plans/{plan_id}/cancellation", operation_id="cancel_inspection_plan",
    summary="作废抽查计划 Cancel a plan before its draw",
)  # fmt: skip
async def cancel_plan(
    caller: InspectionPlanner, reply: ReplyDep, plan_id: uuid.UUID,
    body: CancellationIn,
) -> PlanOut:  # fmt: skip
    """Ends a plan; it stays public with the reason. 409 once drawn: a draw is never taken back."""
    return await _answer(reply, await service.cancel(reply.session, caller, plan_id, body.reason))


@router.post(
    "/inspection-plans/{plan_id}/freeze", operation_id="freeze_inspection_plan",
    summary="锁定名录库 Freeze the pools and commit to a seed",
)  # fmt: skip
async def freeze_plan(
    caller: InspectionPlanner, now: NowDep, reply: ReplyDep,
    plan_id: uuid.UUID,
) -> PlanOut:  # fmt: skip
    """Fixes the pool of entities with their classes and the pool of inspectors, publishes their digests and the SHA-256
    of a fresh random seed. 409 when a pool is too small to draw from.
    """
    return await _answer(reply, await service.freeze(reply.session, caller, plan_id, now))


@router.post(
    "/inspection-plans/{plan_id}/draw", operation_id="draw_inspection_plan",
    summary="随机抽取 Draw entities and inspectors",
)  # fmt: skip
async def draw_plan(
    caller: InspectionPlanner, now: NowDep, reply: ReplyDep,
    plan_id: uuid.UUID, body: DrawIn,
) -> PlanOut:  # fmt: skip
    """Draws by the committed seed and the announced public entropy, publishes the seed, and gives out the tasks.

    422 when the entropy does not fit the announcement, or comes before its day.
    """
    return await _answer(reply, await service.draw(reply.session, caller, plan_id, body.entropy, now))


@router.get(
    "/inspection-plans/{plan_id}/draw", operation_id="get_inspection_draw",
    summary="抽取结果公示 The draw, enough to repeat it", response_model=DrawOut,
)  # fmt: skip
async def get_draw(
    session: SessionDep, runtime: RuntimeDep, caller: MaybeCaller, plan_id: uuid.UUID
) -> StreamingResponse:
    """Before the draw the commitment and the digests, after it the seed and who was drawn; 404 before the freeze."""
    draw = await service.published_draw(session, await service.visible(session, caller, plan_id))
    drawn = service.drawn(runtime.sessions, plan_id, draw)
    return StreamingResponse(_whole(draw, drawn), media_type="application/json")


async def _whole(draw: DrawOut, drawn: AsyncIterator[list[DrawnOut]]) -> AsyncIterator[str]:
    """The JSON of a draw while the drawn are read: of a nation's they are too many to be held for whoever asks."""
    yield draw.model_dump_json(exclude={"drawn"})[:-1] + ',"drawn":['
    between = ""
    async for batch in drawn:
        if batch:
            yield between + ",".join(one.model_dump_json() for one in batch)
            between = ","
    yield "]}"


@router.get(
    "/inspection-plans/{plan_id}/pool/tokens", operation_id="get_inspection_pool_tokens",
    summary="名录库(脱敏) The frozen pool, by token and class", response_class=StreamingResponse, responses=LINES,
    dependencies=[Public],
)  # fmt: skip
async def get_tokens(session: SessionDep, runtime: RuntimeDep, plan_id: uuid.UUID) -> StreamingResponse:
    """`token,class` a line; its SHA-256 is `tokens_sha256` of the draw. Tokens hide which entity has which class."""
    return await _lines(session, runtime.sessions, plan_id, queries.token_lines)


@router.get(
    "/inspection-plans/{plan_id}/pool/codes", operation_id="get_inspection_pool_codes",
    summary="名录库 The codes in the frozen pool", response_class=StreamingResponse, responses=LINES,
    dependencies=[Public],
)  # fmt: skip
async def get_codes(session: SessionDep, runtime: RuntimeDep, plan_id: uuid.UUID) -> StreamingResponse:
    """A credit code a line; its SHA-256 is `codes_sha256` of the draw."""
    return await _lines(session, runtime.sessions, plan_id, queries.code_lines)


async def _lines(
    session: AsyncSession, sessions: Sessions, plan_id: uuid.UUID,
    lines: Callable[[Sessions, uuid.UUID], AsyncIterator[str]],
) -> StreamingResponse:  # fmt: skip
    plan = await service.visible(session, None, plan_id)
    if await queries.draw_of(session, plan.id) is None:
        raise PlanUnknown
    return StreamingResponse(lines(sessions, plan_id), media_type="text/plain; charset=utf-8")


@router.get(
    "/enterprises/{code}/inspection-openings", operation_id="list_inspection_openings",
    summary="本企业在名录库中的位置 An enterprise's own tokens",
)  # fmt: skip
async def list_openings(
    session: SessionDep, caller: AnyCaller, code: Annotated[str, Path(max_length=40)]
) -> list[OpeningOut]:
    """The salt and token of an enterprise in each pool, for those who act for it, agents with a mandate for credit
    repair: it finds itself in the published file, and sees that it was in the draw, in its class, once. 404 for others.
    """
    enterprise = await enterprises.find(session, code)
    if not caller.acts_for(enterprise.code, MATTER):
        raise PlanUnknown
    return await service.openings(session, enterprise.code)
