"""Requests for resources that are shared on conditions: what they must say, the clock, decisions, disputes. Pure.

《政务信息资源共享管理暂行办法》（国发〔2016〕51号） article 11: the provider answers within 10 working days, and says
why when it refuses; what the two can't settle goes to the office that coordinates. 《政务数据共享条例》 (Order 809)
keeps answer, reasons and settlement of disputes. The terms are rows; those that await a second source say so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, months_after
from shared.codes import credit_code, regions
from shared.errors import FieldError
from shared.terms import OWN_RULE, Term, in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.record.classification.rules import industry_code
from svc_credit_registry.sharing.grants.rules import Scope, within
from svc_credit_registry.sharing.resource_requests.errors import GrantTooWide, PeriodOver, RequestFaulty, RequestState

LONGEST_MONTHS = 36
MOST_CODES = 5000
_DOUBT = "待第二来源确认 / a second source is still missing"


@dataclass(frozen=True)
class Terms:
    """The terms of a day: to answer a request, and to settle a dispute."""

    since: date
    answer: Term
    dispute: Term


TERMS = (
    Terms(
        date(2016, 9, 5),
        Term("answer", 10, "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）第十一条：10个工作日内予以答复"),
        Term("dispute", 10, OWN_RULE, note="第十一条：协商不成的由共享主管部门协调，未定期限 / no term in the law"),
    ),
    Terms(
        date(2025, 8, 1),
        Term("answer", 10, "《政务数据共享条例》（国务院令第809号）：有条件共享的10个工作日内答复", False, _DOUBT),
        Term("dispute", 10, OWN_RULE, note="《政务数据共享条例》规定争议解决机制，未定期限 / no term in the law"),
    ),
)


class ResourceRequestState(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    SETTLED = "settled"


STATE_LABELS: dict[ResourceRequestState, tuple[str, str]] = {
    ResourceRequestState.SUBMITTED: ("待答复", "Waits for an answer"),
    ResourceRequestState.GRANTED: ("同意共享", "Granted"),
    ResourceRequestState.REFUSED: ("不予共享", "Refused"),
    ResourceRequestState.WITHDRAWN: ("已撤回", "Withdrawn"),
    ResourceRequestState.DISPUTED: ("争议处理中", "Disputed"),
    ResourceRequestState.SETTLED: ("争议已裁定，维持答复", "The dispute is settled: the answer stands"),
}
OPEN = (ResourceRequestState.SUBMITTED, ResourceRequestState.DISPUTED)


class Step(StrEnum):
    """What is done about a request."""

    GRANT = "grant"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    GRANT_AFTER_ALL = "grant_after_all"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    KEEP_GRANT = "keep_grant"


TRANSITIONS = TransitionTable(
    {
        (ResourceRequestState.SUBMITTED, Step.GRANT): ResourceRequestState.GRANTED,
        (ResourceRequestState.SUBMITTED, Step.REFUSE): ResourceRequestState.REFUSED,
        (ResourceRequestState.SUBMITTED, Step.WITHDRAW): ResourceRequestState.WITHDRAWN,
        (ResourceRequestState.GRANTED, Step.DISPUTE): ResourceRequestState.DISPUTED,  # it may give less than was asked
        (ResourceRequestState.REFUSED, Step.DISPUTE): ResourceRequestState.DISPUTED,
        (ResourceRequestState.DISPUTED, Step.GRANT_AFTER_ALL): ResourceRequestState.GRANTED,
        (ResourceRequestState.DISPUTED, Step.UPHOLD): ResourceRequestState.SETTLED,
        (ResourceRequestState.DISPUTED, Step.WITHDRAW): ResourceRequestState.WITHDRAWN,
        (ResourceRequestState.DISPUTED, Step.KEEP_GRANT): ResourceRequestState.GRANTED,
    },
    STATE_LABELS,
    RequestState,
)
ANSWERS = {"granted": Step.GRANT, "refused": Step.REFUSE}
SETTLEMENTS = {"granted": Step.GRANT_AFTER_ALL, "refused": Step.UPHOLD}


def after(state: str, step: Step, settled_on: date | None = None) -> ResourceRequestState:
    """The state which follows `step`; 409 when the table does not list it, or for a dispute about what was settled."""
    if step is Step.DISPUTE and settled_on is not None:
        raise RequestState(state=state)
    return TRANSITIONS.after(state, step)


@dataclass(frozen=True)
class Asked:
    """What is asked for."""

    scope: Scope
    personal: tuple[str, ...]
    personal_reason: str
    valid_from: date
    valid_until: date


def answer_due(submitted_on: date) -> Deadline:
    """By when a request must be answered."""
    return in_force(TERMS, submitted_on).answer.deadline(submitted_on)


def dispute_due(disputed_on: date) -> Deadline:
    """By when a dispute must be settled."""
    return in_force(TERMS, disputed_on).dispute.deadline(disputed_on)


def check(asked: Asked, known: Collection[str], today: date) -> None:
    """Refuses a request with all its faults at once."""
    faults = [
        FieldError(f"/fields/{number}", "field_unknown", f"资源没有此字段 (no such field): {name}")
        for number, name in enumerate(asked.scope.fields)
        if name not in known
    ]
    faults += [
        FieldError(f"/regions/{number}", "region_unknown", f"没有此行政区划 (no such region): {region}")
        for number, region in enumerate(asked.scope.regions)
        if not regions.is_known(region)
    ]
    faults += [
        FieldError(f"/industries/{number}", "industry_unknown", f"没有此行业代码 (no such industry): {industry}")
        for number, industry in enumerate(asked.scope.industries)
        if industry_code(industry) != industry
    ]
    faults += [
        FieldError(
            f"/codes/{number}", "credit_code_invalid", f"统一社会信用代码不正确 (not a valid credit code): {code}"
        )
        for number, code in enumerate(asked.scope.codes)
        if not credit_code.is_valid(code)
    ]
    if asked.personal and not asked.personal_reason:
        message = f"含个人信息，须说明必要性 (say why these are needed): {', '.join(asked.personal)}"
        faults.append(FieldError("/personal_reason", "reason_missing", message))
    if not today <= asked.valid_from <= asked.valid_until:
        faults.append(FieldError("/valid_until", "out_of_order", "期限应自今日起 (the period begins today or later)"))
    elif asked.valid_until > months_after(asked.valid_from, LONGEST_MONTHS, basis=OWN_RULE).due_on:
        faults.append(FieldError("/valid_until", "too_long", f"不超过{LONGEST_MONTHS}个月 (at most three years)"))
    if faults:
        raise RequestFaulty(errors=faults)


def check_granted(asked: Scope, granted: Scope, asked_until: date, granted_until: date) -> None:
    """Refuses a grant wider than the request in fields, rows or time."""
    if not within(asked, granted) or granted_until > asked_until or not granted.fields:
        raise GrantTooWide


def period_of(asked_from: date, granted_until: date, today: date) -> tuple[date, date]:
    """The days of a grant: from the day asked for, or from today when that is over; refused when none is left."""
    begins = max(asked_from, today)
    if granted_until < begins:
        raise PeriodOver(f"{begins} – {granted_until}")
    return begins, granted_until
