"""Until when a hearing may be asked for, how long before it notice is given, and what stands still meanwhile."""

from datetime import date, timedelta

import pytest

from svc_credit_registry.listing.grounds.rules import HEARING_LATEST, SAMR_44, SAMR_68
from svc_credit_registry.listing.hearings import rules
from svc_credit_registry.listing.hearings.errors import HearingOver, HearingTooLate, NoticeTooShort
from svc_credit_registry.listing.lists import rules as lists


@pytest.mark.parametrize(
    ("announced", "last"),
    [
        (date(2026, 11, 20), date(2026, 11, 27)),  # Friday to Friday
        (date(2026, 9, 24), date(2026, 10, 9)),  # Mid-autumn, National Day, a make-up Sunday
    ],
)
def test_a_hearing_is_asked_for_within_five_working_days(announced: date, last: date) -> None:
    rules.check_asked(SAMR_44, announced, None, last)
    with pytest.raises(HearingOver) as over:
        rules.check_asked(SAMR_44, announced, None, date.fromordinal(last.toordinal() + 1))
    assert over.value.extensions == {"until": str(last)}


def test_who_has_waived_or_is_not_told_before_is_not_heard() -> None:
    with pytest.raises(HearingOver):
        rules.check_asked(SAMR_44, date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 20))
    with pytest.raises(HearingOver):
        rules.check_asked(SAMR_68, date(2026, 11, 20), None, date(2026, 11, 20))


def test_seven_working_days_lie_between_notice_and_hearing() -> None:
    today = date(2026, 11, 20)
    assert rules.earliest_on(today) == date(2026, 12, 1)
    rules.check_notice(date(2026, 12, 2), today)
    with pytest.raises(NoticeTooShort) as refused:
        rules.check_notice(date(2026, 12, 1), today)
    assert refused.value.extensions == {"after": "2026-12-01"}
    last = HEARING_LATEST.due_on(today)
    rules.check_notice(last, today)
    with pytest.raises(HearingTooLate):
        rules.check_notice(last + timedelta(1), today)


@pytest.mark.parametrize(
    ("held", "closed", "until", "due"),
    [
        # asked on Monday 23 November: 5 working days to give notice, 7 of notice; then all 10 days are left
        (None, None, date(2026, 12, 9), date(2026, 12, 23)),
        (date(2026, 12, 16), None, date(2026, 12, 16), date(2026, 12, 30)),
        (date(2026, 12, 16), date(2026, 11, 24), date(2026, 11, 24), date(2026, 12, 8)),
    ],
)
def test_the_clock_of_the_decision_stands_still(held: date | None, closed: date | None, until: date, due: date) -> None:
    still = rules.still(date(2026, 11, 23), held, closed)
    assert still == (date(2026, 11, 23), until)
    clock = lists.decision_clock(SAMR_44, lists.Dates(date(2026, 11, 20), heard=still))
    assert clock.due_on == due
    reasons = {note.day: note.reason for note in clock.deadline.explanation}
    assert reasons[until] == "suspension"


def test_notice_is_the_officers_clock_and_the_hearing_the_enterprises() -> None:
    asked = rules.clocks_of(rules.Dates(date(2026, 11, 23)))
    assert [(c.period.node, c.waiting, c.due_on) for c in asked] == [
        ("hearing_notice", "officer", date(2026, 11, 30))
    ]  # fmt: skip
    told = rules.clocks_of(rules.Dates(date(2026, 11, 23), date(2026, 11, 25), date(2026, 12, 8)))
    assert [(c.period.node, c.is_running) for c in told] == [("hearing_notice", False), ("hearing_lead", False)]
