"""Minutes, appraisals and outcomes."""

import uuid
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_complaints.cases.schemas import Body, Reason
from svc_complaints.mediation.rules import Result

Minutes = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=1000)]


class Method(StrEnum):
    """How the parties were heard."""

    ONSITE = "onsite"
    TELEPHONE = "telephone"
    ONLINE = "online"
    WRITTEN = "written"


class MediationRecordIn(Body):
    """The minutes of one attempt; `held_on` is today unless given."""

    held_on: Day | None = None
    method: Method = Method.ONLINE
    minutes: Minutes


class MediationRecordOut(BaseModel):
    """Minutes as the unit keeps them."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    held_on: date
    method: Method
    minutes: str


class AppraisalIn(Body):
    """Which body examines what; `started_on` is today unless given."""

    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
    subject: Reason
    started_on: Day | None = None


class AppraisalEndIn(Body):
    """What the appraisal found; `ended_on` is today unless given."""

    finding: Minutes
    ended_on: Day | None = None


class AppraisalOut(BaseModel):
    """An appraisal; while it runs, the mediation has no due date."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    body: str
    subject: str
    started_on: date
    ended_on: date | None
    finding: str | None


class OutcomeIn(Body):
    """How the mediation ended. `summary` is public; `agreement_text` stays between the parties and the unit."""

    result: Result
    summary: Summary
    agreement_text: Minutes | None = Field(default=None, validation_alias=AliasChoices("agreement_text", "agreement"))


class OutcomeOut(BaseModel):
    """The outcome as the parties and the unit see it."""

    result: Result
    result_label: str
    basis: str
    summary: str | None
    agreement_text: str | None


class NoticeIn(Body):
    """How a party without an account was told that the mediation ended."""

    told_on: Day | None = None
    method: Reason
