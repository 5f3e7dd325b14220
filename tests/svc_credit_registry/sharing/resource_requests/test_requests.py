"""Requests: faults at once, ten working days that explain themselves, reasons, disputes before other eyes."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import today
from svc_credit_registry.sharing.grants.rules import GrantState, Scope, region_prefix, state_on, within
from svc_credit_registry.sharing.resource_requests import rules
from svc_credit_registry.sharing.resource_requests.errors import GrantTooWide, RequestState
from tests.svc_credit_registry.sharing.resources.catalogue import COURT, REQUEST, TAX, agency, enter, officer, post
from tests.svc_credit_registry.world import World

ASK = "/v1/resources/CR-ENTERPRISE/requests"


async def asked(world: World, name: str = TAX, **changes: Any) -> dict[str, Any]:
    period = {"valid_from": str(today()), "valid_until": str(today())}
    answer = await post(world, ASK, agency(world, name), REQUEST | period | changes)
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()
    return request


async def act(
    world: World, request: dict[str, Any], step: str, headers: dict[str, str], body: Any, version: int
) -> Any:
    return await post(world, f"/v1/resource-requests/{request['id']}/{step}", headers, body, version)


def test_the_clock_is_ten_working_days_and_skips_the_holidays() -> None:
    due = rules.answer_due(date(2025, 9, 26))
    assert due.due_on == date(2025, 10, 16)
    assert "809" in due.basis
    assert "51" in rules.answer_due(date(2020, 1, 6)).basis


def test_a_grant_gives_no_more_than_was_asked() -> None:
    wanted = Scope(("code", "name"), ("421300",), ("C",), ())
    assert within(wanted, Scope(("code",), ("421303",), ("C151",), ("91421303MA0000006Y",)))
    assert not within(wanted, Scope(("code", "address"), ("421303",), ("C151",), ()))
    assert not within(wanted, Scope(("code",), ("420000",), ("C",), ()))
    assert not within(wanted, Scope(("code",), (), ("C",), ()))
    assert not within(wanted, Scope(("code",), ("421300",), ("F",), ()))
    with pytest.raises(GrantTooWide):
        rules.check_granted(wanted, wanted, date(2026, 1, 1), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("region", "prefix"), [("100000", ""), ("420000", "42"), ("421300", "4213"), ("421303", "421303")]
)
def test_a_region_means_all_below_it(region: str, prefix: str) -> None:
    assert region_prefix(region) == prefix


def test_a_grant_holds_on_its_first_and_on_its_last_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    days = (date(2025, 12, 31), first, last, date(2026, 2, 1))
    assert [state_on(day, first, last, revoked=False) for day in days] == [
        GrantState.NOT_YET, GrantState.ACTIVE, GrantState.ACTIVE, GrantState.EXPIRED,
    ]  # fmt: skip


def test_steps_follow_each_other_in_order_only() -> None:
    for step, state in (
        ("decide", "granted"),
        ("dispute", "submitted"),
        ("settle", "refused"),
        ("withdraw", "granted"),
    ):
        with pytest.raises(RequestState):
            rules.check_step(step, state)


async def test_a_request_tells_all_its_faults_at_once(world: World) -> None:
    await enter(world)
    faulty = REQUEST | {"fields": ["code", "secret", "legal_representative_name"], "valid_from": "2020-01-01"}
    answer = await post(world, ASK, agency(world), faulty)
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/fields/1", "/personal_reason", "/valid_until"}


async def test_what_needs_no_request_takes_none(world: World) -> None:
    await enter(world, sharing="unconditional")
    answer = await post(world, ASK, agency(world), REQUEST)
    assert (answer.status_code, answer.json()["code"]) == (409, "request_not_needed")


async def test_a_request_explains_its_clock_day_by_day(world: World) -> None:
    await enter(world)
    request = await asked(world)
    address = f"/v1/resource-requests/{request['id']}/deadlines"
    answer = await world.client.get(address, headers=agency(world), params={"explain": True})
    (clock,) = answer.json()["items"]
    assert (clock["working_days"], clock["due_on"]) == (10, request["due_on"])
    assert sum(day["counted"] for day in clock["explanation"]) == 10


async def test_requests_of_others_are_not_there(world: World) -> None:
    await enter(world)
    request = await asked(world)
    other = await world.client.get(f"/v1/resource-requests/{request['id']}", headers=agency(world, COURT))
    assert other.status_code == 404
    assert (await world.client.get("/v1/resource-requests", headers=agency(world, COURT))).json()["items"] == []
    assert (
        await act(world, request, "decision", agency(world), {"outcome": "granted", "reason": "自批"}, 1)
    ).status_code == 403


async def test_the_producer_itself_may_answer(world: World) -> None:
    await enter(world, producer=COURT)
    request = await asked(world)
    queue = await world.client.get("/v1/resource-requests/queue", headers=agency(world, COURT))
    assert [item["id"] for item in queue.json()["items"]] == [request["id"]]
    answer = await act(world, request, "decision", agency(world, COURT), {"outcome": "granted", "reason": "同意"}, 1)
    assert answer.json()["state"] == "granted"


async def test_a_refusal_is_disputed_and_settled_by_another_hand(world: World) -> None:
    await enter(world)
    request = await asked(world)
    refusal = {"outcome": "refused", "reason": "与职责无关"}
    assert (await act(world, request, "decision", officer(world), refusal, 1)).json()["state"] == "refused"
    disputed = await act(world, request, "dispute", agency(world), {"reason": "系法定职责"}, 2)
    assert disputed.json()["state"] == "disputed"
    grant = {"outcome": "granted", "reason": "确属履职需要"}
    same = await act(world, request, "settlement", officer(world), grant, 3)
    assert (same.status_code, same.json()["code"]) == (403, "same_hand")
    settled = await act(world, request, "settlement", officer(world, "officer-2"), grant | {"reason": "裁定共享"}, 3)
    assert settled.json()["state"] == "granted"
    data = await world.client.get("/v1/resources/CR-ENTERPRISE/data", headers=agency(world))
    assert data.status_code == 200


async def test_a_grant_wider_than_the_request_is_refused(world: World) -> None:
    await enter(world)
    request = await asked(world)
    wide = {"outcome": "granted", "reason": "同意", "scope": {"fields": ["code", "registered_capital_yuan"]}}
    answer = await act(world, request, "decision", officer(world), wide, 1)
    assert (answer.status_code, answer.json()["code"]) == (422, "grant_too_wide")


async def test_what_is_overdue_comes_first_in_the_queue(world: World) -> None:
    await enter(world)
    young, old = await asked(world), await asked(world, purpose="另一项稽查工作")
    async with world.client.sessions() as session, session.begin():
        late = text("UPDATE resource_requests SET due_on = due_on - 60 WHERE id = :id")
        await session.execute(late, {"id": old["id"]})
    queue = (await world.client.get("/v1/resource-requests/queue", headers=officer(world))).json()["items"]
    assert [(item["id"], item["is_overdue"]) for item in queue] == [(old["id"], True), (young["id"], False)]
    overdue = await world.client.get("/v1/resource-requests/queue", headers=officer(world), params={"overdue": True})
    assert [item["id"] for item in overdue.json()["items"]] == [old["id"]]


async def test_a_request_is_withdrawn_by_its_requester_only(world: World) -> None:
    await enter(world)
    request = await asked(world)
    assert (await act(world, request, "withdrawal", agency(world, COURT), None, 1)).status_code == 404
    assert (await act(world, request, "withdrawal", agency(world), None, 1)).json()["state"] == "withdrawn"
