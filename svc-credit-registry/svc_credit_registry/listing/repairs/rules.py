"""How long penalties are published, who may ask for credit repair when, and within which terms it is decided. Pure.

Dated rows: a penalty keeps the rule of the day of its decision, an application that of the day it was made. The last
day of a period still belongs to it: publication ends on the day after, and repair may be asked for from the day after.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.terms import OWN_RULE, in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.periods.rules import Clock, Period
from svc_credit_registry.listing.repairs.errors import RepairActNotAllowed

ORDER_71 = "《工商行政管理行政处罚信息公示暂行规定》（工商总局令第71号，2014-10-01起施行）"
ORDER_45 = "《市场监督管理行政处罚信息公示规定》（市场监管总局令第45号，2021-09-01起施行）"
REPAIR_MEASURE = "《市场监督管理信用修复管理办法》（国市监信规〔2021〕3号，2021-09-01起施行）"
CONFIRM = "article number from secondary sources; to be confirmed against the promulgated text"

WORDS: dict[str, tuple[str, ...]] = {
    "warning": ("警告",),
    "criticism": ("通报批评",),
    "fine": ("罚款",),
    "confiscation": ("没收",),
    "licence_revoked": ("吊销", "暂扣", "降低资质"),
    "business_restricted": ("停产", "停业", "限制开展", "关闭", "限制从业"),
    "detention": ("拘留",),
}
"""Kinds of penalty (Administrative Penalty Law, article 9) and the words by which decisions call them."""
MINOR = frozenset({"warning", "criticism", "fine"})


def types_of(words: Iterable[str]) -> frozenset[str]:
    """The kinds of penalty which the words of a decision name; unknown ones count as `other`."""
    return frozenset(_type_of(word) for word in words)


def _type_of(word: str) -> str:
    if word in WORDS:
        return word
    return next((code for code, signs in WORDS.items() if any(sign in word for sign in signs)), "other")


@dataclass(frozen=True)
class SmallFine:
    """Up to which fine a penalty counts as small, in yuan, where `province` says so; "" for all others."""

    province: str
    since: date
    entity_yuan: Decimal
    person_yuan: Decimal
    basis: str
    confirmed: bool = False


SMALL_FINES: tuple[SmallFine, ...] = (
    SmallFine("", date(2021, 9, 1), Decimal(100_000), Decimal(10_000), f"{ORDER_45}第十三条；数额：{OWN_RULE}"),
    SmallFine(
        "42",
        date(2021, 9, 1),
        Decimal(100_000),
        Decimal(10_000),
        "湖北省市场监督管理局：较低数额罚款标准（单位10万元、个人1万元以下）",
    ),
)


def small_fine(region: str, day: date) -> SmallFine:
    """The row for a region on a day; the province's own before that for all. For days before it, the first one."""
    rows = [row for row in SMALL_FINES if row.province and region.startswith(row.province)]
    rows = rows or [row for row in SMALL_FINES if not row.province]
    return in_force(rows, max(day, rows[0].since))


@dataclass(frozen=True)
class Penalty:
    """What the rules look at in a penalty on the record."""

    code: str
    region: str
    decided_on: date
    published_on: date
    types: frozenset[str]
    fine_yuan: Decimal = Decimal(0)
    field: str = "general"
    laws: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        """Whether the lower sum for natural persons counts: individual businesses have category 2 in their code."""
        return self.code[1] == "2"


@dataclass(frozen=True)
class Publication:
    """How long penalties are published; `minor` is None where small ones are treated like all others."""

    version: str
    since: date
    standard: Period
    minor: Period | None
    warnings: bool
    basis: str


def _months(node: str, zh: str, en: str, months: int, basis: str, note: str = "") -> Period:
    return Period(node, zh, en, months, "months", basis, confirmed=not note, note=note)


PUBLICATIONS: tuple[Publication, ...] = (
    Publication(
        "saic-71-2014",
        date(2014, 10, 1),
        _months("publication", "公示五年", "Published for five years", 60, ORDER_71, CONFIRM),
        minor=None,
        warnings=True,
        basis=ORDER_71,
    ),
    Publication(
        "samr-45-2021",
        date(2021, 9, 1),
        _months("publication", "公示三年", "Published for three years", 36, f"{ORDER_45}第十三条"),
        minor=_months("publication", "公示三个月", "Published for three months", 3, f"{ORDER_45}第十三条"),
        warnings=False,
        basis=ORDER_45,
    ),
)


