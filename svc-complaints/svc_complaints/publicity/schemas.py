"""Objections and decisions on them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from svc_complaints.cases.schemas import Body, Reason


class ObjectionIn(Body):
    """Why the respondent holds that the complaint should not be published, or not like this."""

    reasons: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=5000)]


class ObjectionDecisionIn(Body):
    """`upheld`: not published; otherwise published at once."""

    upheld: bool
    reason: Reason


class ObjectionOut(BaseModel):
    """The objection, as the respondent and the unit see it."""

    model_config = ConfigDict(from_attributes=True)

    filed_on: date
    reasons: str
    upheld: bool | None
    decision_reason: str | None
    decided_on: date | None
