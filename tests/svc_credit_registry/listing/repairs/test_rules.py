from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svc_credit_registry.listing.penalties.rules import Penalty
from svc_credit_registry.listing.repairs import rules
from svc_credit_registry.listing.repairs.rules import TERMS, Dates, Known

REPAIR = TERMS[-1]
ENTITY = "91421303MA0000006Y"
NOTHING = Known(is_shown=True, is_listed=False, is_again=False)
"""A penalty that is shown, of an enterprise with a clean record."""


def penalty(**given: Any) -> Penalty:
    standard: dict[str, Any] = {
        "code": ENTITY, "region": "421303", "decided_on": date(2026, 1, 12), "published_on": date(2026, 1, 15),
        "types": frozenset({"fine"}), "fine_yuan": Decimal(200_000),
    }  # fmt: skip
    return Penalty(**(standard | given))


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
    found = rules.hindrances(REPAIR, penalty(field=field), NOTHING, today)
    assert {h.code for h in found} == hindered
    assert all(h.until is not None for h in found)


@pytest.mark.parametrize(
    ("given", "state", "hindered"),
    [
        ({}, {"is_listed": True}, {"listed"}),
        ({}, {"is_again": True}, {"again"}),
        ({}, {"is_listed": True, "is_again": True}, {"listed", "again"}),
        ({}, {"is_shown": False}, {"ended"}),
        ({"types": frozenset({"criticism"})}, {"is_shown": False}, {"ended"}),
        ({"types": frozenset({"warning"})}, {"is_shown": False}, {"not_published"}),
        ({"types": frozenset({"criticism"})}, {}, {"ends_by_itself"}),
        ({"types": frozenset({"warning"})}, {}, {"not_published"}),
    ],
)
def test_what_hinders_repair(given: dict[str, Any], state: dict[str, bool], hindered: set[str]) -> None:
    found = rules.hindrances(REPAIR, penalty(**given), replace(NOTHING, **state), date(2026, 9, 1))
    assert {h.code for h in found} == hindered
    assert all(h.zh and h.en and h.basis for h in found)


@pytest.mark.parametrize(
    ("day", "version", "confirmed"),
    [
        (date(2021, 9, 1), "samr-3-2021", True),
        (date(2026, 3, 31), "samr-3-2021", True),
        (date(2026, 4, 1), "ndrc-36-2025", False),
    ],
)
def test_the_measure_of_the_day(day: date, version: str, confirmed: bool) -> None:
    terms = rules.terms_on(day)
    assert (terms.version, rules.terms_of(version)) == (version, terms)
    assert (terms.waiting.length, terms.waiting_long.length) == (6, 12)
    assert terms.waiting.confirmed is terms.waiting_long.confirmed is confirmed


def test_the_same_kind_again_is_a_later_penalty_by_the_same_statute() -> None:
    first = penalty(laws=frozenset({"中华人民共和国广告法"}))
    later = penalty(decided_on=date(2026, 3, 3), laws=frozenset({"中华人民共和国广告法"}))
    other = penalty(decided_on=date(2026, 3, 3), laws=frozenset({"中华人民共和国商标法"}))
    assert rules.is_again(first, [later])
    assert not rules.is_again(later, [first])
    assert not rules.is_again(first, [other])


def test_two_days_to_accept_fifteen_to_decide_three_to_stop() -> None:
    dates = Dates(date(2026, 9, 29), date(2026, 9, 30), decided_on=date(2026, 10, 22), granted_on=date(2026, 10, 22))
    clocks = rules.clocks_of(REPAIR, dates)
    assert [(c.period.node, c.due_on) for c in clocks] == [
        ("acceptance", date(2026, 10, 8)), ("decision", date(2026, 10, 27)), ("stop", date(2026, 10, 27)),
    ]  # fmt: skip
    assert not clocks[1].is_overdue(date(2027, 1, 1))
