"""An officer changes facts, status and name; the record keeps what was, search and names follow."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from shared.audit import AuditRow
from shared.clock import today
from shared.codes import credit_code
from tests.svc_credit_registry.world import World, row

CODE, OTHER = credit_code.make("421303", 9), credit_code.make("421303", 10)
TODAY = today()
BASIS = "《市场主体登记管理条例》第二十四条；随市监登字〔2026〕第88号"


@pytest.fixture
async def known(world: World) -> World:
    """The register with two enterprises."""
    await world.load([row(CODE, "随州红光酒业有限公司"), row(OTHER, "随州曾侯酒业有限公司")])
    return world


def officer(world: World, region: str = "421303") -> dict[str, str]:
    rights = ["credit-registry:enterprises:maintain"]
    return world.get_bearer(
        aud="credit-registry", kind="staff", permissions=rights, region=region, unit=f"AMR-{region}"
    )


async def post(world: World, path: str, body: dict[str, Any], *, version: int = 1, **who: str) -> httpx.Response:
    headers = officer(world, **who) | {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid.uuid4())}
    given = {"decided_on": str(TODAY), "basis": BASIS} | body
    return await world.client.post(f"/v1/enterprises/{CODE}{path}", json=given, headers=headers)


async def change(world: World, facts: dict[str, Any], version: int = 1, **body: Any) -> Any:
    answer = await post(world, "/changes", {"facts": facts} | body, version=version)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_new_name_is_borne_and_the_old_one_kept_with_its_period(known: World) -> None:
    decided = TODAY - timedelta(days=3)
    done = await change(known, {"name": "随州明月酒业有限公司"}, decided_on=str(decided), document_number="88")
    assert [item["kind"] for item in done["items"]] == ["name_change"]
    names = [(n["name"], n["valid_until"]) for n in done["enterprise"]["names"]]
    assert names == [("随州明月酒业有限公司", None), ("随州红光酒业有限公司", str(decided - timedelta(days=1)))]
    [item] = (await known.get(f"/v1/enterprises/{CODE}/items", kind="name_change"))["items"]
    assert item["content"] == {
        "before": "随州红光酒业有限公司",
        "after": "随州明月酒业有限公司",
        "decided_on": str(decided),
        "decided_by": "AMR-421303",
        "document_number": "88",
    }
    assert item["provenance"]["basis"] == BASIS


async def test_the_change_says_what_was_what_is_when_by_whom(known: World) -> None:
    await change(known, {"address": "随州市文峰大道9号", "legal_representative_name": "王芳"})
    history = await known.get(f"/v1/enterprises/{CODE}/history")
    [entry] = history["changes"]
    assert (entry["version"], entry["producer"], entry["basis"]) == (2, "AMR-421303", BASIS)
    facts = {fact["field"]: (fact["label"], fact["after"]) for fact in entry["facts"]}
    assert facts == {"legal_representative_name": ("法定代表人", "王芳"), "address": ("住所", "随州市文峰大道9号")}
    async with known.client.sessions() as session:
        acts = select(AuditRow).where(AuditRow.action == "enterprise.changed").order_by(AuditRow.id.desc())
        act = (await session.scalars(acts.limit(1))).one()
    assert (act.before["legal_representative_name"], act.after["legal_representative_name"]) == ("李*", "王*")
    assert act.reason == BASIS


async def test_whoever_keeps_copies_of_facts_hears_of_others(known: World) -> None:
    await change(known, {"address": "随州市文峰大道9号"})
    await change(known, {"legal_representative_name": "王芳"}, 2)
    await change(known, {"name": "随州明月酒业有限公司", "region": "421321", "address": "随县厉山镇1号"}, 3)
    query = text("SELECT data FROM outbox_events WHERE aggregate_id = :code ORDER BY id")
    async with known.client.sessions() as session:
        told = [one for one in await session.scalars(query, {"code": CODE}) if one.get("part") == "registration"]
    facts = [(one["legal_representative_name"], one["name"], one["region"]) for one in told]
    assert facts[-3:] == [(None, None, None), ("王芳", None, None), (None, "随州明月酒业有限公司", "421321")]


async def test_revoked_cancelled_and_restored_stays_readable_with_its_history(known: World) -> None:
    for version, status in enumerate(("revoked", "cancelled", "active"), start=1):
        done = await change(known, {"status": status}, version, reason="决定书")
        assert done["enterprise"]["status"] == status
        assert done["enterprise"]["ended_on"] == (None if status == "active" else str(TODAY))
        assert (await known.get(f"/v1/enterprises/{CODE}"))["status"] == status
    history = await known.get(f"/v1/enterprises/{CODE}/history")
    assert [state["status"] for state in history["statuses"]] == ["active", "cancelled", "revoked", "active"]
    items = (await known.get(f"/v1/enterprises/{CODE}/items", kind="status_change"))["items"]
    assert [item["content"]["after"] for item in items] == ["active", "cancelled", "revoked"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"basis": "    "}, "/basis"),
        ({"document_number": " "}, "/document_number"),
        ({"facts": {"status": "revoked"}, "reason": "　"}, "/reason"),
        ({"facts": {"name": "  "}}, "/facts/name"),
        ({"facts": {"legal_representative_name": " "}}, "/facts/legal_representative_name"),
        ({"facts": {"address": " "}}, "/facts/address"),
    ],
)
async def test_blanks_say_nothing(known: World, given: dict[str, Any], place: str) -> None:
    """The record shows all of these: an enterprise without a name, a decision without a basis."""
    answer = await post(known, "/changes", {"facts": {"address": "随州市文峰大道9号"}} | given)
    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (422, [place])


async def test_blanks_around_a_fact_are_no_change(known: World) -> None:
    same = await post(known, "/changes", {"facts": {"name": " 随州红光酒业有限公司 "}})
    assert (same.status_code, same.json()["code"]) == (422, "nothing_changes")


async def test_who_may_not_and_what_can_not_be(known: World) -> None:
    facts = {"facts": {"address": "随州市文峰大道9号"}}
    elsewhere = await post(known, "/changes", facts, region="421321")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "other_registrar")
    superior = await post(known, "/changes", facts, region="421300")
    assert superior.status_code == 403
    assert (await post(known, "/changes", facts, version=2)).status_code == 412
    same = await post(known, "/changes", {"facts": {"name": "随州红光酒业有限公司"}})
    assert (same.status_code, same.json()["code"]) == (422, "nothing_changes")
    ahead = await post(known, "/changes", facts | {"decided_on": str(TODAY + timedelta(days=1))})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/decided_on")
    unreasoned = await post(known, "/changes", {"facts": {"status": "revoked"}})
    assert unreasoned.status_code == 422
    nowhere = await post(known, "/changes", {"facts": {"region": "429999"}})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/facts/region")
    personal = await post(known, "/changes", facts | {"basis": "依据11010519491231002X的申请"})
    [fault] = personal.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/basis", "personal_data")
    citizen = known.get_bearer(aud="credit-registry")
    body = {"decided_on": str(TODAY), "basis": BASIS} | facts
    headers = citizen | {"If-Match": '"1"', "Idempotency-Key": "1"}
    assert (await known.client.post(f"/v1/enterprises/{CODE}/changes", json=body, headers=headers)).status_code == 403


async def test_a_merged_code_leads_to_the_other_one_and_days_before_stay(known: World) -> None:
    body = {"new_code": OTHER, "reason": "merged"}
    step = await post(known, "/succession", body)
    assert (step.status_code, step.json()["new_code"]) == (201, OTHER)
    for path in ("", "/record", "/items", "/history"):
        moved = await known.client.get(f"/v1/enterprises/{CODE}{path}", params={"as_of": str(TODAY)})
        assert moved.status_code == 308, path
        assert moved.headers["location"] == f"/v1/enterprises/{OTHER}{path}?as_of={TODAY}"
        assert moved.json() | {"basis": ""} == {
            "old_code": CODE, "new_code": OTHER, "reason": "merged", "reason_label": "企业合并",
            "since": str(TODAY), "basis": "", "location": moved.headers["location"],
        }  # fmt: skip
    parts = ("complaints", "annual-reports", "immediate-information", "objections", "size", "support-policies")
    for part in (*parts, "online-sites"):
        moved = await known.client.get(f"/v1/enterprises/{CODE}/{part}", params={"limit": 5})
        assert (moved.status_code, moved.json()["reason"]) == (308, "merged"), part
        assert moved.headers["location"] == f"/v1/enterprises/{OTHER}/{part}?limit=5"
    prefixed = await known.client.get(
        f"/v1/enterprises/{CODE.lower()}/size", headers={"X-Forwarded-Prefix": "/api/credit-registry"}
    )
    assert prefixed.headers["location"] == f"/api/credit-registry/v1/enterprises/{OTHER}/size"
    prefixed = await known.client.get(
        f"/v1/enterprises/{CODE.lower()}", headers={"X-Forwarded-Prefix": "/api/credit-registry"}
    )
    assert prefixed.headers["location"] == f"/api/credit-registry/v1/enterprises/{OTHER}"
    record = await known.get(f"/v1/enterprises/{OTHER}/record")
    assert [former["old_code"] for former in record["former_codes"]] == [CODE]
    twice = await post(known, "/succession", body, version=2)
    assert (twice.status_code, twice.json()["code"]) == (409, "succession_invalid")


async def test_once_its_end_is_set_aside_a_merged_one_has_its_own_record_and_may_be_merged_again(known: World) -> None:
    body = {"new_code": OTHER, "reason": "merged"}
    assert (await post(known, "/succession", body)).status_code == 201
    back = await change(known, {"status": "active"}, 2, reason="撤销注销登记决定书")
    assert back["enterprise"]["status"] == "active"
    assert (await known.get(f"/v1/enterprises/{OTHER}/record"))["former_codes"] == []
    assert (await known.get(f"/v1/enterprises/{CODE}/record"))["enterprise"]["status"] == "active"
    async with known.client.sessions() as session:
        acts = select(AuditRow).where(AuditRow.action == "enterprise.restored")
        told = (await session.scalars(acts)).one()
    assert (told.before["new_code"], told.before["since"], told.reason) == (OTHER, str(TODAY), BASIS)
    again = await post(known, "/succession", body, version=3)
    assert again.status_code == 201, again.text


@pytest.mark.parametrize(
    "facts", [{"status": "revoked"}, {"address": "随州市文峰大道9号"}, {"name": "随州明月酒业有限公司"}]
)
async def test_no_file_undoes_what_the_registrar_decided(known: World, facts: dict[str, str]) -> None:
    await change(known, facts, reason="决定书")
    summary, _ = await known.load([row(CODE, "随州红光酒业有限公司"), row(OTHER, "随州曾侯老酒有限公司")])
    assert (summary.updated, summary.left) == (1, 1)
    kept = await known.get(f"/v1/enterprises/{CODE}")
    assert {name: kept[name] for name in facts} == facts


async def test_no_file_revives_what_was_merged_after_its_end(known: World) -> None:
    ended = row(CODE, "随州红光酒业有限公司", status="cancelled", ended_on="2020-02-29")
    await known.load([ended])
    step = await post(known, "/succession", {"new_code": OTHER, "reason": "merged"}, version=2)
    assert step.status_code == 201, step.text
    await known.load([row(CODE, "随州红光酒业有限公司")])
    assert (await known.client.get(f"/v1/enterprises/{CODE}")).status_code == 308


async def test_a_circle_is_refused(known: World) -> None:
    itself = await post(known, "/succession", {"new_code": CODE, "reason": "code_changed"})
    assert (itself.status_code, itself.json()["code"]) == (409, "succession_invalid")
    nobody = await post(known, "/succession", {"new_code": "914403001922038216", "reason": "code_changed"})
    assert nobody.status_code == 404


async def test_an_old_registration_number_leads_to_the_code(known: World) -> None:
    step = await post(known, "/former-numbers", {"number": "420000000012345"})
    assert step.status_code == 201
    moved = await known.client.get("/v1/enterprises/420000000012345/record")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/enterprises/{CODE}/record")
    assert (await known.client.get("/v1/enterprises/420000000012346")).status_code == 422


async def test_a_former_number_rests_on_a_decision_that_was_made(known: World) -> None:
    body = {"number": "420000000054321", "decided_on": str(TODAY + timedelta(days=1))}
    ahead = await post(known, "/former-numbers", body)
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/decided_on")
