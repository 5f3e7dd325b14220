"""From the proposal to the decision, and what everybody sees of it."""

import asyncio
import csv
import io
import json
from datetime import date, timedelta
from typing import Any

from shared.clock import today
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, grave, listed, unreachable


async def test_a_listing_is_a_recorded_decision_on_the_public_record(desk: Desk) -> None:
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), unreachable(code, today()))
    assert (made["state"], made["due_node"], made["document_number"]) == ("proposed", "decision", None)
    assert await desk.status(f"/v1/list-entries/{made['id']}") == 404, "proposals are nobody else's business"
    assert await desk.record(code, RecordKind.ABNORMAL_OPERATION) == []
    body = {"outcome": "listed", "reason": "查证属实"}
    done = await desk.ok(f"/v1/list-entries/{made['id']}/decision", desk.officer(), body, made["version"])
    assert done["state"] == "listed"
    assert "曾都区市监异列" in done["document_number"]
    assert done["due_on"] is None

    shown = await desk.get(f"/v1/list-entries/{made['id']}")
    assert (shown["ground"], shown["authority"], shown["document_item"]) == ("unreachable", "AMR-421303", 1)
    assert "第四条第四项" in shown["article"]
    (item,) = await desk.record(code, RecordKind.ABNORMAL_OPERATION)
    assert item.content["decision_number"] == done["document_number"]
    assert (item.producer, item.key) == ("AMR-421303", made["id"])
    document = await desk.get("/v1/list-documents", number=done["document_number"])
    assert (document["entries"], document["authority"], document["reason"]) == (1, "AMR-421303", "查证属实")
    assert "六十日" in document["remedies"]
    named = await desk.get("/v1/list-documents/entries", number=done["document_number"])
    assert [e["code"] for e in named["items"]] == [code]
    assert await desk.acts(made["id"]) == ["list_entry.propose", "list_entry.list"]


async def test_a_refusal_is_a_decision_too_and_not_public(desk: Desk) -> None:
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), unreachable(code, today()))
    body = {"outcome": "not_listed", "reason": "已取得联系"}
    done = await desk.ok(f"/v1/list-entries/{made['id']}/decision", desk.officer(), body, made["version"])
    assert (done["state"], done["listed_on"]) == ("not_listed", None)
    assert "异不列" in done["document_number"]
    assert await desk.status(f"/v1/list-entries/{made['id']}") == 404
    answer = await desk.world.client.get("/v1/list-documents", params={"number": done["document_number"]})
    assert answer.status_code == 404
    assert await desk.refused(f"/v1/list-entries/{made['id']}/decision", desk.officer(), body, done["version"]) == (
        409, "list_act_not_allowed",
    )  # fmt: skip


async def test_the_same_ground_lists_once(desk: Desk) -> None:
    code = await desk.enterprise()
    await listed(desk, code, today())
    again = await desk.refused("/v1/list-entries", desk.officer(), unreachable(code, today()))
    assert again == (409, "already_listed")


async def test_who_may_propose_and_decide(desk: Desk) -> None:
    code = await desk.enterprise()
    body = unreachable(code, today())
    assert await desk.refused("/v1/list-entries", desk.officer("421321"), body) == (403, "not_your_region")
    assert await desk.refused("/v1/list-entries", desk.officer("421300"), body) == (403, "not_your_region")
    assert await desk.refused("/v1/list-entries", desk.representative(code), body) == (403, "forbidden")
    made = await desk.ok("/v1/list-entries", desk.officer(), body)
    path, decision = f"/v1/list-entries/{made['id']}/decision", {"outcome": "listed", "reason": "查证属实"}
    assert await desk.refused(path, desk.officer("421300"), decision, 1) == (403, "not_your_region")
    assert await desk.refused(path, desk.officer("421321"), decision, 1) == (404, "list_entry_unknown")
    assert await desk.refused(path, desk.officer(), decision) == (428, "precondition_required")
    assert await desk.refused(path, desk.officer(), decision, 99) == (412, "stale_version")
    assert await desk.status(f"/v1/list-entries/{made['id']}/case", desk.officer("420000")) == 200
    assert await desk.status(f"/v1/list-entries/{made['id']}/case", desk.representative(code)) == 200
    other = desk.representative(await desk.enterprise())
    assert await desk.status(f"/v1/list-entries/{made['id']}/case", other) == 404
    ad = desk.representative(code, "MR-COMPLAINT-RESPONSE")
    assert await desk.status(f"/v1/list-entries/{made['id']}/case", ad) == 404


