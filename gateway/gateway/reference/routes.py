"""`/openapi.json` and `/docs`: the reference of all services for those who build on them."""

import orjson
from fastapi import APIRouter, Request, Response

from gateway.pages.render import page
from gateway.reference.service import Reference
from gateway.reference.view import groups_of
from shared.auth import Public
from shared.problems import wants_english

router = APIRouter(include_in_schema=False, dependencies=[Public])


@router.get("/openapi.json")
async def merged(request: Request) -> Response:
    """One OpenAPI document of all services."""
    document = await _document(request)
    return Response(orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The same for people, who can try each call. It can be read without a script; nothing is loaded from elsewhere."""
    document = await _document(request)
    english, groups = wants_english(request), groups_of(document)
    return page("reference.html", english=english, script=True, groups=groups, info=document["info"])


async def _document(request: Request) -> dict[str, object]:
    reference: Reference = request.app.state.reference
    return await reference.document(request.app.state.watch.came_back)
