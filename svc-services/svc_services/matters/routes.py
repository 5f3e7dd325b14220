"""The catalogue of matters, open to everyone."""

import hashlib
from typing import Annotated

from fastapi import Query, Request, Response

from shared.auth import Public
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import Page, Paging, Router, cached, not_modified, paginate
from svc_services.matters import queries, service
from svc_services.matters.models import Matter
from svc_services.matters.schemas import MatterOut, MatterSummary

router = Router(prefix="/v1/matters", tags=["matters"], dependencies=[Public])

Q = Annotated[str | None, Query(max_length=100, description="Words of a name or keyword, Chinese or English")]
Region = Annotated[str | None, Query(pattern=r"^\d{6}$", description="Region (GB/T 2260) whose guide is asked for")]


@router.get("")
async def list_matters(
    session: SessionDep, today: TodayDep, paging: Paging, request: Request, response: Response, q: Q = None
) -> Page[MatterSummary]:
    """The matters in force today. All words of `q` must be found in a matter's names or keywords."""
    found = await paginate(
        session,
        queries.catalogue_on(today, q),
        keys=[Matter.code.asc()],
        paging=paging,
        request=request,
        response=response,
    )
    response.headers.update(cached("matters"))
    return found.page([MatterSummary.model_validate(row, from_attributes=True) for row in found.rows])


@router.get("/{code}", response_model=MatterOut, responses={304: {"description": "Unchanged since If-None-Match"}})
async def read_matter(
    code: str, session: SessionDep, today: TodayDep, request: Request, response: Response, region: Region = None
) -> MatterOut | Response:
    """The guide of a matter: basis, conditions, materials, procedure, time limit, fees, form."""
    matter = await service.guide_of(session, code, today, region)
    tag = f'"{hashlib.sha256(matter.model_dump_json().encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, **cached(f"matter:{code}")}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return matter
