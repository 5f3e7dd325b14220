"""What was found, in numbers; and what somebody may have meant."""

from typing import Annotated

from fastapi import Query, Response

from shared.auth import Public
from shared.http import Router
from svc_credit_registry.discovery.facets import service
from svc_credit_registry.discovery.projection.service import ProjectionDep
from svc_credit_registry.discovery.search import service as search
from svc_credit_registry.discovery.search.routes import CACHE, WantedDep
from svc_credit_registry.discovery.search.rules import Filters, read_query
from svc_credit_registry.discovery.search.schemas import FacetsOut, Suggestions

router = Router(tags=["search"], dependencies=[Public])


@router.get("/v1/enterprises/facets", operation_id="count_enterprises", summary="What a search finds, in numbers")
async def count_enterprises(projection: ProjectionDep, response: Response, asked: WantedDep) -> FacetsOut:
    """Exact counts by status, region, industry, form, year and list, of all that the list would give. 503 `search_busy`
    while too many such questions wait.
    """
    view = projection.view
    response.headers.update(CACHE)
    return await projection.survey(lambda: service.facets(view, asked))


@router.get(
    "/v1/enterprises/suggestions", operation_id="suggest_enterprise_names", summary="What somebody may have meant"
)
async def suggest_enterprise_names(
    projection: ProjectionDep, response: Response, q: Annotated[str, Query(min_length=2, max_length=100)]
) -> Suggestions:
    """Texts one character off, or of the same sound, which names hold: offered, never searched for in place of `q`. 503
    `search_busy` while too many such questions wait.
    """
    asked = read_query(q, Filters())
    response.headers.update(CACHE)
    return Suggestions(items=await search.did_you_mean(projection, asked.text) if asked.text else [])
