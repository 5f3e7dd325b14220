"""States of an application, the acts between them, and the dated terms of the law.

`TRANSITIONS` is the whole state machine: what it does not list is refused. A case keeps the terms of the day on which
it was submitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, Interval, working_days_after
from shared.terms import OWN_RULE, Term, in_force
from shared.transitions import TransitionTable
from svc_services.cases.errors import ActNotAllowed


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CORRECTION_REQUESTED = "correction_requested"
    RESUBMITTED = "resubmitted"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    REFUSED = "refused"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    REQUEST_CORRECTION = "request_correction"
    CORRECT = "correct"
    RESUBMIT = "resubmit"
    ACCEPT = "accept"
    EXTEND = "extend"
    GRANT = "grant"
    REFUSE = "refuse"
    ISSUE = "issue"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.EDIT): State.DRAFT,
    (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Act.REQUEST_CORRECTION): State.CORRECTION_REQUESTED,
    (State.SUBMITTED, Act.ACCEPT): State.ACCEPTED,
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.CORRECTION_REQUESTED, Act.CORRECT): State.CORRECTION_REQUESTED,
    (State.CORRECTION_REQUESTED, Act.RESUBMIT): State.RESUBMITTED,
    (State.CORRECTION_REQUESTED, Act.REFUSE): State.REFUSED,
    (State.CORRECTION_REQUESTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.RESUBMITTED, Act.ACCEPT): State.ACCEPTED,
    (State.RESUBMITTED, Act.REFUSE): State.REFUSED,
    (State.RESUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Act.EXTEND): State.ACCEPTED,
    (State.ACCEPTED, Act.GRANT): State.GRANTED,
    (State.ACCEPTED, Act.REFUSE): State.REFUSED,
    (State.ACCEPTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.GRANTED, Act.ISSUE): State.COMPLETED,
}

WAITING_FOR_OFFICER = frozenset({State.SUBMITTED, State.RESUBMITTED, State.ACCEPTED})
"""States in which the unit has something to do."""

ENDED = frozenset({State.COMPLETED, State.REFUSED, State.WITHDRAWN})
"""States in which nobody has anything to do any more."""

RATEABLE = frozenset({State.COMPLETED, State.REFUSED})
"""States in which the applicant may rate the service."""

STATE_LABELS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("草稿", "Draft"),
    State.SUBMITTED: ("已提交，待受理", "Submitted, acceptance pending"),
    State.CORRECTION_REQUESTED: ("待申请人补正", "Corrections asked for"),
    State.RESUBMITTED: ("已补正，待受理", "Corrected, acceptance pending"),
    State.ACCEPTED: ("已受理，待决定", "Accepted, decision pending"),
    State.GRANTED: ("准予登记，证照制作中", "Granted, licence in the making"),
    State.REFUSED: ("不予登记", "Refused"),
    State.COMPLETED: ("已办结，证照已签发", "Completed, licence issued"),
    State.WITHDRAWN: ("申请人已撤回", "Withdrawn by the applicant"),
}

NEXT_ACTIONS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("填写表单、上传材料并提交", "Fill in the form, upload the materials and submit"),
    State.SUBMITTED: ("等待登记机关受理", "The unit decides whether to accept"),
    State.CORRECTION_REQUESTED: ("按一次性告知的清单补正并重新提交", "Correct what the list names and submit again"),
    State.RESUBMITTED: ("等待登记机关受理", "The unit decides whether to accept"),
    State.ACCEPTED: ("等待登记机关作出决定", "The unit decides"),
    State.GRANTED: ("等待签发电子营业执照", "The electronic licence is about to be issued"),
    State.REFUSED: ("可查看理由并评价本次服务", "Read the reasons; rate the service"),
    State.COMPLETED: ("下载电子营业执照并评价本次服务", "Fetch the electronic licence; rate the service"),
}
"""What the applicant does next or waits for; where nothing stands, there is nothing."""


ACT_LABELS: dict[Act, tuple[str, str]] = {
    Act.EDIT: ("填写", "Filled in"),
    Act.SUBMIT: ("提交申请", "Submitted"),
    Act.REQUEST_CORRECTION: ("一次性告知补正", "Corrections asked for, once"),
    Act.CORRECT: ("补正", "Corrected"),
    Act.RESUBMIT: ("补正后重新提交", "Corrections handed in"),
    Act.ACCEPT: ("受理", "Accepted"),
    Act.EXTEND: ("延长决定期限", "Term extended"),
    Act.GRANT: ("准予登记", "Granted"),
    Act.REFUSE: ("不予登记", "Refused"),
    Act.ISSUE: ("签发电子营业执照", "Electronic licence issued"),
    Act.WITHDRAW: ("申请人撤回", "Withdrawn"),
}


AFTER_EVALUATION: dict[State, tuple[str, str]] = {
    State.REFUSED: ("可查看理由", "Read the reasons"),
    State.COMPLETED: ("下载电子营业执照", "Fetch the electronic licence"),
}


def next_action(state: State, *, english: bool, evaluated: bool = False) -> str | None:
    """What the applicant does next or waits for, None when there is nothing."""
    action = AFTER_EVALUATION.get(state) if evaluated else NEXT_ACTIONS.get(state)
    return action[english] if action else None


after = TransitionTable(TRANSITIONS, STATE_LABELS, ActNotAllowed).after
"""The state which follows an act; raises `ActNotAllowed` (409) when the table does not list it."""


@dataclass(frozen=True)
class Terms:
    """The terms in force from `since` until the next row begins."""

    version: str
    since: date
    acceptance: Term
    correction: Term
    decision: Term
    extension: Term
    licence: Term


ORDER_746 = "市场主体登记管理条例（国务院令第746号，2022-03-01起施行）"
LICENSING_LAW = "行政许可法（2019年修正）"

TERMS: tuple[Terms, ...] = (
    Terms(
        version="order-746-2022",
        since=date(2022, 3, 1),
        acceptance=Term(
            "acceptance",
            5,
            f"{LICENSING_LAW}第三十二条第一款第四项：当场或者五日内一次告知；第八十二条：以工作日计算",
            confirmed=False,
            note="Order 746 itself names no day for acceptance; the general law is applied until confirmed",
        ),
        correction=Term("correction", 15, f"申请人补正期限 15 个工作日（{OWN_RULE}）", confirmed=False, note=OWN_RULE),
        decision=Term("decision", 3, f"{ORDER_746}第十九条第一款：不能当场登记的，三个工作日内予以登记"),
        extension=Term("extension", 3, f"{ORDER_746}第十九条第一款：情形复杂的，经批准可以再延长三个工作日"),
        licence=Term(
            "licence",
            10,
            f"{LICENSING_LAW}第四十四条：自作出决定之日起十日内颁发证件",
            confirmed=False,
            note="A licence comes with the registration; the general limit is kept as the outer one",
        ),
    ),
)


def terms_on(day: date) -> Terms:
    """The terms in force on `day`; raises ValueError before 2022-03-01, when other regulations ruled."""
    return in_force(TERMS, day)


def terms_of(version: str) -> Terms:
    """The terms a case was submitted under, by the version stored with it."""
    return next(terms for terms in TERMS if terms.version == version)


@dataclass(frozen=True)
class Facts:
    """The days on which things happened in a case; None for what has not happened."""

    submitted_on: date
    correction_requested_on: date | None = None
    resubmitted_on: date | None = None
    accepted_on: date | None = None
    extended_on: date | None = None
    decided_on: date | None = None
    completed_on: date | None = None
    decision_days: int = 3
    extension_days: int = 3


@dataclass(frozen=True)
class Node:
    """One statutory date of a case: when its clock began, when it ends, and when the node was reached, if it was."""

    node: str
    label: tuple[str, str]
    term: Term
    started_on: date
    deadline: Deadline
    met_on: date | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether the node was reached late, or is not reached and late: the last day belongs to the term."""
        return (self.met_on or today) > self.deadline.due_on


