"""What officials do: queue, corrections once, acceptance, extension, decision; and what they may not."""

import asyncio
import time
import uuid
from typing import Any

import pytest

from tests.svc_services.neighbours import PROFILE
from tests.svc_services.world import CORRECTION, OFFICER, PERSON, World

SUIXIAN, CITY, NATION = "421321", "421300", "100000"


async def numbers(world: World, who: dict[str, str], **params: str) -> list[str]:
    answer = await world.get("/v1/applications/queue", who, **params)
    assert answer.status_code == 200, answer.text
    return [c["number"] for c in answer.json()["items"]]


async def test_the_queue_holds_what_waits_in_the_own_region_and_superiors_read_below(world: World) -> None:
    await world.draft(trade_name="明月")
    case = await world.submitted()
    for who in (world.officer, world.official(CITY), world.official("420000"), world.official(NATION)):
        assert await numbers(world, who) == [case["number"]]
    assert await numbers(world, world.official(SUIXIAN)) == []
    assert await numbers(world, world.officer, state="granted") == []


async def test_who_may_see_the_queue(world: World) -> None:
    assert (await world.get("/v1/applications/queue")).status_code == 401
    assert (await world.get("/v1/applications/queue", world.citizen)).status_code == 403


ACTS: list[tuple[str, dict[str, Any] | None]] = [
    ("correction-request", {"items": [CORRECTION]}),
    ("acceptance", None),
    ("extension", {"reason": "情形复杂", "approved_by": "局长"}),
    ("decision", {"outcome": "granted"}),
]


@pytest.mark.parametrize(("act", "body"), ACTS, ids=[a for a, _ in ACTS])
async def test_only_the_unit_of_the_region_acts(world: World, act: str, body: dict[str, Any] | None) -> None:
    case = await world.submitted()
    path = f"/v1/applications/{case['id']}/{act}"
    version = f'"{case["version"]}"'
    assert (await world.post(path, None, body, If_Match=version)).status_code == 401
    assert (await world.post(path, world.citizen, body, If_Match=version)).status_code == 403
    assert (await world.post(path, world.official(SUIXIAN), body, If_Match=version)).status_code == 404
    superior = await world.post(path, world.official(CITY), body, If_Match=version)
    assert (superior.status_code, superior.json()["code"]) == (403, "not_your_region")


async def test_an_official_with_an_interest_withdraws(world: World) -> None:
    both = [*PERSON, *OFFICER]
    who = world.official("421303", permissions=both, sub=str(uuid.uuid4()), trust_level="two_factor")
    case = await world.submitted(who)
    answer = await world.post(f"/v1/applications/{case['id']}/acceptance", who)
    assert (answer.status_code, answer.json()["code"]) == (403, "conflict_of_interest")


async def test_a_draft_is_nobodys_business(world: World) -> None:
    case = await world.filled()
    assert (await world.post(f"/v1/applications/{case['id']}/acceptance", world.officer)).status_code == 404


async def test_corrections_are_told_once_with_a_date_and_shown_to_the_applicant(world: World) -> None:
    case = await world.submitted()
    items = [CORRECTION, CORRECTION | {"target": "ARTICLES", "defect": "缺少股东签名"}]
    asked = await world.act(case, "correction-request", world.officer, {"items": items})
    assert [i["target"] for i in asked["correction"]["items"]] == ["/form/address", "ARTICLES"]
    assert asked["due_on"] == asked["correction"]["due_on"]
    (event,) = await world.events("services.application.correction_requested.v1")
    assert (event["item_count"], event["due_on"]) == (2, asked["due_on"])
    assert await numbers(world, world.officer) == []


async def test_a_second_request_for_corrections_is_refused_with_its_reason_at_every_later_step(world: World) -> None:
    case = await world.submitted()
    await world.act(case, "correction-request", world.officer, {"items": [CORRECTION]})

    async def ask_again() -> None:
        path = f"/v1/applications/{case['id']}/correction-request"
        answer = await world.post(path, world.officer, {"items": [CORRECTION | {"target": "ARTICLES"}]})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "correction_already_requested")
        assert problem["item_count"] == 1
        assert "第十九条" in problem["detail"]

    await ask_again()
    current = (await world.get(f"/v1/applications/{case['id']}", world.citizen)).json()
    await world.patch(current, {"address": "湖北省随州市曾都区示例路1号3楼"})
    await world.act(case, "resubmission", world.citizen)
    await ask_again()
    await world.act(case, "acceptance", world.officer)
    await ask_again()


