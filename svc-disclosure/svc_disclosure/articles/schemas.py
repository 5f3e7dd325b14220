"""Bodies about articles."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_disclosure.articles.rules import Outcome, Status
from svc_disclosure.columns.rules import Step

ONE_LINE = r"^[^\x00-\x1f]*$"
NO_NUL = r"^[^\x00]*$"  # PostgreSQL stores every character but this one.

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500, pattern=NO_NUL)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=NO_NUL)]
Producer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100, pattern=ONE_LINE)]
ColumnCode = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9-]+$")]


class ArticleFilters(BaseModel):
    """What a list of published articles may be asked for; every filter given must match."""

    column: ColumnCode | None = Field(default=None, description="Code of the column")
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        pattern=NO_NUL,
        description="Words in title, summary or facts; two characters do",
    )
    region: str | None = Field(default=None, pattern=r"^\d{6}$", description="Region of the publishing unit")
    published_from: Day | None = Field(default=None, description="Published on this day or later")
    published_to: Day | None = Field(default=None, description="Published on this day or earlier")


class ArticleIn(BaseModel):
    """A new draft."""

    model_config = ConfigDict(extra="forbid")

    column: ColumnCode = Field(description="Code of the column", examples=["notices"])
    title: Line
    summary: Short = ""
    body: Body
    producer: Producer = Field(description="The body that made the information", examples=["随州市市场监督管理局"])
    made_on: Day = Field(description="When the information was made or changed; the statutory term runs from then")
    sensitive: bool = Field(default=False, description="Sensitive for the whole system: the leader must approve too")


class ArticlePatch(BaseModel):
    """A change of a draft; what is absent stays. Any change voids the decisions made so far."""

    model_config = ConfigDict(extra="forbid")

    title: Line | None = None
    summary: Short | None = None
    body: Body | None = None
    producer: Producer | None = None
    made_on: Day | None = None
    sensitive: bool | None = None


class SecrecyReviewIn(BaseModel):
    """The outcome of the secrecy review."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    basis: Reason = Field(description="What the review rests on", examples=["《保守国家秘密法》;未涉及国家秘密"])
    note: Short = ""
    sensitive: bool | None = Field(default=None, description="The reviewer may mark the article as sensitive")


class ApprovalIn(BaseModel):
    """The outcome of an approval."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    note: Short = ""


class WithdrawalOut(BaseModel):
    """That and why an article was withdrawn."""

    withdrawn_at: datetime
    reason: str
    notice: str


class DecisionOut(BaseModel):
    """A review or approval as it was made."""

    step: Step
    outcome: Outcome
    decided_by: str
    decided_at: datetime
    basis: str
    note: str
    automatic: bool = Field(description="Made by the law itself, on statutory automatic publication")
    stands: bool = Field(description="False when the text was changed or returned afterwards")


class WorkOut(BaseModel):
    """What the staff of the publishing unit see beside the text."""

    author_ids: list[str] = Field(description="Everyone who wrote in it; none of them may review or approve it")
    sensitive: bool
    next_step: Step | None
    decisions: list[DecisionOut]


class ArticleSummary(BaseModel):
    """An article in a list."""

    id: uuid.UUID
    column: str
    title: str
    summary: str
    status: Status
    status_label: str
    index_number: str | None = Field(description="索引号: unique and permanent, given at publication")
    producer: str
    region: str
    made_on: date
    published_on: date | None
    facts: dict[str, object] | None = Field(description="The same for programs, when an event published it")
    version: int


class ArticleOut(ArticleSummary):
    """An article with its text. `work` is there for the staff of the publishing unit only."""

    body: str
    published_at: datetime | None
    withdrawal: WithdrawalOut | None = None
    work: WorkOut | None = None