def nodes(facts: Facts, terms: Terms, *, today: date) -> list[Node]:
    """Every statutory date of a case so far, in order. While the applicant corrects, the clock stands still."""
    found = [_acceptance(facts, terms, today)]
    if facts.correction_requested_on is not None:
        found.append(_correction(facts.correction_requested_on, terms, facts.resubmitted_on))
    if facts.accepted_on is not None:
        found.append(_decision(facts, facts.accepted_on, terms))
    if facts.decided_on is not None and facts.accepted_on is not None:
        found.append(_licence(facts.decided_on, terms, facts.completed_on))
    return found


def due_node(found: Sequence[Node]) -> Node | None:
    """The node which is running: the last one not yet reached."""
    return next((node for node in reversed(found) if node.met_on is None), None)


def correction_due(requested_on: date, terms: Terms) -> Deadline:
    """Until when the applicant may correct."""
    return terms.correction.deadline(requested_on)


def _acceptance(facts: Facts, terms: Terms, today: date) -> Node:
    stops: tuple[Interval, ...] = ()
    if facts.correction_requested_on is not None:
        until = facts.resubmitted_on or max(today, facts.correction_requested_on)
        stops = ((facts.correction_requested_on, until),)
    term = terms.acceptance
    deadline = term.deadline(facts.submitted_on, stops)
    met_on = facts.accepted_on or facts.decided_on
    label = ("受理或一次性告知", "Acceptance or request for corrections")
    return Node("acceptance", label, term, facts.submitted_on, deadline, met_on)


def _correction(requested_on: date, terms: Terms, met_on: date | None) -> Node:
    due = correction_due(requested_on, terms)
    return Node(
        "correction", ("申请人补正", "Correction by the applicant"), terms.correction, requested_on, due, met_on
    )


def _decision(facts: Facts, accepted_on: date, terms: Terms) -> Node:
    term, days, basis = terms.decision, facts.decision_days, terms.decision.basis
    if facts.extended_on is not None:
        days, basis = days + facts.extension_days, f"{basis}；{terms.extension.basis}"
    deadline = working_days_after(accepted_on, days, basis=basis)
    return Node("decision", ("登记决定", "Decision"), term, accepted_on, deadline, facts.decided_on)


def _licence(decided_on: date, terms: Terms, met_on: date | None) -> Node:
    deadline = terms.licence.deadline(decided_on)
    return Node("licence", ("颁发营业执照", "Issue of the licence"), terms.licence, decided_on, deadline, met_on)
