"""Filing a complaint, its wrong turns, and who sees it."""

import asyncio
import time
import uuid
from datetime import date, timedelta

from shared.clock import today
from svc_complaints.cases import rules
from tests.svc_complaints.neighbours import SUIXIAN, UNKNOWN, ZENGDU
from tests.svc_complaints.world import FILING, World, expect, refused


async def test_a_complaint_goes_to_the_county_of_the_respondent_with_its_statutory_date(world: World) -> None:
    consumer = world.consumer()
    filed = await world.filed(consumer)
    terms = rules.terms_on(today())
    assert (filed["state"], filed["region"], filed["unit"]) == ("received", "421303", "AMR-421303")
    assert filed["respondent_name"] == "随州红光商贸有限公司"
    assert filed["number"].startswith(f"TS421303-{today():%Y%m%d}-")
    assert filed["accept_by"] == filed["due_on"] == terms.acceptance.deadline(today()).due_on.isoformat()
    assert filed["terms_version"] == terms.version
    assert filed["complainant"] == {"name": "李娜", "phone": "13812345678"}
    events = await world.events(filed["id"])
    assert [name for name, _ in events] == ["received"]
    assert events[0][1]["respondent_code"] == ZENGDU
    other = await world.filed(consumer, respondent_code=SUIXIAN)
    assert (other["unit"], other["number"][:8]) == ("AMR-421321", "TS421321")


