"""What follows from a listing by itself, terms and states of a directive. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import FieldError
from shared.terms import OWN_RULE, Term, in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.supervision.measure_catalogue.rules import CATALOGUE, ORDER_44, Measure, Role, Subject
from svc_credit_registry.supervision.measures.errors import ActNotAllowed, SubjectNotConcerned, TermInvalid

ORDER_83 = "《严重违法失信企业名单管理暂行办法》（工商总局令第83号，2016-04-01起施行）"


@dataclass(frozen=True)
class Followup:
    """A measure that follows from a listing; `role` names the person concerned, None is the entity."""

    measure: str
    role: Role | None = None


@dataclass(frozen=True)
class Automatic:
    """What a listing as a serious violator brings by itself, for listings made on `since` or later."""

    version: str
    since: date
    years: int
    followups: tuple[Followup, ...]
    basis: str


SERIOUS_VIOLATION, PENALTY = "serious_violation", "penalty"
ABNORMAL_OPERATION = "abnormal_operation"
PUBLISHED_GROUNDS = (SERIOUS_VIOLATION, PENALTY, ABNORMAL_OPERATION)
"""Kinds of record items a directive may rest on; it falls with the item."""

REMOVED_STATES = frozenset({"removed", "revoked", "repaired"})


def ground_holds(content: Mapping[str, object], last_day: date | None, today: date) -> bool:
    """Whether an item that stands on the record still carries a directive: not removed, revoked, repaired or over."""
    if content.get("removed_on") is not None or content.get("state") in REMOVED_STATES:
        return False
    return last_day is None or today <= last_day


AUTOMATIC: tuple[Automatic, ...] = (
    Automatic(
        "order-83-2016", date(2016, 4, 1), 5,
        (Followup("government_procurement"), Followup("bidding"), Followup("land_grant"),
         Followup("representative_ban", Role.LEGAL_REPRESENTATIVE)),
        f"{ORDER_83}第十五条",
    ),
    Automatic(
        "order-44-2021", date(2021, 9, 1), 3,
        (Followup("priority_supervision"), Followup("strict_licensing"), Followup("no_commitment_procedure"),
         Followup("no_honours"), Followup("government_procurement"), Followup("bidding"), Followup("land_grant"),
         Followup("representative_ban", Role.LEGAL_REPRESENTATIVE)),
        f"{ORDER_44}第十五条",
    ),
)  # fmt: skip


_TERMS = {measure.code: measure.longest_years for measure in CATALOGUE}
LONGEST_YEARS = max(min(rule.years, _TERMS[one.measure]) for rule in AUTOMATIC for one in rule.followups)
"""For how long a listing brings anything at most: a measure outlasts neither its rule nor its own term."""


def automatic_on(listed_on: date) -> Automatic | None:
    """What a listing of this day brings by itself; None before the first of the rules."""
    return in_force(AUTOMATIC, listed_on) if listed_on >= AUTOMATIC[0].since else None


def years_later(day: date, years: int) -> date:
    """The last day of a term of `years` that begins on `day`."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def until_when(measure: Measure, since: date, ground_until: date | None, years: int) -> date:
    """Until when a measure holds: no longer than its ground, its own longest term or the rule it follows from."""
    ends = [years_later(since, min(years, measure.longest_years))]
    return min([*ends, ground_until] if ground_until is not None else ends)


def check_term(measure: Measure, since: date, until: date | None, today: date) -> date:
    """The last day of a directive; 422 for one which ends before it begins, is over, or outlasts the law."""
    latest = years_later(since, measure.longest_years)
    last = until or latest
    if last < since or last < today:
        raise TermInvalid(errors=[FieldError("/until", "over", "已届满或早于起始日 / over, or before it begins")])
    if last > latest:
        raise TermInvalid(errors=[FieldError("/until", "too_long", f"最迟 {latest} / at the latest")], latest=latest)
    return last


def check_subject(measure: Measure, subject: Subject) -> None:
    """Refuses (422) a measure for entities directed at a person, and the other way round."""
    if subject not in measure.subjects:
        raise SubjectNotConcerned(errors=[FieldError("/measure", "subject", f"{measure.code}: {subject}")])


class State(StrEnum):
    """Where a directive stands."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    EXPIRED = "expired"


class Act(StrEnum):
    """What may happen to a directive."""

    IDENTIFY = "identify"
    LIFT = "lift"
    EXPIRE = "expire"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.IN_FORCE: ("惩戒中", "In force"),
    State.LIFTED: ("已解除", "Lifted"),
    State.EXPIRED: ("已届满", "Expired"),
}
TRANSITIONS = TransitionTable(
    {
        (State.IN_FORCE, Act.IDENTIFY): State.IN_FORCE,
        (State.IN_FORCE, Act.LIFT): State.LIFTED,
        (State.IN_FORCE, Act.EXPIRE): State.EXPIRED,
    },
    STATE_LABELS,
    ActNotAllowed,
)
after = TRANSITIONS.after
TERM_OVER = "惩戒期限届满 / the term is over"
GROUND_GONE = "惩戒依据已不存在：名单移出、处罚公示终止或者记录更正 / the ground has fallen away"


@dataclass(frozen=True)
class Terms:
    """By when a department says what it has done, for directives of `since` or later."""

    since: date
    feedback: Term


TERMS: tuple[Terms, ...] = (
    Terms(
        date(2014, 10, 1),
        Term("feedback", 20, f"联合惩戒执行情况反馈（{OWN_RULE}）", confirmed=False, note=OWN_RULE),
    ),
)


def feedback_term(day: date) -> Term:
    """The term for the departments' feedback on a directive of `day`."""
    return in_force(TERMS, day).feedback


def number_of(region: str, day: date, serial: int) -> str:
    """The number of a directive, which people read out on the phone."""
    return f"CJ{region}{day:%Y%m%d}{serial:06d}"


def settles(state: State, lifting_decision_number: str | None) -> bool:
    """Whether an earlier directive keeps its listing from directing the same again: it stands, ran out, or an official
    lifted it. One that fell with its ground comes back when the ground does."""
    return state is not State.LIFTED or lifting_decision_number is not None
