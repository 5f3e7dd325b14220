"""Hearings before a serious listing is decided: who may ask until when, with which notice, who chairs. Pure.

Notice, hearing, service and objection follow the procedure of penalties (Order 44, article 13): asked for within five
days of the announcement, notice seven days before, chaired by somebody who has not investigated, recorded; who stays
away without reason has given it up (Administrative Penalty Law, articles 63 to 65). Its days are working days (85).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Interval
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.grounds.rules import HEARING_LATEST, HEARING_LEAD, HEARING_NOTICE, Terms
from svc_credit_registry.listing.hearings.errors import (
    HearingActNotAllowed,
    HearingOver,
    HearingTooLate,
    NoticeTooShort,
)
from svc_credit_registry.listing.periods.rules import Clock


class State(StrEnum):
    """Where a hearing stands."""

    ASKED = "asked"
    ANNOUNCED = "announced"
    HELD = "held"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Act(StrEnum):
    """What is done about a hearing."""

    ANNOUNCE = "announce"
    HOLD = "hold"
    MISS = "miss"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.ASKED: ("已要求听证，待通知", "Asked for, to be announced"),
    State.ANNOUNCED: ("已通知听证时间、地点", "Announced"),
    State.HELD: ("已举行听证", "Held"),
    State.GIVEN_UP: ("无正当理由未出席，视为放弃", "Given up by staying away"),
    State.WITHDRAWN: ("当事人撤回", "Withdrawn"),
    State.LAPSED: ("拟列入已终止，不再举行", "Lapsed with the proposal"),
}
TRANSITIONS = TransitionTable(
    {
        (State.ASKED, Act.ANNOUNCE): State.ANNOUNCED,
        (State.ASKED, Act.WITHDRAW): State.WITHDRAWN,
        (State.ASKED, Act.LAPSE): State.LAPSED,
        (State.ANNOUNCED, Act.ANNOUNCE): State.ANNOUNCED,
        (State.ANNOUNCED, Act.HOLD): State.HELD,
        (State.ANNOUNCED, Act.MISS): State.GIVEN_UP,
        (State.ANNOUNCED, Act.WITHDRAW): State.WITHDRAWN,
        (State.ANNOUNCED, Act.LAPSE): State.LAPSED,
    },
    STATE_LABELS,
    HearingActNotAllowed,
)
after = TRANSITIONS.after
FINAL = (State.HELD.value, State.GIVEN_UP.value)
"""After these no other hearing is asked for."""


def check_asked(terms: Terms, announced_on: date, waived_on: date | None, today: date) -> None:
    """Refuses (409) a hearing where none is announced, after its time, and after the enterprise has waived it."""
    if terms.statement is None:
        raise HearingOver("此类列入不经听证 / such a listing is not announced, and not heard")
    until = terms.statement.due_on(announced_on)
    if waived_on is not None or today > until:
        raise HearingOver(f"应当在 {until} 前要求听证，且未放弃 / until that day, unless waived", until=str(until))


def earliest_on(announced_on: date) -> date:
    """The day after which a hearing of which notice is given on `announced_on` may be held."""
    return HEARING_LEAD.due_on(announced_on)


def check_notice(held_on: date, today: date) -> None:
    """Refuses (422) a hearing of which less than seven working days' notice is given, or one too far away."""
    after_day, until = earliest_on(today), HEARING_LATEST.due_on(today)
    if held_on <= after_day:
        raise NoticeTooShort(f"听证应当在 {after_day} 之后举行 / after that day", after=str(after_day))
    if held_on > until:
        raise HearingTooLate(f"听证应当在 {until} 之前举行 / until that day", until=str(until))


def still(asked_on: date, held_on: date | None, closed_on: date | None) -> Interval:
    """From when until when the clock of the decision stands still for a hearing: as planned, then as it was."""
    return asked_on, closed_on or held_on or earliest_on(HEARING_NOTICE.due_on(asked_on))


@dataclass(frozen=True)
class Dates:
    """The days of a hearing from which its clocks are computed."""

    asked_on: date
    announced_on: date | None = None
    closed_on: date | None = None


def clocks_of(dates: Dates) -> tuple[Clock, ...]:
    """The clocks of a hearing so far."""
    fixing = Clock(HEARING_NOTICE, dates.asked_on, "officer", dates.announced_on or dates.closed_on)
    if dates.announced_on is None:
        return (fixing,)
    return fixing, Clock(HEARING_LEAD, dates.announced_on, "enterprise", dates.closed_on)
