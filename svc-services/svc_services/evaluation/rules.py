"""Five grades; a bad one must be followed up and answered (好差评).

国务院办公厅关于建立政务服务“好差评”制度提高政务服务水平的意见（国办发〔2019〕51号）.
"""

from dataclasses import dataclass
from datetime import date

from shared.calendar import Deadline, working_days_after
from shared.terms import in_force

BASIS = "国办发〔2019〕51号：差评应当核实、整改并反馈"

GRADES: dict[int, tuple[str, str]] = {
    5: ("非常满意", "Very satisfied"),
    4: ("满意", "Satisfied"),
    3: ("基本满意", "Fairly satisfied"),
    2: ("不满意", "Dissatisfied"),
    1: ("非常不满意", "Very dissatisfied"),
}
BAD_GRADE = 2


@dataclass(frozen=True)
class FollowUpTerm:
    """How long the answer to a bad grade may take, from `since` on."""

    since: date
    working_days: int
    basis: str
    confirmed: bool
    note: str


TERMS: tuple[FollowUpTerm, ...] = (
    FollowUpTerm(
        since=date(2019, 12, 17),
        working_days=5,
        basis=BASIS,
        confirmed=False,
        note="The opinion asks for an answer and names no day; 5 working days is a rule of this platform",
    ),
)


def is_bad(grade: int) -> bool:
    """Whether a grade must be followed up: dissatisfied or worse."""
    return grade <= BAD_GRADE


def follow_up_due(given_on: date) -> Deadline:
    """Until when a bad grade is answered. Raises ValueError before the system began (2019-12-17)."""
    term = in_force(TERMS, given_on)
    return working_days_after(given_on, term.working_days, basis=term.basis)
