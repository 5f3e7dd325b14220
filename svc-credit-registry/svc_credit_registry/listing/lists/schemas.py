"""What goes in and out about entries on the lists."""

import uuid
from datetime import date, datetime
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.cases.rules import authority_of
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.listing.grounds.rules import LIST_LABELS, Ground, ListKind, terms_of
from svc_credit_registry.listing.lists.models import ListDocument, ListEntry, ListStep
from svc_credit_registry.listing.lists.rules import (
    ACT_LABELS,
    REMEDIES_EN,
    REMEDIES_ZH,
    STATE_LABELS,
    Act,
    Dates,
    State,
    decision_clock,
    escalation_waits_until,
    needs_consent,
)
from svc_credit_registry.listing.periods.schemas import ClockOut

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]


class Body(BaseModel):
    """A request body: unknown members are refused, so a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class ListEntryOut(BaseModel):
    """An entry as everybody sees it."""

    id: uuid.UUID
    number: str
    list: str
    list_label: str
    ground: str
    ground_label: str
    article: str
    code: str
    name: str
    region: str
    state: str
    state_label: str
    report_year: int | None
    listed_on: date | None
    document_number: str | None = Field(description="Number of the decision; a decision may name many enterprises")
    document_item: int | None
    authority: str
    facts: str
    cure: str | None = Field(description="What ends the entry; absent where time or good conduct does")
    warned_on: date | None
    expires_on: date | None = Field(description="When the entry ends by itself; only on the serious list")
    ended_on: date | None
    end_document_number: str | None
    terms_version: str
    version: int
    url: str


class CaseOut(ListEntryOut):
    """An entry as its enterprise and the officers see it."""

    proposed_on: date
    decide_from: date
    decide_by: date
    decided_on: date | None
    decided_late: bool
    due_on: date | None = Field(description="By when the authority must act next")
    due_node: str | None
    statement: str | None
    stated_on: date | None
    waived_on: date | None = Field(description="When the enterprise waived the rest of its time")
    heard_from: date | None = Field(description="Since when a hearing keeps the clock of the decision still")
    heard_until: date | None = Field(description="Until when it does: as planned, then as it was")
    consent_needed: bool
    consented_on: date | None
    objection_until: date | None
    warn_on: date | None
    escalates_on: date | None
    escalation_waits_until: date | None = Field(
        description="The last day on which it is not escalated: a late warning puts off the end of three years"
    )
    early_removal_from: date | None
    evidence: dict[str, object]
    remedies: str
    provisional: bool


class ListStepOut(BaseModel):
    """One act about an entry."""

    at: datetime
    day: date
    act: str
    act_label: str
    state: str
    by: str = Field(description="officer, superior, enterprise or system")
    document_number: str | None
    note: str | None


class ListNoticeOut(ListStepOut):
    """What an enterprise was told, with the entry it is about."""

    entry_id: uuid.UUID
    url: str


class ListHistoryOut(BaseModel):
    """Everything done about an entry, oldest first."""

    number: str
    items: list[ListStepOut]


class EntryDeadlinesOut(BaseModel):
    """The clocks of an entry."""

    number: str
    items: list[ClockOut]


class DocumentOut(BaseModel):
    """A decision as it was made known."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    act: str
    list: str
    ground: str
    article: str
    facts: str
    reason: str | None
    authority: str
    region: str
    decided_on: date
    entries: int
    remedies: str = ""


@cache
def _ground(version: str, code: str) -> Ground:
    ground = terms_of(version).ground(code)
    assert ground is not None, f"{version} has no ground {code}"
    return ground


def _shared(entry: ListEntry, english: bool) -> dict[str, object]:
    ground = _ground(entry.terms_version, entry.ground)
    return copied(entry, CaseOut) | {
        "list_label": LIST_LABELS[ListKind(entry.list)][english],
        "ground_label": ground.label_en if english else ground.label_zh,
        "article": ground.basis,
        "state_label": STATE_LABELS[State(entry.state)][english],
        "authority": authority_of(entry.region),
        "cure": ground.cure_en if english else ground.cure_zh,
        "url": f"/v1/list-entries/{entry.id}",
    }


def entry_line(entry: ListEntry, english: bool) -> dict[str, object]:
    """The members of `EntryOut`, for exports, which write many."""
    shared = _shared(entry, english)
    return {name: shared[name] for name in ListEntryOut.model_fields}


def entry_out(entry: ListEntry, english: bool) -> ListEntryOut:
    """The entry for everybody."""
    return ListEntryOut.model_validate(entry_line(entry, english))


def case_out(entry: ListEntry, english: bool) -> CaseOut:
    """The entry for its enterprise and for officers."""
    terms = terms_of(entry.terms_version)
    decide_by = decision_clock(terms, Dates(entry.decide_from, heard=entry.heard)).due_on
    warned_on, lead = entry.warned_on or entry.warn_on, terms.warning.lead_days if terms.warning else 0
    waits = escalation_waits_until(entry.escalates_on, warned_on, lead) if entry.escalates_on and warned_on else None
    return CaseOut.model_validate(
        _shared(entry, english)
        | {
            "decide_by": decide_by,
            "decided_late": entry.decided_on is not None and entry.decided_on > decide_by,
            "escalation_waits_until": waits,
            "consent_needed": needs_consent(terms, entry.region),
            "remedies": REMEDIES_EN if english else REMEDIES_ZH,
        }
    )


def step_out(step: ListStep, english: bool) -> ListStepOut:
    """An act in the reader's language."""
    return ListStepOut.model_validate(_step(step, english))


def notice_out(step: ListStep, english: bool) -> ListNoticeOut:
    """A notice in the reader's language."""
    url = f"/v1/list-entries/{step.entry_id}"
    return ListNoticeOut.model_validate(_step(step, english) | {"entry_id": step.entry_id, "url": url})


def _step(step: ListStep, english: bool) -> dict[str, object]:
    given = {name: getattr(step, name) for name in ListStepOut.model_fields if name != "act_label"}
    return given | {"act_label": ACT_LABELS[Act(step.act)][english]}


def document_out(document: ListDocument, english: bool) -> DocumentOut:
    """A decision with what can be done against it."""
    shown = DocumentOut.model_validate(document)
    return shown.model_copy(update={"remedies": REMEDIES_EN if english else REMEDIES_ZH})
