"""Use cases of articles: load, ask the rules, change, record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from shared.errors import Forbidden
from shared.http import check_version
from svc_disclosure import access
from svc_disclosure.articles import errors, queries, rules
from svc_disclosure.articles.models import Article, ArticleDecision
from svc_disclosure.articles.rules import Outcome, Status
from svc_disclosure.articles.schemas import (
    ApprovalIn,
    ArticleIn,
    ArticleOut,
    ArticlePatch,
    ArticleSummary,
    DecisionOut,
    SecrecyReviewIn,
    WithdrawalOut,
    WorkOut,
)
from svc_disclosure.columns import service as columns
from svc_disclosure.columns.models import Column
from svc_disclosure.columns.rules import Step

CONTENT = ("column_code", "title", "summary", "body", "producer", "made_on", "sensitive")
WORKERS = frozenset({access.EDIT, access.REVIEW, access.APPROVE, access.LEAD})


@dataclass(frozen=True)
class Opened:
    """An article with its column and what stands of its decisions."""

    article: Article
    column: Column

    @property
    def standing(self) -> list[rules.Decision]:
        """The decisions that hold for the present text."""
        return rules.passed_steps([_decision(row) for row in self.article.decisions], self.article.digest)

    @property
    def needed(self) -> tuple[Step, ...]:
        """The decisions the article needs."""
        return columns.steps_needed(self.column, sensitive=self.article.sensitive)

    @property
    def due(self) -> Step | None:
        """The decision that is due now."""
        return rules.next_step(self.needed, self.standing)


@dataclass(frozen=True)
class Verdict:
    """A decision as someone makes it."""

    step: Step
    outcome: Outcome
    basis: str
    note: str


def _decision(row: ArticleDecision) -> rules.Decision:
    return rules.Decision(Step(row.step), Outcome(row.outcome), row.decided_by, row.digest)


def works_on(caller: Caller | None, article: Article, column: Column) -> bool:
    """Whether the caller is staff of the unit that writes the article or answers for its column (谁主管谁负责)."""
    if caller is None or caller.unit is None or not WORKERS & caller.permissions:
        return False
    return caller.unit in {article.unit, column.owner_unit}


def oversees(caller: Caller | None, article: Article) -> bool:
    """Whether the caller is staff of a superior region: may read what is on its way, not act."""
    return caller is not None and bool(WORKERS & caller.permissions) and caller.covers(article.region)


async def read(session: AsyncSession, article_id: uuid.UUID, caller: Caller | None) -> Opened:
    """The article; 404 for everyone who may not know that there is one."""
    article = await queries.find(session, article_id)
    if article is None:
        raise errors.ArticleUnknown
    column = await columns.load(session, article.column_code)
    public = Status(article.status) in rules.PUBLIC
    if not (public or works_on(caller, article, column) or oversees(caller, article)):
        raise errors.ArticleUnknown
    return Opened(article, column)


def check_staff(caller: Caller) -> None:
    """Refuses who has no part in the making of articles."""
    if caller.unit is None or not WORKERS & caller.permissions:
        raise Forbidden


async def with_columns(session: AsyncSession, articles: Sequence[Article]) -> list[Opened]:
    """The articles, each with its column."""
    return [Opened(article, await columns.load(session, article.column_code)) for article in articles]


def deadlines(article: Article, today: date, *, explain: bool, english: bool) -> DeadlinesOut:
    """The statutory dates of an article, and whether they were kept."""
    deadline = rules.publication_deadline(article.made_on)
    if deadline is None:
        return DeadlinesOut(number=article.index_number, items=[])
    term = DeadlineOut(
        node="publication",
        label="Publish on own initiative" if english else "主动公开期限",
        started_on=deadline.start_on,
        due_on=deadline.due_on,
        working_days=deadline.days,
        basis=deadline.basis,
        provisional=deadline.provisional,
        met_on=article.published_on,
        is_overdue=(article.published_on or today) > deadline.due_on,
        explanation=days_out(deadline.explanation, english=english) if explain else None,
    )
    return DeadlinesOut(number=article.index_number, items=[term])


async def open_for_work(session: AsyncSession, article_id: uuid.UUID, caller: Caller, version: int) -> Opened:
    """The article, locked, for someone who acts on the version he has read; 404 outside the caller's unit."""
    article = await queries.find(session, article_id, lock=True)
    if article is None:
        raise errors.ArticleUnknown
    column = await columns.load(session, article.column_code)
    if not works_on(caller, article, column):
        raise errors.ArticleUnknown
    check_version(article, version)
    return Opened(article, column)


async def draft(session: AsyncSession, caller: Caller, body: ArticleIn, today: date) -> Opened:
    """A new draft of the caller's unit."""
    column = await columns.load(session, body.column)
    if column.automatic:
        raise errors.ColumnIsAutomatic
    rules.check_made_on(body.made_on, today)
    article = Article(
        column_code=column.code,
        author_ids=[caller.subject],
        revision=1,
        unit=caller.unit or "",
        region=caller.region or "",
        status=Status.DRAFT.value,
        decisions=[],
        **body.model_dump(exclude={"column"}),
    )
    reword(article)
    session.add(article)
    await session.flush()
    after = {"column": column.code, "title": article.title, "digest": article.digest}
    await note(session, caller, article, "article.drafted", after=after)
    return Opened(article, column)


