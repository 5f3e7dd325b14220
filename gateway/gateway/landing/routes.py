"""Pages for people: the way in, the search, how the services stand. They need no script."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.access import visitor_of
from gateway.errors import SessionExpired
from gateway.hub import queues, search, service
from gateway.hub.announcements import Board
from gateway.hub.schemas import MyItems, MyQueues
from gateway.hub.status import SHOWN_DAYS, Watch
from gateway.landing.words import SERVICES, STATES
from gateway.pages.render import page
from gateway.sessions.routes import current_session
from shared.auth import Public
from shared.db import SessionDep
from shared.errors import Unauthenticated
from shared.http import TransactionRoute
from shared.problems import wants_english

router = APIRouter(include_in_schema=False, dependencies=[Public], route_class=TransactionRoute)

SHOWN_ITEMS = 5
SHOWN_ANNOUNCEMENTS = 8
SHOWN_HITS = 10
LONGEST_QUERY = 100


@router.get("/")
async def landing(request: Request, session: SessionDep) -> Response:
    """Who is logged in, his cases, what is announced, and where things are."""
    english = wants_english(request)
    row = await current_session(request, session)
    board: Board = request.app.state.board
    (items, waiting), announced = await asyncio.gather(
        _own(request, english=english) if row else _nothing(), board.latest(None, SHOWN_ANNOUNCEMENTS, english=english)
    )
    answer = page(
        "landing.html",
        english=english,
        name=row.display_name if row else None,
        items=items,
        waiting=waiting,
        announced=announced,
        services=SERVICES,
    )
    answer.headers["Cache-Control"] = "no-store" if row else "no-cache"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


async def _own(request: Request, *, english: bool) -> tuple[MyItems | None, MyQueues | None]:
    """The newest cases of whoever is logged in, and what waits for him; nothing when the session has just ended."""
    try:
        visitor = await visitor_of(request)
        if visitor is None:
            return None, None
        items = service.items_of(request, visitor, SHOWN_ITEMS, None)
        return await asyncio.gather(items, queues.queues_of(request, visitor, english=english))
    except (SessionExpired, Unauthenticated):
        return None, None


async def _nothing() -> tuple[None, None]:
    return None, None


@router.get("/search")
async def search_page(request: Request, q: Annotated[str, Query()] = "") -> Response:
    """What all services find, in sections; a form without a search."""
    english = wants_english(request)
    q = " ".join(q.split())[:LONGEST_QUERY]
    result = await search.search(request, q, SHOWN_HITS, english=english) if len(q) > 1 else None
    return page("search.html", english=english, q=q, result=result)


@router.get("/status")
async def status_page(request: Request) -> Response:
    """How each service stands, since when, and what went wrong lately."""
    watch: Watch = request.app.state.watch
    told = await watch.history()
    english = wants_english(request)
    return page("status.html", english=english, told=told, services=SERVICES, states=STATES, days=SHOWN_DAYS)