def publication_on(day: date) -> Publication:
    """The row in force on `day`; for days before the first one, the first one."""
    return in_force(PUBLICATIONS, max(day, PUBLICATIONS[0].since))


@dataclass(frozen=True)
class Shown:
    """Whether a penalty is published, why, and until when; `clock` is None where it never is."""

    is_published: bool
    clock: Clock | None
    basis: str
    is_minor: bool = False


def shown(penalty: Penalty) -> Shown:
    """The term of publication of a penalty: a mere warning is not published, small ones 3 months, others 3 years."""
    row = publication_on(penalty.decided_on)
    if penalty.types == {"warning"} and not row.warnings:
        return Shown(False, None, f"{row.basis}：仅受到警告的不予公示 / a mere warning is not published")
    minor = row.minor is not None and is_minor(penalty)
    period = row.minor if minor and row.minor else row.standard
    return Shown(True, Clock(period, penalty.published_on, "system"), period.basis, minor)


def is_minor(penalty: Penalty) -> bool:
    """Whether nothing but criticism or a small fine (beside a warning) was imposed."""
    if not penalty.types or not penalty.types <= MINOR:
        return False
    if "fine" not in penalty.types:
        return True
    row = small_fine(penalty.region, penalty.decided_on)
    return penalty.fine_yuan < (row.person_yuan if penalty.is_person else row.entity_yuan)


def published_on(recorded_on: date, due_on: date | None) -> date:
    """From when the term of publication runs: the day it was published, at the latest the day it had to be.

    So an authority that publishes late does not lengthen the term at the enterprise's cost (a rule of this platform).
    """
    return recorded_on if due_on is None else min(recorded_on, due_on)


FIELDS = {"食品": "food", "药品": "drugs", "特种设备": "special_equipment"}
"""Fields in which repair may be asked for after a year only, by the law cited."""
_LAW = re.compile(r"《([^》]{2,60})》")


def laws_of(legal_basis: str | None) -> frozenset[str]:
    """The statutes which a decision cites."""
    return frozenset(_LAW.findall(legal_basis or ""))


def field_of(given: str | None, laws: frozenset[str]) -> str:
    """The field of a penalty: as its producer gave it, else by the statutes it cites."""
    if given:
        return given
    return next((field for word, field in FIELDS.items() if any(word in law for law in laws)), "general")


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
TERMS: tuple[Terms, ...] = (
    Terms(
        version="samr-3-2021",
        since=date(2021, 9, 1),
        measure=REPAIR_MEASURE,
        waiting=_months("waiting", "公示满六个月", "Published for six months", 6, _SIXTH),
        waiting_long=_months("waiting", "公示满一年", "Published for a year", 12, _SIXTH),
        acceptance=_days("acceptance", "决定是否受理", "Accepting the application", 2, "第十条"),
        decision=_days("decision", "作出修复决定", "Deciding on the repair", 15, "第十二条"),
        stop=_days("stop", "停止公示", "Stopping the publication", 3, "第十三条"),
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


def hindrances(terms: Terms, penalty: Penalty, *, listed: bool, again: bool, today: date) -> tuple[Hindrance, ...]:
    """All that stands against an application, from what the record tells; none when it may be made."""
    state = shown(penalty)
    waiting = waiting_of(terms, penalty)
    found = []
    if state.clock is None:
        found.append(Hindrance("not_published", "该处罚不予公示，无需修复", "It is not published", state.basis))
    elif state.is_minor:
        text = "仅通报批评或者较低数额罚款，公示三个月后自动停止"
        found.append(Hindrance("ends_by_itself", text, "A small one ends by itself after three months", _SIXTH))
    elif not waiting.is_overdue(today):
        found.append(
            Hindrance("too_early", "公示时间未满", "Not published long enough yet", _SIXTH, until=waiting.due_on)
        )
    if listed:
        found.append(Hindrance("listed", "在经营异常名录或者严重违法失信名单中", "Stands on one of the lists", _SIXTH))
    if again:
        found.append(Hindrance("again", "因同一类违法行为再次受到处罚", "Penalised again for the same kind", _SIXTH))
    return tuple(found)


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
