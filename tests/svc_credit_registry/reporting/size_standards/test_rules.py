"""Every group of industries and every limit of the statistical standard of 2017, on both sides."""

from datetime import date
from decimal import Decimal

import pytest

from svc_credit_registry.reporting.size_standards.rules import GROUPS, Facts, Size, classify, groups_of, standard_on

DAY = date(2026, 1, 1)
# Code; then for each indicator (X persons, Y revenue, Z assets; the latter two in 10,000 yuan) the lower limits of
# small, medium and large, as the annex of 国统字〔2017〕213号 has them.
ANNEX = """
A01 Y 50 500 20000
B06 X 20 300 1000 Y 300 2000 40000
C1512 X 20 300 1000 Y 300 2000 40000
D44 X 20 300 1000 Y 300 2000 40000
E47 Y 300 6000 80000 Z 300 5000 80000
F51 X 5 20 200 Y 1000 5000 40000
F52 X 10 50 300 Y 100 500 20000
G54 X 20 300 1000 Y 200 3000 30000
G591 X 20 300 1000 Y 200 3000 30000
G594 X 20 100 200 Y 100 1000 30000
G60 X 20 300 1000 Y 100 2000 30000
H61 X 10 100 300 Y 100 2000 10000
H62 X 10 100 300 Y 100 2000 10000
I64 X 10 100 2000 Y 100 1000 100000
I65 X 10 100 300 Y 50 1000 10000
K701 Y 100 1000 200000 Z 2000 5000 10000
K702 X 100 300 1000 Y 500 1000 5000
L72 X 10 100 300 Z 100 8000 120000
K703 X 10 100 300
M75 X 10 100 300
N78 X 10 100 300
O80 X 10 100 300
Q85 X 10 100 300
R88 X 10 100 300
"""
NAMES = {"X": "employees", "Y": "revenue_yuan", "Z": "assets_yuan"}
CLASSES = (Size.SMALL, Size.MEDIUM, Size.LARGE)
BELOW = (Size.MICRO, Size.SMALL, Size.MEDIUM)


def rows() -> list[tuple[str, dict[str, list[int]]]]:
    found = []
    for line in ANNEX.split("\n")[1:-1]:
        code, *rest = line.split(" ")
        limits = {}
        for start in range(0, len(rest), 4):
            letter, *numbers = rest[start : start + 4]
            unit = 1 if letter == "X" else 10_000
            limits[NAMES[letter]] = [int(n) * unit for n in numbers]
        found.append((code, limits))
    return found


def facts(code: str, values: dict[str, int]) -> Facts:
    return Facts(code, values.get("employees"), _yuan(values, "revenue_yuan"), _yuan(values, "assets_yuan"))


def _yuan(values: dict[str, int], name: str) -> Decimal | None:
    return Decimal(values[name]) if name in values else None


@pytest.mark.parametrize(("code", "limits"), rows(), ids=[code for code, _ in rows()])
def test_each_limit_belongs_to_the_class_above_it(code: str, limits: dict[str, list[int]]) -> None:
    for rank, (at, below) in enumerate(zip(CLASSES, BELOW, strict=True)):
        met = {name: numbers[rank] for name, numbers in limits.items()}
        assert classify(facts(code, met), DAY).size is at
        for name in limits:
            assert classify(facts(code, met | {name: met[name] - 1}), DAY).size is below


@pytest.mark.parametrize(("code", "limits"), rows(), ids=[code for code, _ in rows()])
def test_one_micro_indicator_makes_a_micro_enterprise_however_large_the_other_is(
    code: str, limits: dict[str, list[int]]
) -> None:
    large = {name: numbers[2] for name, numbers in limits.items()}
    for name in limits:
        assert classify(facts(code, large | {name: 0}), DAY).size is Size.MICRO
        assert classify(facts(code, {name: 0}), DAY).size is Size.MICRO


def test_the_annex_is_covered_group_by_group() -> None:
    tried = {group.key for code, _ in rows() for group in groups_of(code) if group}
    assert tried == {group.key for group in GROUPS}


@pytest.mark.parametrize("code", ["J66", "P83", "Q84", "S92", "G53", "K704", "T97", "J"])
def test_industries_outside_the_standard_have_no_size(code: str) -> None:
    assert classify(Facts(code, 5, Decimal(1), Decimal(1)), DAY).undetermined == "industry_outside"


def test_a_code_too_broad_is_classified_where_all_it_may_mean_agrees() -> None:
    # Storage and transport differ between 100 and 300 persons, not at 50.
    assert classify(Facts("G59", 50, Decimal(9_000_000)), DAY).size is Size.SMALL
    assert classify(Facts("G59", 150, Decimal(40_000_000)), DAY).undetermined == "industry_too_broad"
    assert classify(Facts("K70", 5, Decimal(1), Decimal(1)), DAY).undetermined == "industry_too_broad"
    assert classify(Facts("F", 3, Decimal(500_000)), DAY).size is Size.MICRO


def test_what_is_missing_is_said() -> None:
    assert classify(Facts("C15", 35), DAY).undetermined == "figures_missing"
    assert classify(Facts("C15", None, Decimal(5_000_000)), DAY).undetermined == "figures_missing"


@pytest.mark.parametrize(
    ("day", "version"), [(date(2017, 12, 27), "stats-75-2011"), (date(2017, 12, 28), "stats-213-2017")]
)
def test_the_standard_is_that_of_the_day(day: date, version: str) -> None:
    assert standard_on(day).version == version
