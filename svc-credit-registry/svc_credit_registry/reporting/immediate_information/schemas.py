"""Immediate information as it comes in and goes out: each of the six kinds has its own details."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shared.fields import Day
from svc_credit_registry.reporting.filing_checks.schemas import Body, FigureChangeOut, Percent, Positive, Reason, Words


class Capital(Body):
    """What a shareholder undertook to contribute, or has contributed."""

    type: Literal["capital"]
    shareholder: Words
    subscribed_yuan: Positive | None = None
    subscribed_on: Day | None = None
    subscribed_form: Words | None = None
    paid_yuan: Positive | None = None
    paid_on: Day | None = None
    paid_form: Words | None = Field(default=None, examples=["货币"])


class EquityTransfer(Body):
    """A transfer of equity of a limited company."""

    type: Literal["equity_change"]
    shareholder: Words
    percent_before: Percent
    percent_after: Percent


class Licence(Body):
    """A licence obtained, changed or extended."""

    type: Literal["licence"]
    number: Words
    name: Words
    authority: Words
    act: Literal["obtained", "changed", "extended", "ended"]
    valid_from: Day | None = None
    valid_until: Day | None = None
    scope: Words | None = None


class IpPledge(Body):
    """Registration of a pledge of intellectual property."""

    type: Literal["ip_pledge"]
    number: Words
    title: Words
    right: Literal["patent", "trademark", "copyright"]
    pledgor: Words
    pledgee: Words
    valid_from: Day | None = None
    valid_until: Day | None = None


class Penalty(Body):
    """A penalty the enterprise was given."""

    type: Literal["penalty"]
    document_number: Words
    authority: Words
    facts: Annotated[str, Field(min_length=2, max_length=4000)]
    penalty: Annotated[str, Field(min_length=2, max_length=2000)]
    amount_yuan: Positive | None = None


class Other(Body):
    """Anything else which the law makes public."""

    type: Literal["other"]
    title: Words
    text: Annotated[str, Field(min_length=2, max_length=4000)]
    basis: Words = Field(description="The law that makes it public")


Details = Annotated[Capital | EquityTransfer | Licence | IpPledge | Penalty | Other, Field(discriminator="type")]


class InformationIn(Body):
    """What arose and when; the kind stands in `details.type`."""

    happened_on: Day = Field(description="The day on which it arose", examples=["2026-11-02"])
    details: Details


class InformationCorrectionIn(InformationIn):
    """The right content, and why the old one was wrong; both stay public."""

    reason: Reason


class InformationRevisionOut(BaseModel):
    """A published version; a correction says why and what it changed."""

    revision: int
    published_on: date
    happened_on: date
    details: dict[str, Any]
    reason: str | None
    changes: list[FigureChangeOut]


class InformationOut(BaseModel):
    """A piece of immediate information with all its published versions, the latest first."""

    id: uuid.UUID
    number: str
    code: str
    version: int
    type: str
    type_label: str
    happened_on: date
    details: dict[str, Any]
    due_on: date
    basis: str
    filed_on: date
    late: bool
    days_late: int = Field(description="Calendar days between the last day and the publication; 0 in time")
    corrected: bool
    revisions: list[InformationRevisionOut]
