from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svc_credit_registry.listing.repairs import rules
from svc_credit_registry.listing.repairs.rules import TERMS, Dates, Penalty

(REPAIR,) = TERMS
ENTITY, PERSON = "91421303MA0000006Y", "92421303MA0000006Y"


def penalty(**given: Any) -> Penalty:
    standard: dict[str, Any] = {
        "code": ENTITY, "region": "421303", "decided_on": date(2026, 1, 12), "published_on": date(2026, 1, 15),
        "types": frozenset({"fine"}), "fine_yuan": Decimal(200_000),
    }  # fmt: skip
    return Penalty(**(standard | given))


@pytest.mark.parametrize(
    ("words", "types"),
    [
        (["警告"], {"warning"}), (["通报批评"], {"criticism"}), (["罚款", "没收违法所得"], {"fine", "confiscation"}),
        (["吊销营业执照"], {"licence_revoked"}), (["责令停产停业"], {"business_restricted"}), (["fine"], {"fine"}),
        (["行政拘留"], {"detention"}), (["训诫"], {"other"}), ([], set()),
    ],
)  # fmt: skip
def test_kinds_of_penalty_are_read_from_the_words_of_the_decision(words: list[str], types: set[str]) -> None:
    assert rules.types_of(words) == types


@pytest.mark.parametrize(
    ("given", "months", "until"),
    [
        ({"types": frozenset({"warning"})}, 0, None),
        ({"types": frozenset({"criticism"})}, 3, date(2026, 4, 15)),
        ({"types": frozenset({"warning", "criticism"})}, 3, date(2026, 4, 15)),
        ({"fine_yuan": Decimal("99999.99")}, 3, date(2026, 4, 15)),
        ({"fine_yuan": Decimal(100_000)}, 36, date(2029, 1, 15)),
        ({"fine_yuan": Decimal("9999.99"), "code": PERSON}, 3, date(2026, 4, 15)),
        ({"fine_yuan": Decimal(10_000), "code": PERSON}, 36, date(2029, 1, 15)),
        ({"types": frozenset({"fine", "confiscation"}), "fine_yuan": Decimal(1)}, 36, date(2029, 1, 15)),
        ({"types": frozenset({"licence_revoked"})}, 36, date(2029, 1, 15)),
        ({"types": frozenset()}, 36, date(2029, 1, 15)),
        # leap years and ends on days off
        ({"published_on": date(2024, 2, 29), "decided_on": date(2024, 2, 20)}, 36, date(2027, 3, 1)),
        ({"types": frozenset({"criticism"}), "published_on": date(2025, 7, 1)}, 3, date(2025, 10, 9)),
        ({"types": frozenset({"criticism"}), "published_on": date(2023, 11, 30)}, 3, date(2024, 2, 29)),
        # the last day before Order 45, and its first
        ({"decided_on": date(2021, 8, 31), "published_on": date(2021, 8, 31)}, 60, date(2026, 8, 31)),
        ({"decided_on": date(2021, 9, 1), "published_on": date(2021, 9, 1)}, 36, date(2024, 9, 2)),
        (
            {"decided_on": date(2021, 8, 31), "published_on": date(2021, 8, 31), "types": frozenset({"warning"})},
            60, date(2026, 8, 31),
        ),
        ({"decided_on": date(2013, 5, 6), "published_on": date(2014, 10, 9)}, 60, date(2019, 10, 9)),
    ],
)  # fmt: skip
def test_how_long_a_penalty_is_published(given: dict[str, Any], months: int, until: date | None) -> None:
    shown = rules.shown(penalty(**given))
    assert shown.is_published is (until is not None)
    assert (shown.clock.period.length if shown.clock else 0) == months
    assert (shown.clock.due_on if shown.clock else None) == until
    assert shown.basis


def test_a_term_that_ends_in_a_year_without_published_holidays_is_provisional() -> None:
    clock = rules.shown(penalty(types=frozenset({"criticism"}), published_on=date(2026, 12, 1))).clock
    assert clock is not None
    assert clock.due_on == date(2027, 3, 1)
    assert clock.period.deadline(clock.start_on).provisional


