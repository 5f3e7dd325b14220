"""States of a complaint, the acts between them, and the dated terms of the law.

`TRANSITIONS` is the whole state machine: what it does not list is refused. `TERMS` holds one row for each measure which
was in force; a complaint keeps the row of the day on which it was received.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.terms import OWN_RULE, Term, in_force
from shared.transitions import TransitionTable
from svc_complaints.cases.errors import ActNotAllowed


class State(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"
    CLOSED = "closed"
    OBJECTED = "objected"
    PUBLISHED = "published"
    WITHHELD = "withheld"


class Viewer(StrEnum):
    """On which side of a complaint somebody stands; the system acts where the law itself ends a step."""

    COMPLAINANT = "complainant"
    RESPONDENT = "respondent"
    OFFICER = "officer"
    SYSTEM = "system"


class Act(StrEnum):
    FILE = "file"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    RECORD_MEDIATION = "record_mediation"
    SUSPEND = "suspend"
    RESUME = "resume"
    RECUSE = "recuse"
    CONCLUDE = "conclude"
    CLOSE = "close"
    TELL = "tell"
    RECOMPUTE = "recompute"
    OBJECT = "object"
    UPHOLD_OBJECTION = "uphold_objection"
    REJECT_OBJECTION = "reject_objection"
    PUBLISH = "publish"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.RECEIVED, Act.ACCEPT): State.ACCEPTED,
    (State.RECEIVED, Act.REFUSE): State.REFUSED,
    (State.RECEIVED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Act.RECORD_MEDIATION): State.ACCEPTED,
    (State.ACCEPTED, Act.SUSPEND): State.ACCEPTED,
    (State.ACCEPTED, Act.RESUME): State.ACCEPTED,
    (State.ACCEPTED, Act.CONCLUDE): State.CONCLUDED,
    (State.ACCEPTED, Act.CLOSE): State.CLOSED,
    (State.CONCLUDED, Act.TELL): State.CONCLUDED,
    (State.CLOSED, Act.TELL): State.CLOSED,
    (State.OBJECTED, Act.TELL): State.OBJECTED,
    (State.PUBLISHED, Act.TELL): State.PUBLISHED,
    (State.CONCLUDED, Act.OBJECT): State.OBJECTED,
    (State.CONCLUDED, Act.PUBLISH): State.PUBLISHED,
    (State.OBJECTED, Act.UPHOLD_OBJECTION): State.WITHHELD,
    (State.OBJECTED, Act.REJECT_OBJECTION): State.PUBLISHED,
}

OPEN_STATES = frozenset({State.RECEIVED, State.ACCEPTED, State.CONCLUDED, State.OBJECTED})
"""States in which somebody still has something to do."""

OFFICER_STATES = frozenset({State.RECEIVED, State.ACCEPTED, State.OBJECTED})
"""States in which the unit has something to do: only these can be overdue."""

ENDED_STATES = frozenset(State) - {State.RECEIVED, State.ACCEPTED, State.WITHDRAWN}
"""States in which the handling is over and can be evaluated."""

STATE_LABELS: dict[State, tuple[str, str]] = {
    State.RECEIVED: ("已收到，待决定是否受理", "Received, decision on acceptance pending"),
    State.ACCEPTED: ("已受理，调解中", "Accepted, in mediation"),
    State.REFUSED: ("不予受理", "Not accepted"),
    State.WITHDRAWN: ("投诉人已撤回", "Withdrawn by the complainant"),
    State.CONCLUDED: ("调解已结束，公示前异议期", "Mediation ended, window for objection"),
    State.CLOSED: ("已办结，不予公示", "Ended, not to be published"),
    State.OBJECTED: ("公示异议审查中", "Objection to publication under review"),
    State.PUBLISHED: ("已公示", "Published"),
    State.WITHHELD: ("异议成立，不予公示", "Objection upheld, not published"),
}

EVALUATE = ("可评价", "Rate the handling")

NEXT_ACTIONS: dict[Viewer, dict[State, tuple[str, str]]] = {
    Viewer.COMPLAINANT: {
        State.RECEIVED: ("等待受理机关作出决定", "The unit decides whether to accept"),
        State.ACCEPTED: ("参加调解", "Take part in the mediation"),
        **dict.fromkeys(sorted(ENDED_STATES), EVALUATE),
    },
    Viewer.RESPONDENT: {
        State.ACCEPTED: ("参加调解", "Take part in the mediation"),
        State.CONCLUDED: ("可在异议期内提出或者放弃异议", "Object to publication in time, or waive the objection"),
        State.OBJECTED: ("等待受理机关审查异议", "The unit decides on the objection"),
    },
    Viewer.OFFICER: {
        State.RECEIVED: ("决定是否受理", "Decide whether to accept"),
        State.ACCEPTED: ("组织调解并记录结果", "Mediate and record the outcome"),
        State.OBJECTED: ("审查异议并作出决定", "Decide on the objection"),
    },
}
"""What each side does next, or waits for; where nothing stands, there is nothing for it to do."""


after = TransitionTable(TRANSITIONS, STATE_LABELS, ActNotAllowed).after
"""The state which follows an act; raises `ActNotAllowed` (409) when the table does not list it."""


@dataclass(frozen=True)
class Terms:
    """The terms of one measure, in force from `since` until the next row begins."""

    version: str
    since: date
    measure: str
    acceptance: Term
    mediation: Term
    notice: Term
    objection: Term
    objection_decision: Term
    follow_up: Term
    claim_years: int


OBJECTION = Term("objection", 5, f"公示前被投诉人异议期 5 个工作日（{OWN_RULE}）")
OBJECTION_DECISION = Term("objection_decision", 7, f"公示异议审查期 7 个工作日（{OWN_RULE}）")
FOLLOW_UP = Term("follow_up", 5, f"国办发〔2019〕51号：差评应当核实、整改并反馈；期限 5 个工作日（{OWN_RULE}）")

ORDER_20 = "市场监督管理投诉举报处理暂行办法（市场监管总局令第20号，2020-01-01起施行）"
ORDER_121 = "市场监督管理投诉举报处理办法（市场监管总局令第121号，2026-04-15起施行）"
CARRIED_OVER = "Order 121 revises Order 20; the term is carried over until the text of its article is confirmed"

TERMS: tuple[Terms, ...] = (
    Terms(
        version="samr-20-2019",
        since=date(2020, 1, 1),
        measure=ORDER_20,
        acceptance=Term("acceptance", 7, f"{ORDER_20}第十四条"),
        mediation=Term("mediation", 45, f"{ORDER_20}第二十一条第一款第五项"),
        notice=Term("notice", 7, f"{ORDER_20}第二十一条第二款"),
        objection=OBJECTION,
        objection_decision=OBJECTION_DECISION,
        follow_up=FOLLOW_UP,
        claim_years=3,
    ),
    Terms(
        version="samr-121-2025",
        since=date(2026, 4, 15),
        measure=ORDER_121,
        acceptance=Term("acceptance", 7, ORDER_121, confirmed=False, note=CARRIED_OVER),
        mediation=Term("mediation", 45, ORDER_121, confirmed=False, note=CARRIED_OVER),
        notice=Term("notice", 7, ORDER_121, confirmed=False, note=CARRIED_OVER),
        objection=OBJECTION,
        objection_decision=OBJECTION_DECISION,
        follow_up=FOLLOW_UP,
        claim_years=3,
    ),
)


TERM_LABELS: dict[str, tuple[str, str]] = {
    "acceptance": ("决定是否受理", "Decision on acceptance"),
    "mediation": ("调解", "Mediation"),
    "notice": ("告知当事人调解终止", "Telling the parties that mediation ended"),
    "objection": ("公示前异议", "Objection before publication"),
    "objection_decision": ("异议审查", "Decision on the objection"),
    "follow_up": ("差评整改", "Follow-up of a bad grade"),
}


def terms_on(day: date) -> Terms:
    """The terms in force on `day`; raises ValueError before 2020-01-01, when another measure ruled."""
    return in_force(TERMS, day)


def terms_of(version: str) -> Terms:
    """The terms a complaint was received under, by the version stored with it."""
    return next(terms for terms in TERMS if terms.version == version)


def cite(terms: Terms, article: str) -> str:
    """The citation of an article as Order 20 numbers it; under the revision the new number is still to be confirmed."""
    if terms.measure == ORDER_20:
        return f"{terms.measure}{article}"
    return f"{terms.measure}（对应原第20号令{article}，新条次待核）"


def term_of(version: str, node: str) -> Term:
    """One term of a measure, such as `acceptance`."""
    term: Term = getattr(terms_of(version), node)
    return term


def is_over(due_on: date, today: date) -> bool:
    """Whether a period which ends on `due_on` has passed: its last day still belongs to it."""
    return today > due_on


def number_for(region: str, received_on: date, serial: int) -> str:
    """The number people read out on the phone, such as TS421303-20261121-000045."""
    return f"TS{region}-{received_on:%Y%m%d}-{serial:06d}"


HALF_WIDTH = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum() or chr(code) in "＠－．＋"
}
"""Full-width digits and letters read the same and must not hide anything; Chinese punctuation stays."""

PERSONAL_DATA: dict[str, re.Pattern[str]] = {
    "id_number": re.compile(
        r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?!\d)"
    ),
    "bank_card": re.compile(r"(?<![0-9A-Za-z])(?:62|4\d|5[1-5])(?:(?:[ -]?\d){14}|(?:[ -]?\d){17})(?![0-9Xx])"),
    "mobile_phone": re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)"),
    "landline": re.compile(r"(?<!\d)(?:0\d{2,3}[ -])\d{7,8}(?!\d)"),
    "email": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
}


def personal_data_in(text: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Which kinds of personal data `text` holds; full-width digits and a name written with spaces count too."""
    plain = text.translate(HALF_WIDTH)
    kinds = [kind for kind, pattern in PERSONAL_DATA.items() if pattern.search(plain)]
    if any(pattern.search(plain) for pattern in _name_patterns(names)):
        kinds.append("person_name")
    return tuple(kinds)


def scrub(text: str, names: Iterable[str] = ()) -> str:
    """`text` with every piece of personal data struck out, for the other side's eyes."""
    plain = text.translate(HALF_WIDTH)
    for pattern in (*PERSONAL_DATA.values(), *_name_patterns(names)):
        plain = pattern.sub("***", plain)
    return plain


def _name_patterns(names: Iterable[str]) -> list[re.Pattern[str]]:
    # One character is a surname at most, and strikes out half the text.
    return [re.compile(r"\s*".join(map(re.escape, name))) for name in names if len(name) >= 2]
