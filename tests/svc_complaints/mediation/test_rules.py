"""How mediations end, and what a public summary may hold."""

from datetime import date

import pytest

from svc_complaints.cases.rules import TRANSITIONS, State
from svc_complaints.mediation import rules
from svc_complaints.mediation.errors import DayOutOfRange, MediationPeriodOver, PersonalDataInSummary
from svc_complaints.mediation.rules import RESULTS, Result

LAST = date(2025, 10, 13)


def test_every_result_ends_the_mediation_by_an_act_of_the_table() -> None:
    assert set(RESULTS) == set(Result)
    assert all((State.ACCEPTED, act) in TRANSITIONS for act, *_ in RESULTS.values())


def test_only_what_was_withdrawn_or_wrongly_accepted_never_becomes_public() -> None:
    public = {r for r in Result if TRANSITIONS[State.ACCEPTED, RESULTS[r][0]] is State.CONCLUDED}
    assert set(Result) - public == {Result.WITHDRAWN, Result.SHOULD_NOT_HAVE_BEEN_ACCEPTED}


@pytest.mark.parametrize("result", list(Result))
def test_after_the_last_day_no_agreement_can_be_recorded(result: Result) -> None:
    rules.check_agreement_in_time(result, LAST, LAST)
    rules.check_agreement_in_time(result, None, date(2030, 1, 1))
    if result is Result.AGREEMENT:
        with pytest.raises(MediationPeriodOver):
            rules.check_agreement_in_time(result, LAST, date(2025, 10, 14))
    else:
        rules.check_agreement_in_time(result, LAST, date(2025, 10, 14))


def test_a_refused_summary_names_the_kind_and_never_the_data() -> None:
    with pytest.raises(PersonalDataInSummary) as refusal:
        rules.check_summary("商家已向李娜（13812345678）退款", ["李娜"])
    assert {e.code for e in refusal.value.errors} == {"mobile_phone", "person_name"}
    assert "13812345678" not in str([e.message for e in refusal.value.errors])


def test_the_text_of_the_law_itself_is_publishable() -> None:
    rules.check_summary(rules.OVERDUE_SUMMARY, ["李娜"])


@pytest.mark.parametrize("day", [date(2025, 9, 25), date(2025, 10, 14)])
def test_a_day_before_the_beginning_or_after_today_is_refused(day: date) -> None:
    with pytest.raises(DayOutOfRange):
        rules.check_day("/held_on", day, date(2025, 9, 26), LAST)
    rules.check_day("/held_on", date(2025, 9, 26), date(2025, 9, 26), LAST)