async def test_two_officials_who_ask_at_once_ask_once(world: World) -> None:
    case = await world.submitted()
    path = f"/v1/applications/{case['id']}/correction-request"
    colleagues = [world.officer, world.official("421303")]
    answers = await asyncio.gather(*(world.post(path, who, {"items": [CORRECTION]}) for who in colleagues))
    assert sorted(a.status_code for a in answers) == [200, 409]


@pytest.mark.parametrize("target", ["/form/tax_certificate", "NO_CRIME_CERTIFICATE", "ID_COPY", "/form/applicant_name"])
async def test_nothing_is_asked_beyond_the_guide(world: World, target: str) -> None:
    case = await world.submitted()
    answer = await world.post(
        f"/v1/applications/{case['id']}/correction-request", world.officer, {"items": [CORRECTION | {"target": target}]}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "correction_not_in_guide")
    assert answer.json()["errors"][0]["pointer"] == "/items/0/target"


@pytest.mark.parametrize("items", [[], [{"target": "ARTICLES", "defect": " ", "basis": "x"}], [{"target": "ARTICLES"}]])
async def test_a_request_for_corrections_names_defect_and_basis(world: World, items: list[Any]) -> None:
    case = await world.submitted()
    answer = await world.post(f"/v1/applications/{case['id']}/correction-request", world.officer, {"items": items})
    assert answer.status_code == 422


async def test_corrections_are_changed_or_explained_and_the_officer_sees_which(world: World) -> None:
    case = await world.submitted()
    items = [CORRECTION, CORRECTION | {"target": "ARTICLES"}]
    asked = await world.act(case, "correction-request", world.officer, {"items": items})
    path = f"/v1/applications/{case['id']}/resubmission"
    early = await world.post(path, world.citizen)
    assert (early.status_code, early.json()["code"]) == (422, "correction_incomplete")
    assert [e["pointer"] for e in early.json()["errors"]] == ["/form/address", "ARTICLES"]

    await world.patch(asked, {"address": "湖北省随州市曾都区示例路1号3楼", "operating_years": 20})
    body = {"explanations": [{"target": "ARTICLES", "text": "章程第六页已有签名"}]}
    await world.act(case, "resubmission", world.citizen, body)
    seen = (await world.get(f"/v1/applications/{case['id']}", world.officer)).json()
    assert seen["correction"]["changed"] == ["/form/address", "/form/operating_years"]
    assert [(i["changed"], i["explanation"]) for i in seen["correction"]["items"]] == [
        (True, None),
        (False, "章程第六页已有签名"),
    ]
    assert len(await world.events("services.application.corrected.v1")) == 1


async def test_while_the_applicant_may_correct_nobody_refuses(world: World) -> None:
    case = await world.submitted()
    asked = await world.act(case, "correction-request", world.officer, {"items": [CORRECTION]})
    early = await world.try_to_decide(asked, "refused", "未补正")
    assert (early.status_code, early.json()["code"]) == (409, "correction_still_open")
    await world.execute("UPDATE correction_requests SET due_on = '2020-01-01'")
    assert (await world.try_to_decide(asked, "refused", "逾期未补正")).status_code == 200


async def test_acceptance_starts_the_clock_of_the_decision(world: World) -> None:
    case = await world.accepted()
    (event,) = await world.events("services.application.accepted.v1")
    assert event["decide_by"] == case["due_on"]
    again = await world.post(f"/v1/applications/{case['id']}/acceptance", world.officer)
    assert (again.status_code, again.json()["state"]) == (409, "accepted")


async def test_the_term_is_extended_once_with_reason_and_approval(world: World) -> None:
    case = await world.accepted()
    body = {"reason": "情形复杂", "approved_by": "局长"}
    extended = await world.act(case, "extension", world.officer, body)
    assert extended["due_on"] > case["due_on"]
    again = await world.post(f"/v1/applications/{case['id']}/extension", world.officer, body)
    assert (again.status_code, again.json()["code"]) == (409, "already_extended")
    assert (await world.post(f"/v1/applications/{case['id']}/extension", world.officer, {})).status_code == 422


