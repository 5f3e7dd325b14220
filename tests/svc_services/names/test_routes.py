"""Name checks and reservations over HTTP."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shared.clock import now, today
from shared.inbox import SweepContext
from svc_services.names.handlers import expire_reservations
from svc_services.names.models import NameReservation
from tests.svc_services.world import NAME, World

CONFLICT = {
    "rule": "same_trade_name_same_industry",
    "article": "工商企注字〔2017〕133号",
    "outcome": "refused",
    "conflicting_name": "随州市青禾酒业发展有限公司",
    "conflicting_code": "91421303MA0000001X",
    "exemption": "有投资关系的除外",
    "message": "字号、行业相同",
    "message_en": "Same trade name and industry",
}


async def check(world: World, **changes: object) -> dict[str, Any]:
    answer = await world.client.post("/v1/name-checks", json=NAME | changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_anyone_may_check_a_name_without_a_key(world: World) -> None:
    found = await check(world)
    assert found["available"] is True
    assert found["verdicts"] == []
    assert found["name"] == "随州市青禾酒业有限公司"
    assert world.known.calls == [NAME]


async def test_verdicts_of_both_services_come_at_once_with_rule_and_conflicting_name(world: World) -> None:
    world.known.verdicts = [CONFLICT]
    found = await check(world, trade_name="中华")
    assert found["available"] is False
    assert found["needs_examiner"] is True
    rules = [v["rule"] for v in found["verdicts"]]
    assert rules == ["restricted_national_word", "same_trade_name_same_industry"]
    assert found["verdicts"][1] == CONFLICT | {"exemption_claimed": False}


async def test_a_whole_name_is_taken_apart(world: World) -> None:
    body = {"region": "421303", "industry_code": "1512", "name": "随州市青禾酒业有限公司"}
    found = (await world.client.post("/v1/name-checks", json=body)).json()
    assert (found["trade_name"], found["industry_word"], found["organisation_form"]) == ("青禾", "酒业", "有限公司")


async def test_a_whole_name_goes_to_the_registry_as_it_is_written(world: World) -> None:
    body = {"region": "421303", "industry_code": "1512", "name": "青禾(随州)酒业有限公司"}
    related = {"related_codes": ["91421303MA0000001X"]}
    found = (await world.client.post("/v1/name-checks", json=body | related)).json()
    assert world.known.calls == [body | related]
    assert (found["name"], found["available"]) == ("青禾(随州)酒业有限公司", True)


async def test_a_name_is_made_of_the_parts_given_beside_it(world: World) -> None:
    assert (await check(world, name="青禾(随州)酒业有限公司"))["available"] is True
    answer = await world.client.post("/v1/name-checks", json=NAME | {"name": "随州市明月酒业有限公司"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")


async def test_a_whole_name_that_cannot_be_read_is_refused(world: World) -> None:
    world.known.unreadable = True
    body = {"region": "421303", "industry_code": "1512", "name": "随州青禾"}
    answer = await world.client.post("/v1/name-checks", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")


async def test_a_name_the_registry_cannot_read_still_gets_the_verdicts_on_its_form(world: World) -> None:
    world.known.unreadable = True
    found = await check(world, trade_name="禾")
    assert [v["rule"] for v in found["verdicts"]] == ["trade_name_length"]
    assert found["name"] == "随州市禾酒业有限公司"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"region": "999999"}, "/region"),
        ({"trade_name": None}, "/trade_name"),
        ({"organisation_form": None}, "/organisation_form"),
        ({"industry_code": "X"}, "/industry_code"),
        ({"region": "42"}, "/region"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_the_parts_is_told_with_its_place(
    world: World, changes: dict[str, object], pointer: str
) -> None:
    answer = await world.client.post("/v1/name-checks", json=NAME | changes)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_with_the_registry_away_nothing_is_reserved_and_the_same_key_works_later(world: World) -> None:
    world.known.away.add("credit-registry")
    assert (await world.client.post("/v1/name-checks", json=NAME)).status_code == 503
    headers = {**world.citizen, "Idempotency-Key": "one-intent"}
    refused = await world.client.post("/v1/name-reservations", json=NAME, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "dependency_unavailable")
    assert "Retry-After" in refused.headers

    world.known.away.clear()
    kept = await world.client.post("/v1/name-reservations", json=NAME, headers=headers)
    assert kept.status_code == 201


async def test_a_reservation_keeps_the_name_and_says_until_when(world: World) -> None:
    kept = await world.reserve()
    assert kept["state"] == "reserved"
    assert kept["number"].startswith("MC421303-")
    assert "第十八条" in kept["basis"]
    (event,) = await world.events("services.name_reservation.reserved.v1")
    assert (event["name"], event["reserved_until"]) == (kept["name"], kept["reserved_until"])
    listed = (await world.get("/v1/name-reservations", world.citizen)).json()["items"]
    assert [r["id"] for r in listed] == [kept["id"]]
    assert await world.audited(kept["id"]) == ["name.reserved"]


async def test_where_an_approval_is_needed_first_the_name_is_kept_for_a_year(world: World) -> None:
    short, long = await world.reserve(), await world.reserve(trade_name="明月", approval_needed=True)
    assert long["reserved_until"] > short["reserved_until"]


async def test_a_reserved_name_is_refused_to_others_in_the_whole_city(world: World) -> None:
    kept = await world.reserve()
    found = await check(world, region="421321", industry_word="酒业发展")
    (verdict,) = found["verdicts"]
    assert verdict["rule"] == "same_trade_name_reserved"
    assert verdict["conflicting_name"] == kept["name"]
    answer = await world.post("/v1/name-reservations", world.person(), NAME)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_conflict")
    assert [v["rule"] for v in answer.json()["verdicts"]] == ["same_trade_name_reserved"]
    assert (await check(world, industry_code="51"))["available"] is True


async def test_a_name_the_registry_refuses_is_not_reserved(world: World) -> None:
    world.known.verdicts = [CONFLICT]
    answer = await world.post("/v1/name-reservations", world.citizen, NAME)
    assert answer.status_code == 409
    assert answer.json()["verdicts"][0]["conflicting_code"] == CONFLICT["conflicting_code"]
    assert await world.events("services.name_reservation.reserved.v1") == []


async def test_of_many_who_reserve_one_name_at_once_one_gets_it(world: World) -> None:
    answers = await asyncio.gather(*(world.post("/v1/name-reservations", world.person(), NAME) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"name_taken", "name_conflict"}
    assert len(await world.events("services.name_reservation.reserved.v1")) == 1


async def test_a_repeated_request_gets_the_same_answer_and_another_body_is_refused(world: World) -> None:
    headers = {**world.citizen, "Idempotency-Key": "k1"}
    first = await world.client.post("/v1/name-reservations", json=NAME, headers=headers)
    again = await world.client.post("/v1/name-reservations", json=NAME, headers=headers)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await world.client.post("/v1/name-reservations", json=NAME | {"trade_name": "明月"}, headers=headers)
    assert other.status_code == 422
    missing = await world.client.post("/v1/name-reservations", json=NAME, headers=world.citizen)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")


async def test_who_may_reserve(world: World) -> None:
    assert (await world.post("/v1/name-reservations", None, NAME)).status_code == 401
    assert (await world.post("/v1/name-reservations", world.officer, NAME)).status_code == 403


async def test_others_cannot_see_or_withdraw_a_reservation(world: World) -> None:
    kept = await world.reserve()
    path = f"/v1/name-reservations/{kept['id']}"
    assert (await world.get(path, world.person())).status_code == 404
    assert (await world.client.delete(path, headers=world.person())).status_code == 404
    assert (await world.get(f"/v1/name-reservations/{uuid.uuid4()}", world.citizen)).status_code == 404


async def test_an_unchanged_reservation_is_not_sent_again(world: World) -> None:
    path = f"/v1/name-reservations/{(await world.reserve())['id']}"
    tag = (await world.get(path, world.citizen)).headers["ETag"]
    again = await world.client.get(path, headers={**world.citizen, "If-None-Match": tag})
    assert again.status_code == 304


async def test_a_withdrawn_name_is_free_again(world: World) -> None:
    kept = await world.reserve()
    path = f"/v1/name-reservations/{kept['id']}"
    assert (await world.client.delete(path, headers=world.citizen)).status_code == 204
    assert (await world.events("services.name_reservation.released.v1"))[0]["reason"] == "withdrawn"
    again = await world.client.delete(path, headers=world.citizen)
    assert (again.status_code, again.json()["code"]) == (409, "reservation_not_live")
    await world.reserve(world.person())


async def test_a_name_on_which_an_application_rests_is_not_withdrawn(world: World) -> None:
    case = await world.draft()
    answer = await world.client.delete(f"/v1/name-reservations/{case['reservation_id']}", headers=world.citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, "reservation_in_use")


async def age(world: World, reservation_id: str) -> None:
    """Lets the last day of a reservation have been yesterday."""
    over = {"reserved_on": today() - timedelta(days=70), "reserved_until": today() - timedelta(days=1)}
    async with world.client.sessions() as session, session.begin():
        await session.execute(update(NameReservation).where(NameReservation.id == reservation_id).values(**over))


async def sweep(world: World) -> int:
    async with world.client.sessions() as session, session.begin():
        return await expire_reservations(session, SweepContext(world.client.runtime, now(), today()))


async def test_a_name_whose_time_is_over_is_released(world: World) -> None:
    kept = await world.reserve()
    assert await sweep(world) == 0
    await age(world, kept["id"])
    assert await sweep(world) == 1
    assert await sweep(world) == 0
    (event,) = await world.events("services.name_reservation.released.v1")
    assert event == {"reservation_id": kept["id"], "reason": "expired"}


async def test_a_name_whose_time_is_over_can_be_had_before_the_sweep_comes(world: World) -> None:
    await age(world, (await world.reserve())["id"])
    await world.reserve(world.person())
    assert len(await world.events("services.name_reservation.released.v1")) == 1


async def test_a_pending_application_holds_the_name_beyond_its_time(world: World) -> None:
    case = await world.submitted()
    await age(world, case["reservation_id"])
    assert await sweep(world) == 0
    assert (await check(world))["available"] is False
    withdrawn = await world.post(f"/v1/applications/{case['id']}/withdrawal", world.citizen)
    assert withdrawn.status_code == 200
    assert await sweep(world) == 1
