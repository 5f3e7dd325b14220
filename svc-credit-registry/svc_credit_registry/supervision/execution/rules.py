"""What a department says it has done, and what that settles. Pure."""

from datetime import date
from enum import StrEnum

from shared.errors import FieldError
from svc_credit_registry.supervision.execution.errors import FeedbackDayInvalid

MOST_NOTICES = 200


class ExecutionOutcome(StrEnum):
    """What a department has done about a measure."""

    EXECUTED = "executed"
    IN_PROGRESS = "in_progress"
    NOT_APPLICABLE = "not_applicable"


OUTCOME_LABELS: dict[ExecutionOutcome, tuple[str, str]] = {
    ExecutionOutcome.EXECUTED: ("已执行", "Carried out"),
    ExecutionOutcome.IN_PROGRESS: ("正在办理", "Under way"),
    ExecutionOutcome.NOT_APPLICABLE: ("无可执行事项", "Nothing to carry it out on"),
}


def settles(outcome: ExecutionOutcome) -> bool:
    """Whether the department owes no more word: what is under way still does."""
    return outcome is not ExecutionOutcome.IN_PROGRESS


def check_day(done_on: date, directed_on: date, today: date) -> None:
    """Refuses (422) an act before the directive, or one to come."""
    if not directed_on <= done_on <= today:
        message = f"应在 {directed_on} 至 {today} 之间 / between these days"
        raise FeedbackDayInvalid(errors=[FieldError("/done_on", "out_of_range", message)])
