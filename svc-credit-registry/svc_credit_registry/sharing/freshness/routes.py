"""HTTP of freshness."""

from datetime import timedelta

from shared.auth import Public
from shared.clock import NowDep
from shared.http import Router, cached
from shared.runtime import RuntimeDep
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.freshness import service
from svc_credit_registry.sharing.freshness.schemas import FeedsOut

router = Router(prefix="/v1", tags=["exchange"])


@router.get(
    "/feeds", operation_id="list_feeds", summary="时效公示 Lag and freshness of every feed", dependencies=[Public]
)
async def list_feeds(reply: ReplyDep, now: NowDep, runtime: RuntimeDep) -> FeedsOut:
    """When the newest record came, how old that is against the update cycle, and what waits: a silent feed is seen."""
    reply.response.headers.update(cached("feeds", by_language=True, brief=True))  # each asks for every feed
    settings = runtime.settings
    assert isinstance(settings, Settings)
    every = timedelta(hours=settings.snapshot_every_hours)
    return await service.feeds(reply.session, now, every, english=reply.english)
