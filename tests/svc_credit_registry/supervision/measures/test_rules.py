"""The catalogue, the rule table of listings, states and terms."""

import itertools
from datetime import date

import pytest

from svc_credit_registry.supervision.measure_catalogue.errors import MeasureNotInForce, MeasureUnknown
from svc_credit_registry.supervision.measure_catalogue.rules import (
    CATALOGUE,
    DEPARTMENTS,
    Effect,
    Subject,
    catalogue_on,
    measure_on,
    strongest,
)
from svc_credit_registry.supervision.measures import rules
from svc_credit_registry.supervision.measures.errors import SubjectNotConcerned, TermInvalid
from svc_credit_registry.supervision.measures.rules import AUTOMATIC, State


def test_every_measure_has_its_source_its_departments_and_its_matters() -> None:
    for measure in CATALOGUE:
        assert "《" in measure.basis
        assert measure.departments
        assert set(measure.departments) <= DEPARTMENTS.keys()
        assert measure.matters
        assert measure.confirmed or measure.note, "a doubt stands in the note"


def test_rows_of_one_measure_follow_each_other_without_overlap() -> None:
    for code in {m.code for m in CATALOGUE}:
        rows = sorted((m for m in CATALOGUE if m.code == code), key=lambda m: m.since)
        for earlier, later in itertools.pairwise(rows):
            assert earlier.until is not None
            assert (later.since - earlier.until).days == 1


@pytest.mark.parametrize(
    ("day", "basis"),
    [(date(2024, 4, 30), "第654号"), (date(2024, 5, 1), "2024年修订"), (date(2026, 1, 1), "2024年修订")],
)
def test_the_law_of_the_day_counts(day: date, basis: str) -> None:
    assert basis in measure_on("government_procurement", day).basis


def test_what_the_law_has_not_yet_or_never() -> None:
    day = date(2021, 8, 31)
    with pytest.raises(MeasureNotInForce):
        measure_on("priority_supervision", day)
    with pytest.raises(MeasureUnknown):
        measure_on("pillory", day)
    assert "priority_supervision" not in [m.code for m in catalogue_on(day)]


@pytest.mark.parametrize(
    ("listed_on", "version"),
    [(date(2016, 3, 31), None), (date(2016, 4, 1), "order-83-2016"), (date(2021, 8, 31), "order-83-2016"),
     (date(2021, 9, 1), "order-44-2021"), (date(2026, 11, 21), "order-44-2021")],
)  # fmt: skip
def test_a_listing_keeps_the_rule_of_its_own_day(listed_on: date, version: str | None) -> None:
    rule = rules.automatic_on(listed_on)
    assert (rule.version if rule else None) == version


def test_what_follows_by_itself_fits_its_subject() -> None:
    for rule in AUTOMATIC:
        for followup in rule.followups:
            subject = Subject.PERSON if followup.role else Subject.ENTITY
            rules.check_subject(measure_on(followup.measure, date(2026, 11, 21)), subject)


@pytest.mark.parametrize(
    ("ground_until", "years", "until"),
    [(None, 3, date(2029, 11, 21)), (date(2027, 1, 31), 3, date(2027, 1, 31)), (None, 5, date(2029, 11, 21)),
     (date(2035, 1, 1), 2, date(2028, 11, 21))],
)  # fmt: skip
def test_a_measure_outlasts_neither_its_ground_nor_the_law(ground_until: date | None, years: int, until: date) -> None:
    measure = measure_on("government_procurement", date(2026, 11, 21))
    assert rules.until_when(measure, date(2026, 11, 21), ground_until, years) == until


def test_a_term_which_begins_on_the_leap_day() -> None:
    assert rules.years_later(date(2024, 2, 29), 3) == date(2027, 2, 28)


@pytest.mark.parametrize("until", [date(2029, 11, 22), date(2026, 11, 20), date(2025, 1, 1)])
def test_terms_beyond_the_law_or_over(until: date) -> None:
    measure, today = measure_on("bidding", date(2026, 11, 21)), date(2026, 11, 21)
    with pytest.raises(TermInvalid):
        rules.check_term(measure, today, until, today)
    assert rules.check_term(measure, today, date(2029, 11, 21), today) == date(2029, 11, 21)
    assert rules.check_term(measure, today, None, today) == date(2029, 11, 21)


@pytest.mark.parametrize(
    ("content", "last_day", "holds"),
    [({}, None, True), ({}, date(2026, 11, 21), True), ({}, date(2026, 11, 20), False),
     ({"removed_on": "2026-11-01"}, None, False), ({"state": "revoked"}, None, False),
     ({"state": "repaired"}, None, False),     ({"state": "listed"}, None, True)],
)  # fmt: skip
def test_a_ground_holds_until_it_is_removed_revoked_repaired_or_over(
    content: dict[str, object], last_day: date | None, holds: bool
) -> None:
    assert rules.ground_holds(content, last_day, date(2026, 11, 21)) is holds


@pytest.mark.parametrize(
    ("effects", "result"),
    [([], "none"), (["attention", "refuse", "restrict"], "refuse"), (["attention", "restrict"], "restrict")],
)
def test_the_strongest_effect_counts(effects: list[str], result: str) -> None:
    assert strongest(effects) == result


def test_a_measure_for_entities_is_not_for_persons() -> None:
    with pytest.raises(SubjectNotConcerned):
        rules.check_subject(measure_on("bidding", date(2026, 1, 1)), Subject.PERSON)
    assert measure_on("bidding", date(2026, 1, 1)).effect is Effect.RESTRICT


@pytest.mark.parametrize(
    ("state", "decision", "settled"),
    [
        (State.IN_FORCE, None, True),
        (State.EXPIRED, None, True),
        (State.LIFTED, "解决1号", True),
        (State.LIFTED, None, False),
    ],
)
def test_only_what_fell_with_its_ground_comes_back_with_it(state: State, decision: str | None, settled: bool) -> None:
    assert rules.settles(state, decision) is settled


def test_the_term_for_feedback_counts_working_days() -> None:
    term = rules.feedback_term(date(2026, 11, 21))
    assert not term.confirmed
    assert term.deadline(date(2026, 9, 18)).due_on == date(2026, 10, 22), "20 September and 10 October worked"
