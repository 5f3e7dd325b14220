"""Use cases of publication."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.clock import statutory_date
from shared.events.disclosure import ArticlePublishedV1, ArticleWithdrawnV1
from svc_disclosure.articles.models import Article, ArticleDecision
from svc_disclosure.articles.rules import Outcome, Status
from svc_disclosure.articles.service import Opened, note, reword
from svc_disclosure.columns import queries as columns
from svc_disclosure.columns.rules import Step
from svc_disclosure.publication import queries, rules
from svc_disclosure.publication.schemas import WithdrawalIn


async def publish(session: AsyncSession, opened: Opened, caller: Caller, now: datetime) -> Opened:
    """Makes an approved article public, gives it its index number, and says so."""
    rules.check_publishable(Status(opened.article.status), opened.due)
    await _make_public(session, opened.article, caller, now)
    return opened


async def _make_public(session: AsyncSession, article: Article, caller: Caller, now: datetime) -> None:
    day = statutory_date(now)
    serial = await queries.next_serial(session, article.region, day.year)
    article.index_number = rules.index_number(article.region, day.year, serial)
    before = {"status": article.status}
    article.status, article.published_at, article.published_on = Status.PUBLISHED.value, now, day
    await columns.note_publication(session, article.column_code, day)
    await session.flush()
    await outbox.publish(
        session,
        ArticlePublishedV1(
            article_id=article.id,
            column=article.column_code,
            title=article.title,
            index_number=article.index_number,
            published_on=day,
        ),
    )
    after = {"status": article.status, "index_number": article.index_number, "digest": article.digest}
    await note(session, caller, article, "article.published", before=before, after=after)


async def withdraw(session: AsyncSession, opened: Opened, caller: Caller, body: WithdrawalIn, now: datetime) -> Opened:
    """Takes a published article back. Text and index number stay, with a notice above and the reason."""
    article = opened.article
    rules.check_withdrawable(Status(article.status))
    article.status, article.withdrawn_at = Status.WITHDRAWN.value, now
    article.withdrawal_reason, article.withdrawal_notice = body.reason, body.notice
    await session.flush()
    event = ArticleWithdrawnV1(article_id=article.id, index_number=article.index_number or "", reason=body.reason)
    await outbox.publish(session, event)
    before, after = {"status": Status.PUBLISHED.value}, {"status": article.status, "notice": body.notice}
    await note(session, caller, article, "article.withdrawn", before=before, after=after, reason=body.reason)
    return opened


async def publish_fact(session: AsyncSession, article: Article, now: datetime) -> None:
    """Publishes at once what the law itself makes public. The secrecy review is on record with its basis, as made by
    the law; a fact that has an article already gets no second one."""
    if article.source_key is not None and await queries.source_is_published(session, article.source_key):
        return
    article.author_ids, article.revision = [audit.SYSTEM.subject], 1
    reword(article)
    article.decisions = [
        ArticleDecision(
            step=Step.SECRECY_REVIEW.value,
            outcome=Outcome.PASSED.value,
            decided_by=audit.SYSTEM.subject,
            digest=article.digest,
            basis=rules.REGISTRATION_BASIS,
            note=rules.AUTOMATIC_NOTE,
            automatic=True,
        )
    ]
    article.status = Status.APPROVED.value
    session.add(article)
    await session.flush()
    await _make_public(session, article, audit.SYSTEM, now)
