"""The register of inspectors over HTTP: for planners, and for inspectors as far as it is about themselves."""

import uuid
from typing import Annotated

from fastapi import Path, Request, Response

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from svc_credit_registry.access import InspectionPlanner, Supervisor
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


@router.post("/inspectors", status_code=201, operation_id="enter_inspector", summary="检查人员入库 Enter an inspector")
async def enter_inspector(
    session: SessionDep, caller: InspectionPlanner, response: Response, body: InspectorIn
) -> InspectorOut:
    """A member of the planner's unit may be drawn from now on; 409 when account or certificate are entered already."""
    inspector = await service.enter(session, caller, body)
    response.headers["Location"] = f"/v1/inspectors/{inspector.id}"
    set_etag(response, inspector)
    return InspectorOut.model_validate(inspector)


@router.get("/inspectors", operation_id="list_inspectors", summary="检查人员名录库 The register of inspectors")
async def list_inspectors(
    session: SessionDep, caller: InspectionPlanner, paging: Paging, request: Request, response: Response
) -> Page[InspectorOut]:
    """The inspectors of the region of the planner's unit, by certificate."""
    found = await paginate(
        session, queries.within(caller.region or "000000"), keys=[Inspector.certificate.asc()],
        paging=paging, request=request, response=response,
    )  # fmt: skip
    return found.page([InspectorOut.model_validate(row) for row in found.rows])


@router.get("/inspectors/{inspector_id}", operation_id="get_inspector", summary="检查人员 One inspector")
async def get_inspector(
    session: SessionDep, caller: Supervisor, response: Response, inspector_id: InspectorId
) -> InspectorOut:
    """An inspector, for himself and his planners; 404 for others."""
    inspector = await service.visible(session, caller, inspector_id)
    set_etag(response, inspector)
    return InspectorOut.model_validate(inspector)


@router.patch("/inspectors/{inspector_id}", operation_id="edit_inspector", summary="检查人员出入库 Edit an inspector")
async def edit_inspector(
    session: SessionDep, caller: InspectionPlanner, response: Response, inspector_id: InspectorId, version: IfMatch,
    body: InspectorEdit,
) -> InspectorOut:  # fmt: skip
    """Takes an inspector into draws or leaves him out; 412 when somebody has edited him meanwhile."""
    inspector = await service.edit(session, caller, inspector_id, body.active, version)
    set_etag(response, inspector)
    return InspectorOut.model_validate(inspector)


@router.post(
    "/inspectors/{inspector_id}/relations",
    status_code=201,
    operation_id="declare_inspector_relation",
    summary="申报利害关系 Declare a relation to an enterprise",
)
async def declare_relation(
    session: SessionDep, caller: Supervisor, today: TodayDep, inspector_id: InspectorId, body: RelationIn
) -> RelationOut:
    """The inspector himself, or a planner, declares what ties him to an enterprise: he is never drawn for it."""
    return RelationOut.model_validate(await service.relate(session, caller, inspector_id, body, today))


@router.get(
    "/inspectors/{inspector_id}/relations",
    operation_id="list_inspector_relations",
    summary="利害关系 Declared relations",
)
async def list_relations(
    session: SessionDep, caller: Supervisor, inspector_id: InspectorId, paging: Paging, request: Request,
    response: Response,
) -> Page[RelationOut]:  # fmt: skip
    """What was declared about an inspector, the latest first; for himself and his planners."""
    inspector = await service.visible(session, caller, inspector_id)
    found = await paginate(
        session, queries.relations_of(inspector.id),
        keys=[InspectorRelation.declared_on.desc(), InspectorRelation.id.desc()],
        paging=paging, request=request, response=response,
    )  # fmt: skip
    return found.page([RelationOut.model_validate(row) for row in found.rows])


@router.post(
    "/inspector-relations/{relation_id}/end",
    operation_id="end_inspector_relation",
    summary="利害关系终止 A relation is over",
)
async def end_relation(
    session: SessionDep, caller: InspectionPlanner, today: TodayDep, relation_id: uuid.UUID
) -> RelationOut:
    """A planner notes that a relation is over; the row stays on file. 404 outside the region."""
    return RelationOut.model_validate(await service.end_relation(session, caller, relation_id, today))
