"""The draw by itself: fair, the same whenever it is repeated, and never below what the law demands."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svc_credit_registry.supervision.inspections import rules
from svc_credit_registry.supervision.inspections.errors import EntropyUnfit, PlanState, PlanUnfit, PoolEmpty

TOKENS = [hashlib.sha256(b"%d" % i).digest() for i in range(50)]
PEOPLE = [f"ZF-{i:03d}" for i in range(12)]
LAW = rules.law_on(date(2026, 11, 21))
PERIOD = (date(2026, 12, 1), date(2026, 12, 31))


def keys(count: int) -> Iterable[bytes]:
    """Keys of `count` fixed seeds."""
    return (rules.key_of("SJ4213032026000001", hashlib.sha256(b"seed %d" % i).digest(), "") for i in range(count))


def chi_square(observed: Counter[object], cells: int) -> float:
    """The distance of counts from even ones."""
    expected = sum(observed.values()) / cells
    missing = cells - len(observed)
    return sum((n - expected) ** 2 / expected for n in observed.values()) + missing * expected


def test_every_entity_is_drawn_equally_often() -> None:
    pool = [(token, "A") for token in TOKENS]
    counts = Counter[object](t for key in keys(2000) for t in rules.drawn(key, pool, {"A": 5}))
    assert chi_square(counts, 50) < 85.4, "49 degrees of freedom, 0.1 %"


def test_every_pair_of_entities_is_drawn_equally_often() -> None:
    pool = [(token, "A") for token in TOKENS[:12]]
    pairs = Counter[object](
        pair for key in keys(4000) for pair in itertools.combinations(sorted(rules.drawn(key, pool, {"A": 3})), 2)
    )
    assert chi_square(pairs, 66) < 106.0, "65 degrees of freedom, 0.1 %"


def test_every_inspector_is_dealt_to_an_entity_equally_often() -> None:
    counts = Counter[object](c for key in keys(1500) for c in rules.deal(key, TOKENS[:3], PEOPLE, 2, {})[2])
    assert chi_square(counts, 12) < 31.3, "11 degrees of freedom, 0.1 %"


def test_tickets_do_not_depend_on_who_else_is_in_the_pool() -> None:
    key = next(iter(keys(1)))
    small = rules.drawn(key, [(t, "A") for t in TOKENS[:20]], {"A": 20})
    large = rules.drawn(key, [(t, "A") for t in TOKENS], {"A": 50})
    assert [t for t in large if t in small] == small


@given(st.integers(0, 3_000_000), st.integers(300, 10_000))
def test_a_ratio_never_draws_less_than_it_says(size: int, ratio: int) -> None:
    taken = rules.take(size, ratio)
    assert taken * 10_000 >= size * ratio
    assert taken <= size
    assert (taken - 1) * 10_000 < size * ratio


@settings(deadline=None)
@given(st.data())
def test_inspectors_have_no_conflict_are_enough_and_share_the_work(data: st.DataObject) -> None:
    key = hashlib.sha256(data.draw(st.binary())).digest()
    people = PEOPLE[: data.draw(st.integers(1, 12))]
    tokens = TOKENS[: data.draw(st.integers(1, 30))]
    each = data.draw(st.integers(1, 4))
    barred = {t: data.draw(st.sets(st.sampled_from(people), max_size=3)) for t in tokens}
    dealt = rules.deal(key, tokens, people, each, barred)
    for token, given_ in zip(tokens, dealt, strict=True):
        assert len(given_) == len(set(given_)) == min(each, len(set(people) - barred[token]))
        assert not set(given_) & barred[token]
    assert dealt == rules.deal(key, tokens, people, each, barred)


def test_without_conflicts_nobody_works_more_than_one_task_more() -> None:
    for key in keys(20):
        loads = Counter(c for given_ in rules.deal(key, TOKENS, PEOPLE, 2, {}) for c in given_)
        assert max(loads.values()) - min(loads.values()) <= 1


def test_a_substitute_is_the_first_without_a_conflict() -> None:
    key = next(iter(keys(1)))
    order = [rules.substitute(key, TOKENS[0], PEOPLE, [])]
    while len(order) < 12:
        order.append(rules.substitute(key, TOKENS[0], PEOPLE, [c for c in order if c]))
    assert sorted(c for c in order if c) == PEOPLE
    assert rules.substitute(key, TOKENS[0], PEOPLE, PEOPLE) is None


@pytest.mark.parametrize(
    ("ratios", "each", "period", "faults"),
    [
        ({"A": 300, "B": 500, "C": 1000, "D": 10_000}, 2, PERIOD, set()),
        ({"A": 299, "B": 500, "C": 1000, "D": 10_000}, 2, PERIOD, {"below_floor"}),
        ({"A": 600, "B": 500, "C": 1000, "D": 10_000}, 2, PERIOD, {"not_rising"}),
        ({"A": 100, "B": 50, "C": 1000, "D": 10_000}, 1, PERIOD[::-1],
         {"below_floor", "not_rising", "too_few", "before_from"}),
    ],
)  # fmt: skip
def test_a_plan_is_refused_for_each_rule_it_breaks(
    ratios: dict[str, int], each: int, period: tuple[date, date], faults: set[str]
) -> None:
    try:
        rules.check_plan(LAW, ratios, each, period)
        found = set[str]()
    except PlanUnfit as refused:
        found = {error.code for error in refused.errors}
    assert found == faults


def test_announced_entropy_is_demanded_on_its_day_and_none_is_taken_otherwise() -> None:
    source, day = "福彩双色球第2026140期", date(2026, 11, 22)
    assert rules.check_entropy(source, day, "01 05 12", day) == "01 05 12"
    assert rules.check_entropy(None, None, None, day) == ""
    for announced, entropy, today in ((source, None, day), (source, "01", date(2026, 11, 21)), (None, "01", day)):
        with pytest.raises(EntropyUnfit):
            rules.check_entropy(announced, day, entropy, today)


@pytest.mark.parametrize(
    ("frozen_on", "known_on", "due_on"),
    [
        (date(2026, 11, 20), None, date(2026, 11, 27)),  # a Friday
        (date(2026, 11, 20), date(2026, 11, 22), date(2026, 11, 27)),  # known on a Sunday
        (date(2026, 9, 30), date(2026, 9, 29), date(2026, 10, 13)),  # over National Day, a Saturday worked
    ],
)
def test_a_draw_is_not_put_off(frozen_on: date, known_on: date | None, due_on: date) -> None:
    assert rules.draw_by(frozen_on, known_on) == due_on


@pytest.mark.parametrize(
    ("source", "day", "fault"),
    [
        (None, None, None), ("彩票", date(2026, 11, 23), None), ("彩票", date(2026, 11, 22), "/entropy_from"),
        ("彩票", None, "/entropy_from"), (None, date(2026, 11, 23), "/entropy_source"),
    ],
)  # fmt: skip
def test_a_public_number_is_announced_with_a_day_to_come(
    source: str | None, day: date | None, fault: str | None
) -> None:
    try:
        rules.check_announcement(source, day, date(2026, 11, 22))
        found = None
    except PlanUnfit as refused:
        found = refused.errors[0].pointer
    assert found == fault


@pytest.mark.parametrize(
    ("entities", "inspectors", "fits"), [(0, 8, False), (1, 8, False), (2, 3, True), (2, 2, False), (900, 2, False)]
)
def test_a_pool_which_leaves_nothing_to_chance_is_refused(entities: int, inspectors: int, fits: bool) -> None:
    if fits:
        rules.check_pools(entities, inspectors, each=2)
        return
    with pytest.raises(PoolEmpty):
        rules.check_pools(entities, inspectors, each=2)


def test_an_act_out_of_turn_is_refused() -> None:
    with pytest.raises(PlanState):
        rules.check_state("drawn", (rules.InspectionState.FROZEN,))
