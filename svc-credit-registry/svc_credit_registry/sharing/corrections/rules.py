"""Requests for correction: errors go back to the producer and are mended there. Pure.

国发〔2016〕51号 article 10, 《政务数据共享条例》 (Order 809): who uses shared data and doubts them tells the producer,
who verifies and answers; every figure has one source (一数一源), so nobody else changes it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline
from shared.terms import OWN_RULE, Term, in_force


class CorrectionState(StrEnum):
    """Where a request for correction stands."""

    OPEN = "open"
    CORRECTED = "corrected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[CorrectionState, tuple[str, str]] = {
    CorrectionState.OPEN: ("待核实", "Waits for the producer"),
    CorrectionState.CORRECTED: ("已更正", "Corrected"),
    CorrectionState.REFUSED: ("核实无误", "Found right by the producer"),
    CorrectionState.WITHDRAWN: ("已撤回", "Withdrawn"),
}


class Origin(StrEnum):
    """Who noticed."""

    STAFF = "staff"
    AGENCY = "agency"
    OBJECTION = "objection"


@dataclass(frozen=True)
class Terms:
    """The term of a day."""

    since: date
    answer: Term


TERMS = (
    Terms(date(2016, 9, 5), Term("answer", 10, OWN_RULE, note="国发〔2016〕51号第十条未定期限 / no term in the law")),
    Terms(
        date(2025, 8, 1),
        Term(
            "answer", 10, "《政务数据共享条例》（国务院令第809号）：政务数据校核纠错", False,
            "10个工作日待第二来源确认 / the 10 working days still await a second source",
        ),
    ),
)  # fmt: skip


def answer_due(asked_on: date) -> Deadline:
    """By when the producer must answer."""
    return in_force(TERMS, asked_on).answer.deadline(asked_on)
