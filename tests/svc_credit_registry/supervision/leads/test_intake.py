"""Leads come in singly and by batch, each once by its reporter's key, matched where that is certain."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import now, today
from shared.inbox import SweepContext
from svc_credit_registry.supervision.leads import handlers
from tests.svc_credit_registry.supervision.leads.desk import NDJSON, Desk, lead

PATH = "/v1/leads"


async def test_a_lead_gets_a_receipt_with_its_number_and_its_term(desk: Desk) -> None:
    code = await desk.enterprise()
    answer = await desk.client.post(PATH, json=lead(code=code, region=None), headers=desk.machine())
    assert answer.status_code == 201, "its own key is enough"
    receipt = answer.json()
    assert (receipt["outcome"], receipt["matched"], receipt["region"]) == ("created", True, "421303")
    assert receipt["number"].startswith("XS421303")
    assert receipt["due_on"] > today().isoformat()
    seen = await desk.read(receipt["id"])
    assert (seen["state"], seen["code"], seen["matched_by"], seen["reporter"]) == (
        "received", code, "code", "ad-monitoring",
    )  # fmt: skip
    assert await desk.audited(receipt["id"]) == ["lead.received"]


async def test_what_a_lead_tells_is_encrypted_also_of_leads_of_before(desk: Desk) -> None:
    found = await desk.verified(facts="张三以拉人头方式发展下线")
    shown = {name: found[name] for name in ("facts", "evidence", "finding_summary")}
    assert shown["facts"] == "张三以拉人头方式发展下线"
    assert "张三" not in str(await desk.stored(found["id"]))
    await desk.unseal(found["id"], shown)
    assert "张三" in str(await desk.stored(found["id"]))
    before = await desk.read(found["id"])
    assert {name: before[name] for name in shown} == shown
    async with desk.client.sessions() as session, session.begin():
        assert await handlers.seal(session, SweepContext(desk.client.runtime, now(), today())) == 1
    assert "张三" not in str(await desk.stored(found["id"]))
    after = await desk.read(found["id"])
    assert {name: after[name] for name in shown} == shown


async def test_the_same_again_is_answered_with_the_same_and_another_is_refused(desk: Desk) -> None:
    given = lead()
    first = await desk.client.post(PATH, json=given, headers=desk.machine())
    again = await desk.client.post(PATH, json=given, headers=desk.machine())
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    assert again.json()["id"] == first.json()["id"]
    other = await desk.client.post(PATH, json=given | {"facts": "另一件事"}, headers=desk.machine())
    assert (other.status_code, other.json()["code"]) == (409, "lead_key_reused")
    elsewhere = await desk.client.post(PATH, json=given, headers=desk.machine("online-monitoring"))
    assert elsewhere.status_code == 201, "keys are each reporter's own"


async def test_the_same_key_at_once_is_one_lead(desk: Desk) -> None:
    given = lead()
    answers = await asyncio.gather(
        *(desk.client.post(PATH, json=given, headers=desk.machine()) for _ in range(4))
    )  # fmt: skip
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 201]
    assert len({a.json()["id"] for a in answers}) == 1


async def test_leads_are_in_the_log_of_the_exchange(desk: Desk) -> None:
    who = desk.machine("log-monitoring")
    one = await desk.client.post(PATH, json=lead(), headers=who | {"X-Case-Id": "7"})
    many = await desk.batch([lead(), {"key": "bad"}], who)
    entries = (await desk.client.get("/v1/exchange/entries", headers=who)).json()["items"]
    assert [(e["kind"], e["resource"], e["rows"], e["case_id"]) for e in entries] == [
        ("push_file", "leads", 2, None), ("push", "leads", 1, "7"),
    ]  # fmt: skip
    assert [e["id"] for e in entries] == [many.headers["X-Exchange-Id"], one.headers["X-Exchange-Id"]]
    body = hashlib.sha256(many.request.content).hexdigest()
    request = f"PUT\n{many.request.url.path}\n\n{body}\n"
    assert entries[0]["request_hash"] == hashlib.sha256(request.encode()).hexdigest()


async def test_who_may_report(desk: Desk) -> None:
    assert (await desk.call("POST", PATH, {}, lead())).status_code == 401
    stranger = await desk.call("POST", PATH, desk.machine("x", "restrictions:check"), lead())
    assert (stranger.status_code, stranger.json()["code"]) == (403, "forbidden")
    assert (await desk.call("POST", PATH, desk.officer(), lead())).status_code == 201
    assert (await desk.batch([lead()], desk.machine("x", "records:push"))).status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": "gossip"}, "/source"),
        ({"region": "420121"}, "/region"),  # there is no such county any more: nobody would deal with it
        ({"found_on": (today() + timedelta(days=1)).isoformat()}, "/found_on"),
        ({"region": None}, "/region"),
        ({"region": "999999"}, "/region"),
        ({"code": "91110000100001604N"}, "/code"),
        ({"site": "not a domain"}, "/site"),
        ({"facts": ""}, "/facts"),
        ({"key": "k" * 101}, "/key"),
        ({"colour": "red"}, "/colour"),
        ({"evidence": ["x"] * 51}, "/evidence"),
    ],
)
async def test_what_is_wrong_is_named(desk: Desk, changes: dict[str, Any], pointer: str) -> None:
    given = lead(**changes)
    answer = await desk.call("POST", PATH, desk.machine(), given)
    assert answer.status_code == 422, answer.text
    assert pointer in [e["pointer"] for e in answer.json()["errors"]]
    (row,) = (await desk.batch([given])).json()["rows"]
    assert row["outcome"] == "refused"
    assert pointer in [e["pointer"] for e in row["errors"]]


async def test_a_batch_has_a_receipt_for_each_row_and_a_bad_row_harms_no_other(desk: Desk) -> None:
    good, twice = lead(), lead()
    torn = json.dumps(lead()).encode()[:40]
    lines = [
        json.dumps(good).encode(), b"", b"[1, 2]", json.dumps(twice).encode(), json.dumps(twice).encode(),
        json.dumps(twice | {"facts": "别的"}).encode(), json.dumps(lead(facts="\x00")).encode(), b"\xff\xfe", torn,
    ]  # fmt: skip
    answer = (await desk.batch(b"\n".join(lines))).json()
    assert [(r["line"], r["outcome"]) for r in answer["rows"]] == [
        (1, "created"), (3, "refused"), (4, "created"), (5, "repeated"), (6, "refused"), (7, "refused"), (8, "refused"),
        (9, "refused"),
    ]  # fmt: skip
    assert (answer["received"], answer["created"], answer["repeated"], answer["refused"]) == (8, 2, 1, 5)
    codes = {r["line"]: r["errors"][0]["code"] for r in answer["rows"] if r["errors"]}
    assert codes == {
        3: "json_invalid", 6: "lead_key_reused", 7: "character_refused", 8: "json_invalid", 9: "json_invalid",
    }  # fmt: skip
    again = (await desk.batch(b"\n".join(lines))).json()
    assert [r["outcome"] for r in again["rows"]][:4] == ["repeated", "refused", "repeated", "repeated"]
    assert again["created"] == 0


async def test_a_batch_that_can_not_be_one(desk: Desk) -> None:
    assert (await desk.batch(b"\n \n")).json()["code"] == "batch_unreadable"
    wrong = await desk.client.put("/v1/lead-batches/a", content=b"{}", headers=desk.machine())
    assert wrong.status_code == 415
    many = await desk.batch(b'{"key":"x"}\n' * 5001)
    assert (many.status_code, many.json()["code"]) == (413, "batch_too_large")
    large = await desk.batch(b" " * (8 * 1024 * 1024 + 1))
    assert (large.status_code, large.json()["code"]) == (413, "batch_too_large")
    bad = await desk.client.put(
        "/v1/lead-batches/%20", content=b"{}", headers={"Content-Type": NDJSON} | desk.machine()
    )
    assert bad.status_code == 422


async def test_five_hundred_rows_are_taken_at_once(desk: Desk) -> None:
    rows = [lead() for _ in range(500)]
    answer = (await desk.batch(rows, desk.machine("bulk-monitoring"))).json()
    assert answer["created"] == 500
    assert len({r["number"] for r in answer["rows"]}) == 500
    assert (await desk.batch(rows, desk.machine("bulk-monitoring"))).json()["repeated"] == 500


async def test_a_site_that_was_verified_tells_the_operator_and_one_that_was_not_suggests_him(desk: Desk) -> None:
    verified, other = await desk.enterprise(), await desk.enterprise()
    for code, domain, check in ((verified, "verified", True), (other, "unchecked", False)):
        body = {
            "code": code, "kind": "website", "name": "商城", "address": f"https://{domain}.example.com/",
            "opened_on": "2026-01-01",
        }  # fmt: skip
        site = await desk.ok("POST", "/v1/online-sites", desk.officer(), body)
        if check:
            mark = {"outcome": "verified", "reason": "现场核验"}
            await desk.ok("POST", f"/v1/online-sites/{site['id']}/verification", desk.officer(), mark, If_Match='"1"')
    sure = await desk.received(site="https://www.verified.example.com/ad?x=1", source="online_market_monitoring")
    assert (sure["code"], sure["matched_by"], sure["domain"]) == (verified, "site", "verified.example.com")
    unsure = await desk.received(site="unchecked.example.com")
    assert unsure["code"] is None
    assert [(c["code"], c["by"]) for c in unsure["candidates"]] == [(other, "site")]


async def test_a_reporter_follows_his_own_leads_and_no_others(desk: Desk) -> None:
    mine, other = desk.machine("tv-monitoring"), desk.machine("radio-monitoring")
    given = lead()
    await desk.ok("POST", PATH, mine, given)
    (shown,) = (await desk.ok("GET", "/v1/lead-reports", mine))["items"]
    assert (shown["key"], shown["state"]) == (given["key"], "received")
    assert (await desk.ok("GET", "/v1/lead-reports", other))["items"] == []
    assert (await desk.call("GET", PATH, mine)).status_code == 403
