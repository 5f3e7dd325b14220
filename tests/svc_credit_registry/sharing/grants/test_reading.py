"""Shared data: only granted fields of granted rows, never without a trace, and not a moment after the end."""

import hashlib
import json
import time
import uuid
from typing import Any

import httpx
import pytest

from shared.auth import Caller
from shared.clock import today
from shared.codes import credit_code
from shared.events.sso import ClientChangedV1
from svc_credit_registry.sharing.exchange.rules import Asked
from svc_credit_registry.sharing.grants import service
from svc_credit_registry.sharing.grants.schemas import DataFilters
from tests.shared.test_revocations import envelope
from tests.svc_credit_registry.sharing.resources.catalogue import (
    COURT,
    ENTRY,
    REQUEST,
    TAX,
    agency,
    enter,
    granted,
    officer,
    post,
)
from tests.svc_credit_registry.sharing.submissions.agency import all_returned, penalty, push
from tests.svc_credit_registry.world import World, row

HERE = [credit_code.make("421303", 430_500_000 + n) for n in range(3)]
THERE = credit_code.make("420102", 430_500_009)


async def registered(world: World) -> None:
    rows = [row(code, f"随州红光酒业{n}有限公司") for n, code in enumerate(HERE)]
    await world.load([*rows, row(THERE, "武汉红光酒业有限公司", region="420102", industry_code="F512")])


async def read(world: World, name: str = TAX, case: str | None = None, **params: Any) -> httpx.Response:
    headers = agency(world, name) | ({"X-Case-Id": case} if case else {})
    return await world.client.get("/v1/resources/CR-ENTERPRISE/data", headers=headers, params=params)


def present() -> dict[str, Any]:
    """A period that has begun on whatever day the test runs."""

    return {"valid_from": str(today()), "valid_until": str(today())}


async def test_a_conditional_resource_is_read_under_a_grant_only(world: World) -> None:
    await registered(world)
    await enter(world)
    refused = await read(world)
    assert (refused.status_code, refused.json()["code"]) == (403, "grant_needed")
    await granted(world, **present())
    page = (await read(world)).json()
    assert [set(item) for item in page["items"]] == [{"code", "name", "region"}] * 3
    assert THERE not in {item["code"] for item in page["items"]}
    assert (await read(world, COURT)).status_code == 403


async def test_filters_narrow_a_grant_and_never_widen_it(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, **present())
    assert (await read(world, region="420102")).json()["items"] == []
    assert (await read(world, code=THERE)).json()["items"] == []
    assert [item["code"] for item in (await read(world, code=HERE[0])).json()["items"]] == [HERE[0]]


async def test_a_grant_may_be_limited_to_codes_and_industries(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, codes=[HERE[1], THERE], industries=["C"], regions=[], **present())
    assert [item["code"] for item in (await read(world)).json()["items"]] == [HERE[1]]


async def test_pages_go_by_keyset_and_each_is_in_the_log(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, **present())
    first = await read(world, case="%E9%9A%8F%E7%A8%8E7", limit=2)
    second = await read(world, case="%E9%9A%8F%E7%A8%8E7", limit=2, cursor=first.json()["next_cursor"])
    got = [item["code"] for page in (first, second) for item in page.json()["items"]]
    assert got == sorted(HERE)
    assert 'rel="next"' in first.headers["Link"]
    log = (await world.client.get("/v1/exchange/entries", headers=agency(world))).json()["items"]
    assert [(entry["rows"], entry["case_id"]) for entry in log] == [(1, "随税7"), (2, "随税7")]
    assert log[0]["answer_sha256"] == hashlib.sha256(second.content).hexdigest()
    assert log[0]["id"] == second.headers["X-Exchange-Id"]


async def test_a_grant_may_demand_the_case(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, decision={"case_required": True}, **present())
    refused = await read(world)
    assert (refused.status_code, refused.json()["code"]) == (400, "case_id_missing")
    assert (await read(world, case="7")).status_code == 200


async def test_a_revoked_grant_opens_nothing_from_the_next_read_on(world: World) -> None:
    await registered(world)
    await enter(world)
    grant = await granted(world, **present())
    assert (await read(world)).status_code == 200
    address = f"/v1/resource-grants/{grant['id']}/revocation"
    own = await post(world, address, agency(world), {"reason": "自行撤销"}, 1)
    assert own.status_code == 403
    revoked = await post(world, address, officer(world), {"reason": "超范围使用"}, 1)
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await read(world)).status_code == 403


async def test_a_grant_of_another_time_opens_nothing(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, valid_from="2199-01-01", valid_until="2199-12-31")
    assert (await read(world)).status_code == 403


async def test_an_unconditional_resource_is_read_by_every_agency_and_by_agencies_only(world: World) -> None:
    await registered(world)
    await enter(world, sharing="unconditional")
    assert len((await read(world, COURT)).json()["items"]) == 4
    person = world.get_bearer(aud="credit-registry")
    answer = await world.client.get("/v1/resources/CR-ENTERPRISE/data", headers=person)
    assert answer.status_code == 403


