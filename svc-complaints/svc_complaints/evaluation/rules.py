"""Five grades, and which of them must be followed up (evaluation of government services, 政务服务“好差评”)."""

from enum import IntEnum

from svc_complaints.cases.rules import ENDED_STATES, State
from svc_complaints.evaluation.errors import NotEndedYet

CLOCK = "follow_up"
"""The period in which the unit answers a bad grade."""


class Grade(IntEnum):
    VERY_BAD = 1
    BAD = 2
    FAIR = 3
    GOOD = 4
    VERY_GOOD = 5


GRADE_LABELS: dict[Grade, tuple[str, str]] = {
    Grade.VERY_BAD: ("非常不满意", "Very dissatisfied"),
    Grade.BAD: ("不满意", "Dissatisfied"),
    Grade.FAIR: ("基本满意", "Fairly satisfied"),
    Grade.GOOD: ("满意", "Satisfied"),
    Grade.VERY_GOOD: ("非常满意", "Very satisfied"),
}


def needs_follow_up(grade: Grade) -> bool:
    """The two lowest grades must be followed up and answered."""
    return grade <= Grade.BAD


def check_ended(state: State) -> None:
    """Only what has ended can be evaluated (409)."""
    if state not in ENDED_STATES:
        raise NotEndedYet