def reword(article: Article) -> None:
    """Brings digest and search text in line with the text."""
    article.digest = rules.digest(article.revision, {name: getattr(article, name) for name in CONTENT})
    facts = " ".join(str(value) for value in (article.facts or {}).values())
    article.searchable = rules.searchable(article.title, article.summary, facts)
    article.grams = rules.grams(article.searchable)


async def edit(session: AsyncSession, opened: Opened, caller: Caller, body: ArticlePatch, today: date) -> Opened:
    """Changes a draft. The decisions made so far were made on another text and stand no more."""
    article = opened.article
    rules.check_editable(Status(article.status))
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    changes = {name: value for name, value in changes.items() if getattr(article, name) != value}
    if "made_on" in changes:
        rules.check_made_on(changes["made_on"], today)
    if not changes:
        return opened
    before = {name: getattr(article, name) for name in changes} | {"status": article.status, "digest": article.digest}
    for name, value in changes.items():
        setattr(article, name, value)
    article.revision += 1
    article.author_ids = sorted({*article.author_ids, caller.subject})
    reword(article)
    await _settle(session, opened)
    after = changes | {"status": article.status, "digest": article.digest}
    await note(session, caller, article, "article.edited", before=before, after=after)
    return opened


async def _settle(session: AsyncSession, opened: Opened) -> None:
    """Gives an unpublished article the status that its standing decisions make."""
    opened.article.status = rules.status_after(opened.needed, opened.standing).value
    await session.flush()


async def review(session: AsyncSession, opened: Opened, caller: Caller, body: SecrecyReviewIn) -> Opened:
    """Records the secrecy review. The reviewer may mark the article as sensitive, never the other way."""
    article = opened.article
    rules.check_step(Step.SECRECY_REVIEW, opened.due, Status(article.status))
    rules.check_decider(Step.SECRECY_REVIEW, caller.subject, article.author_ids, opened.standing)
    if body.sensitive and not article.sensitive:
        article.sensitive = True
        reword(article)
    verdict = Verdict(Step.SECRECY_REVIEW, body.outcome, body.basis, body.note)
    return await _decide(session, opened, caller, verdict)


async def approve(session: AsyncSession, opened: Opened, caller: Caller, step: Step, body: ApprovalIn) -> Opened:
    """Records an approval of the unit, or of the leader."""
    article = opened.article
    rules.check_step(step, opened.due, Status(article.status))
    rules.check_decider(step, caller.subject, article.author_ids, opened.standing)
    return await _decide(session, opened, caller, Verdict(step, body.outcome, rules.APPROVAL_BASIS, body.note))


async def _decide(session: AsyncSession, opened: Opened, caller: Caller, verdict: Verdict) -> Opened:
    article, before = opened.article, {"status": opened.article.status}
    article.decisions.append(
        ArticleDecision(
            step=verdict.step.value,
            outcome=verdict.outcome.value,
            decided_by=caller.subject,
            digest=article.digest,
            basis=verdict.basis,
            note=verdict.note,
        )
    )
    await _settle(session, opened)
    after = {"status": article.status, "outcome": verdict.outcome.value, "digest": article.digest}
    action = f"article.{verdict.step.value}"
    await note(session, caller, article, action, before=before, after=after, reason=verdict.note or verdict.basis)
    return opened


async def note(  # noqa: PLR0913 - before, after and why belong to every act
    session: AsyncSession,
    caller: Caller,
    article: Article,
    action: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str | None = None,
) -> None:
    """Puts an act on an article into the audit log."""
    await audit.record(
        session,
        caller,
        action=action,
        object_type="article",
        object_id=article.id,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )


def summary_of(article: Article, *, english: bool) -> ArticleSummary:
    """The article as a list shows it."""
    return ArticleSummary(
        id=article.id,
        column=article.column_code,
        title=article.title,
        summary=article.summary,
        status=Status(article.status),
        status_label=rules.STATUS_LABELS[Status(article.status)][int(english)],
        index_number=article.index_number,
        producer=article.producer,
        region=article.region,
        made_on=article.made_on,
        published_on=article.published_on,
        facts=article.facts,
        version=article.version,
    )


def show(opened: Opened, caller: Caller | None, *, english: bool) -> ArticleOut:
    """The article with its text; for staff of the unit also how far it has come."""
    article = opened.article
    staff = works_on(caller, article, opened.column) or oversees(caller, article)
    withdrawal = None
    if article.withdrawn_at is not None:
        withdrawal = WithdrawalOut(
            withdrawn_at=article.withdrawn_at,
            reason=article.withdrawal_reason or "",
            notice=article.withdrawal_notice or "",
        )
    return ArticleOut(
        **summary_of(article, english=english).model_dump(),
        body=article.body,
        published_at=article.published_at,
        withdrawal=withdrawal,
        work=_work_of(opened) if staff else None,
    )


def _work_of(opened: Opened) -> WorkOut:
    standing = set(opened.standing)
    return WorkOut(
        author_ids=opened.article.author_ids,
        sensitive=opened.article.sensitive,
        next_step=None if Status(opened.article.status) in rules.PUBLIC else opened.due,
        decisions=[
            DecisionOut(
                step=Step(row.step),
                outcome=Outcome(row.outcome),
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                basis=row.basis,
                note=row.note,
                automatic=row.automatic,
                stands=_decision(row) in standing,
            )
            for row in opened.article.decisions
        ],
    )
