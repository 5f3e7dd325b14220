"""What people see of a complaint: each side its own view, the public almost nothing."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.calendar import DayNote
from shared.clock import statutory_date
from shared.deadlines import DeadlineOut, days_out
from shared.items import ItemOut
from shared.privacy import mask_name, mask_phone
from shared.terms import Term
from svc_complaints.cases.models import Clock, Complaint, Step
from svc_complaints.cases.rules import NEXT_ACTIONS, STATE_LABELS, TERM_LABELS, State, Viewer, is_over, scrub

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]


class Body(BaseModel):
    """A request body: unknown members are refused, so a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class ReasonIn(Body):
    """Why; it goes into the history and the audit."""

    reason: Reason


class ComplainantOut(BaseModel):
    """Who complains, masked for everyone but himself."""

    name: str
    phone: str


class RefusalOut(BaseModel):
    """Why a complaint was not accepted."""

    ground: str
    basis: str
    reason: str


class ComplaintOut(BaseModel):
    """A complaint as the caller may see it."""

    id: uuid.UUID
    number: str
    version: int
    viewer: Viewer = Field(description="As whom the caller sees it")
    state: State
    state_label: str
    next_action: str | None
    due_on: date | None = Field(description="Statutory date of the present step; absent while a clock is suspended")
    complainant: ComplainantOut
    respondent_code: str
    respondent_name: str
    region: str
    unit: str
    category: str
    product: str
    amount_yuan: Decimal
    occurred_on: date
    facts: str
    demand: str
    received_on: date
    accept_by: date
    accepted_on: date | None
    decided_late: bool
    mediate_by: date | None
    refusal: RefusalOut | None
    outcome: str | None
    summary: str | None
    concluded_on: date | None
    publish_after: date | None = Field(description="Last day of the window for objection; published after it")
    published_on: date | None
    terms_version: str = Field(description="The dated set of statutory terms which this complaint keeps")
    created_at: datetime
    updated_at: datetime


class ContactOut(BaseModel):
    """Contact data of the complainant, unmasked."""

    name: str
    phone: str


class StepOut(BaseModel):
    """One line of the history."""

    at: datetime
    act: str
    state: State
    state_label: str
    actor: Viewer
    note: str | None


class HistoryOut(BaseModel):
    """Every act on a complaint, oldest first."""

    number: str
    items: list[StepOut]


class TrackedStepOut(BaseModel):
    """One step of the public tracking: when the case reached which state, nothing about anybody."""

    on: date
    state: State
    state_label: str


class TrackingOut(BaseModel):
    """What anybody who knows the number may see."""

    number: str
    state: State
    state_label: str
    due_on: date | None
    steps: list[TrackedStepOut]


Role = Literal["complainant", "respondent"]


def label(state: str, english: bool) -> str:
    """The state in the reader's language."""
    return STATE_LABELS[State(state)][english]


def next_step(complaint: Complaint, viewer: Viewer, english: bool) -> str | None:
    """What `viewer` does next; who has evaluated the handling has nothing left to do."""
    if viewer is Viewer.COMPLAINANT and complaint.evaluated_on:
        return None
    return next_action(complaint.state, viewer, english)


def next_action(state: str, viewer: Viewer, english: bool) -> str | None:
    """What `viewer` does next or waits for, None when there is nothing."""
    action = NEXT_ACTIONS[viewer].get(State(state))
    return action[english] if action else None


def complaint_out(complaint: Complaint, viewer: Viewer, english: bool = False) -> ComplaintOut:
    """The complaint for `viewer`: the other side gets the text with personal data struck out."""
    names = [complaint.complainant_name]
    mine, theirs = viewer is Viewer.COMPLAINANT, viewer is Viewer.RESPONDENT
    refusal = None
    if complaint.refusal_ground:
        refusal = RefusalOut(
            ground=complaint.refusal_ground,
            basis=complaint.refusal_basis or "",
            reason=complaint.refusal_reason or "",
        )
    return ComplaintOut(
        **{name: getattr(complaint, name) for name in COPIED},
        viewer=viewer,
        state_label=label(complaint.state, english),
        next_action=next_step(complaint, viewer, english),
        complainant=ComplainantOut(
            name=complaint.complainant_name if mine else mask_name(complaint.complainant_name),
            phone=complaint.complainant_phone if mine else mask_phone(complaint.complainant_phone),
        ),
        facts=scrub(complaint.facts, names) if theirs else complaint.facts,
        demand=scrub(complaint.demand, names) if theirs else complaint.demand,
        refusal=refusal,
    )


COPIED = sorted(
    set(ComplaintOut.model_fields) & set(Complaint.__table__.columns.keys()) - {"facts", "demand"},
)


def step_out(step: Step, english: bool, hide: list[str] | None = None) -> StepOut:
    """A line of the history in the reader's language; with `hide`, without personal data and these names."""
    note = scrub(step.note, hide) if step.note and hide is not None else step.note
    return StepOut(
        at=step.at,
        act=step.act,
        state=step.state,
        state_label=label(step.state, english),
        actor=Viewer(step.by),
        note=note,
    )


def tracking_out(complaint: Complaint, steps: Sequence[Step], english: bool) -> TrackingOut:
    """The states a complaint went through and when; acts which did not move it are left out."""
    shown: list[TrackedStepOut] = []
    for step in steps:
        if not shown or shown[-1].state != step.state:
            day, state = statutory_date(step.at), step.state
            shown.append(TrackedStepOut(on=day, state=state, state_label=label(state, english)))
    return TrackingOut(
        number=complaint.number,
        state=complaint.state,
        state_label=label(complaint.state, english),
        due_on=complaint.due_on,
        steps=shown,
    )


def item_out(complaint: Complaint, account_id: str, english: bool) -> ItemOut:
    """The complaint as one line in a person's list of all cases."""
    mine = complaint.complainant_id == account_id
    viewer = Viewer.COMPLAINANT if mine else Viewer.RESPONDENT
    kind = "complaint" if mine else "complaint_against"
    title = ("Complaint about " if english else "投诉：") if mine else ("Complaint against " if english else "被投诉：")
    return ItemOut(
        service="complaints",
        kind=kind,
        id=str(complaint.id),
        number=complaint.number,
        title=f"{title}{complaint.respondent_name} · {complaint.product}",
        state=complaint.state,
        state_label=label(complaint.state, english),
        due_on=complaint.due_on,
        next_action=next_step(complaint, viewer, english),
        updated_at=complaint.updated_at,
        url=f"/api/complaints/v1/complaints/{complaint.id}",
    )


def deadline_out(clock: Clock, term: Term, today: date, days: Sequence[DayNote] | None, english: bool) -> DeadlineOut:
    """A period with its law and, with `days`, its count."""
    return DeadlineOut(
        node=clock.code,
        label=TERM_LABELS[clock.code][english],
        started_on=clock.start_on,
        due_on=clock.due_on,
        working_days=clock.working_days,
        basis=clock.basis,
        confirmed=term.confirmed,
        note=term.note,
        provisional=clock.provisional,
        suspended=clock.due_on is None,
        met_on=clock.met_on,
        is_overdue=clock.due_on is not None and is_over(clock.due_on, clock.met_on or today),
        explanation=None if days is None else days_out(days, english=english),
    )
