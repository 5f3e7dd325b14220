"""`/api/hub/v1`: what spans the services. It degrades when one is down, and says so."""

from typing import Annotated

from fastapi import Query, Request, Response

from gateway.access import AnyVisitor, Operator
from gateway.hub import queues, search, service
from gateway.hub.announcements import Board
from gateway.hub.schemas import Announcements, MyItems, MyQueues, PlatformLedger, PlatformStatus, SearchResult
from gateway.hub.status import Watch
from shared import operations
from shared.auth import Public
from shared.db import SessionDep
from shared.http import Router
from shared.problems import wants_english
from shared.runtime import RuntimeDep

router = Router(prefix="/api/hub/v1", tags=["hub"])

PRIVATE = "private, no-store"
BY_LANGUAGE = "Accept-Language"

Q = Annotated[str, Query(min_length=2, max_length=100, pattern=r"\S", description="What is looked for")]
Few = Annotated[int, Query(ge=1, le=50)]
ColumnCode = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9-]+$", description="Code of the column")]


@router.get("/items", operation_id="hub_items")
async def list_items(
    caller: AnyVisitor,
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before")] = None,
) -> MyItems:
    """All cases of the caller from all services, with state, due date and next action.

    Each page holds an equal part of every service that has more, the latest change first.
    """
    response.headers["Cache-Control"] = PRIVATE
    return await service.items_of(request, caller, limit, cursor)


@router.get("/queues", operation_id="hub_queues")
async def list_queues(caller: AnyVisitor, request: Request, response: Response) -> MyQueues:
    """How much waits for the caller as a member of staff, by queue; nothing for anyone else."""
    response.headers["Cache-Control"] = PRIVATE
    return await queues.queues_of(request, caller, english=wants_english(request))


@router.get("/search", dependencies=[Public], operation_id="hub_search")
async def search_all(request: Request, response: Response, q: Q, limit: Few = 10) -> SearchResult:
    """Searches enterprises, matters and articles at once; a service that is down leaves its section empty."""
    response.headers["Cache-Control"] = "public, max-age=10"
    response.headers["Vary"] = BY_LANGUAGE
    return await search.search(request, q.strip(), limit, english=wants_english(request))


@router.get("/announcements", dependencies=[Public], operation_id="hub_announcements")
async def list_announcements(
    request: Request, response: Response, column: ColumnCode = None, limit: Few = 20
) -> Announcements:
    """The newest articles of all columns or of one; read again every 20 s."""
    board: Board = request.app.state.board
    response.headers["Cache-Control"] = "public, max-age=10"
    response.headers["Vary"] = BY_LANGUAGE
    return await board.latest(column, limit, english=wants_english(request))


@router.get("/status", dependencies=[Public], operation_id="hub_status")
async def show_status(request: Request, response: Response) -> PlatformStatus:
    """How each service stands, asked every 5 s, and the incidents of the last 14 days. For people: `/status`."""
    watch: Watch = request.app.state.watch
    response.headers["Cache-Control"] = "public, max-age=5"
    return await watch.history()


@router.get("/ledger", operation_id="hub_ledger")
async def show_ledger(
    caller: Operator, request: Request, response: Response, session: SessionDep, runtime: RuntimeDep
) -> PlatformLedger:
    """The books of all services and of the gateway: events recorded and applied, dead letters, audit chains."""
    response.headers["Cache-Control"] = PRIVATE
    own = await operations.show_ledger(caller, session, runtime, request)
    return await service.ledger_of(request, caller, own.model_dump(mode="json"))
