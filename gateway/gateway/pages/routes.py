"""The landing page and the style sheet."""

from importlib.resources import files

from fastapi import APIRouter, Request, Response

from gateway.pages.render import page
from shared.auth import Public
from shared.problems import wants_english

router = APIRouter(include_in_schema=False, dependencies=[Public])

STYLE = files("gateway.pages").joinpath("pages.css").read_bytes()


@router.get("/")
async def landing(request: Request) -> Response:
    """The way in for people who typed the address."""
    return page("landing.html", english=wants_english(request))


@router.get("/assets/pages.css")
async def style() -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
