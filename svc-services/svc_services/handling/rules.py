"""What an official may decide, and when."""

from datetime import date

from svc_services.cases.rules import Act, State
from svc_services.handling.errors import CorrectionStillOpen, ReasonMissing

ACTS = {"granted": Act.GRANT, "refused": Act.REFUSE}


def decision_act(outcome: str, reason: str | None) -> Act:
    """The act which a decision is. A refusal needs reasons (行政许可法第三十八条第二款), else 422."""
    if outcome == "refused" and not reason:
        raise ReasonMissing
    return ACTS[outcome]


def check_correction_is_over(state: State, correction_due_on: date | None, today: date) -> None:
    """While the applicant may still correct, nobody refuses for what is to be corrected (409)."""
    if state is State.CORRECTION_REQUESTED and correction_due_on is not None and today <= correction_due_on:
        detail = f"补正截止 {correction_due_on} / may be corrected until then"
        raise CorrectionStillOpen(detail, due_on=correction_due_on.isoformat())
