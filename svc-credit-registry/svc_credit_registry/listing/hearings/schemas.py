"""What goes in and out about hearings."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields import FIRST, LAST
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.hearings.rules import STATE_LABELS, State
from svc_credit_registry.listing.lists.schemas import Body, Reason
from svc_credit_registry.listing.periods.schemas import ClockOut


def _within(value: datetime) -> datetime:
    """Days are counted from it in another zone; no other moment may lead beyond the calendar."""
    if not FIRST < value.date() < LAST:
        raise PydanticCustomError("date_out_of_range", "A day lies between 1900-01-01 and 2199-12-31")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_within)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Chair = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]
Minutes = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=20_000)]


class ListHearingIn(Body):
    """That the enterprise wants to be heard, and about what."""

    reasons: Reason | None = None


class HearingNoticeIn(Body):
    """When and where the hearing is held, and who chairs it: nobody who has investigated."""

    held_at: Moment
    place: Place
    chair: Chair
    is_public: bool = Field(default=True, description="false only for state secrets, business secrets or privacy")


class HearingRecordIn(Body):
    """What was said, or that the enterprise stayed away without reason."""

    attended: bool
    record: Minutes


class ListHearingOut(BaseModel):
    """A hearing, for its enterprise and for officers."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    entry_id: uuid.UUID
    code: str
    region: str
    state: str
    state_label: str = ""
    reasons: str | None
    asked_on: date
    announced_on: date | None
    held_at: datetime | None
    place: str | None
    chair: str | None
    is_public: bool | None
    closed_on: date | None
    record: str | None
    due_on: date | None = Field(description="By when the authority must give notice")
    due_node: str | None
    provisional: bool
    version: int


class HearingDeadlinesOut(BaseModel):
    """The clocks of a hearing."""

    items: list[ClockOut]


def hearing_out(hearing: ListHearing, english: bool) -> ListHearingOut:
    """A hearing in the reader's language."""
    shown = ListHearingOut.model_validate(hearing)
    return shown.model_copy(update={"state_label": STATE_LABELS[State(hearing.state)][english]})
