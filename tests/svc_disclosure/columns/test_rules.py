"""Update cycles and approval chains, day by day."""

from datetime import date

import pytest

from svc_disclosure.columns.errors import IncompleteChain
from svc_disclosure.columns.rules import Freshness, Step, cycle_on, steps_for

OPENED = date(2026, 1, 1)
REVIEW, APPROVAL, LEADER = Step.SECRECY_REVIEW, Step.APPROVAL, Step.LEADER_APPROVAL


@pytest.mark.parametrize(
    ("today", "last", "freshness", "due_on", "past"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), Freshness.CURRENT, date(2026, 3, 15), False),
        (date(2026, 3, 15), date(2026, 3, 1), Freshness.CURRENT, date(2026, 3, 15), False),
        (date(2026, 3, 16), date(2026, 3, 1), Freshness.OVERDUE, date(2026, 3, 15), True),
        (date(2026, 1, 15), None, Freshness.EMPTY, date(2026, 1, 15), False),
        (date(2026, 1, 16), None, Freshness.EMPTY, date(2026, 1, 15), True),
    ],
)
def test_a_column_is_late_on_the_day_after_its_cycle(
    today: date, last: date | None, freshness: Freshness, due_on: date, past: bool
) -> None:
    cycle = cycle_on(today, opened_on=OPENED, last_published_on=last, cycle_days=14)
    assert (cycle.freshness, cycle.update_due_on, cycle.past_cycle) == (freshness, due_on, past)


@pytest.mark.parametrize(
    ("chain", "sensitive", "needed"),
    [
        ((REVIEW, APPROVAL), False, (REVIEW, APPROVAL)),
        ((REVIEW, APPROVAL), True, (REVIEW, APPROVAL, LEADER)),
        ((REVIEW, APPROVAL, LEADER), True, (REVIEW, APPROVAL, LEADER)),
        ((REVIEW,), False, (REVIEW,)),
    ],
)
def test_a_sensitive_article_needs_the_leader_in_every_column(
    chain: tuple[Step, ...], sensitive: bool, needed: tuple[Step, ...]
) -> None:
    assert steps_for(chain, sensitive=sensitive) == needed


@pytest.mark.parametrize("chain", [(), (APPROVAL,), (APPROVAL, REVIEW), (REVIEW, APPROVAL, APPROVAL)])
def test_no_chain_goes_without_the_secrecy_review_first(chain: tuple[Step, ...]) -> None:
    with pytest.raises(IncompleteChain):
        steps_for(chain, sensitive=False)
