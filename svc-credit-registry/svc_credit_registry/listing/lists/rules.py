"""Entries on the lists: states and acts, what carries a ground, from when its clocks run. Pure.

`TRANSITIONS` is the whole state machine. Dates of the law come from the dated sets of `grounds`.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from shared.calendar import Interval
from shared.codes import regions
from shared.errors import FieldError
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.listing.grounds.rules import (
    ANNUAL_REPORT,
    FALSE_INFORMATION,
    NOT_PUBLISHED,
    THREE_YEARS,
    UNREACHABLE,
    ListKind,
    Terms,
)
from svc_credit_registry.listing.lists.errors import EvidenceInvalid, ListActNotAllowed
from svc_credit_registry.listing.periods.rules import Clock


class State(StrEnum):
    """Where an entry stands."""

    PROPOSED = "proposed"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    REMOVED = "removed"
    CORRECTED = "corrected"
    EXPIRED = "expired"


class Act(StrEnum):
    """What is done about an entry. Most of them are decisions with a document."""

    PROPOSE = "propose"
    STATE_CASE = "state_case"
    ASK_HEARING = "ask_hearing"
    ANNOUNCE_HEARING = "announce_hearing"
    END_HEARING = "end_hearing"
    CONSENT = "consent"
    LIST = "list"
    REFUSE = "refuse"
    WARN = "warn"
    ESCALATE = "escalate"
    OBJECT = "object"
    ACCEPT_OBJECTION = "accept_objection"
    REJECT_OBJECTION = "reject_objection"
    CORRECT = "correct"
    APPLY_REMOVAL = "apply_removal"
    ACCEPT_REMOVAL = "accept_removal"
    VERIFY_REMOVAL = "verify_removal"
    REFUSE_REMOVAL = "refuse_removal"
    REMOVE = "remove"
    REVOKE_REMOVAL = "revoke_removal"
    EXPIRE = "expire"
    RECOMPUTE = "recompute"
    REMARK = "remark"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.PROPOSED: ("拟列入", "Proposed"),
    State.LISTED: ("已列入", "Listed"),
    State.NOT_LISTED: ("决定不予列入", "Not listed"),
    State.REMOVED: ("已移出", "Removed"),
    State.CORRECTED: ("列入有误，已更正", "Listed in error, corrected"),
    State.EXPIRED: ("期满移出", "Removed at the end of its term"),
}
TRANSITIONS = TransitionTable(
    {
        (State.PROPOSED, Act.STATE_CASE): State.PROPOSED,
        (State.PROPOSED, Act.ASK_HEARING): State.PROPOSED,
        (State.PROPOSED, Act.ANNOUNCE_HEARING): State.PROPOSED,
        (State.PROPOSED, Act.END_HEARING): State.PROPOSED,
        (State.PROPOSED, Act.CONSENT): State.PROPOSED,
        (State.PROPOSED, Act.LIST): State.LISTED,
        (State.PROPOSED, Act.REFUSE): State.NOT_LISTED,
        (State.LISTED, Act.WARN): State.LISTED,
        (State.LISTED, Act.ESCALATE): State.LISTED,
        (State.LISTED, Act.OBJECT): State.LISTED,
        (State.LISTED, Act.ACCEPT_OBJECTION): State.LISTED,
        (State.LISTED, Act.REJECT_OBJECTION): State.LISTED,
        (State.LISTED, Act.CORRECT): State.CORRECTED,
        (State.LISTED, Act.APPLY_REMOVAL): State.LISTED,
        (State.LISTED, Act.ACCEPT_REMOVAL): State.LISTED,
        (State.LISTED, Act.VERIFY_REMOVAL): State.LISTED,
        (State.LISTED, Act.REFUSE_REMOVAL): State.LISTED,
        (State.LISTED, Act.REMOVE): State.REMOVED,
        (State.LISTED, Act.EXPIRE): State.EXPIRED,
        (State.REMOVED, Act.REVOKE_REMOVAL): State.LISTED,
        (State.REMOVED, Act.CORRECT): State.CORRECTED,
    },
    STATE_LABELS,
    ListActNotAllowed,
)
after = TRANSITIONS.after
ACT_LABELS: dict[Act, tuple[str, str]] = {
    Act.PROPOSE: ("拟列入告知", "Told of the proposed listing"),
    Act.STATE_CASE: ("陈述申辩", "Statement of the enterprise"),
    Act.ASK_HEARING: ("要求听证", "Hearing asked for"),
    Act.ANNOUNCE_HEARING: ("听证通知", "Notice of the hearing"),
    Act.END_HEARING: ("听证结束", "End of the hearing"),
    Act.CONSENT: ("上级部门同意", "Consent of the superior"),
    Act.LIST: ("列入决定", "Decision to list"),
    Act.REFUSE: ("不予列入决定", "Decision not to list"),
    Act.WARN: ("届满三年前提示", "Warning before three years"),
    Act.ESCALATE: ("届满三年，提请列入严重违法失信名单", "Three years are over: proposed for the serious list"),
    Act.OBJECT: ("提出异议", "Objection"),
    Act.ACCEPT_OBJECTION: ("受理异议", "Objection accepted"),
    Act.REJECT_OBJECTION: ("异议不成立", "Objection rejected"),
    Act.CORRECT: ("更正列入", "Wrong entry corrected"),
    Act.APPLY_REMOVAL: ("申请移出", "Application for removal"),
    Act.ACCEPT_REMOVAL: ("受理移出申请", "Application accepted"),
    Act.VERIFY_REMOVAL: ("核实整改", "Cure verified"),
    Act.REFUSE_REMOVAL: ("不予移出决定", "Decision not to remove"),
    Act.REMOVE: ("移出决定", "Decision to remove"),
    Act.REVOKE_REMOVAL: ("撤销移出决定", "Removal revoked"),
    Act.EXPIRE: ("期满移出决定", "Removal at the end of the term"),
    Act.RECOMPUTE: ("期限重算", "Dates computed anew"),
    Act.REMARK: ("情况说明", "Remark"),
}
PUBLIC_STATES: dict[ListKind, frozenset[State]] = {
    ListKind.ABNORMAL: frozenset({State.LISTED, State.REMOVED}),
    ListKind.SERIOUS: frozenset({State.LISTED}),
}
"""What is shown to everybody: removals from the abnormal list are public themselves (Order 68, article 10)."""

REMEDIES_ZH = (
    "对本决定不服的，可以自收到本决定之日起六十日内申请行政复议，或者自收到本决定之日起六个月内向人民法院提起行政诉讼。"
)
REMEDIES_EN = "An application for review may be filed within 60 days, or a lawsuit within six months, of receipt."
LETTERS_APART = (15, 30)
"""Days between the two letters to the registered place (Order 68, article 9)."""
HEAVY_PENALTIES = frozenset(
    {"heavier_fine", "qualification_lowered", "licence_revoked", "business_restricted", "other_by_law"}
)
"""What counts as a heavy penalty (Order 44, article 2)."""
INDIVIDUALS = "2"
"""The category of individual businesses in a credit code: they are marked, not listed (Order 69 of 2014)."""


def is_subject(code: str) -> bool:
    """Whether the lists take an entity with this credit code."""
    return code[1] != INDIVIDUALS


def must_report(established_on: date, year: int) -> bool:
    """Whether an enterprise owes an annual report for `year`: a new one from the year after its founding."""
    return established_on.year <= year


def report_period_end(year: int) -> date:
    """The last day on which the annual report for `year` may be published: 30 June of the next one."""
    return date(year + 1, 6, 30)


@dataclass(frozen=True)
class Evidence:
    """What a proposal rests on. Which of it is needed depends on the ground."""

    verified_on: date
    report_year: int | None = None
    ordered_until: date | None = None
    letters: tuple[date, ...] = ()
    visited_on: date | None = None
    penalty_document: str | None = None
    penalty_on: date | None = None
    penalty_types: frozenset[str] = field(default_factory=frozenset)


def decision_from(ground: str, evidence: Evidence) -> date:
    """The day from which the clock of the decision runs."""
    if ground == ANNUAL_REPORT and evidence.report_year is not None:
        return report_period_end(evidence.report_year)
    if ground == NOT_PUBLISHED and evidence.ordered_until is not None:
        return evidence.ordered_until
    return evidence.verified_on


def check_evidence(terms: Terms, ground: str, evidence: Evidence, founded_on: date, today: date) -> None:
    """Refuses with 422, naming each fault, what does not carry the ground, or lies outside the enterprise's life."""
    faults = _faults(terms, ground, evidence, today) + _day_faults(evidence, founded_on, today)
    if evidence.report_year is not None and ground != ANNUAL_REPORT:
        faults.append(("report_year", "not_of_ground", "仅适用于未报年度报告 / for a missing annual report alone"))
    if faults:
        raise EvidenceInvalid(errors=[FieldError(f"/{name}", code, text) for name, code, text in faults])


