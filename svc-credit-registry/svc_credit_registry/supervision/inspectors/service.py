"""Keeping the register of inspectors and what they declare."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.http import check_version
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.supervision.inspectors import queries
from svc_credit_registry.supervision.inspectors.errors import InspectorTaken, InspectorUnknown
from svc_credit_registry.supervision.inspectors.models import Inspector, InspectorRelation
from svc_credit_registry.supervision.inspectors.rules import REGISTER_BASIS
from svc_credit_registry.supervision.inspectors.schemas import InspectorIn, RelationIn

PLAN = "credit-registry:inspections:plan"


async def enter(session: AsyncSession, caller: Caller, body: InspectorIn) -> Inspector:
    """Enters a member of the planner's own unit; 409 when account or certificate stand there already."""
    if await queries.taken(session, body.id, body.certificate):
        raise InspectorTaken
    inspector = Inspector(**body.model_dump(), unit=caller.unit or "", region=caller.region or "")
    session.add(inspector)
    await session.flush()
    await _audit(session, caller, "inspector.entered", inspector.id, {"certificate": inspector.certificate})
    return inspector


async def edit(session: AsyncSession, caller: Caller, inspector_id: str, active: bool, version: int) -> Inspector:
    """Takes an inspector of the planner's region into draws or leaves him out."""
    inspector = await queries.find(session, inspector_id)
    if inspector is None or not caller.covers(inspector.region):
        raise InspectorUnknown
    check_version(inspector, version)
    inspector.active = active
    await session.flush()
    await _audit(session, caller, "inspector.edited", inspector.id, {"active": active})
    return inspector


async def relate(
    session: AsyncSession, caller: Caller, inspector_id: str, body: RelationIn, today: date
) -> InspectorRelation:
    """Declares a relation to an enterprise of the register; from now on the inspector is kept away from it."""
    inspector = await visible(session, caller, inspector_id)
    enterprise = await enterprises.find(session, body.code)
    relation = InspectorRelation(
        inspector_id=inspector.id, code=enterprise.code, kind=body.kind, note=body.note,
        declared_by=caller.subject, declared_on=today, ended_on=None,
    )  # fmt: skip
    session.add(relation)
    await session.flush()
    await _audit(session, caller, "inspector.related", inspector.id, {"code": relation.code, "kind": relation.kind})
    return relation


async def end_relation(session: AsyncSession, caller: Caller, relation_id: uuid.UUID, today: date) -> InspectorRelation:
    """A planner over the inspector notes that a relation is over; it stays on file with its last day."""
    relation = await session.get(InspectorRelation, relation_id, with_for_update=True)
    inspector = await queries.find(session, relation.inspector_id) if relation else None
    if relation is None or inspector is None or not caller.covers(inspector.region):
        raise InspectorUnknown
    relation.ended_on = relation.ended_on or today
    await session.flush()
    await _audit(session, caller, "inspector.relation_ended", inspector.id, {"code": relation.code})
    return relation


async def visible(session: AsyncSession, caller: Caller, inspector_id: str) -> Inspector:
    """An inspector, for himself and for planners over his region; 404 for others."""
    inspector = await queries.find(session, inspector_id)
    if inspector is None:
        raise InspectorUnknown
    if caller.subject != inspector.id and not (caller.has(PLAN) and caller.covers(inspector.region)):
        raise InspectorUnknown
    return inspector


async def _audit(
    session: AsyncSession, caller: Caller, action: str, inspector_id: str, after: dict[str, object]
) -> None:
    await audit.record(
        session, caller, action=action, object_type="inspector", object_id=inspector_id, after=after,
        reason=REGISTER_BASIS,
    )  # fmt: skip
