"""The register of inspectors over HTTP: for planners, and for inspectors as far as it is about themselves."""

import uuid
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy import SQLColumnExpression

from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import InspectionPlanner, Supervisor
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.inspectors import queries, service
from svc_credit_registry.supervision.inspectors.models import Inspector, InspectorRelation
from svc_credit_registry.supervision.inspectors.schemas import (
    InspectorEdit,
    InspectorIn,
    InspectorOut,
    RelationIn,
    RelationOut,
)

router = Router(prefix="/v1", tags=["inspections"])
InspectorId = Annotated[str, Path(max_length=64, description="Account of the inspector")]


async def _answer(reply: Reply, inspector: Inspector) -> InspectorOut:
    await reply.versioned(inspector)
    return InspectorOut.model_validate(inspector)


@router.post("/inspectors", status_code=201, operation_id="enter_inspector", summary="检查人员入库 Enter an inspector")
async def enter_inspector(reply: ReplyDep, caller: InspectionPlanner, body: InspectorIn) -> InspectorOut:
    """A member of the planner's unit may be drawn from now on; 409 when account or certificate are entered already."""
    inspector = await service.enter(reply.session, caller, body)
    reply.created(f"/v1/inspectors/{inspector.id}")
    return await _answer(reply, inspector)


@router.get("/inspectors", operation_id="list_inspectors", summary="检查人员名录库 The register of inspectors")
async def list_inspectors(reply: ReplyDep, caller: InspectionPlanner, paging: Paging) -> Page[InspectorOut]:
    """The inspectors of the region of the planner's unit, by certificate."""
    found = await reply.page_of(queries.within(caller.region or "000000"), [Inspector.certificate.asc()], paging)
    return found.page([InspectorOut.model_validate(row) for row in found.rows])


@router.get("/inspectors/{inspector_id}", operation_id="get_inspector", summary="检查人员 One inspector")
async def get_inspector(reply: ReplyDep, caller: Supervisor, inspector_id: InspectorId) -> InspectorOut:
    """An inspector, for himself and his planners; 404 for others."""
    inspector = await service.visible(reply.session, caller, inspector_id)
    return await _answer(reply, inspector)


@router.patch("/inspectors/{inspector_id}", operation_id="edit_inspector", summary="检查人员出入库 Edit an inspector")
async def edit_inspector(
    reply: ReplyDep, caller: InspectionPlanner, inspector_id: InspectorId, version: IfMatch, body: InspectorEdit
) -> InspectorOut:
    """Takes an inspector into draws or leaves him out; 412 when somebody has edited him meanwhile."""
    inspector = await service.edit(reply.session, caller, inspector_id, body.active, version)
    return await _answer(reply, inspector)


@router.post(
    "/inspectors/{inspector_id}/relations",
    status_code=201,
    operation_id="declare_inspector_relation",
    summary="申报利害关系 Declare a relation to an enterprise",
)
async def declare_relation(
    reply: ReplyDep, caller: Supervisor, inspector_id: InspectorId, body: RelationIn
) -> RelationOut:
    """The inspector himself, or a planner, declares what ties him to an enterprise: he is never drawn for it."""
    return RelationOut.model_validate(await service.relate(reply.session, caller, inspector_id, body, reply.today))


@router.get(
    "/inspectors/{inspector_id}/relations",
    operation_id="list_inspector_relations",
    summary="利害关系 Declared relations",
)
async def list_relations(
    reply: ReplyDep, caller: Supervisor, inspector_id: InspectorId, paging: Paging
) -> Page[RelationOut]:
    """What was declared about an inspector, the latest first; for himself and his planners."""
    inspector = await service.visible(reply.session, caller, inspector_id)
    keys: list[SQLColumnExpression[Any]] = [InspectorRelation.declared_on.desc(), InspectorRelation.id.desc()]
    found = await reply.page_of(queries.relations_of(inspector.id), keys, paging)
    return found.page([RelationOut.model_validate(row) for row in found.rows])


@router.post(
    "/inspector-relations/{relation_id}/end",
    operation_id="end_inspector_relation",
    summary="利害关系终止 A relation is over",
)
async def end_relation(reply: ReplyDep, caller: InspectionPlanner, relation_id: uuid.UUID) -> RelationOut:
    """A planner notes that a relation is over; the row stays on file. 404 outside the region."""
    return RelationOut.model_validate(await service.end_relation(reply.session, caller, relation_id, reply.today))