async def test_a_grant_tells_the_register_what_it_needs(world: World) -> None:
    case = await world.granted()
    (event,) = await world.events("services.application.decided.v1")
    assert event["outcome"] == "granted"
    assert event["unit"] == "AMR-421303"
    assert event["reservation_id"] == case["reservation_id"]
    assert event["enterprise"] == {
        "name": "随州市青禾酒业有限公司",
        "region": "421303",
        "organisation_form": "有限公司",
        "industry_code": "1512",
        "registered_capital_yuan": "1000000",
        "address": "湖北省随州市曾都区示例路1号",
        "business_scope": "白酒销售",
        "legal_representative_name": "张伟",
        "established_on": case["decided_on"],
    }


async def test_a_refusal_states_its_reasons_and_lets_the_name_go_on_its_own_time(world: World) -> None:
    case = await world.accepted()
    silent = await world.try_to_decide(case, "refused")
    assert (silent.status_code, silent.json()["code"]) == (422, "reason_missing")
    refused = await world.decide(case, "refused", "住所不存在")
    assert (refused["state"], refused["decision_reason"]) == ("refused", "住所不存在")
    (event,) = await world.events("services.application.decided.v1")
    assert (event["outcome"], event["enterprise"]) == ("refused", None)
    again = {"matter_code": "MR-ENT-ESTABLISH", "reservation_id": case["reservation_id"]}
    assert (await world.post("/v1/applications", world.citizen, again)).status_code == 201


async def test_of_two_officials_who_decide_at_the_same_moment_one_wins(world: World) -> None:
    case = await world.accepted()
    answers = await asyncio.gather(
        world.try_to_decide(case, "granted"),
        world.try_to_decide(case, "refused", "材料不实", world.official("421303")),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert next(a for a in answers if a.status_code == 409).json()["code"] == "act_not_allowed"
    assert len(await world.events("services.application.decided.v1")) == 1


async def test_a_decision_names_the_version_it_is_about(world: World) -> None:
    case = await world.accepted()
    path = f"/v1/applications/{case['id']}/decision"
    assert (await world.post(path, world.officer, {"outcome": "granted"})).status_code == 428
    stale = await world.post(path, world.officer, {"outcome": "granted"}, If_Match='"1"')
    assert stale.status_code == 412


async def test_a_repeated_decision_gets_the_same_answer(world: World) -> None:
    case = await world.accepted()
    headers = {**world.officer, "Idempotency-Key": "decide", "If-Match": f'"{case["version"]}"'}
    path = f"/v1/applications/{case['id']}/decision"
    first = await world.client.post(path, json={"outcome": "granted"}, headers=headers)
    again = await world.client.post(path, json={"outcome": "granted"}, headers=headers)
    assert (first.status_code, first.content) == (200, again.content)
    assert len(await world.events("services.application.decided.v1")) == 1


async def test_what_an_examiner_should_know_of_the_name_stands_with_the_case(world: World) -> None:
    case = await world.submitted(trade_name="中华好")
    seen = (await world.get(f"/v1/applications/{case['id']}", world.officer)).json()
    assert [v["rule"] for v in seen["name_verdicts"]] == ["restricted_national_word"]


async def test_personal_data_is_unmasked_for_a_reason_that_is_kept(world: World) -> None:
    case = await world.submitted()
    path = f"/v1/applications/{case['id']}/applicant-unmasking"
    shown = await world.post(path, world.officer, {"reason": "电话核实住所"})
    assert shown.json() == {
        "applicant_name": PROFILE["name"],
        "applicant_id_number": PROFILE["id_number"],
        "applicant_phone": PROFILE["phone"],
    }
    assert shown.headers["cache-control"] == "no-store"
    assert (await world.audited(case["id"]))[-1] == "application.unmasked"
    (told,) = await world.events("services.application.unmasked.v1")
    assert (told["number"], told["fields"]) == (case["number"], ["id_number", "name", "phone"])
    assert PROFILE["phone"] not in str(told)
    assert (await world.post(path, world.officer, {"reason": " "})).status_code == 422
    assert (await world.post(path, world.official(SUIXIAN), {"reason": "x"})).status_code == 404
    assert (await world.post(path, world.citizen, {"reason": "x"})).status_code == 403
    at_desk_for_long = world.official("421303", auth_time=int(time.time()) - 1201)
    stale = await world.post(path, at_desk_for_long, {"reason": "电话核实住所"})
    assert (stale.status_code, stale.json()["code"]) == (401, "step_up_required")