@pytest.mark.parametrize(
    ("recorded", "due", "published"),
    [
        (date(2026, 1, 14), date(2026, 1, 21), date(2026, 1, 14)),
        (date(2026, 1, 21), date(2026, 1, 21), date(2026, 1, 21)),
        (date(2026, 3, 3), date(2026, 1, 21), date(2026, 1, 21)),
        (date(2026, 3, 3), None, date(2026, 3, 3)),
    ],
)
def test_late_publication_does_not_lengthen_the_term(recorded: date, due: date | None, published: date) -> None:
    assert rules.published_on(recorded, due) == published


@pytest.mark.parametrize(
    ("field", "today", "hindered"),
    [
        ("general", date(2026, 7, 15), {"too_early"}),  # the last day of six months
        ("general", date(2026, 7, 16), set()),
        ("food", date(2026, 7, 16), {"too_early"}),
        ("drugs", date(2027, 1, 15), {"too_early"}),  # the last day of a year
        ("special_equipment", date(2027, 1, 16), set()),
    ],
)
def test_when_repair_may_be_asked_for(field: str, today: date, hindered: set[str]) -> None:
    found = rules.hindrances(REPAIR, penalty(field=field), listed=False, again=False, today=today)
    assert {h.code for h in found} == hindered
    assert all(h.until is not None for h in found)


@pytest.mark.parametrize(
    ("given", "state", "hindered"),
    [
        ({}, {"listed": True}, {"listed"}),
        ({}, {"again": True}, {"again"}),
        ({}, {"listed": True, "again": True}, {"listed", "again"}),
        ({"types": frozenset({"criticism"})}, {}, {"ends_by_itself"}),
        ({"types": frozenset({"warning"})}, {}, {"not_published"}),
    ],
)
def test_what_hinders_repair(given: dict[str, Any], state: dict[str, bool], hindered: set[str]) -> None:
    known = {"listed": False, "again": False} | state
    found = rules.hindrances(REPAIR, penalty(**given), today=date(2026, 9, 1), **known)
    assert {h.code for h in found} == hindered
    assert all(h.zh and h.en and h.basis for h in found)


@pytest.mark.parametrize(
    ("given", "basis", "field"),
    [
        (None, "《中华人民共和国食品安全法》第一百二十四条", "food"),
        (None, "依据《中华人民共和国药品管理法》", "drugs"),
        (None, "《中华人民共和国特种设备安全法》第八十四条", "special_equipment"),
        (None, "《中华人民共和国广告法》", "general"),
        (None, None, "general"),
        ("food", "《中华人民共和国广告法》", "food"),
    ],
)
def test_the_field_follows_the_statute_unless_the_producer_gave_it(
    given: str | None, basis: str | None, field: str
) -> None:
    assert rules.field_of(given, rules.laws_of(basis)) == field


def test_the_same_kind_again_is_a_later_penalty_by_the_same_statute() -> None:
    first = penalty(laws=frozenset({"中华人民共和国广告法"}))
    later = penalty(decided_on=date(2026, 3, 3), laws=frozenset({"中华人民共和国广告法"}))
    other = penalty(decided_on=date(2026, 3, 3), laws=frozenset({"中华人民共和国商标法"}))
    assert rules.is_again(first, [later])
    assert not rules.is_again(later, [first])
    assert not rules.is_again(first, [other])


@pytest.mark.parametrize("region", ["421303", "420000", "110101"])
def test_every_region_has_a_row_for_small_fines(region: str) -> None:
    row = rules.small_fine(region, date(2026, 1, 1))
    assert row.entity_yuan > row.person_yuan
    assert (row.province == "42") is region.startswith("42")


def test_two_days_to_accept_fifteen_to_decide_three_to_stop() -> None:
    dates = Dates(date(2026, 9, 29), date(2026, 9, 30), decided_on=date(2026, 10, 22), granted_on=date(2026, 10, 22))
    clocks = rules.clocks_of(REPAIR, dates)
    assert [(c.period.node, c.due_on) for c in clocks] == [
        ("acceptance", date(2026, 10, 8)), ("decision", date(2026, 10, 27)), ("stop", date(2026, 10, 27)),
    ]  # fmt: skip
    assert not clocks[1].is_overdue(date(2027, 1, 1))