async def test_evidence_that_does_not_carry_is_refused_with_its_place(desk: Desk) -> None:
    body = unreachable(await desk.enterprise(), today()) | {"visited_on": None}
    answer = await desk.post("/v1/list-entries", desk.officer(), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence_invalid")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/letters", "missing")]
    assert (await desk.refused("/v1/list-entries", desk.officer(), body | {"ground": "shouting"}))[0] == 422
    by_hand = grave(body["code"], today()) | {"ground": "three_years_abnormal"}
    assert await desk.refused("/v1/list-entries", desk.officer("420000"), by_hand) == (422, "evidence_invalid")


async def test_an_annual_report_on_the_record_keeps_from_the_list(desk: Desk) -> None:
    code = await desk.enterprise()
    body = {
        "list": "abnormal", "ground": "no_annual_report", "code": code, "facts": "未报2025年度报告",
        "verified_on": today().isoformat(), "report_year": 2025,
    }  # fmt: skip
    made = await desk.ok("/v1/list-entries", desk.officer(), body)
    assert made["decided_late"] is False
    assert made["decide_by"] == "2026-07-14"
    await desk.report(code, 2025, date(2026, 11, 1))
    decision = {"outcome": "listed", "reason": "查证属实"}
    path = f"/v1/list-entries/{made['id']}/decision"
    assert await desk.refused(path, desk.officer(), decision, made["version"]) == (409, "annual_report_filed")
    young = await desk.enterprise(established_on="2026-01-01")
    assert await desk.refused("/v1/list-entries", desk.officer(), body | {"code": young}) == (
        409,
        "not_subject_to_list",
    )


async def test_what_has_left_business_is_not_listed(desk: Desk) -> None:
    code = await desk.enterprise(status="cancelled", ended_on="2020-01-01")
    refused = await desk.refused("/v1/list-entries", desk.officer(), unreachable(code, today()))
    assert refused == (409, "not_subject_to_list")


async def test_a_serious_listing_is_announced_and_needs_the_superiors_consent(desk: Desk) -> None:
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), grave(code, today()))
    assert made["consent_needed"] is True
    (notice,) = (await desk.get("/v1/list-notices", desk.representative(code)))["items"]
    assert (notice["act"], notice["entry_id"]) == ("propose", made["id"])
    path, decision = f"/v1/list-entries/{made['id']}", {"outcome": "listed", "reason": "情节严重"}
    assert await desk.refused(f"{path}/decision", desk.officer(), decision, made["version"]) == (409, "consent_missing")
    consent = {"document": "鄂市监函〔2026〕3号"}
    assert await desk.refused(f"{path}/consent", desk.officer(), consent) == (403, "not_your_region")
    agreed = await desk.ok(f"{path}/consent", desk.officer("420000"), consent)
    assert agreed["consented_on"] == today().isoformat()
    open_ = await desk.post(f"{path}/decision", desk.officer(), decision, agreed["version"])
    assert (open_.status_code, open_.json()["code"]) == (409, "statement_open")
    us = desk.representative(code, "MR-ENT-OBJECTION")
    assert (await desk.post(f"{path}/statement", us, {})).status_code == 422
    stated = await desk.ok(f"{path}/statement", us, {"statement": "货物未售出"})
    assert (stated["stated_on"], stated["waived_on"]) == (today().isoformat(), None)
    still = await desk.refused(f"{path}/decision", desk.officer(), decision, stated["version"])
    assert still == (409, "statement_open"), "it may say more, and ask to be heard, for five days"
    stated = await desk.ok(f"{path}/statement", us, {"waived": True})
    assert stated["statement"] == "货物未售出", "to waive the rest takes nothing back"
    done = await desk.ok(f"{path}/decision", desk.officer(), decision, stated["version"])
    assert done["state"] == "listed"
    assert done["expires_on"] > done["early_removal_from"] > done["listed_on"]
    (item,) = await desk.record(code, RecordKind.SERIOUS_VIOLATION)
    assert item.content["ground"] == "food_safety"
    history = await desk.get(f"{path}/history", desk.representative(code))
    assert [step["act"] for step in history["items"]] == ["propose", "consent", "state_case", "state_case", "list"]


