"""The way in for people who typed the address."""

from fastapi import APIRouter, Request, Response

from gateway.pages.render import page
from gateway.sessions.routes import current_session
from shared.auth import Public
from shared.db import SessionDep
from shared.http import TransactionRoute
from shared.problems import wants_english

router = APIRouter(include_in_schema=False, dependencies=[Public], route_class=TransactionRoute)


@router.get("/")
async def landing(request: Request, session: SessionDep) -> Response:
    """Says who is logged in, and where things are."""
    row = await current_session(request, session)
    answer = page("landing.html", english=wants_english(request), name=row.display_name if row else None)
    answer.headers["Cache-Control"] = "no-store" if row else "no-cache"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer
