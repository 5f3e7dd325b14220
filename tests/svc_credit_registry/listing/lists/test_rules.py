from datetime import date, timedelta
from typing import Any

import pytest

from svc_credit_registry.listing.annual_listing import rules as annual
from svc_credit_registry.listing.grounds.rules import SAIC_83, SAMR_44, SAMR_68, ListKind
from svc_credit_registry.listing.list_objections import rules as objections
from svc_credit_registry.listing.list_objections.errors import ObjectionOver
from svc_credit_registry.listing.lists import rules
from svc_credit_registry.listing.lists.errors import EvidenceInvalid
from svc_credit_registry.listing.lists.rules import Act, Dates, Evidence
from svc_credit_registry.listing.periods.rules import next_due
from svc_credit_registry.listing.removals import rules as removals
from svc_credit_registry.listing.removals.errors import CommitmentMissing, RemovalTooEarly

TODAY, FOUNDED = date(2026, 11, 20), date(2012, 6, 18)


def evidence(**given: Any) -> Evidence:
    return Evidence(**({"verified_on": TODAY} | given))


def test_every_act_has_words() -> None:
    assert set(rules.ACT_LABELS) == set(Act)


@pytest.mark.parametrize(
    ("ground", "given", "faults"),
    [
        ("no_annual_report", {}, {"missing"}),
        ("no_annual_report", {"report_year": 2025}, set()),
        ("no_annual_report", {"report_year": 2026}, {"period_open"}),
        ("not_published_in_time", {}, {"order_open"}),
        ("not_published_in_time", {"ordered_until": TODAY}, {"order_open"}),
        ("not_published_in_time", {"ordered_until": TODAY - timedelta(1)}, set()),
        ("false_information", {}, set()),
        ("false_information", {"verified_on": TODAY + timedelta(1)}, {"in_future"}),
        ("unreachable", {}, {"missing"}),
        ("unreachable", {"visited_on": TODAY}, set()),
        ("unreachable", {"letters": (date(2026, 11, 1),)}, {"missing"}),
        ("unreachable", {"letters": (date(2026, 11, 1), date(2026, 11, 15))}, {"interval"}),  # 14 days
        ("unreachable", {"letters": (date(2026, 11, 1), date(2026, 11, 16))}, set()),  # 15 days
        ("unreachable", {"letters": (date(2026, 10, 1), date(2026, 10, 31))}, set()),  # 30 days
        ("unreachable", {"letters": (date(2026, 10, 1), date(2026, 11, 1))}, {"interval"}),  # 31 days
        ("unreachable", {"letters": (date(2026, 11, 1), date(2026, 11, 21))}, {"before_letter", "in_future"}),
        ("unreachable", {"visited_on": TODAY + timedelta(1)}, {"in_future"}),
        ("unreachable", {"visited_on": TODAY, "verified_on": TODAY - timedelta(1)}, {"before_visit"}),
        ("false_information", {"verified_on": FOUNDED}, set()),
        ("false_information", {"verified_on": FOUNDED - timedelta(1)}, {"before_founding"}),
        ("not_published_in_time", {"ordered_until": FOUNDED - timedelta(1)}, {"before_founding"}),
    ],
)
def test_evidence_must_carry_the_ground(ground: str, given: dict[str, Any], faults: set[str]) -> None:
    if not faults:
        rules.check_evidence(SAMR_68, ground, evidence(**given), FOUNDED, TODAY)
        return
    with pytest.raises(EvidenceInvalid) as refused:
        rules.check_evidence(SAMR_68, ground, evidence(**given), FOUNDED, TODAY)
    assert {error.code for error in refused.value.errors} == faults


@pytest.mark.parametrize(
    ("terms", "given", "faults"),
    [
        (SAMR_44, {}, {"missing"}),
        (SAMR_44, {"penalty_document": "鄂市监罚〔2026〕1号", "penalty_on": TODAY}, {"not_heavy"}),
        (
            SAMR_44,
            {"penalty_document": "x", "penalty_on": TODAY, "penalty_types": frozenset({"licence_revoked"})},
            set(),
        ),
        (SAIC_83, {"penalty_document": "x", "penalty_on": TODAY}, set()),
        (SAIC_83, {"penalty_document": "x", "penalty_on": TODAY + timedelta(1)}, {"in_future"}),
    ],
)
def test_a_serious_listing_needs_its_penalty(terms: Any, given: dict[str, Any], faults: set[str]) -> None:
    if not faults:
        rules.check_evidence(terms, "consumer_rights", evidence(**given), FOUNDED, TODAY)
        return
    with pytest.raises(EvidenceInvalid) as refused:
        rules.check_evidence(terms, "consumer_rights", evidence(**given), FOUNDED, TODAY)
    assert {error.code for error in refused.value.errors} == faults


@pytest.mark.parametrize(
    ("ground", "given", "start", "due_on"),
    [
        ("no_annual_report", {"report_year": 2025}, date(2026, 6, 30), date(2026, 7, 14)),
        ("not_published_in_time", {"ordered_until": date(2026, 9, 18)}, date(2026, 9, 18), date(2026, 10, 9)),
        ("false_information", {"verified_on": date(2026, 12, 24)}, date(2026, 12, 24), date(2027, 1, 8)),
        ("unreachable", {"verified_on": date(2024, 2, 29)}, date(2024, 2, 29), date(2024, 3, 14)),
    ],
)
def test_the_decision_is_due_ten_working_days_after_what_sets_it_off(
    ground: str, given: dict[str, Any], start: date, due_on: date
) -> None:
    began = rules.decision_from(ground, evidence(**given))
    assert began == start
    assert SAMR_68.decision.due_on(began) == due_on


def test_a_listing_sets_off_objection_warning_and_three_years() -> None:
    dates = rules.calendar_of(SAMR_68, date(2024, 7, 1))
    assert dates.objection_until == date(2024, 7, 31)
    assert dates.escalates_on == date(2027, 7, 1)
    assert dates.warn_on == date(2027, 5, 2)  # sixty days before
    assert dates.expires_on is None
    serious = rules.calendar_of(SAMR_44, date(2024, 2, 29))
    assert serious.early_removal_from == date(2025, 2, 28)
    assert serious.expires_on == date(2027, 3, 1)  # the 28th of February 2027 is a Sunday
    assert rules.calendar_of(SAIC_83, date(2020, 3, 2)).expires_on == date(2025, 3, 3)  # the 2nd is a Sunday


def test_a_warning_that_came_late_still_stands_its_sixty_days() -> None:
    assert rules.escalation_waits_until(date(2027, 7, 1), date(2027, 5, 2), 60) == date(2027, 7, 1)
    assert rules.escalation_waits_until(date(2027, 7, 1), date(2027, 6, 1), 60) == date(2027, 7, 31)


def test_clocks_of_an_entry() -> None:
    proposed = rules.clocks_of(SAMR_44, Dates(decide_from=TODAY, statement_from=TODAY))
    assert [(c.period.node, c.waiting) for c in proposed] == [("decision", "officer"), ("statement", "enterprise")]
    listed = rules.clocks_of(SAMR_68, Dates(decide_from=TODAY, decided_on=TODAY, listed_on=TODAY))
    assert [c.period.node for c in listed] == ["decision", "objection", "warning", "escalation"]
    assert next_due(listed, "officer") is None


@pytest.mark.parametrize(
    ("terms", "region", "needed"),
    [
        (SAMR_44, "421303", True), (SAMR_44, "421300", True), (SAMR_44, "420000", False), (SAMR_44, "100000", False),
        (SAIC_83, "421303", False), (SAMR_68, "421303", False),
    ],
)  # fmt: skip
def test_authorities_below_the_province_need_consent_under_order_44(terms: Any, region: str, needed: bool) -> None:
    assert rules.needs_consent(terms, region) is needed


def test_individual_businesses_are_not_listed() -> None:
    assert rules.is_subject("91421303MA0000006Y")
    assert not rules.is_subject("92421303MA0000006Y")


@pytest.mark.parametrize(
    ("first", "today", "years"),
    [
        (2025, date(2026, 6, 30), []), (2025, date(2026, 7, 1), [2025]), (2025, date(2027, 6, 30), [2025]),
        (2025, date(2027, 7, 1), [2025, 2026]), (2026, date(2026, 11, 21), []),
        (2026, date(2030, 1, 1), [2026, 2027, 2028]),
    ],
)  # fmt: skip
def test_which_years_are_due(first: int, today: date, years: list[int]) -> None:
    assert annual.due_years(first, today) == years


@pytest.mark.parametrize(
    ("passed_on", "today", "needed"),
    [
        (None, date(2026, 7, 1), True), (None, date(2028, 1, 1), True),
        (date(2026, 7, 1), date(2026, 7, 1), False), (date(2026, 7, 1), date(2026, 7, 2), True),
        (date(2026, 7, 13), date(2026, 7, 14), True), (date(2026, 7, 14), date(2026, 7, 15), False),
    ],
)  # fmt: skip
def test_the_register_is_gone_through_daily_until_the_decisions_are_due(
    passed_on: date | None, today: date, needed: bool
) -> None:
    assert annual.decide_by(2025) == date(2026, 7, 14)
    assert annual.needs_pass(passed_on, 2025, today) is needed


@pytest.mark.parametrize(
    ("established_on", "year", "owes"),
    [(date(2025, 12, 31), 2025, True), (date(2026, 1, 1), 2025, False), (date(2012, 6, 18), 2025, True)],
)
def test_a_new_enterprise_reports_from_the_next_year_on(established_on: date, year: int, owes: bool) -> None:
    assert rules.must_report(established_on, year) is owes


def test_numbers_name_authority_year_and_decision() -> None:
    assert annual.document_number("421303", 2025) == "曾都区市监异列〔2026〕年报421303号"
    assert rules.document_number(ListKind.SERIOUS, Act.EXPIRE, "420000", 2026, 7) == "湖北省市监严期移〔2026〕7号"
    assert rules.number_for(ListKind.ABNORMAL, "421303", TODAY, 45) == "YC421303-20261120-000045"


def test_objections_have_thirty_days() -> None:
    objections.check_window(date(2026, 7, 31), date(2026, 7, 31))
    with pytest.raises(ObjectionOver):
        objections.check_window(date(2026, 7, 31), date(2026, 8, 1))
    clocks = objections.clocks_of(SAMR_68, objections.Dates(filed_on=date(2026, 7, 31), accepted_on=date(2026, 8, 7)))
    assert [c.due_on for c in clocks] == [date(2026, 8, 7), date(2026, 9, 4)]


def test_removal_from_the_serious_list_may_be_asked_for_after_a_year() -> None:
    with pytest.raises(RemovalTooEarly):
        removals.check_application(SAMR_44, date(2025, 11, 20), "我单位承诺守法诚信经营", date(2026, 11, 20))
    removals.check_application(SAMR_44, date(2025, 11, 20), "我单位承诺守法诚信经营", date(2026, 11, 21))
    with pytest.raises(CommitmentMissing):
        removals.check_application(SAMR_44, date(2025, 11, 20), None, date(2026, 11, 21))
    with pytest.raises(RemovalTooEarly):
        removals.check_application(SAIC_83, date(2017, 1, 4), "我单位承诺守法诚信经营", date(2026, 11, 20))
    removals.check_application(SAMR_68, TODAY, None, TODAY)


@pytest.mark.parametrize(
    ("ground", "dates", "due"),
    [
        ("no_annual_report", removals.Dates(date(2026, 9, 30)), {"removal_decision": date(2026, 10, 13)}),
        ("not_published_in_time", removals.Dates(date(2026, 7, 6)), {"removal_decision": date(2026, 7, 13)}),
        ("unreachable", removals.Dates(date(2026, 7, 6)), {"removal_verification": date(2026, 7, 20)}),
        (
            "false_information",
            removals.Dates(date(2026, 7, 6), verified_on=date(2026, 7, 8)),
            {"removal_verification": date(2026, 7, 20), "removal_decision": date(2026, 7, 15)},
        ),
    ],
)
def test_the_decision_on_removal_is_due_five_working_days_after_application_or_verification(
    ground: str, dates: removals.Dates, due: dict[str, date]
) -> None:
    clocks = removals.clocks_of(SAMR_68, ground, dates)
    assert {c.period.node: c.due_on for c in clocks} == due


def test_the_serious_list_accepts_in_two_and_decides_in_fifteen() -> None:
    dates = removals.Dates(date(2026, 11, 20), accepted_on=date(2026, 11, 24))
    clocks = removals.clocks_of(SAMR_44, "food_safety", dates)
    assert {c.period.node: c.due_on for c in clocks} == {
        "removal_acceptance": date(2026, 11, 24), "removal_decision": date(2026, 12, 15),
    }  # fmt: skip
