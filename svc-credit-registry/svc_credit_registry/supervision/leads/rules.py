"""Leads (监测线索): sources, states, terms, what may be closed why, what may be published. Pure.

A lead is checked within 15 working days of being found, and then it is decided whether a case is opened: article 18 of
the procedure rules for administrative penalties of market regulation. A lead keeps the terms of the day it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, calendar_days_after, working_days_after
from shared.errors import FieldError
from shared.terms import OWN_RULE, in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.periods.rules import Period
from svc_credit_registry.supervision.leads.errors import (
    ActNotAllowed,
    AlreadyExtended,
    CaseTermUnfit,
    GroundNotFitting,
    LeadElsewhere,
    NotPublishable,
    SpanInvalid,
)

MOST_ROWS = 5_000
MOST_BYTES = 8 * 1024 * 1024
ORDER_42 = "《市场监督管理行政处罚程序规定》（市场监管总局令第42号修正，2021-07-15起施行）"
ORDER_2 = "《市场监督管理行政处罚程序暂行规定》（市场监管总局令第2号，2019-04-01起施行）"
PUBLICATION_BASIS = "《市场监督管理行政处罚信息公示规定》（市场监管总局令第45号，2021-09-01起施行）"


class LeadSource(StrEnum):
    """Where a lead comes from."""

    ADVERTISING = "advertising_monitoring"
    ONLINE_MARKET = "online_market_monitoring"
    PYRAMID_SELLING = "pyramid_selling"
    OTHER = "other"


SOURCE_LABELS: dict[LeadSource, tuple[str, str]] = {
    LeadSource.ADVERTISING: ("广告监测", "Monitoring of advertising"),
    LeadSource.ONLINE_MARKET: ("网络交易监测", "Monitoring of online markets"),
    LeadSource.PYRAMID_SELLING: ("传销线索", "Pyramid selling"),
    LeadSource.OTHER: ("其他部门移送", "Handed over by others"),
}


class LeadState(StrEnum):
    """Where a lead stands."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    VERIFIED = "verified"
    TRANSFERRED = "transferred"
    CONCLUDED = "concluded"
    CLOSED = "closed"


class Act(StrEnum):
    """What may happen to a lead."""

    MATCH = "match"
    ASSIGN = "assign"
    EXTEND = "extend"
    VERIFY = "verify"
    TRANSFER = "transfer"
    EXTEND_CASE = "extend_case"
    CONCLUDE = "conclude"
    CLOSE = "close"
    PUBLISH = "publish"


STATE_LABELS: dict[LeadState, tuple[str, str]] = {
    LeadState.RECEIVED: ("待分派", "Waits to be assigned"),
    LeadState.ASSIGNED: ("核查中", "Being checked"),
    LeadState.VERIFIED: ("已核查，待处理", "Checked, to be dealt with"),
    LeadState.TRANSFERRED: ("已移送立案", "Transferred to a penalty case"),
    LeadState.CONCLUDED: ("案件已办结", "The case is concluded"),
    LeadState.CLOSED: ("已结束", "Closed"),
}
TRANSITIONS = TransitionTable(
    {
        (LeadState.RECEIVED, Act.MATCH): LeadState.RECEIVED,
        (LeadState.RECEIVED, Act.ASSIGN): LeadState.ASSIGNED,
        (LeadState.RECEIVED, Act.CLOSE): LeadState.CLOSED,
        (LeadState.ASSIGNED, Act.MATCH): LeadState.ASSIGNED,
        (LeadState.ASSIGNED, Act.ASSIGN): LeadState.ASSIGNED,
        (LeadState.ASSIGNED, Act.EXTEND): LeadState.ASSIGNED,
        (LeadState.ASSIGNED, Act.VERIFY): LeadState.VERIFIED,
        (LeadState.VERIFIED, Act.TRANSFER): LeadState.TRANSFERRED,
        (LeadState.VERIFIED, Act.CLOSE): LeadState.CLOSED,
        (LeadState.TRANSFERRED, Act.EXTEND_CASE): LeadState.TRANSFERRED,
        (LeadState.TRANSFERRED, Act.CONCLUDE): LeadState.CONCLUDED,
        (LeadState.CONCLUDED, Act.PUBLISH): LeadState.CONCLUDED,
        (LeadState.CLOSED, Act.PUBLISH): LeadState.CLOSED,
    },
    STATE_LABELS,
    ActNotAllowed,
)
after = TRANSITIONS.after
WAITING = (LeadState.RECEIVED, LeadState.ASSIGNED, LeadState.VERIFIED, LeadState.TRANSFERRED)