async def test_deadlines_explain_themselves(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    plain = await desk.get(f"/v1/list-entries/{entry['id']}/deadlines", desk.representative(code))
    assert [d["node"] for d in plain["items"]] == ["decision", "objection", "warning", "escalation"]
    assert all(d["explanation"] is None for d in plain["items"])
    told = await desk.get(f"/v1/list-entries/{entry['id']}/deadlines", desk.officer(), explain=True)
    decision = told["items"][0]
    assert decision["explanation"][0]["reason"] == "event_day"
    assert sum(d["counted"] for d in decision["explanation"]) == 10


async def test_the_queue_shows_what_is_due_first_to_those_in_charge_and_above(desk: Desk) -> None:
    late, soon = await desk.enterprise(region="421321"), await desk.enterprise(region="421321")
    county = desk.officer("421321")
    for code, days in ((late, 1), (soon, 40)):
        await desk.ok("/v1/list-entries", county, unreachable(code, today() - timedelta(days)))
    for who in (county, desk.officer("421300")):
        found = (await desk.get("/v1/list-entries/queue", who, list="abnormal"))["items"]
        mine = [e["code"] for e in found if e["region"] == "421321"]
        assert mine == [soon, late]
    overdue = (await desk.get("/v1/list-entries/queue", county, overdue=True))["items"]
    assert [e["code"] for e in overdue] == [soon]
    assert (await desk.get("/v1/list-entries/queue", desk.officer("421381")))["items"] == []


async def test_the_lists_are_filtered_paged_and_exported(desk: Desk) -> None:
    region = "420106"
    codes = [await desk.enterprise(region=region) for _ in range(3)]
    for code in codes:
        made = await desk.ok("/v1/list-entries", desk.officer(region), unreachable(code, today()))
        body = {"outcome": "listed", "reason": "=查证属实"}
        await desk.ok(f"/v1/list-entries/{made['id']}/decision", desk.officer(region), body, made["version"])
    seen, cursor = [], None
    while True:
        page = await desk.get("/v1/list-entries", region="420100", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [e["code"] for e in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == codes[::-1]
    assert (await desk.get("/v1/list-entries", region=region, count="exact"))["count"] == 3
    filters = {"list": "serious", "ground": "false_information", "listed_until": "2020-01-01", "state": "removed"}
    for name, value in filters.items():
        asked: dict[str, Any] = {"region": region, name: value}
        assert (await desk.get("/v1/list-entries", None, **asked))["items"] == []
    assert [e["code"] for e in (await desk.get("/v1/list-entries", code=codes[0]))["items"]] == [codes[0]]
    answer = await desk.world.client.get("/v1/list-entries/export", params={"region": region})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["code"] for line in answer.text.splitlines()] == codes[::-1]
    answer = await desk.world.client.get("/v1/list-entries/export", params={"region": region, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [r["code"] for r in rows] == codes[::-1]
    assert rows[0]["list_label"] == "经营异常名录"


async def test_an_entry_has_an_etag_by_language(desk: Desk) -> None:
    entry = await listed(desk, await desk.enterprise(), today())
    path = f"/v1/list-entries/{entry['id']}"
    first = await desk.world.client.get(path)
    again = await desk.world.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.json()["ground_label"], again.status_code) == ("通过登记的住所或者经营场所无法联系", 304)
    english = await desk.world.client.get(path, headers={"Accept-Language": "en"})
    assert english.json()["ground_label"] == "Unreachable at the registered place"
    assert english.headers["etag"] != first.headers["etag"]


async def test_the_law_is_public_as_data(desk: Desk) -> None:
    terms = (await desk.get("/v1/list-terms"))["items"]
    assert [(t["list"], t["version"], t["in_force"]) for t in terms] == [
        ("abnormal", "saic-68-2014", True), ("serious", "saic-83-2015", True), ("serious", "samr-44-2021", True),
        ("serious", "samr-draft-2025", False),
    ]  # fmt: skip
    hearings = {t["version"]: [p["node"] for p in t["periods"] if "hearing" in p["node"]] for t in terms}
    assert hearings["samr-44-2021"] == ["hearing_notice", "hearing_lead", "hearing_latest"]
    assert hearings["saic-68-2014"] == []


async def test_of_two_proposals_at_the_same_moment_one_is_made(desk: Desk) -> None:
    body = unreachable(await desk.enterprise(), today())
    answers = await asyncio.gather(*(desk.post("/v1/list-entries", desk.officer(), body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_what_could_not_be_published_is_refused_at_once(desk: Desk) -> None:
    body = unreachable(await desk.enterprise(), today()) | {"facts": "法定代表人11010519491231002X失联"}
    assert await desk.refused("/v1/list-entries", desk.officer(), body) == (422, "record_content_invalid")


async def test_a_year_lists_on_the_same_ground_no_second_time(desk: Desk) -> None:
    code = await desk.enterprise()
    await listed(desk, code, today())
    again = unreachable(code, today()) | {"report_year": 2024}
    assert await desk.refused("/v1/list-entries", desk.officer(), again) == (422, "evidence_invalid")
