"""How long penalties are published: the day before, the day, the day after."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svc_credit_registry.listing.penalties import rules
from svc_credit_registry.listing.penalties.rules import Penalty

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


@pytest.mark.parametrize("region", ["421303", "420000", "110101"])
def test_every_region_has_a_row_for_small_fines(region: str) -> None:
    row = rules.small_fine(region, date(2026, 1, 1))
    assert row.entity_yuan > row.person_yuan
    assert (row.province == "42") is region.startswith("42")
