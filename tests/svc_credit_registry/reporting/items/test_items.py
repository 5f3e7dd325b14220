"""What the hub shows of the registry: an enterprise's duties and cases, a person's cases."""

from datetime import date
from uuid import uuid4

import pytest

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
