"""What the hub shows of the registry: an enterprise's duties and cases, a person's cases."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import today
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_annual_report_is_an_item_until_it_is_published(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 3, 2)):
        (item,) = expect(await filings.read(who, "/items"))["items"]
        assert (item["kind"], item["state"], item["due_on"]) == ("annual_report_due", "open", "2026-06-30")
        assert item["url"] == "/api/credit-registry/v1/annual-reports/duties"
        report = await filings.draft(who, 2025)
        (item,) = expect(await filings.read(who | {"Accept-Language": "en"}, "/items"))["items"]
        assert (item["id"], item["state"], item["next_action"]) == (report["id"], "draft", "Check and submit")
        expect(await filings.submit(who, report))
        assert expect(await filings.read(who, "/items"))["items"] == []
    with filings.on(date(2026, 7, 1)):
        other = filings.agent(await filings.enterprise())
        (item,) = expect(await filings.read(other, "/items"))["items"]
        assert (item["state"], item["state_label"]) == ("over", "逾期未报")


async def test_the_first_report_is_no_duty_in_the_year_of_registration(filings: Filings) -> None:
    code = await filings.enterprise(established_on="2026-01-02")
    with filings.on(date(2026, 3, 2)):
        assert expect(await filings.read(filings.agent(code), "/items"))["items"] == []


async def test_each_sees_his_own_alone_and_lists_go_on(filings: Filings) -> None:
    code = await filings.enterprise()
    me = filings.person(sub=str(uuid4()))
    for _ in range(2):
        body = {"code": await filings.enterprise(), "facts": "经营场所登记有误。"}
        expect(await filings.post(me, "/objections", body), 201)
    first = expect(await filings.read(me, "/items", limit=1))
    second = expect(await filings.read(me, "/items", limit=1, cursor=first["next_cursor"]))
    assert second.get("next_cursor") is None
    assert {i["kind"] for i in first["items"] + second["items"]} == {"objection"}
    assert first["items"][0]["id"] != second["items"][0]["id"]
    acting = filings.agent(code, ["MR-ENT-CHANGE"])
    assert expect(await filings.read(acting, "/items"))["items"] == []


async def kinds(filings: Filings, who: dict[str, str], code: str) -> dict[str, dict[str, Any]]:
    """The items about an enterprise by kind; of one unit there may be many of others."""
    found = expect(await filings.read(who, "/items", limit=100))["items"]
    (name,) = await filings.rows("SELECT name FROM enterprises WHERE code = $1", code)
    return {item["kind"]: item for item in found if name[0] in item["title"]}


async def test_list_cases_are_items_of_the_enterprise_and_of_the_unit_that_decides(filings: Filings) -> None:
    code = await filings.enterprise(established_on="2026-01-02")
    us = filings.agent(code, ["MR-ENT-OBJECTION", "MR-ENT-CREDIT-REPAIR"])
    lister = filings.staff("credit-registry:lists:decide")
    body = {
        "list": "abnormal", "ground": "unreachable", "code": code, "facts": "实地核查，住所无此企业",
        "verified_on": today().isoformat(), "visited_on": today().isoformat(),
    }  # fmt: skip
    entry = expect(await filings.post(lister, "/list-entries", body), 201)
    mine, theirs = await kinds(filings, us, code), await kinds(filings, lister, code)
    assert {k: i["state"] for k, i in mine.items()} == {"list_entry": "proposed"}
    assert {k: i["url"] for k, i in theirs.items()} == {
        "listing_decision": f"/api/credit-registry/v1/list-entries/{entry['id']}/case"
    }
    done = {"outcome": "listed", "reason": "查证属实"}
    expect(await filings.post(lister, f"/list-entries/{entry['id']}/decision", done, entry["version"]))
    expect(await filings.post(us, f"/list-entries/{entry['id']}/objections", {"reasons": "核查地址有误"}), 201)
    expect(await filings.post(us, f"/list-entries/{entry['id']}/removals", {"cure": "已恢复办公，可以联系"}), 201)
    mine, theirs = await kinds(filings, us, code), await kinds(filings, lister, code)
    assert {k: i["state"] for k, i in mine.items()} == {
        "list_entry": "listed", "list_objection": "filed", "list_removal": "accepted",
    }  # fmt: skip
    assert mine["list_entry"]["due_on"] >= today().isoformat(), "until then one may object"
    assert set(theirs) == {"list_objection_decision", "list_removal_decision"}
    for item in [*mine.values(), *theirs.values()]:
        who = us if item in mine.values() else lister
        path = item["url"].removeprefix("/api/credit-registry/v1")
        assert (await filings.read(who, path)).status_code == 200, item["url"]
    for stranger in (filings.agent(await filings.enterprise()), filings.agent(code, ["MR-ENT-CHANGE"])):
        assert not {"list_entry", "list_objection", "list_removal"} & set(await kinds(filings, stranger, code))
    assert await kinds(filings, filings.staff("credit-registry:lists:decide", "421321"), code) == {}
    assert await kinds(filings, filings.staff("credit-registry:lists:decide", "421300"), code) == {}
    assert await kinds(filings, filings.officer(), code) == {}


async def test_doubts_and_fulfilled_orders_are_items_of_the_officers(filings: Filings) -> None:
    code = await filings.enterprise(established_on="2026-01-02")
    who = filings.agent(code)
    body = {"code": code, "facts": "经营场所登记有误。"}
    expect(await filings.post(filings.person(), "/objections", body), 201)
    order = {"code": code, "type": "equity_change", "matter": "股权转让未公示"}
    made = expect(await filings.post(filings.officer(), "/publication-orders", order), 201)
    details = {"type": "equity_change", "shareholder": "李娜", "percent_before": "100", "percent_after": "60"}
    told = {"happened_on": "2026-05-06", "details": details}
    named = expect(await filings.post(who, "/immediate-information", told), 201)
    path = f"/publication-orders/{made['id']}/fulfilment"
    expect(await filings.post(who, path, {"information_id": named["id"]}))
    theirs = await kinds(filings, filings.officer(), code)
    assert {k: i["state"] for k, i in theirs.items()} == {
        "verification": "received", "publication_order_review": "fulfilled",
    }  # fmt: skip
    assert await kinds(filings, filings.officer("421321"), code) == {}
