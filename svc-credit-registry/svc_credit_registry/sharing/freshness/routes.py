"""HTTP of freshness."""

from fastapi import Request, Response

from shared.auth import Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import Router
from shared.problems import wants_english
from svc_credit_registry.sharing.freshness import service
from svc_credit_registry.sharing.freshness.schemas import FeedsOut

CACHE = {"Cache-Control": "public, max-age=0, s-maxage=5", "Vary": "Accept-Language"}
"""Everybody may ask, and it asks the database for every feed: the gateway does so every five seconds at most."""

router = Router(prefix="/v1", tags=["exchange"])


@router.get(
    "/feeds", operation_id="list_feeds", summary="时效公示 Lag and freshness of every feed", dependencies=[Public]
)
async def list_feeds(session: SessionDep, now: NowDep, request: Request, response: Response) -> FeedsOut:
    """When the newest record came, how old that is against the update cycle, and what waits: a silent feed is seen."""
    response.headers.update(CACHE)
    return await service.feeds(session, now, english=wants_english(request))
