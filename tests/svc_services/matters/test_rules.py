"""Which revision holds on a day, and what a locality may change."""

from dataclasses import dataclass
from datetime import date

import pytest

from svc_services.matters import rules
from svc_services.matters.errors import LessFavourable
from svc_services.matters.rules import Changes, Standard


@dataclass
class Row:
    in_force_from: date
    in_force_until: date | None = None


OLD, NEW = Row(date(2020, 1, 1), date(2022, 3, 1)), Row(date(2022, 3, 1))


@pytest.mark.parametrize(
    ("on", "row"),
    [
        pytest.param(date(2019, 12, 31), None, id="before it began"),
        pytest.param(date(2020, 1, 1), OLD, id="on its first day"),
        pytest.param(date(2022, 2, 28), OLD, id="on its last day"),
        pytest.param(date(2022, 3, 1), NEW, id="on the day of the next"),
        pytest.param(date(2030, 1, 1), NEW, id="without an end"),
    ],
)
def test_one_revision_holds_on_a_day(on: date, row: Row | None) -> None:
    assert rules.in_force([OLD, NEW], on) is row


STANDARD = Standard(3, 3, 0, frozenset({"ARTICLES", "DOMICILE"}), frozenset({"有住所"}))


def test_a_locality_may_be_faster_and_ask_for_less() -> None:
    local = rules.implement(STANDARD, Changes(working_days=1, waived_materials=frozenset({"DOMICILE"})))
    assert local == Standard(1, 3, 0, frozenset({"ARTICLES"}), frozenset({"有住所"}))


def test_a_locality_without_changes_inherits_everything() -> None:
    assert rules.implement(STANDARD, Changes()) == STANDARD


@pytest.mark.parametrize(
    "changes",
    [
        Changes(working_days=4),
        Changes(extension_working_days=4),
        Changes(fee_yuan=1),
        Changes(added_materials=frozenset({"NO_CRIME_CERTIFICATE"})),
        Changes(added_conditions=frozenset({"本地户籍"})),
        Changes(working_days=1, fee_yuan=1),
    ],
)
def test_a_locality_may_not_burden_the_applicant(changes: Changes) -> None:
    with pytest.raises(LessFavourable) as refused:
        rules.implement(STANDARD, changes)
    assert len(refused.value.extensions["burdens"]) == 1


def test_every_burden_is_named() -> None:
    burdens = Changes(working_days=9, fee_yuan=9, added_materials=frozenset({"A", "B"}))
    with pytest.raises(LessFavourable) as refused:
        rules.implement(STANDARD, burdens)
    assert len(refused.value.extensions["burdens"]) == 4


def test_naming_again_what_the_standard_asks_for_is_no_burden() -> None:
    same = Changes(added_materials=frozenset({"ARTICLES"}), added_conditions=frozenset({"有住所"}))
    assert rules.implement(STANDARD, same) == STANDARD


@pytest.mark.parametrize(
    ("q", "words"),
    [("企业 设立", ["企业", "设立"]), ("Company，LICENCE", ["company", "licence"]), ("  ", []), ("", [])],
)
def test_a_search_is_split_into_words(q: str, words: list[str]) -> None:
    assert rules.search_terms(q) == words