def _faults(terms: Terms, ground: str, evidence: Evidence, today: date) -> list[tuple[str, str, str]]:
    if terms.kind is ListKind.SERIOUS:
        return [] if ground == THREE_YEARS else _penalty_faults(terms, evidence)
    if ground == ANNUAL_REPORT:
        if evidence.report_year is None:
            return [("report_year", "missing", "须注明未报年度 / name the year not reported")]
        if today <= report_period_end(evidence.report_year):
            return [("report_year", "period_open", "年报期限尚未届满 / the period for reporting is still open")]
    if ground == NOT_PUBLISHED and (evidence.ordered_until is None or evidence.ordered_until >= today):
        return [("ordered_until", "order_open", "责令期限须已届满 / the period ordered must have ended")]
    if ground == UNREACHABLE and evidence.visited_on is None:
        return _letter_faults(evidence)
    return []


def _day_faults(evidence: Evidence, founded_on: date, today: date) -> list[tuple[str, str, str]]:
    visited, penalised = evidence.visited_on, evidence.penalty_on
    days = [("verified_on", evidence.verified_on), ("visited_on", visited), ("penalty/decided_on", penalised)]
    days += [("ordered_until", evidence.ordered_until), *(("letters", letter) for letter in evidence.letters)]
    faults = [
        (name, "in_future", "日期不能晚于今日 / later than today")
        if day > today
        else (name, "before_founding", f"早于成立日期 {founded_on} / before the enterprise was founded")
        for name, day in days
        if day is not None and not founded_on <= day <= today
    ]
    if visited is not None and evidence.verified_on < visited <= today:
        faults.append(("verified_on", "before_visit", "查实不早于实地核查 / verified before the visit"))
    return faults


