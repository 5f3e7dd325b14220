"""Removal from the lists: who may ask when, what shows the cure, from when the decision's clock runs. Pure.

From the abnormal list: within 5 working days of the application where a report or information was missing, of the
verification where it was false or nobody was reached (Order 68, articles 11 to 14). From the serious list: after a
year, taken up within 2 and decided within 15 working days (the measure on credit repair, articles 10 and 12).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.grounds.rules import ANNUAL_REPORT, ListKind, Terms
from svc_credit_registry.listing.lists.rules import GROUNDS_WITH_CLOCK_FROM_CURE
from svc_credit_registry.listing.periods.rules import Clock
from svc_credit_registry.listing.removals.errors import CommitmentMissing, RemovalActNotAllowed, RemovalTooEarly


class State(StrEnum):
    """Where an application for removal stands."""

    APPLIED = "applied"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    VERIFIED = "verified"
    GRANTED = "granted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Act(StrEnum):
    """What the authority does about it."""

    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    VERIFY = "verify"
    GRANT = "grant"
    DECLINE = "decline"
    REVOKE = "revoke"
    LAPSE = "lapse"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.APPLIED: ("已申请，待决定是否受理", "Applied"),
    State.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    State.ACCEPTED: ("已受理，待核实", "Accepted, to be verified"),
    State.VERIFIED: ("已查实，待决定", "Verified, to be decided"),
    State.GRANTED: ("准予移出", "Granted"),
    State.DECLINED: ("不予移出", "Declined"),
    State.REVOKED: ("移出已撤销", "Revoked"),
}
TRANSITIONS = TransitionTable(
    {
        (State.APPLIED, Act.ACCEPT): State.ACCEPTED,
        (State.APPLIED, Act.NOT_ACCEPT): State.NOT_ACCEPTED,
        (State.ACCEPTED, Act.VERIFY): State.VERIFIED,
        (State.ACCEPTED, Act.DECLINE): State.DECLINED,
        (State.VERIFIED, Act.GRANT): State.GRANTED,
        (State.VERIFIED, Act.DECLINE): State.DECLINED,
        (State.GRANTED, Act.REVOKE): State.REVOKED,
        (State.APPLIED, Act.LAPSE): State.NOT_ACCEPTED,
        (State.ACCEPTED, Act.LAPSE): State.NOT_ACCEPTED,
        (State.VERIFIED, Act.LAPSE): State.NOT_ACCEPTED,
    },
    STATE_LABELS,
    RemovalActNotAllowed,
)
after = TRANSITIONS.after
LAPSED = "该列入已终止，无需继续办理 / the entry has ended, nothing is left to decide"


def check_application(terms: Terms, listed_on: date, commitment: str | None, today: date) -> None:
    """Refuses with 409 what comes too early, or without the commitment which the serious list demands."""
    if terms.kind is ListKind.ABNORMAL:
        return
    if terms.early_removal is None:
        raise RemovalTooEarly("该名单期满由机关移出 / the authority removes it at the end of its term")
    until = terms.early_removal.due_on(listed_on)
    if today <= until:
        raise RemovalTooEarly(f"{until} 之后可以申请 / may be asked for after that day", after=str(until))
    if not commitment:
        raise CommitmentMissing


def is_accepted_at_once(terms: Terms) -> bool:
    """Whether an application needs no decision on taking it up: the abnormal list knows none."""
    return terms.removal_acceptance is None


def is_verified_by_record(ground: str) -> bool:
    """Whether the record itself shows the cure: the missing annual report stands there."""
    return ground == ANNUAL_REPORT


@dataclass(frozen=True)
class Dates:
    """The days of an application from which its clocks are computed."""

    applied_on: date
    accepted_on: date | None = None
    verified_on: date | None = None
    decided_on: date | None = None


def clocks_of(terms: Terms, ground: str, dates: Dates) -> tuple[Clock, ...]:
    """The clocks of an application so far; `decided_on` ends them all."""
    decided = dates.decided_on
    if terms.removal_acceptance is not None:
        clocks = [Clock(terms.removal_acceptance, dates.applied_on, "officer", dates.accepted_on or decided)]
        if dates.accepted_on:
            clocks.append(Clock(terms.removal_decision, dates.accepted_on, "officer", decided))
        return tuple(clocks)
    if ground not in GROUNDS_WITH_CLOCK_FROM_CURE or terms.removal_verification is None:
        return (Clock(terms.removal_decision, dates.applied_on, "officer", decided),)
    clocks = [Clock(terms.removal_verification, dates.applied_on, "officer", dates.verified_on or decided)]
    if dates.verified_on:
        clocks.append(Clock(terms.removal_decision, dates.verified_on, "officer", decided))
    return tuple(clocks)
