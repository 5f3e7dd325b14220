"""The style sheet of the pages."""

from importlib.resources import files

from fastapi import APIRouter, Response

from shared.auth import Public

router = APIRouter(include_in_schema=False, dependencies=[Public])

STYLE = files("gateway.pages").joinpath("pages.css").read_bytes()


@router.get("/assets/pages.css")
async def style() -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
