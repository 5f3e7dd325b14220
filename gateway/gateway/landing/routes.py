"""Pages for people: the way in, the search, how the services stand. They need no script."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.access import visitor_of
from gateway.errors import SessionExpired
from gateway.hub import search, service
from gateway.hub.announcements import Board
from gateway.hub.schemas import MyItems
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
    items, announced = await asyncio.gather(
        _items(request) if row else _nothing(), board.latest(None, SHOWN_ANNOUNCEMENTS, english=english)
    )
    answer = page(
        "landing.html",
        english=english,
        name=row.display_name if row else None,
        items=items,
        announced=announced,
        services=SERVICES,
    )
    answer.headers["Cache-Control"] = "no-store" if row else "no-cache"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


async def _items(request: Request) -> MyItems | None:
    """The newest cases of whoever is logged in; None when the session has just ended."""
    try:
        visitor = await visitor_of(request)
        return await service.items_of(request, visitor, SHOWN_ITEMS, None) if visitor else None
    except (SessionExpired, Unauthenticated):
        return None


async def _nothing() -> None:
    return None


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
