"""Which days a report is about."""

from datetime import date

import pytest

from svc_credit_registry.sharing.reconciliation.errors import ReportPeriodInvalid
from svc_credit_registry.sharing.reconciliation.rules import period, score, share
from tests.svc_credit_registry.sharing.submissions.agency import headers_of
from tests.svc_credit_registry.world import World

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (None, None, (date(2026, 10, 23), TODAY)),
        (None, date(2026, 3, 1), (date(2026, 1, 31), date(2026, 3, 1))),
        (TODAY, TODAY, (TODAY, TODAY)),
        (TODAY, date(2027, 1, 1), (TODAY, TODAY)),
        (date(2025, 10, 18), None, (date(2025, 10, 18), TODAY)),
    ],
)
def test_a_report_is_about_thirty_days_or_those_asked_for(
    since: date | None, until: date | None, days: tuple[date, date]
) -> None:
    assert period(since, until, TODAY) == days


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 11, 22), None),
        (TODAY, date(2026, 11, 20)),
        (date(2025, 10, 17), None),
    ],
)
def test_a_period_that_can_not_be_is_refused_and_not_bent(since: date, until: date | None) -> None:
    with pytest.raises(ReportPeriodInvalid):
        period(since, until, TODAY)


def test_shares_of_nothing_are_unknown_and_count_for_nothing() -> None:
    assert (share(1, 0), share(1, 3)) == (None, 0.3333)
    assert (score([None, 1.0, 0.5]), score([None])) == (75.0, None)


@pytest.mark.parametrize("path", ["/v1/submission-counts", "/v1/data-quality"])
async def test_both_reports_say_what_is_wrong_with_a_period(world: World, path: str) -> None:
    given = {"since": "2026-03-02", "until": "2026-03-01"}
    answer = await world.client.get(path, headers=headers_of(world, "court-suizhou"), params=given)
    assert (answer.status_code, answer.json()["code"]) == (422, "report_period_invalid")
