"""HTTP of publication."""

from shared.clock import NowDep
from shared.http import Router
from svc_disclosure.access import Approver, Editor
from svc_disclosure.articles.routes import ActDep, ReplyDep
from svc_disclosure.articles.schemas import ArticleOut
from svc_disclosure.publication import service
from svc_disclosure.publication.schemas import WithdrawalIn

router = Router(prefix="/v1/articles", tags=["articles"])


@router.post("/{article_id}/publication", summary="Publish an approved article")
async def publish_article(caller: Editor, act: ActDep, now: NowDep, reply: ReplyDep) -> ArticleOut:
    """Gives the article its permanent index number; from now on everyone can read it."""
    opened = await act.open(caller)
    await service.publish(act.session, opened, caller, now)
    return reply.article(opened, caller)


@router.post("/{article_id}/withdrawal", summary="Withdraw a published article")
async def withdraw_article(
    body: WithdrawalIn, caller: Approver, act: ActDep, now: NowDep, reply: ReplyDep
) -> ArticleOut:
    """The text stays readable under its index number, with the notice and the reason."""
    opened = await act.open(caller)
    await service.withdraw(act.session, opened, caller, body, now)
    return reply.article(opened, caller)