async def test_what_is_not_shared_is_read_by_nobody(world: World) -> None:
    await enter(world, sharing="not_shared", sharing_basis="《中华人民共和国保守国家秘密法》")
    answer = await read(world)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_shared")


async def test_an_export_has_all_rows_and_is_in_the_log(world: World) -> None:
    await registered(world)
    await enter(world)
    await granted(world, **present())
    answer = await world.client.get("/v1/resources/CR-ENTERPRISE/data/export", headers=agency(world))
    assert [json.loads(line)["code"] for line in answer.text.splitlines()] == sorted(HERE)
    (entry,) = (await world.client.get("/v1/exchange/entries", headers=agency(world))).json()["items"]
    assert (entry["kind"], entry["rows"]) == ("export", 3)
    assert entry["answer_sha256"] == hashlib.sha256(answer.content).hexdigest()


FIELDS = [{"name": name, "label": name, "type": "string"} for name in ("code", "producer", "content.fine_yuan")]
PENALTIES = {"source": "records", "kind": "penalty", "fields": FIELDS}


async def fined(world: World) -> None:
    """Two agencies have fined the same enterprise."""
    await registered(world)
    await push(world, penalty(code=HERE[0]), COURT)
    await push(world, penalty(code=HERE[0]), TAX)


async def producers(world: World) -> list[str]:
    return [item["producer"] for item in (await read(world)).json()["items"]]


async def test_items_of_a_kind_are_shared_with_the_fields_of_their_content(world: World) -> None:
    await fined(world)
    await enter(world, producer=COURT, sharing="unconditional", **PENALTIES)
    (item,) = (await read(world)).json()["items"]
    assert item == {"code": HERE[0], "producer": COURT, "content.fine_yuan": "10000.00"}


async def test_a_resource_opens_what_its_producer_produced_unless_the_catalogue_says_all(world: World) -> None:
    await fined(world)
    await enter(world, producer=COURT, **PENALTIES)
    await granted(world, fields=["producer"], **present())
    assert await producers(world) == [COURT]
    everybodys = await enter(world, code="CR-PENALTY", sharing="unconditional", coverage="all", **PENALTIES)
    assert everybodys["coverage_label"]
    page = await world.client.get("/v1/resources/CR-PENALTY/data", headers=agency(world))
    assert [item["producer"] for item in page.json()["items"]] == [COURT, TAX]


async def test_a_producer_opens_nothing_for_which_others_answer(world: World) -> None:
    own = ENTRY | PENALTIES | {"producer": COURT, "coverage": "all"}
    refused = await post(world, "/v1/resources", agency(world, COURT), own)
    assert (refused.status_code, refused.json()["code"]) == (403, "coverage_not_yours")
    faulty = await post(world, "/v1/resources", officer(world), ENTRY | {"coverage": "all"})
    assert (faulty.status_code, faulty.json()["errors"][0]["code"]) == (422, "coverage_of_records")
    await enter(world, **own | {"code": "CR-ENTERPRISE"})
    request = REQUEST | {"fields": ["producer"]} | present()
    asked = (await post(world, "/v1/resources/CR-ENTERPRISE/requests", agency(world), request)).json()
    decision, address = {"outcome": "granted", "reason": "同意"}, f"/v1/resource-requests/{asked['id']}/decision"
    answer = await post(world, address, agency(world, COURT), decision, 1)
    assert (answer.status_code, answer.json()["code"]) == (403, "coverage_not_yours")
    assert (await post(world, address, officer(world), decision, 1)).status_code == 200


async def test_an_export_holds_no_connection_while_its_reader_is_slow(world: World) -> None:
    await registered(world)
    await enter(world, sharing="unconditional")
    caller = Caller(subject=TAX, kind="system", client_id=TAX, permissions=frozenset())
    runtime, asked = world.client.runtime, Asked("GET", "/", "", "")
    lines = service.export(runtime, caller, "CR-ENTERPRISE", DataFilters(), asked)
    assert (await anext(lines)).count(b"\n") == 4
    await all_returned(world)
    await enter(world, code="CR-OTHER")
    ended = service.export(runtime, caller, "CR-OTHER", DataFilters(), asked)
    assert json.loads(await anext(ended)) == {"error": "grant_needed"}
    await all_returned(world)


async def test_an_export_ends_when_its_client_may_not_call_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    await registered(world)
    await enter(world, sharing="unconditional")
    runtime, asked = world.client.runtime, Asked("GET", "/", "", "")
    name = f"agency-{uuid.uuid4()}"
    caller = Caller(subject=name, kind="system", client_id=name, issued_at=time.time())
    lines = service.export(runtime, caller, "CR-ENTERPRISE", DataFilters(), asked)
    assert (await anext(lines)).count(b"\n") == 2
    disabled = ClientChangedV1(client_id=name, kind="agency", disabled=True, revokes=True)
    runtime.revocations.note(envelope(disabled, time.time()))
    assert [json.loads(line) async for line in lines] == [{"error": "invalid_token"}]
    auditor = world.get_bearer(aud="credit-registry", kind="staff", permissions=["platform:audit"])
    entries = (await world.client.get("/v1/exchange/entries", headers=auditor)).json()["items"]
    assert [entry["rows"] for entry in entries] == [2]
