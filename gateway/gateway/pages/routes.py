"""What the pages are made of beside their text: a style sheet, and the script of the reference."""

from importlib.resources import files

from fastapi import APIRouter, Response

from shared.auth import Public

router = APIRouter(include_in_schema=False, dependencies=[Public])

STYLE = files("gateway.pages").joinpath("pages.css").read_bytes()
SCRIPT = files("gateway.pages").joinpath("try.js").read_bytes()
KEPT = {"Cache-Control": "public, max-age=3600"}


@router.get("/assets/pages.css")
async def style() -> Response:
    return Response(STYLE, media_type="text/css", headers=KEPT)


@router.get("/assets/try.js")
async def script() -> Response:
    return Response(SCRIPT, media_type="text/javascript", headers=KEPT)
