"""What a decision is, and when one may be made."""

from datetime import date

import pytest

from svc_services.cases.rules import Act, State
from svc_services.handling import rules
from svc_services.handling.errors import CorrectionStillOpen, ReasonMissing

DUE = date(2026, 12, 11)


def test_a_refusal_needs_reasons_and_a_grant_none() -> None:
    assert rules.decision_act("granted", None) is Act.GRANT
    assert rules.decision_act("refused", "材料不实") is Act.REFUSE
    for reason in (None, ""):
        with pytest.raises(ReasonMissing):
            rules.decision_act("refused", reason)


@pytest.mark.parametrize(
    ("state", "due_on", "today", "refused"),
    [
        (State.CORRECTION_REQUESTED, DUE, DUE, True),
        (State.CORRECTION_REQUESTED, DUE, date(2026, 12, 12), False),
        (State.ACCEPTED, DUE, date(2026, 12, 1), False),
        (State.ACCEPTED, None, DUE, False),
    ],
)
def test_the_applicant_has_his_time_to_correct(state: State, due_on: date | None, today: date, refused: bool) -> None:
    if not refused:
        rules.check_correction_is_over(state, due_on, today)
        return
    with pytest.raises(CorrectionStillOpen):
        rules.check_correction_is_over(state, due_on, today)
