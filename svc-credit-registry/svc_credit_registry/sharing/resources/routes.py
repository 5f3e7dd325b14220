"""HTTP of the catalogue of shared resources."""

from typing import Annotated

from fastapi import Path, Query

from shared.auth import Public
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import CatalogueKeeper, ResourceOfficer
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.exchange.service import requester_of
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
    reply: ReplyDep, paging: Paging, filters: Annotated[ResourceFilters, Query()]
) -> Page[ResourceOut]:
    """What is published, by code: producer, fields with types, how it is shared, how often it is renewed."""
    found = await reply.page_of(queries.listed(State.PUBLISHED, **filters.model_dump()), [Resource.code.asc()], paging)
    return found.page([service.shown(row, english=reply.english) for row in found.rows])


@router.get(
    "/resource-drafts", operation_id="list_resource_drafts", summary="待发布条目 Entries that wait to be published"
)
async def list_drafts(reply: ReplyDep, caller: CatalogueKeeper, paging: Paging) -> Page[ResourceOut]:
    """What producers have entered or changed, by code: for officers all, for a producer its own."""
    producer = None if service.is_officer(caller) else requester_of(caller)
    found = await reply.page_of(queries.listed(State.DRAFT, producer=producer), [Resource.code.asc()], paging)
    return found.page([service.shown(row, english=reply.english) for row in found.rows])


@router.get("/resources/{code}", operation_id="get_resource", summary="目录条目 One resource", dependencies=[Public])
async def get_resource(reply: ReplyDep, code: Code) -> ResourceOut:
    """An entry that is published, with its ETag; 404 for drafts and what was withdrawn."""
    resource = await service.published(reply.session, code)
    await reply.versioned(resource)
    return service.shown(resource, english=reply.english)


@router.post("/resources", operation_id="create_resource", summary="编制目录 Enter a resource", status_code=201)
async def create_resource(reply: ReplyDep, body: ResourceIn, caller: CatalogueKeeper) -> ResourceOut:
    """By an officer it is published at once, by its producer it is a draft until an officer publishes it."""
    resource = await service.create(reply.session, caller, body)
    reply.created(f"/v1/resources/{resource.code}")
    await reply.versioned(resource)
    return service.shown(resource, english=reply.english)


@router.patch("/resources/{code}", operation_id="edit_resource", summary="更新目录 Edit a resource")
async def edit_resource(
    reply: ReplyDep, code: Code, body: ResourceEdit, caller: CatalogueKeeper, version: IfMatch
) -> ResourceOut:
    """By an officer or the producer. Grants keep no field which the resource has no more."""
    resource = await service.edit(reply.session, caller, code, body, version)
    await reply.versioned(resource)
    return service.shown(resource, english=reply.english)


@router.post("/resources/{code}/publication", operation_id="publish_resource", summary="发布目录 Publish a draft")
async def publish_resource(reply: ReplyDep, code: Code, caller: ResourceOfficer, version: IfMatch) -> ResourceOut:
    """The entry is in the catalogue from now on."""
    resource = await service.publish(reply.session, caller, code, version)
    await reply.versioned(resource)
    return service.shown(resource, english=reply.english)


@router.post("/resources/{code}/withdrawal", operation_id="withdraw_resource", summary="撤销目录 Withdraw a resource")
async def withdraw_resource(
    reply: ReplyDep, code: Code, body: ResourceReasonIn, caller: CatalogueKeeper, version: IfMatch
) -> ResourceOut:
    """By an officer or the producer; nobody reads its data any more, with or without a grant."""
    resource = await service.withdraw(reply.session, caller, code, version, body.reason)
    await reply.versioned(resource)
    return service.shown(resource, english=reply.english)
