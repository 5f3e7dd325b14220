"""`/openapi.json` and `/docs`: the reference of all services for those who build on them."""

from fastapi import APIRouter, Request, Response

from gateway.pages.render import framed
from gateway.reference.service import Edition, Reference
from shared.auth import Public
from shared.http import not_modified
from shared.problems import wants_english

router = APIRouter(include_in_schema=False, dependencies=[Public])


@router.get("/openapi.json")
async def merged(request: Request) -> Response:
    """One OpenAPI document of all services."""
    shown = (await _edition(request)).whole
    headers = {"Cache-Control": "no-cache", "ETag": shown.tag}
    if not_modified(request, shown.tag):
        return Response(status_code=304, headers=headers)
    return Response(shown.text, media_type="application/json", headers=headers)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The same for people, who can try each call. It can be read without a script; nothing is loaded from elsewhere."""
    shown = await (await _edition(request)).page(english=wants_english(request))
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language", "ETag": shown.tag}
    if not_modified(request, shown.tag):
        return Response(status_code=304, headers=headers)
    answer = framed(shown.text, script=True)
    answer.headers["ETag"] = shown.tag
    return answer


async def _edition(request: Request) -> Edition:
    reference: Reference = request.app.state.reference
    return await reference.edition(request.app.state.watch.came_back)
