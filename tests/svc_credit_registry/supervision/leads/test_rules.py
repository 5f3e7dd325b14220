"""The state machine of a lead, its terms, what closes it and what is published."""

from datetime import date

import pytest

from shared.errors import DomainError
from svc_credit_registry.supervision.leads import rules
from svc_credit_registry.supervision.leads.errors import (
    AlreadyExtended,
    CaseTermUnfit,
    GroundNotFitting,
    NotPublishable,
)
from svc_credit_registry.supervision.leads.rules import CLOSING, Finding, LeadGround, LeadState


@pytest.mark.parametrize(
    ("received_on", "extended", "due_on"),
    [
        (date(2026, 11, 20), False, date(2026, 12, 11)),  # a Friday: the day itself does not count
        (date(2026, 11, 21), False, date(2026, 12, 11)),  # a Saturday
        (date(2026, 9, 18), False, date(2026, 10, 15)),  # over Mid-autumn and National Day, with two made-up days
        (date(2025, 12, 25), False, date(2026, 1, 16)),  # over the year's end, a Sunday worked
        (date(2026, 11, 20), True, date(2027, 1, 4)),
    ],
)
def test_a_lead_is_checked_within_fifteen_working_days(received_on: date, extended: bool, due_on: date) -> None:
    assert rules.check_due(received_on, rules.terms_on(received_on), extended=extended).due_on == due_on


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2018, 1, 1), "order-2-2019"), (date(2021, 7, 14), "order-2-2019"), (date(2021, 7, 15), "order-42-2021")],
)
def test_a_lead_keeps_the_terms_of_its_day(day: date, version: str) -> None:
    assert rules.terms_on(day).version == version
    assert rules.terms_of(version).version == version


def test_a_case_is_decided_in_ninety_days() -> None:
    terms = rules.terms_on(date(2026, 11, 21))
    assert rules.case_due(date(2026, 11, 20), terms).due_on == date(2027, 2, 18)


OPENED, FIRST = date(2026, 11, 20), date(2027, 3, 22)  # the 120th day is a Saturday


@pytest.mark.parametrize(
    ("before", "until", "due_on"),
    [
        ([], None, FIRST),
        ([], date(2027, 6, 1), CaseTermUnfit),
        ([FIRST], date(2027, 6, 1), date(2027, 6, 1)),
        ([FIRST], date(2027, 6, 5), date(2027, 6, 5)),  # a Saturday: whoever fixes a day means it
        ([FIRST], FIRST, CaseTermUnfit),
        ([FIRST], None, CaseTermUnfit),
        ([FIRST, date(2027, 6, 1)], date(2027, 9, 1), AlreadyExtended),
    ],
)
def test_a_case_is_extended_by_thirty_days_and_then_by_a_day_that_is_fixed(
    before: list[date], until: date | None, due_on: date | type[DomainError]
) -> None:
    terms = rules.terms_on(OPENED)
    if isinstance(due_on, date):
        assert rules.extended_case(OPENED, terms, before, until) == due_on
        assert rules.case_due(OPENED, terms, [*before, due_on]).due_on == due_on
    else:
        with pytest.raises(due_on):
            rules.extended_case(OPENED, terms, before, until)


@pytest.mark.parametrize(("ground", "finding"), [(g, f) for g in LeadGround for f in (None, *Finding)])
def test_a_ground_closes_only_what_bears_it_out(ground: LeadGround, finding: Finding | None) -> None:
    if finding in CLOSING[ground]:
        rules.check_closing(ground, finding)
    else:
        with pytest.raises(GroundNotFitting):
            rules.check_closing(ground, finding)


@pytest.mark.parametrize(
    ("state", "outcome", "ground", "code", "published"),
    [
        (LeadState.CONCLUDED, "penalised", None, "9142", True),
        (LeadState.CONCLUDED, "not_penalised", None, "9142", False),
        (LeadState.CLOSED, None, LeadGround.CORRECTED, "9142", True),
        (LeadState.CLOSED, None, LeadGround.UNSUBSTANTIATED, "9142", False),
        (LeadState.CLOSED, None, LeadGround.TOO_SLIGHT, "9142", False),
        (LeadState.CLOSED, None, LeadGround.CORRECTED, None, False),
        (LeadState.VERIFIED, None, None, "9142", False),
    ],
)
def test_what_is_published(
    state: LeadState, outcome: str | None, ground: LeadGround | None, code: str | None, published: bool
) -> None:
    if published:
        rules.check_publication(state, outcome, ground, code)
    else:
        with pytest.raises(NotPublishable):
            rules.check_publication(state, outcome, ground, code)