def _letter_faults(evidence: Evidence) -> list[tuple[str, str, str]]:
    if len(evidence.letters) != 2:
        return [("letters", "missing", "须两次邮寄专用信函或者实地核查 / two letters, or a visit, are needed")]
    days = (evidence.letters[1] - evidence.letters[0]).days
    if not LETTERS_APART[0] <= days <= LETTERS_APART[1]:
        return [("letters", "interval", "两次邮寄间隔不少于15日、不超过30日 / 15 to 30 days apart")]
    if evidence.verified_on < evidence.letters[1]:
        return [("verified_on", "before_letter", "查实不早于第二次邮寄 / verified before the second letter")]
    return []


def _penalty_faults(terms: Terms, evidence: Evidence) -> list[tuple[str, str, str]]:
    faults = []
    if not evidence.penalty_document or evidence.penalty_on is None:
        faults.append(("penalty", "missing", "须注明处罚决定 / name the decision on the penalty"))
    elif terms.consent and not evidence.penalty_types & HEAVY_PENALTIES:
        faults.append(("penalty/types", "not_heavy", "未受到较重行政处罚 / no heavy penalty (Order 44, article 2)"))
    return faults


def needs_consent(terms: Terms, region: str) -> bool:
    """Whether an authority of `region` may list only with its superior's consent: below the province."""
    return terms.consent and regions.level(region) in ("city", "county")


