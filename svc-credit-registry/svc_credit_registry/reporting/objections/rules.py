"""Verification of what stands on the record: who may ask, how long it takes, what may come of it.

Who doubts a published item may ask, and is answered in writing within 20 working days: 《企业信息公示暂行条例》
article 13. Whoever produced an item answers for it and corrects it (谁产生、谁提供、谁负责).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.terms import OWN_RULE, Term, in_force
from svc_credit_registry.cases.rules import TransitionTable
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.objections.errors import ActNotAllowed, OutcomeNotPossible

MATTER = "MR-ENT-OBJECTION"
REGISTRATION = "registration"
"""Stands in place of an item's kind where the registration itself is doubted."""
OPEN_LIMIT = 20
"""How many cases one person may have open: a rule of this platform."""


class ObjectionState(StrEnum):
    RECEIVED = "received"
    PRODUCER_ASKED = "producer_asked"
    PRODUCER_ANSWERED = "producer_answered"
    AWAITING_CORRECTION = "awaiting_correction"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ObjectionOutcome(StrEnum):
    """What verification found, and what follows."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REMOVED = "removed"
    CORRECTION_ORDERED = "correction_ordered"
    REFERRED = "referred"


class Act(StrEnum):
    ASK = "ask"
    ASK_PRODUCER = "ask_producer"
    ANSWER = "answer"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    SETTLE = "settle"


OFFICER_STATES = frozenset({ObjectionState.RECEIVED, ObjectionState.PRODUCER_ASKED, ObjectionState.PRODUCER_ANSWERED})
"""States in which the clock of the answer runs."""
OPEN_STATES = OFFICER_STATES | {ObjectionState.AWAITING_CORRECTION}

STATE_LABELS: dict[ObjectionState, tuple[str, str]] = {
    ObjectionState.RECEIVED: ("已收到，核查中", "Received, under verification"),
    ObjectionState.PRODUCER_ASKED: ("核查中，已函询信息产生单位", "Under verification, its producer was asked"),
    ObjectionState.PRODUCER_ANSWERED: ("核查中，信息产生单位已答复", "Under verification, its producer has answered"),
    ObjectionState.AWAITING_CORRECTION: ("核查认定有误，待更正", "Found wrong, to be corrected"),
    ObjectionState.CLOSED: ("已办结", "Closed"),
    ObjectionState.WITHDRAWN: ("申请人已撤回", "Withdrawn"),
}
TRANSITIONS = TransitionTable(
    {
        (ObjectionState.RECEIVED, Act.ASK_PRODUCER): ObjectionState.PRODUCER_ASKED,
        (ObjectionState.PRODUCER_ANSWERED, Act.ASK_PRODUCER): ObjectionState.PRODUCER_ASKED,
        (ObjectionState.PRODUCER_ASKED, Act.ANSWER): ObjectionState.PRODUCER_ANSWERED,
        **{(state, Act.DECIDE): ObjectionState.CLOSED for state in sorted(OFFICER_STATES)},
        **{(state, Act.WITHDRAW): ObjectionState.WITHDRAWN for state in sorted(OFFICER_STATES)},
        (ObjectionState.AWAITING_CORRECTION, Act.SETTLE): ObjectionState.CLOSED,
    },
    STATE_LABELS,
    ActNotAllowed,
)
OUTCOME_LABELS: dict[ObjectionOutcome, tuple[str, str]] = {
    ObjectionOutcome.CONFIRMED: ("经核查，信息准确", "Verified: the item is right"),
    ObjectionOutcome.CORRECTED: ("经核查有误，已更正", "Found wrong and corrected"),
    ObjectionOutcome.REMOVED: ("经核查有误，已撤下", "Found wrong and taken off"),
    ObjectionOutcome.CORRECTION_ORDERED: ("经核查有误，已责令企业更正", "Found wrong; the enterprise must correct it"),
    ObjectionOutcome.REFERRED: (
        "经核查有误，已转信息产生单位更正",
        "Found wrong; its producer was asked to correct it",
    ),
}
NEXT_ACTIONS: dict[ObjectionState, tuple[str, str]] = {
    ObjectionState.RECEIVED: ("等待核查结果", "Wait for the answer"),
    ObjectionState.PRODUCER_ASKED: ("等待信息产生单位答复", "Wait for the producer's answer"),
    ObjectionState.PRODUCER_ANSWERED: ("等待核查结果", "Wait for the answer"),
    ObjectionState.AWAITING_CORRECTION: ("等待更正", "Wait for the correction"),
}

HANDLED_ELSEWHERE = frozenset(
    {RecordKind.ABNORMAL_OPERATION, RecordKind.SERIOUS_VIOLATION, RecordKind.INSPECTION, RecordKind.COMMITMENT,
     RecordKind.CREDIT_REPAIR, RecordKind.JOINT_MEASURE, RecordKind.SUPPORT_BENEFIT, RecordKind.LEAD_OUTCOME}
)  # fmt: skip
"""Items that follow from a case of this register: corrected by an act on the case, which the item then shows."""
PENDING = frozenset({ObjectionOutcome.CORRECTION_ORDERED, ObjectionOutcome.REFERRED})
"""Outcomes after which the item stays marked as wrong until its producer has corrected it."""


def after(state: ObjectionState, act: Act, outcome: ObjectionOutcome | None = None) -> ObjectionState:
    """The state which follows `act`; raises ActNotAllowed (409) when the table does not list it."""
    following = TRANSITIONS.after(state, act)
    return ObjectionState.AWAITING_CORRECTION if outcome in PENDING else following


@dataclass(frozen=True)
class Terms:
    """The terms in force from `since`."""

    version: str
    since: date
    answer: Term
    producer: Term
    correction: Term


_PRODUCER = Term("producer_answer", 10, f"函询信息产生单位，10个工作日内答复（{OWN_RULE}）")
_CORRECTION = Term("correction", 10, f"核查认定有误的，10个工作日内更正（{OWN_RULE}）")
_WITHIN = "自收到申请之日起20个工作日内书面答复"
_OF_2014 = f"《企业信息公示暂行条例》（国务院令第654号，2014-10-01起施行）第十三条第二款：{_WITHIN}"
_OF_2024 = f"《企业信息公示暂行条例》（国务院令第777号修订，2024-05-01起施行）：{_WITHIN}"

TERMS: tuple[Terms, ...] = (
    Terms("sc-654-2014", date(2014, 10, 1), Term("answer", 20, _OF_2014), _PRODUCER, _CORRECTION),
    Terms(
        "sc-777-2024",
        date(2024, 5, 1),
        Term("answer", 20, _OF_2024, False, "期限沿用2014年文本，修订后条次待核 / carried over from the text of 2014"),
        _PRODUCER,
        _CORRECTION,
    ),
)
TERM_LABELS = {
    "answer": ("答复申请人", "Answer to who asked"),
    "producer_answer": ("信息产生单位答复", "Answer of the producer"),
    "correction": ("更正", "Correction"),
}


def terms_on(day: date) -> Terms:
    """The terms of a case received on `day`."""
    return in_force(TERMS, day)


def check_outcome(
    outcome: ObjectionOutcome, kind: str, *, own_item: bool, self_reported: bool, has_content: bool
) -> None:
    """Refuses an outcome which is not the unit's to bring about: it corrects or removes what it produced itself
    (`own_item`), orders the enterprise to correct what that reported itself, and refers all else to its producer, also
    its own entries on lists and the like, so that nothing leaves the record while its case still says otherwise.
    """
    own_item = own_item and kind not in HANDLED_ELSEWHERE
    allowed = {
        ObjectionOutcome.CONFIRMED: True,
        ObjectionOutcome.CORRECTED: own_item and kind != REGISTRATION and has_content,
        ObjectionOutcome.REMOVED: own_item and kind != REGISTRATION,
        ObjectionOutcome.CORRECTION_ORDERED: self_reported,
        ObjectionOutcome.REFERRED: not self_reported and (not own_item or kind == REGISTRATION),
    }
    if not allowed[outcome]:
        possible = [name.value for name, fits in allowed.items() if fits]
        raise OutcomeNotPossible(
            "本单位产生的信息由本单位更正，企业自行公示的责令企业更正，其他转信息产生单位 / "
            "a unit corrects its own items; others are corrected by who produced them",
            possible=possible,
        )


def number_for(region: str, day: date, serial: int) -> str:
    """The number people read out on the phone, such as YY421303-20261121-000045."""
    return f"YY{region}-{day:%Y%m%d}-{serial:06d}"
