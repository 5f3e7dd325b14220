"""HTTP of freshness."""

from shared.auth import Public
from shared.clock import NowDep
from shared.http import Router, cached
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.freshness import service
from svc_credit_registry.sharing.freshness.schemas import FeedsOut

router = Router(prefix="/v1", tags=["exchange"])


@router.get(
    "/feeds", operation_id="list_feeds", summary="时效公示 Lag and freshness of every feed", dependencies=[Public]
)
async def list_feeds(reply: ReplyDep, now: NowDep) -> FeedsOut:
    """When the newest record came, how old that is against the update cycle, and what waits: a silent feed is seen."""
    reply.response.headers.update(cached("feeds", by_language=True, brief=True))  # each asks for every feed
    return await service.feeds(reply.session, now, english=reply.english)
