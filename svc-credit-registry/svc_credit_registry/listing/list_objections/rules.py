"""Objections to listings: 30 days to object, 5 working days to accept, 20 to verify (Order 68, article 16). Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.grounds.rules import CORRECTION, Terms
from svc_credit_registry.listing.list_objections.errors import ObjectionActNotAllowed, ObjectionOver
from svc_credit_registry.listing.periods.rules import Clock


class State(StrEnum):
    """Where an objection stands."""

    FILED = "filed"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Act(StrEnum):
    """What the authority does about an objection."""

    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    UPHOLD = "uphold"
    REJECT = "reject"
    LAPSE = "lapse"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.FILED: ("已提出，待决定是否受理", "Filed"),
    State.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    State.ACCEPTED: ("已受理，核实中", "Accepted, being verified"),
    State.UPHELD: ("异议成立，已更正", "Upheld, the entry is corrected"),
    State.REJECTED: ("异议不成立", "Rejected"),
}
TRANSITIONS = TransitionTable(
    {
        (State.FILED, Act.ACCEPT): State.ACCEPTED,
        (State.FILED, Act.NOT_ACCEPT): State.NOT_ACCEPTED,
        (State.ACCEPTED, Act.UPHOLD): State.UPHELD,
        (State.ACCEPTED, Act.REJECT): State.REJECTED,
        (State.FILED, Act.LAPSE): State.NOT_ACCEPTED,
        (State.ACCEPTED, Act.LAPSE): State.NOT_ACCEPTED,
    },
    STATE_LABELS,
    ObjectionActNotAllowed,
)
after = TRANSITIONS.after
LAPSED = "该列入已终止，无需继续办理 / the entry has ended, nothing is left to decide"


def check_window(until: date | None, today: date) -> None:
    """Refuses an objection after the last day on which it may be made (409)."""
    if until is None or today > until:
        raise ObjectionOver(f"异议期至 {until} / the time ended on that day", objection_until=str(until))


@dataclass(frozen=True)
class Dates:
    """The days of an objection from which its clocks are computed."""

    filed_on: date
    accepted_on: date | None = None
    decided_on: date | None = None
    corrected_on: date | None = None


def clocks_of(terms: Terms, dates: Dates) -> tuple[Clock, ...]:
    """The clocks of an objection so far; `decided_on` also ends one that was not accepted."""
    clocks = [Clock(terms.objection_acceptance, dates.filed_on, "officer", dates.accepted_on or dates.decided_on)]
    if dates.accepted_on:
        clocks.append(Clock(terms.objection_verification, dates.accepted_on, "officer", dates.decided_on))
    if dates.corrected_on and dates.decided_on:
        clocks.append(Clock(CORRECTION, dates.decided_on, "officer", dates.corrected_on))
    return tuple(clocks)
