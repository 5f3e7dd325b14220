"""HTTP of articles."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy import ColumnElement

from shared.auth import Caller
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.deadlines import DeadlinesOut
from shared.http import IfMatch, Page, Paging, Router, cached, not_modified, paginate, set_etag, view_etag
from shared.problems import wants_english
from svc_disclosure.access import AnyCaller, Approver, Editor, Leader, MaybeCaller, Public, Reviewer
from svc_disclosure.articles import queries, service
from svc_disclosure.articles.models import Article
from svc_disclosure.articles.schemas import (
    ApprovalIn,
    ArticleFilters,
    ArticleIn,
    ArticleOut,
    ArticlePatch,
    ArticleSummary,
    SecrecyReviewIn,
)
from svc_disclosure.columns.rules import Step

router = Router(prefix="/v1/articles", tags=["articles"])

Filters = Annotated[ArticleFilters, Query()]


@dataclass(frozen=True)
class Act:
    """An act on one article, in the version that its If-Match names."""

    article_id: uuid.UUID
    version: IfMatch
    session: SessionDep

    async def open(self, caller: Caller) -> service.Opened:
        """The article, locked for the caller."""
        return await service.open_for_work(self.session, self.article_id, caller, self.version)


@dataclass(frozen=True)
class Reply:
    """How an article goes out: with its ETag, in the caller's language."""

    request: Request
    response: Response

    def article(self, opened: service.Opened, caller: Caller | None) -> ArticleOut:
        """The article as the caller may see it."""
        set_etag(self.response, opened.article)
        return service.show(opened, caller, english=wants_english(self.request))


ActDep = Annotated[Act, Depends(Act)]
ReplyDep = Annotated[Reply, Depends(Reply)]


@router.get("", dependencies=[Public], summary="Published articles, the newest first")
async def list_articles(
    session: SessionDep, filters: Filters, paging: Paging, request: Request, response: Response
) -> Page[ArticleSummary]:
    """What is public now; withdrawn articles are not in lists, but stay readable at their address."""
    keys: list[ColumnElement[Any]] = [Article.published_at.desc(), Article.id.desc()]
    statement = queries.published(**filters.model_dump())
    found = await paginate(session, statement, keys=keys, paging=paging, request=request, response=response)
    english = wants_english(request)
    response.headers.update(cached("articles", by_language=True))
    return found.page([service.summary_of(article, english=english) for article in found.rows])


@router.get("/queue", summary="Articles on their way to publication, for the staff of the unit")
async def list_open(
    caller: AnyCaller, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[ArticleOut]:
    """Drafts and articles in approval of the caller's unit, the oldest first, each with the step that is due."""
    service.check_staff(caller)
    keys: list[ColumnElement[Any]] = [Article.created_at.asc(), Article.id.asc()]
    statement = queries.open_in(caller.unit or "")
    found = await paginate(session, statement, keys=keys, paging=paging, request=request, response=response)
    opened = await service.with_columns(session, found.rows)
    english = wants_english(request)
    return found.page([service.show(one, caller, english=english) for one in opened])


@router.get("/{article_id}", summary="One article", responses={304: {"description": "Unchanged", "model": None}})
async def read_article(article_id: uuid.UUID, caller: MaybeCaller, session: SessionDep, reply: ReplyDep) -> ArticleOut:
    """A public article to everyone, a withdrawn one with its notice; a draft to its unit only."""
    opened = await service.read(session, article_id, caller)
    shown = service.show(opened, caller, english=wants_english(reply.request))
    headers = {"ETag": view_etag(opened.article, shown), "Vary": "Authorization, Accept-Language"}
    if caller is None:
        headers = cached(f"article:{article_id}") | headers
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    reply.response.headers.update(headers)
    return shown


@router.get("/{article_id}/deadlines", summary="By when it had to be public, and why")
async def show_deadlines(
    article_id: uuid.UUID,
    caller: MaybeCaller,
    session: SessionDep,
    today: TodayDep,
    request: Request,
    explain: Annotated[bool, Query(description="Give every day counted or skipped")] = False,
) -> DeadlinesOut:
    """The statutory term of publication on the agency's own initiative; empty before the Regulations were in force."""
    opened = await service.read(session, article_id, caller)
    return service.deadlines(opened.article, today, explain=explain, english=wants_english(request))


@router.post("", status_code=201, summary="Write a draft")
async def write_draft(
    body: ArticleIn, caller: Editor, session: SessionDep, today: TodayDep, reply: ReplyDep
) -> ArticleOut:
    """A draft of the caller's unit; nobody outside it knows of it before it is published."""
    opened = await service.draft(session, caller, body, today)
    reply.response.headers["Location"] = f"/v1/articles/{opened.article.id}"
    return reply.article(opened, caller)


@router.patch("/{article_id}", summary="Change a draft")
async def edit_article(body: ArticlePatch, caller: Editor, act: ActDep, today: TodayDep, reply: ReplyDep) -> ArticleOut:
    """Any change voids review and approvals made so far; a published article is not edited."""
    opened = await act.open(caller)
    await service.edit(act.session, opened, caller, body, today)
    return reply.article(opened, caller)


@router.post("/{article_id}/secrecy-review", summary="Record the secrecy review")
async def review_secrecy(body: SecrecyReviewIn, caller: Reviewer, act: ActDep, reply: ReplyDep) -> ArticleOut:
    """Mandatory before any approval, by someone who did not write in the article."""
    opened = await act.open(caller)
    await service.review(act.session, opened, caller, body)
    return reply.article(opened, caller)


@router.post("/{article_id}/approval", summary="Approve the article or return it")
async def approve_article(body: ApprovalIn, caller: Approver, act: ActDep, reply: ReplyDep) -> ArticleOut:
    """Approves the very text of the version named in If-Match; a later edit voids it."""
    opened = await act.open(caller)
    await service.approve(act.session, opened, caller, Step.APPROVAL, body)
    return reply.article(opened, caller)


@router.post("/{article_id}/leader-approval", summary="Approve a sensitive article as leader")
async def approve_as_leader(body: ApprovalIn, caller: Leader, act: ActDep, reply: ReplyDep) -> ArticleOut:
    """What is sensitive for the whole system needs this beside the unit's approval, by another person."""
    opened = await act.open(caller)
    await service.approve(act.session, opened, caller, Step.LEADER_APPROVAL, body)
    return reply.article(opened, caller)