@dataclass(frozen=True)
class Dates:
    """The days of an entry from which its clocks are computed."""

    decide_from: date
    statement_from: date | None = None
    waived_on: date | None = None
    heard: Interval | None = None
    decided_on: date | None = None
    listed_on: date | None = None
    warned_on: date | None = None
    escalated_on: date | None = None
    ended_on: date | None = None


def decision_clock(terms: Terms, dates: Dates) -> Clock:
    """The clock of the decision: a hearing does not count (the procedure of penalties, article 64)."""
    heard = (dates.heard,) if dates.heard else ()
    return Clock(terms.decision, dates.decide_from, "officer", dates.decided_on, heard)


def clocks_of(terms: Terms, dates: Dates) -> tuple[Clock, ...]:
    """All clocks of an entry so far; each can explain itself."""
    clocks = [decision_clock(terms, dates)]
    if terms.statement and dates.statement_from:
        clocks.append(Clock(terms.statement, dates.statement_from, "enterprise", dates.waived_on or dates.decided_on))
    listed, ended = dates.listed_on, dates.ended_on
    if listed is None:
        return tuple(clocks)
    clocks.append(Clock(terms.objection, listed, "enterprise", ended))
    timed = (
        (terms.publication, listed),  # the entry is public with the decision
        (terms.warning, dates.warned_on or ended),
        (terms.escalation, dates.escalated_on or ended),
        (terms.early_removal, ended),
        (terms.lasts, ended),
    )
    clocks += [Clock(period, listed, "system", met) for period, met in timed if period]
    return tuple(clocks)


@dataclass(frozen=True)
class Calendar:
    """The days which a listing sets: each None where the measure has no such period."""

    objection_until: date
    warn_on: date | None
    escalates_on: date | None
    expires_on: date | None
    early_removal_from: date | None


def calendar_of(terms: Terms, listed_on: date) -> Calendar:
    """What a listing on `listed_on` sets off."""

    def due(name: str) -> date | None:
        period = getattr(terms, name)
        return period.due_on(listed_on) if period else None

    return Calendar(
        terms.objection.due_on(listed_on), due("warning"), due("escalation"), due("lasts"), due("early_removal")
    )


def escalation_waits_until(escalates_on: date, warned_on: date, warning_days: int) -> date:
    """The last day on which an entry is not escalated yet: three years are to pass, and the warning's 60 days."""
    return max(escalates_on, warned_on + timedelta(days=warning_days))


def province_of(region: str) -> str:
    """The province of a region: there, or above, those of three years are listed (Regulations, article 17)."""
    return region[:2] + "0000"


def number_for(kind: ListKind, region: str, day: date, serial: int) -> str:
    """The number people read out, such as YC421303-20261121-000045 (异常) or YZ... (严重)."""
    return f"{'YC' if kind is ListKind.ABNORMAL else 'YZ'}{region}-{day:%Y%m%d}-{serial:06d}"


_WORDS = {
    Act.LIST: "列", Act.REFUSE: "不列", Act.REMOVE: "移", Act.REFUSE_REMOVAL: "不移", Act.EXPIRE: "期移",
    Act.CORRECT: "更", Act.REJECT_OBJECTION: "异复", Act.REVOKE_REMOVAL: "撤移",
}  # fmt: skip


def document_number(kind: ListKind, act: Act, region: str, year: int, serial: int) -> str:
    """The number of a decision, such as 曾都区市监异列〔2026〕12号."""
    word = ("异" if kind is ListKind.ABNORMAL else "严") + _WORDS[act]
    name = regions.name(region) if regions.is_known(region) else region
    return f"{name}市监{word}〔{year}〕{serial}号"


GROUNDS_WITH_CLOCK_FROM_CURE = frozenset({FALSE_INFORMATION, UNREACHABLE})
"""Grounds whose removal is decided within 5 working days of the verification, not of the application (Order 68)."""
