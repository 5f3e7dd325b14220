"""Enterprises by person, for staff."""

from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router
from svc_credit_registry.access import PeopleSearcher
from svc_credit_registry.discovery.people import service
from svc_credit_registry.discovery.people.schemas import PeopleFound, PeopleSearchIn, PersonHit
from svc_credit_registry.discovery.projection.service import ProjectionDep
from svc_credit_registry.discovery.search.routes import hit_out
from svc_credit_registry.discovery.search.service import Hit

router = Router(tags=["search"])


@router.post(
    "/v1/people-searches",
    operation_id="search_enterprises_by_person",
    summary="Enterprises of a legal representative or key person",
    openapi_extra=IDEMPOTENCY_NONE,
)
async def search_enterprises_by_person(
    projection: ProjectionDep, session: SessionDep, caller: PeopleSearcher, asked: PeopleSearchIn
) -> PeopleFound:
    """By the whole name, for a stated reason; each search is on the audit log. The public can't search by a person."""
    entries, count = await service.find(projection, session, caller, asked)
    items = [PersonHit(enterprise=hit_out(Hit(e, None)), roles=service.roles(e, asked.name)) for e in entries]
    return PeopleFound(items=items, count=count)