class Finding(StrEnum):
    """What the check has found."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    SUBJECT_NOT_FOUND = "subject_not_found"


class LeadGround(StrEnum):
    """Why a lead is closed without a case."""

    DUPLICATE = "duplicate"
    NO_JURISDICTION = "no_jurisdiction"
    UNSUBSTANTIATED = "unsubstantiated"
    SUBJECT_NOT_FOUND = "subject_not_found"
    CORRECTED = "corrected"
    TOO_SLIGHT = "too_slight"


CLOSING: dict[LeadGround, frozenset[Finding | None]] = {
    LeadGround.DUPLICATE: frozenset({None, *Finding}),
    LeadGround.NO_JURISDICTION: frozenset({None, *Finding}),
    LeadGround.UNSUBSTANTIATED: frozenset({Finding.UNSUBSTANTIATED}),
    LeadGround.SUBJECT_NOT_FOUND: frozenset({Finding.SUBJECT_NOT_FOUND}),
    LeadGround.CORRECTED: frozenset({Finding.SUBSTANTIATED}),
    LeadGround.TOO_SLIGHT: frozenset({Finding.SUBSTANTIATED}),
}
"""After which finding a ground may close a lead; None is before any check (slight: 行政处罚法 article 33)."""
PENALISED, NOT_PENALISED = "penalised", "not_penalised"
REVOKED = "revoked"
"""The state of a penalty which was set aside: it stays on the record, and nobody is penalised by it."""
PENALTY_GONE = "处罚决定已撤销或者已不在公示之列 / the penalty was revoked, or stands on the record no more"
MOST_CASE_EXTENSIONS = 2
"""Of a case: one by approval, and one which a collective discussion decides."""
PUT_RIGHT = Period(
    "publication", "公示三个月", "Published for three months", 3, "months", OWN_RULE, confirmed=False,
    note="未受处罚的，公示期不长于较轻处罚的公示期 / what brought no penalty is shown no longer than the smallest one",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """The terms for leads that came on `since` or later."""

    version: str
    since: date
    check_days: int
    extension_days: int
    case_days: int
    case_extension_days: int
    check_basis: str
    case_basis: str
    confirmed: bool = True
    note: str = ""


TERMS: tuple[Terms, ...] = (
    Terms(
        "order-2-2019", date(2019, 4, 1), 15, 15, 90, 30,
        f"{ORDER_2}第十七条：十五个工作日内核查", f"{ORDER_2}第五十七条：九十日，经批准可以延长三十日",
        confirmed=False, note="numbers of the articles await a second source",
    ),
    Terms(
        "order-42-2021", date(2021, 7, 15), 15, 15, 90, 30,
        f"{ORDER_42}第十八条：自发现线索或者收到材料之日起十五个工作日内核查，特殊情况可延长十五个工作日",
        f"{ORDER_42}第六十四条：自立案之日起九十日内作出处理决定，经批准可以延长三十日，此后经集体讨论确定合理期限",
    ),
)  # fmt: skip


def terms_on(day: date) -> Terms:
    """The terms for a lead that comes on `day`; the oldest known ones before them."""
    return in_force(TERMS, max(day, TERMS[0].since))


def terms_of(version: str) -> Terms:
    """The terms a lead came under, by the version stored with it."""
    return next(terms for terms in TERMS if terms.version == version)


def check_due(received_on: date, terms: Terms, *, extended: bool = False) -> Deadline:
    """By when a lead is checked; the extension counts on from the end of the term."""
    days = terms.check_days + (terms.extension_days if extended else 0)
    return working_days_after(received_on, days, basis=terms.check_basis)


def case_due(opened_on: date, terms: Terms, extensions: Sequence[date] = ()) -> Deadline:
    """By when a penalty case which was opened is decided, in calendar days, or on the day its last extension fixed."""
    if extensions:
        until = extensions[-1]
        return Deadline(opened_on, until, (until - opened_on).days, "calendar_days", terms.case_basis)
    return calendar_days_after(opened_on, terms.case_days, basis=terms.case_basis)


def extended_case(opened_on: date, terms: Terms, before: Sequence[date], until: date | None) -> date:
    """By when an extended case is decided: the first extension has its days by law, the second the day that a
    collective discussion fixes. 409 for a third, 422 for a day where none is fixed, or an earlier one.
    """
    if len(before) >= MOST_CASE_EXTENSIONS:
        raise AlreadyExtended(before[-1].isoformat())
    if not before:
        if until is not None:
            raise CaseTermUnfit(errors=[FieldError("/until", "by_law", terms.case_basis)])
        days = terms.case_days + terms.case_extension_days
        return calendar_days_after(opened_on, days, basis=terms.case_basis).due_on
    if until is None or until <= before[-1]:
        message = f"请填写集体讨论确定的期限，晚于{before[-1]} / the day fixed by discussion, a later one"
        raise CaseTermUnfit(errors=[FieldError("/until", "required", message)])
    return until


def check_handler(region: str, own: str | None) -> None:
    """Only the authority of the lead's region acts on it; superiors read and assign (403)."""
    if own != region:
        raise LeadElsewhere(region)


def check_once(extended_on: date | None) -> None:
    """A term is extended once (409)."""
    if extended_on is not None:
        raise AlreadyExtended(extended_on.isoformat())


def check_span(since: date, until: date) -> None:
    """Refuses (422) to count over a period that ends before it begins."""
    if until < since:
        raise SpanInvalid(errors=[FieldError("#until", "before_since", f"{since} … {until}")])


def check_transfer(finding: Finding | None) -> None:
    """A case is opened for what was substantiated (行政处罚法第五十四条), else 422."""
    if finding is not Finding.SUBSTANTIATED:
        raise GroundNotFitting(errors=[FieldError("/case_number", "finding", f"{finding}")])


def check_closing(ground: LeadGround, finding: Finding | None) -> None:
    """Refuses (422) a ground that the finding does not bear out."""
    if finding not in CLOSING[ground]:
        raise GroundNotFitting(errors=[FieldError("/ground", "finding", f"{ground} / {finding}")])


def check_publication(state: LeadState, outcome: str | None, ground: str | None, code: str | None) -> None:
    """Only a penalty, or what was found and put right, is published; nobody is named for nothing (409)."""
    penalised = state is LeadState.CONCLUDED and outcome == PENALISED
    corrected = state is LeadState.CLOSED and ground == LeadGround.CORRECTED
    if code is None or not (penalised or corrected):
        raise NotPublishable


def number_of(region: str, day: date, serial: int) -> str:
    """The number of a lead, which people read out on the phone."""
    return f"XS{region}{day:%Y%m%d}{serial:06d}"
