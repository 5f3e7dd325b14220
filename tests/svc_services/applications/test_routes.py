"""Drafts, forms, submission, withdrawal: what applicants do and what they may not."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from tests.svc_services.neighbours import PROFILE
from tests.svc_services.world import CORRECTION, FORM, PDF, World

ESTABLISH = "MR-ENT-ESTABLISH"


async def start(world: World, **body: Any) -> Any:
    return await world.post("/v1/applications", world.citizen, {"matter_code": ESTABLISH} | body)


async def test_a_draft_comes_with_everything_that_is_known_and_personal_data_masked(world: World) -> None:
    case = await world.draft()
    assert case["state"] == "draft"
    assert case["number"].startswith("SQ421303-")
    assert case["form"]["name"] == "随州市青禾酒业有限公司"
    assert case["form"]["applicant_name"] == "张*"
    assert case["form"]["applicant_id_number"] == "*" * 14 + "1234"
    assert case["form"]["applicant_phone"] == "138****5678"
    sources = {p["field"]: p["source"] for p in case["prefilled"]}
    assert sources["trade_name"] == "name_reservation"
    assert sources["applicant_id_number"] == "sso_profile"
    assert world.known.calls[-1] == "Bearer exchanged"


async def test_personal_data_is_stored_encrypted(world: World) -> None:
    await world.draft()
    async with world.client.sessions() as session:
        row = (await session.execute(text("SELECT applications::text, personal FROM applications"))).one()
    for secret in PROFILE.values():
        assert secret not in row[0]
        assert secret.encode() not in row[1]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"matter_code": "MR-NONE"}, 404, "matter_unknown"),
        ({"matter_code": "MR-ENT-CHANGE", "region": "421303"}, 409, "matter_not_online"),
        ({"matter_code": "MR-ENT-CREDIT-REPAIR", "region": "421303"}, 409, "matter_handled_elsewhere"),
        ({}, 422, "region_needed"),
        ({"region": "999999"}, 422, "region_needed"),
        ({"reservation_id": "019b76da-a800-7000-8000-000000000001"}, 404, "reservation_unknown"),
        ({"reservation_id": "none"}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
    ],
    ids=str,
)
async def test_a_draft_that_cannot_begin_says_why(world: World, body: dict[str, Any], status: int, code: str) -> None:
    answer = await start(world, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_who_applies_here_for_what_the_registry_handles_is_told_where_to_go(world: World) -> None:
    refusal = (await start(world, matter_code="MR-ENT-ANNUAL-REPORT", region="421303")).json()
    assert refusal["handled_by"] == "credit-registry"
    assert "/api/credit-registry/v1/annual-reports" in [place["path"] for place in refusal["done_at"]]
    assert "/api/credit-registry/v1/annual-reports" in refusal["detail"]


async def test_a_draft_rests_on_the_applicants_own_live_reservation(world: World) -> None:
    theirs = await world.reserve(world.person())
    assert (await start(world, reservation_id=theirs["id"])).status_code == 404
    mine = await world.reserve(trade_name="明月")
    await world.client.delete(f"/v1/name-reservations/{mine['id']}", headers=world.citizen)
    assert (await start(world, reservation_id=mine["id"])).json()["code"] == "reservation_not_live"


async def test_a_draft_may_begin_before_its_name_is_reserved_but_is_not_submitted_without(world: World) -> None:
    case = (await start(world, region="421303", form=FORM)).json()
    assert "name" not in case["form"]
    early = await world.post(f"/v1/applications/{case['id']}/submission", world.citizen)
    assert (early.status_code, early.json()["code"]) == (422, "reservation_needed")

    kept = await world.reserve()
    case = (await attach(world, case, kept)).json()
    assert case["form"]["name"] == kept["name"]
    for code in ("ARTICLES", "DOMICILE"):
        await world.put(case, code, PDF)
    await world.act(case, "submission", world.citizen)


async def attach(world: World, case: dict[str, Any], kept: dict[str, Any]) -> Any:
    headers = {**world.citizen, "If-Match": f'"{case["version"]}"'}
    path = f"/v1/applications/{case['id']}"
    return await world.client.patch(path, json={"reservation_id": kept["id"]}, headers=headers)


async def test_a_draft_rests_on_a_name_of_its_region_and_of_its_applicant(world: World) -> None:
    case = (await start(world, region="421303")).json()
    elsewhere = await world.reserve(region="421321", trade_name="明月")
    assert (await attach(world, case, elsewhere)).json()["code"] == "region_needed"
    theirs = await world.reserve(world.person(), trade_name="山泉")
    assert (await attach(world, case, theirs)).status_code == 404
    used = await world.draft(trade_name="红叶")
    taken = await attach(world, case, {"id": used["reservation_id"]})
    assert taken.status_code == 409


async def test_a_name_is_not_changed_after_submission(world: World) -> None:
    case = await world.submitted()
    asked = await world.act(case, "correction-request", world.officer, {"items": [CORRECTION]})
    other = await world.reserve(trade_name="明月")
    assert (await attach(world, asked, other)).json()["code"] == "act_not_allowed"


async def test_the_region_is_that_of_the_name(world: World) -> None:
    kept = await world.reserve()
    answer = await start(world, reservation_id=kept["id"], region="421321")
    assert (answer.status_code, answer.json()["code"]) == (422, "region_needed")


async def test_a_reservation_carries_one_application_at_a_time(world: World) -> None:
    case = await world.draft()
    again = await start(world, reservation_id=case["reservation_id"])
    assert again.status_code == 409
    await world.act(case, "withdrawal", world.citizen)
    assert (await start(world, reservation_id=case["reservation_id"])).status_code == 201


async def test_with_single_sign_on_away_nothing_is_begun_and_the_reservation_stays(world: World) -> None:
    kept = await world.reserve()
    world.known.away.add("sso")
    answer = await start(world, reservation_id=kept["id"])
    assert (answer.status_code, answer.json()["code"]) == (503, "dependency_unavailable")
    assert answer.json()["dependency"] == "sso"
    world.known.away.clear()
    assert (await start(world, reservation_id=kept["id"])).status_code == 201


async def test_an_account_without_an_identity_is_told_to_complete_it(world: World) -> None:
    world.known.profile["id_number"] = None
    answer = await start(world, region="421303")
    assert (answer.status_code, answer.json()["code"]) == (409, "profile_incomplete")


async def test_who_may_apply(world: World) -> None:
    body = {"matter_code": ESTABLISH}
    assert (await world.post("/v1/applications", None, body)).status_code == 401
    assert (await world.post("/v1/applications", world.officer, body)).status_code == 403


async def test_a_form_is_filled_in_piece_by_piece(world: World) -> None:
    case = await world.draft()
    case = (await world.patch(case, {"address": FORM["address"], "contact_email": "a@example.cn"})).json()
    case = (await world.patch(case, {"contact_email": None, "business_scope": "白酒销售"})).json()
    own = {k: v for k, v in case["form"].items() if k not in {p["field"] for p in case["prefilled"]}}
    assert own == {"address": FORM["address"], "business_scope": "白酒销售"}


async def test_a_stale_or_missing_version_changes_nothing(world: World) -> None:
    case = await world.draft()
    assert (await world.patch(case, FORM)).status_code == 200
    stale = await world.patch(case, {"address": "湖北省随州市曾都区另一条路"})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    missing = await world.client.patch(f"/v1/applications/{case['id']}", json={"form": FORM}, headers=world.citizen)
    assert missing.status_code == 428
    now = (await world.get(f"/v1/applications/{case['id']}", world.citizen)).json()
    assert now["form"]["address"] == FORM["address"]


@pytest.mark.parametrize(
    "form",
    [
        {"applicant_id_number": "*" * 14 + "1234"},
        {"applicant_name": "李四"},
        {"name": "别的有限公司"},
        {"region": None},
    ],
    ids=str,
)
async def test_what_is_prefilled_is_not_asked_again_and_cannot_be_overwritten(
    world: World, form: dict[str, Any]
) -> None:
    case = await world.draft()
    answer = await world.patch(case, form)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_prefilled")
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"/form/{next(iter(form))}"]


async def test_a_whole_form_with_its_shown_reservation_parts_may_be_sent_back(world: World) -> None:
    case = await world.draft()
    answer = await world.patch(case, FORM | {"name": case["form"]["name"], "region": "421303"})
    assert answer.status_code == 200


async def test_a_field_the_guide_does_not_ask_for_is_refused_at_once(world: World) -> None:
    case = await world.draft()
    answer = await world.patch(case, {"religion": "x", "shareholders": [{"name": "张伟", "age": 3}]})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/form/religion", "/form/shareholders/0/age"]


async def test_an_unfinished_case_is_not_submitted_and_everything_missing_is_named_at_once(world: World) -> None:
    case = await world.draft()
    await world.patch(case, {"registered_capital_yuan": -5, "contact_email": "nobody"})
    answer = await world.post(f"/v1/applications/{case['id']}/submission", world.citizen)
    assert (answer.status_code, answer.json()["code"]) == (422, "form_incomplete")
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} == {
        ("/form/registered_capital_yuan", "minimum"),
        ("/form/contact_email", "format"),
        ("/form/address", "required"),
        ("/form/business_scope", "required"),
        ("/materials/ARTICLES", "required"),
        ("/materials/DOMICILE", "required"),
    }


async def test_a_submitted_case_has_its_event_and_can_no_longer_be_edited(world: World) -> None:
    case = await world.submitted()
    (event,) = await world.events("services.application.submitted.v1")
    assert event["number"] == case["number"]
    assert event["region"] == "421303"
    assert (await world.patch(case, {"address": "x" * 20})).json()["code"] == "act_not_allowed"
    again = await world.post(f"/v1/applications/{case['id']}/submission", world.citizen)
    assert (again.status_code, again.json()["state"]) == (409, "submitted")


async def test_a_submission_sent_twice_with_one_key_is_one_submission(world: World) -> None:
    case = await world.filled()
    headers = {**world.citizen, "Idempotency-Key": "submit-once"}
    path = f"/v1/applications/{case['id']}/submission"
    answers = await asyncio.gather(*(world.client.post(path, headers=headers) for _ in range(3)))
    assert {a.status_code for a in answers} <= {200, 409}
    assert (await world.client.post(path, headers=headers)).status_code == 200
    assert len(await world.events("services.application.submitted.v1")) == 1


async def test_a_case_whose_name_was_let_go_is_not_submitted(world: World) -> None:
    case = await world.filled()
    async with world.client.sessions() as session, session.begin():
        await session.execute(
            text("UPDATE name_reservations SET reserved_on='2020-01-01', reserved_until='2020-03-01'")
        )
    answer = await world.post(f"/v1/applications/{case['id']}/submission", world.citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, "reservation_not_live")


async def test_others_do_not_know_of_a_case(world: World) -> None:
    case = await world.filled()
    other = world.person()
    path = f"/v1/applications/{case['id']}"
    for answer in (
        await world.get(path, other),
        await world.get(f"{path}/deadlines", other),
        await world.get(f"{path}/history", other),
        await world.get(f"{path}/materials/ARTICLES", other),
        await world.patch(case, FORM, other),
        await world.put(case, "ARTICLES", PDF, other),
        await world.post(f"{path}/submission", other),
        await world.post(f"{path}/withdrawal", other),
        await world.post(f"{path}/resubmission", other),
        await world.get(path, world.officer),
    ):
        assert answer.status_code == 404, answer.request.url
    assert (await world.get(path)).status_code == 401


async def test_an_unchanged_case_is_not_sent_again(world: World) -> None:
    case = await world.draft()
    path = f"/v1/applications/{case['id']}"
    tag = (await world.get(path, world.citizen)).headers["ETag"]
    assert tag.startswith(f'"{case["version"]}-')
    seen = {**world.citizen, "If-None-Match": tag}
    assert (await world.client.get(path, headers=seen)).status_code == 304
    english = await world.client.get(path, headers={**seen, "Accept-Language": "en"})
    assert (english.status_code, english.json()["state_label"]) == (200, "Draft")
    edited = await world.client.patch(path, json={"form": {}}, headers={**world.citizen, "If-Match": tag})
    assert edited.status_code == 200


async def test_a_material_which_came_since_is_sent(world: World) -> None:
    case = await world.draft()
    path = f"/v1/applications/{case['id']}"
    tag = (await world.get(path, world.citizen)).headers["ETag"]
    code = case["materials"][0]["code"]
    assert (await world.put(case, code, PDF)).status_code == 200
    again = await world.client.get(path, headers={**world.citizen, "If-None-Match": tag})
    assert again.status_code == 200
    assert again.json()["materials"][0]["filename"] == "文件.pdf"


async def test_own_cases_are_listed_newest_first_and_by_state(world: World) -> None:
    first = await world.draft()
    second = await world.draft(trade_name="明月")
    await world.draft(world.person(), trade_name="山泉")
    await world.act(first, "withdrawal", world.citizen)
    listed = (await world.get("/v1/applications", world.citizen, count="exact")).json()
    assert [c["id"] for c in listed["items"]] == [second["id"], first["id"]]
    assert listed["count"] == 2
    drafts = (await world.get("/v1/applications", world.citizen, state="draft", matter_code=ESTABLISH)).json()
    assert [c["id"] for c in drafts["items"]] == [second["id"]]


async def test_a_case_can_be_withdrawn_until_it_is_decided(world: World) -> None:
    case = await world.accepted()
    ended = await world.act(case, "withdrawal", world.citizen, {"reason": "不办了"})
    assert ended["state"] == "withdrawn"
    assert len(await world.events("services.application.withdrawn.v1")) == 1
    again = await world.post(f"/v1/applications/{case['id']}/withdrawal", world.citizen)
    assert again.status_code == 409


async def test_a_withdrawn_draft_makes_no_event(world: World) -> None:
    await world.act(await world.draft(), "withdrawal", world.citizen)
    assert await world.events("services.application.withdrawn.v1") == []
