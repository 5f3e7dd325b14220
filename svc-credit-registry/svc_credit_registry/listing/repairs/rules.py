"""Who may ask for credit repair when, and within which terms it is decided. Pure.

Dated rows: an application keeps the measure of the day it was made. The last day of a period still belongs to it:
repair may be asked for from the day after.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.terms import in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.grounds.rules import REPAIR_MEASURE
from svc_credit_registry.listing.penalties.rules import CONFIRM, FIELDS, Penalty, months, shown
from svc_credit_registry.listing.periods.rules import Clock, Period
from svc_credit_registry.listing.repairs.errors import RepairActNotAllowed

ORDER_36 = "《信用修复管理办法》（国家发展和改革委员会令第36号，2026-04-01起施行）"
CARRIED_OVER = (
    "Order 36 lets repair of a general matter be asked for after 3 months, of a serious one after a year; which "
    "penalties of market regulation are which awaits a table of their authority, so the waiting of 2021 is carried over"
)


@dataclass(frozen=True)
class Terms:
    """One measure on credit repair."""

    version: str
    since: date
    measure: str
    waiting: Period
    waiting_long: Period
    acceptance: Period
    decision: Period
    stop: Period


def _days(node: str, zh: str, en: str, length: int, article: str) -> Period:
    return Period(node, zh, en, length, "working_days", f"{REPAIR_MEASURE}{article}", confirmed=False, note=CONFIRM)


_SIXTH = f"{REPAIR_MEASURE}第六条"
_OF_2021 = Terms(
    version="samr-3-2021",
    since=date(2021, 9, 1),
    measure=REPAIR_MEASURE,
    waiting=months("waiting", "公示满六个月", "Published for six months", 6, _SIXTH),
    waiting_long=months("waiting", "公示满一年", "Published for a year", 12, _SIXTH),
    acceptance=_days("acceptance", "决定是否受理", "Accepting the application", 2, "第十条"),
    decision=_days("decision", "作出修复决定", "Deciding on the repair", 15, "第十二条"),
    stop=_days("stop", "停止公示", "Stopping the publication", 3, "第十三条"),
)
TERMS: tuple[Terms, ...] = (
    _OF_2021,
    replace(
        _OF_2021,
        version="ndrc-36-2025",
        since=date(2026, 4, 1),
        measure=f"{ORDER_36}；{REPAIR_MEASURE}",
        waiting=replace(_OF_2021.waiting, confirmed=False, note=CARRIED_OVER),
        waiting_long=replace(_OF_2021.waiting_long, confirmed=False, note=CARRIED_OVER),
    ),
)


def terms_on(day: date) -> Terms:
    """The measure in force on `day`; raises ValueError before the first one."""
    return in_force(TERMS, day)


def terms_of(version: str) -> Terms:
    """The measure an application was made under."""
    return next(terms for terms in TERMS if terms.version == version)


def waiting_of(terms: Terms, penalty: Penalty) -> Clock:
    """How long a penalty must have been published before its repair may be asked for."""
    period = terms.waiting_long if penalty.field in FIELDS.values() else terms.waiting
    return Clock(period, penalty.published_on, "enterprise")


@dataclass(frozen=True)
class Hindrance:
    """Why repair can't be asked for; `until` where waiting helps."""

    code: str
    zh: str
    en: str
    basis: str
    until: date | None = None


@dataclass(frozen=True)
class Known:
    """What the record tells about a penalty beside itself: whether the public sees it, whether its enterprise is listed
    or was penalised for the same again.
    """

    is_shown: bool
    is_listed: bool
    is_again: bool


def hindrances(terms: Terms, penalty: Penalty, known: Known, today: date) -> tuple[Hindrance, ...]:
    """All that stands against an application, from what the record tells; none when it may be made."""
    found = [one for one in (_by_publication(terms, penalty, known, today),) if one]
    if known.is_listed:
        found.append(Hindrance("listed", "在经营异常名录或者严重违法失信名单中", "Stands on one of the lists", _SIXTH))
    if known.is_again:
        found.append(Hindrance("again", "因同一类违法行为再次受到处罚", "Penalised again for the same kind", _SIXTH))
    return tuple(found)


def _by_publication(terms: Terms, penalty: Penalty, known: Known, today: date) -> Hindrance | None:
    state, waiting = shown(penalty), waiting_of(terms, penalty)
    if state.clock is None:
        return Hindrance("not_published", "该处罚不予公示，无需修复", "It is not published", state.basis)
    if not known.is_shown:
        return Hindrance("ended", "已停止公示，无需修复", "Its publication has ended", state.basis)
    if state.is_minor:
        text = "仅通报批评或者较低数额罚款，公示三个月后自动停止"
        return Hindrance("ends_by_itself", text, "A small one ends by itself after three months", _SIXTH)
    if not waiting.is_overdue(today):
        return Hindrance("too_early", "公示时间未满", "Not published long enough yet", _SIXTH, until=waiting.due_on)
    return None


def is_again(penalty: Penalty, others: Iterable[Penalty]) -> bool:
    """Whether a later penalty rests on one of the same statutes."""
    return any(other.decided_on > penalty.decided_on and other.laws & penalty.laws for other in others)


class State(StrEnum):
    """Where an application stands."""

    APPLIED = "applied"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Act(StrEnum):
    """What is done about an application."""

    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    GRANT = "grant"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.APPLIED: ("已申请，待决定是否受理", "Applied"),
    State.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    State.ACCEPTED: ("已受理，待决定", "Accepted"),
    State.GRANTED: ("准予修复，已停止公示", "Granted, publication stopped"),
    State.DECLINED: ("不予修复", "Declined"),
    State.WITHDRAWN: ("已撤回", "Withdrawn"),
    State.REVOKED: ("修复已撤销，恢复公示", "Revoked, published again"),
}
TRANSITIONS = TransitionTable(
    {
        (State.APPLIED, Act.ACCEPT): State.ACCEPTED,
        (State.APPLIED, Act.NOT_ACCEPT): State.NOT_ACCEPTED,
        (State.APPLIED, Act.WITHDRAW): State.WITHDRAWN,
        (State.ACCEPTED, Act.GRANT): State.GRANTED,
        (State.ACCEPTED, Act.DECLINE): State.DECLINED,
        (State.ACCEPTED, Act.WITHDRAW): State.WITHDRAWN,
        (State.GRANTED, Act.REVOKE): State.REVOKED,
    },
    STATE_LABELS,
    RepairActNotAllowed,
)
after = TRANSITIONS.after


@dataclass(frozen=True)
class Dates:
    """The days of an application from which its clocks are computed."""

    applied_on: date
    accepted_on: date | None = None
    decided_on: date | None = None
    granted_on: date | None = None
    stopped_on: date | None = None
    closed_on: date | None = None


def clocks_of(terms: Terms, dates: Dates) -> tuple[Clock, ...]:
    """The clocks of an application so far."""
    clocks = [Clock(terms.acceptance, dates.applied_on, "officer", dates.accepted_on or dates.closed_on)]
    if dates.accepted_on:
        clocks.append(Clock(terms.decision, dates.accepted_on, "officer", dates.decided_on or dates.closed_on))
    if dates.granted_on:
        clocks.append(Clock(terms.stop, dates.granted_on, "system", dates.stopped_on))
    return tuple(clocks)
