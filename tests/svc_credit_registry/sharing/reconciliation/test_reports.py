"""Which days a report is about."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import today
from shared.codes import credit_code
from svc_credit_registry.sharing.reconciliation.errors import ReportPeriodInvalid
from svc_credit_registry.sharing.reconciliation.rules import MOST_LINES, period, score, share
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, headers_of, penalty, push
from tests.svc_credit_registry.world import World, row

TODAY = date(2026, 11, 21)
CODE = credit_code.make("421303", 430_410_000)


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


async def report(world: World) -> dict[str, Any]:
    answer = await world.client.get("/v1/data-quality", headers=headers_of(world, "court-suizhou"))
    (told,) = answer.json()["items"]
    return dict(told)


async def test_pushing_again_what_stands_makes_no_data_better(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    await push(world, penalty(code=CODE))
    await push(world, penalty(code=CODE, key="2", content={"decided_on": "昨天"}))
    before = await report(world)
    for _ in range(3):
        await push(world, penalty(code=CODE))
    after = await report(world)
    assert (before["received"], after["received"]) == (2, 5)
    assert (after["completeness"], after["score"]) == (before["completeness"], before["score"])
    assert before["causes"] == after["causes"] != []


async def test_each_producer_is_told_of_its_own_causes_and_corrections(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    await push(world, penalty(code=CODE, content={"decided_on": "昨天"}))
    await push(world, penalty(code=CODE, content={"fine_yuan": -1}), agency="tax-suizhou")
    given = (await world.client.get("/v1/data-quality", headers=OFFICER(world))).json()["items"]
    told = {item["producer"]: [cause["pointer"] for cause in item["causes"]] for item in given}
    assert told == {"court-suizhou": ["/content/decided_on"], "tax-suizhou": ["/content/fine_yuan"]}


@pytest.mark.parametrize("path", ["/v1/submission-counts", "/v1/data-quality"])
async def test_a_report_with_lines_without_number_is_refused(world: World, path: str) -> None:
    many = text(
        "INSERT INTO submission_receipts (producer, kind, key, op, received_on, outcome)"
        " SELECT 'agency-' || n, 'penalty', '1', 'put', :day, 'created' FROM generate_series(0, :most) AS n"
    )
    async with world.client.sessions() as session, session.begin():
        await session.execute(many, {"day": today(), "most": MOST_LINES})
    answer = await world.client.get(path, headers=OFFICER(world))
    assert (answer.status_code, answer.json()["code"]) == (422, "report_too_wide")
    one = await world.client.get(path, headers=OFFICER(world), params={"producer": "agency-7"})
    assert [item["received"] for item in one.json()["items"]] == [1]


async def test_a_producer_that_sends_nothing_any_more_still_answers_for_its_corrections(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    item = (await push(world, penalty(code=CODE))).json()["item_id"]
    headers, asked = OFFICER(world) | {"Idempotency-Key": "c1"}, {"item_id": item, "fault": "决定日期与文书不符"}
    answer = await world.client.post("/v1/correction-requests", headers=headers, json=asked)
    assert answer.status_code == 201, answer.text
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE submission_receipts SET received_on = received_on - 60"))
        await session.execute(
            text("UPDATE record_correction_requests SET asked_on = asked_on - 40, due_on = due_on - 40")
        )
    (line,) = (await world.client.get("/v1/data-quality", headers=OFFICER(world))).json()["items"]
    told = ("producer", "kind", "received", "score", "corrections_asked", "corrections_overdue")
    assert [line[name] for name in told] == ["court-suizhou", "penalty", 0, None, 0, 1]
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE record_correction_requests SET state = 'corrected'"))
    assert (await world.client.get("/v1/data-quality", headers=OFFICER(world))).json()["items"] == []