async def test_what_a_201_names_can_be_read_and_listed_at_once(world: World) -> None:
    consumer = world.consumer()
    filed = await world.filed(consumer)
    shown = await world.get(consumer, f"/complaints/{filed['id']}")
    assert expect(shown) == filed
    listed = expect(await world.get(consumer, "/complaints"))
    assert [item["id"] for item in listed["items"]] == [filed["id"]]
    again = await world.get(consumer, f"/complaints/{filed['id']}", **{"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304


async def test_personal_data_is_encrypted_in_the_database(world: World) -> None:
    filed = await world.filed(world.consumer())
    row = (await world.rows("SELECT * FROM complaint_cases"))[0]
    stored = " ".join(bytes(v).decode("utf-8", "ignore") if isinstance(v, bytes) else str(v) for v in row)
    assert filed["number"] in stored
    assert "13812345678" not in stored
    assert "李娜" not in stored
    assert "开胶" not in stored


async def test_nobody_files_without_an_account_or_the_right(world: World) -> None:
    refused(await world.post(None, "/complaints", FILING), 401, "unauthenticated")
    refused(await world.post(world.officer(), "/complaints", FILING), 403, "forbidden")


async def test_an_unknown_code_is_a_fault_of_the_field(world: World) -> None:
    body = refused(
        await world.post(world.consumer(), "/complaints", FILING | {"respondent_code": UNKNOWN}),
        422,
        "respondent_unknown",
    )
    assert body["errors"][0]["pointer"] == "/respondent_code"


async def test_all_faults_are_told_at_once(world: World) -> None:
    faulty = FILING | {
        "respondent_code": "91110000100001604N",
        "occurred_on": (today() + timedelta(days=2)).isoformat(),
        "product": "手机 13812345678",
    }
    body = refused(await world.post(world.consumer(), "/complaints", faulty), 422, "filing_faulty")
    assert {e["pointer"] for e in body["errors"]} >= {"/respondent_code", "/occurred_on", "/product"}
    assert not world.neighbours.calls, "a faulty filing asks nobody"


async def test_a_repeated_request_makes_one_complaint(world: World) -> None:
    consumer, key = world.consumer(), str(uuid.uuid4())
    first = await world.post(consumer, "/complaints", FILING, key=key)
    second = await world.post(consumer, "/complaints", FILING, key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = await world.post(consumer, "/complaints", FILING | {"product": "其他"}, key=key)
    refused(other, 422, "idempotency_key_reused")
    assert (await world.rows("SELECT count(*) FROM complaint_cases"))[0][0] == 1


async def test_with_the_registry_away_nothing_is_kept_and_the_same_key_works_later(world: World) -> None:
    consumer, key = world.consumer(), str(uuid.uuid4())
    world.neighbours.away.add("credit-registry")
    refused(await world.post(consumer, "/complaints", FILING, key=key), 503, "dependency_unavailable")
    assert (await world.rows("SELECT count(*) FROM complaint_cases"))[0][0] == 0
    world.neighbours.away.clear()
    expect(await world.post(consumer, "/complaints", FILING, key=key), 201)


async def test_with_single_sign_on_away_nothing_is_kept_either(world: World) -> None:
    consumer, key = world.consumer(), str(uuid.uuid4())
    world.neighbours.away.add("sso")
    refused(await world.post(consumer, "/complaints", FILING, key=key), 503, "dependency_unavailable")
    world.neighbours.away.clear()
    expect(await world.post(consumer, "/complaints", FILING, key=key), 201)


async def test_without_a_telephone_number_nobody_could_be_told_anything(world: World) -> None:
    world.neighbours.phone = None
    refused(await world.post(world.consumer(), "/complaints", FILING), 422, "telephone_missing")


async def test_a_complaint_is_none_of_a_strangers_business(world: World) -> None:
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}"
    for stranger in (world.consumer(), world.officer("421321"), world.officer("440300")):
        for read in (path, f"{path}/deadlines", f"{path}/history"):
            refused(await world.get(stranger, read), 404, "complaint_unknown")
    refused(await world.post(world.consumer(), f"{path}/withdrawal"), 404, "complaint_unknown")
    refused(await world.get(None, path), 401, "unauthenticated")


async def test_the_unit_sees_it_masked_and_superiors_only_read(world: World) -> None:
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}"
    for region in ("421303", "421300", "420000", "100000"):
        shown = expect(await world.get(world.officer(region), path))
        assert shown["viewer"] == "officer"
        assert shown["complainant"]["phone"] != "13812345678"
        assert shown["complainant"]["name"] != "李娜"
    city = world.officer("421300")
    refused(await world.post(city, f"{path}/acceptance", version=filed["version"]), 403, "not_your_region")


async def test_contact_data_is_unmasked_for_a_reason_which_is_audited(world: World) -> None:
    filed, officer = await world.filed(world.consumer()), world.officer()
    path = f"/complaints/{filed['id']}/complainant-unmasking"
    assert (await world.post(officer, path, {})).status_code == 422
    answer = await world.post(officer, path, {"reason": "电话核实投诉内容"}, key="unmask-once")
    assert expect(answer) == {"name": "李娜", "phone": "13812345678"}
    assert answer.headers["cache-control"] == "no-store"
    assert not await world.rows("SELECT body FROM idempotent_answers WHERE key = 'unmask-once'")
    rows = await world.rows("SELECT actor, reason FROM audit_log WHERE action = 'complaint.unmasked'")
    assert [tuple(row) for row in rows] == [(officer.id, "电话核实投诉内容")]
    at_desk_for_long = world.officer(auth_time=int(time.time()) - 1201)
    refused(await world.post(at_desk_for_long, path, {"reason": "电话核实投诉内容"}), 401, "step_up_required")
    type_, told = (await world.events(filed["id"]))[-1]
    assert (type_, told["number"], told["fields"]) == ("unmasked", filed["number"], ["name", "phone"])
    assert not {"13812345678", "李娜"} & set(map(str, told.values()))


async def test_the_complainant_withdraws_before_the_decision(world: World) -> None:
    consumer = world.consumer()
    filed = await world.filed(consumer)
    path = f"/complaints/{filed['id']}"
    gone = expect(await world.post(consumer, f"{path}/withdrawal", {"reason": "商家已经退款"}))
    assert (gone["state"], gone["due_on"]) == ("withdrawn", None)
    refused(await world.post(consumer, f"{path}/withdrawal"), 409, "act_not_allowed")
    refused(await world.post(world.officer(), f"{path}/acceptance", version=gone["version"]), 409, "act_not_allowed")
    assert [name for name, _ in await world.events(filed["id"])] == ["received", "withdrawn"]


async def test_thirty_people_at_once_get_thirty_numbers(world: World) -> None:
    consumer = world.consumer()
    filed = await asyncio.gather(*(world.filed(consumer) for _ in range(30)))
    assert len({f["number"] for f in filed}) == 30
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = expect(await world.get(consumer, f"/complaints?limit=7{cursor}"))
        pages += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert len(pages) == len(set(pages)) == 30


def test_the_filing_of_these_tests_lies_in_the_past() -> None:
    assert date.fromisoformat(FILING["occurred_on"]) < today()
