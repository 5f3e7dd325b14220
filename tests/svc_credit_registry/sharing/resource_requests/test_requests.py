"""Requests: faults at once, ten working days that explain themselves, reasons, disputes before other eyes."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import today
from svc_credit_registry.sharing.grants.rules import GrantState, Scope, state_on, within
from svc_credit_registry.sharing.resource_requests import rules
from svc_credit_registry.sharing.resource_requests.errors import GrantTooWide, PeriodOver, RequestState
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


def test_a_grant_of_which_no_day_is_left_is_refused() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    assert rules.period_of(first, last, date(2026, 2, 1)) == (first, last)
    assert rules.period_of(first, last, last) == (last, last)
    for until, day in ((last, date(2026, 4, 1)), (date(2026, 2, 28), date(2026, 2, 1))):
        with pytest.raises(PeriodOver):
            rules.period_of(first, until, day)


def test_a_grant_holds_on_its_first_and_on_its_last_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    days = (date(2025, 12, 31), first, last, date(2026, 2, 1))
    assert [state_on(day, first, last, revoked=False) for day in days] == [
        GrantState.NOT_YET, GrantState.ACTIVE, GrantState.ACTIVE, GrantState.EXPIRED,
    ]  # fmt: skip


def test_what_was_settled_is_not_disputed_again() -> None:
    assert rules.after("granted", rules.Step.DISPUTE) == "disputed"
    with pytest.raises(RequestState):
        rules.after("granted", rules.Step.DISPUTE, date(2026, 11, 21))


async def test_a_request_tells_all_its_faults_at_once(world: World) -> None:
    await enter(world)
    fields = ["code", "secret", "legal_representative_name"]
    faulty = REQUEST | {"fields": fields, "regions": ["421300", "990000"], "valid_from": "2020-01-01"}
    faulty |= {"codes": ["91421303MA0000006X"], "industries": ["C15", "C99", "A15", "C1"]}
    answer = await post(world, ASK, agency(world), faulty)
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/fields/1", "/regions/1", "/industries/1", "/industries/2", "/industries/3", "/codes/0", "/personal_reason",
        "/valid_until",
    }  # fmt: skip


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


async def test_what_a_decision_leaves_out_is_granted_as_it_was_asked(world: World) -> None:
    await enter(world)
    request = await asked(world)
    narrow = {"outcome": "granted", "reason": "仅限代码", "scope": {"fields": ["code"]}}
    assert (await act(world, request, "decision", officer(world), narrow, 1)).status_code == 200
    (grant,) = (await world.client.get("/v1/resource-grants", headers=agency(world))).json()["items"]
    assert (grant["fields"], grant["regions"]) == (["code"], ["421300"])


async def test_a_disputed_grant_holds_on_and_what_is_settled_is_not_disputed_again(world: World) -> None:
    await enter(world)
    request = await asked(world)
    narrow = {"outcome": "granted", "reason": "仅限代码", "scope": {"fields": ["code"]}}
    await act(world, request, "decision", officer(world), narrow, 1)
    dispute = {"reason": "还需要名称"}
    assert (await act(world, request, "dispute", agency(world), dispute, 2)).json()["state"] == "disputed"
    back = await act(world, request, "withdrawal", agency(world), None, 3)
    assert (back.status_code, back.json()["state"]) == (200, "granted")
    again = {"reason": "仍需要名称"}
    assert (await act(world, request, "dispute", agency(world), again, 4)).status_code == 200
    wider = {"outcome": "granted", "reason": "裁定共享", "case_required": True}
    settled = await act(world, request, "settlement", officer(world, "officer-2"), wider, 5)
    assert settled.status_code == 200, settled.text
    (grant,) = (await world.client.get("/v1/resource-grants", headers=agency(world))).json()["items"]
    assert (grant["fields"], grant["case_required"]) == (["code", "name", "region"], True)
    third = await act(world, request, "dispute", agency(world), {"reason": "第三次"}, 6)
    assert (third.status_code, third.json()["code"]) == (409, "resource_request_state")


async def test_a_producer_finds_the_grants_for_its_own_resources(world: World) -> None:
    await enter(world, producer=COURT)
    request = await asked(world)
    await act(world, request, "decision", agency(world, COURT), {"outcome": "granted", "reason": "同意"}, 1)
    seen = await world.client.get("/v1/resource-grants", headers=agency(world, COURT))
    assert [grant["grantee"] for grant in seen.json()["items"]] == [TAX]
    other = await world.client.get("/v1/resource-grants", headers=agency(world, "water-suizhou"))
    assert other.json()["items"] == []


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
    english = agency(world) | {"Accept-Language": "en"}
    withdrawn = (await act(world, request, "withdrawal", english, None, 1)).json()
    assert (withdrawn["state"], withdrawn["state_label"]) == ("withdrawn", "Withdrawn")
