"""HTTP of the catalogue of shared resources."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.auth import Public
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.problems import wants_english
from svc_credit_registry.access import CatalogueKeeper, ResourceOfficer
from svc_credit_registry.sharing.resources import queries, service
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import State
from svc_credit_registry.sharing.resources.schemas import (
    ResourceEdit,
    ResourceFilters,
    ResourceIn,
    ResourceOut,
    ResourceReasonIn,
)

router = Router(prefix="/v1", tags=["resources"])

Code = Annotated[str, Path(max_length=40, description="Code of the resource", examples=["CR-PENALTY"])]


@router.get(
    "/resources", operation_id="list_resources", summary="资源目录 The catalogue of resources", dependencies=[Public]
)
async def list_resources(
    session: SessionDep, paging: Paging, request: Request, response: Response,
    filters: Annotated[ResourceFilters, Query()],
) -> Page[ResourceOut]:  # fmt: skip
    """What is published, by code: producer, fields with types, how it is shared, how often it is renewed."""
    found = await paginate(
        session, queries.listed(State.PUBLISHED, **filters.model_dump()), keys=[Resource.code.asc()], paging=paging,
        request=request, response=response,
    )  # fmt: skip
    return found.page([service.shown(row, english=wants_english(request)) for row in found.rows])


@router.get(
    "/resource-drafts", operation_id="list_resource_drafts", summary="待发布条目 Entries that wait to be published"
)
async def list_drafts(
    _caller: ResourceOfficer, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[ResourceOut]:
    """What producers have entered or changed, by code."""
    found = await paginate(
        session, queries.listed(State.DRAFT), keys=[Resource.code.asc()], paging=paging, request=request,
        response=response,
    )  # fmt: skip
    return found.page([service.shown(row, english=wants_english(request)) for row in found.rows])


@router.get("/resources/{code}", operation_id="get_resource", summary="目录条目 One resource", dependencies=[Public])
async def get_resource(code: Code, session: SessionDep, request: Request, response: Response) -> ResourceOut:
    """An entry that is published, with its ETag; 404 for drafts and what was withdrawn."""
    resource = await service.published(session, code)
    set_etag(response, resource)
    return service.shown(resource, english=wants_english(request))


@router.post("/resources", operation_id="create_resource", summary="编制目录 Enter a resource", status_code=201)
async def create_resource(
    body: ResourceIn, caller: CatalogueKeeper, session: SessionDep, request: Request, response: Response
) -> ResourceOut:
    """By an officer it is published at once, by its producer it is a draft until an officer publishes it."""
    resource = await service.create(session, caller, body)
    response.headers["Location"] = f"/v1/resources/{resource.code}"
    set_etag(response, resource)
    return service.shown(resource, english=wants_english(request))


@router.patch("/resources/{code}", operation_id="edit_resource", summary="更新目录 Edit a resource")
async def edit_resource(
    code: Code, body: ResourceEdit, caller: CatalogueKeeper, session: SessionDep, version: IfMatch, response: Response
) -> ResourceOut:
    """By an officer or the producer. Grants keep no field which the resource has no more."""
    resource = await service.edit(session, caller, code, body, version)
    set_etag(response, resource)
    return service.shown(resource, english=False)


@router.post("/resources/{code}/publication", operation_id="publish_resource", summary="发布目录 Publish a draft")
async def publish_resource(
    code: Code, caller: ResourceOfficer, session: SessionDep, version: IfMatch, response: Response
) -> ResourceOut:
    """The entry is in the catalogue from now on."""
    resource = await service.publish(session, caller, code, version)
    set_etag(response, resource)
    return service.shown(resource, english=False)


@router.post("/resources/{code}/withdrawal", operation_id="withdraw_resource", summary="撤销目录 Withdraw a resource")
async def withdraw_resource(
    code: Code,
    body: ResourceReasonIn,
    caller: CatalogueKeeper,
    session: SessionDep,
    version: IfMatch,
    response: Response,
) -> ResourceOut:
    """By an officer or the producer; nobody reads its data any more, with or without a grant."""
    resource = await service.withdraw(session, caller, code, version, body.reason)
    set_etag(response, resource)
    return service.shown(resource, english=False)
