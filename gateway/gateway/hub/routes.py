"""`/api/hub/v1`: what spans the services. It degrades when one is down, and says so."""

from typing import Annotated

from fastapi import Query, Request, Response

from gateway.access import AnyVisitor, Operator
from gateway.hub import service
from gateway.hub.schemas import MyItems, PlatformLedger, PlatformStatus
from gateway.hub.status import Watch
from shared.auth import Public
from shared.http import Router

router = Router(prefix="/api/hub/v1", tags=["hub"])

PRIVATE = "private, no-store"


@router.get("/items", operation_id="hub_items")
async def list_items(
    caller: AnyVisitor, request: Request, response: Response, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> MyItems:
    """All cases of the caller from all services, the latest change first, with state, due date and next action."""
    response.headers["Cache-Control"] = PRIVATE
    return await service.items_of(request, caller, limit)


@router.get("/status", dependencies=[Public], operation_id="hub_status")
async def show_status(request: Request, response: Response) -> PlatformStatus:
    """How each service stands; asked every 5 s."""
    watch: Watch = request.app.state.watch
    response.headers["Cache-Control"] = "public, max-age=5"
    return watch.status()


@router.get("/ledger", operation_id="hub_ledger")
async def show_ledger(caller: Operator, request: Request, response: Response) -> PlatformLedger:
    """The books of all services: events recorded and applied, dead letters, audit chains."""
    response.headers["Cache-Control"] = PRIVATE
    return await service.ledger_of(request, caller)
