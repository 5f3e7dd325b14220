"""What the hub shows of the registry: an enterprise's duties and cases, a person's cases."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.clock import today
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect


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


async def test_leads_are_items_of_the_unit_that_deals_with_them(filings: Filings) -> None:
    code = await filings.enterprise()
    ours, right = filings.staff("credit-registry:leads:handle"), "credit-registry:leads:handle"
    given = {
        "key": str(uuid4()), "source": "online_market_monitoring", "category": "虚假宣传", "code": code,
        "found_on": today().isoformat(), "region": "421303", "facts": "网店宣称国家级",
    }  # fmt: skip
    made = expect(await filings.post(ours, "/leads", given), 201)
    item = (await kinds(filings, ours | {"Accept-Language": "en"}, code))["lead"]
    assert (item["state"], item["due_on"], item["next_action"]) == ("received", made["due_on"], "Assign it")
    assert item["url"] == f"/api/credit-registry/v1/leads/{made['id']}"
    for others in (filings.staff(right, "421300"), filings.staff(right, "421321"), filings.officer()):
        assert await kinds(filings, others, code) == {}
    body = {"ground": "duplicate", "reason": "重复"}
    expect(await filings.post(ours, f"/leads/{made['id']}/closure", body, 1))
    assert await kinds(filings, ours, code) == {}


async def test_plans_and_inspections_are_items_of_planners_and_inspectors(filings: Filings) -> None:
    region = "421381"
    planner = filings.staff("credit-registry:inspections:plan", region)
    people = {f"ZF4213-8{i}": str(uuid4()) for i in range(3)}
    for certificate, account in people.items():
        body = {"id": account, "certificate": certificate, "name": "韩梅"}
        expect(await filings.post(planner, "/inspectors", body), 201)
    code, _ = [await filings.enterprise(region=region) for _ in range(2)]
    plan = {
        "title": "广水市抽查", "departments": ["广水市市场监督管理局"], "matters": ["登记事项检查"],
        "period_from": today().isoformat(), "period_until": today().isoformat(),
        "ratios": dict.fromkeys("ABCD", 10_000),
    }  # fmt: skip
    path = f"/inspection-plans/{expect(await filings.post(planner, '/inspection-plans', plan), 201)['id']}"
    steps = []
    for act in ("publication", "freeze", "draw"):
        (item,) = expect(await filings.read(planner | {"Accept-Language": "en"}, "/items"))["items"]
        steps.append((item["kind"], item["state"], item["next_action"]))
        expect(await filings.post(planner, f"{path}/{act}", {} if act == "draw" else None))
    assert steps == [
        ("inspection_plan", "draft", "Make it public"), ("inspection_plan", "published", "Freeze the pools"),
        ("inspection_plan", "frozen", "Draw"),
    ]  # fmt: skip
    tasks = expect(await filings.read(planner, "/inspection-tasks"))["items"]
    (task,) = [one for one in tasks if one["code"] == code]
    on_task = [one["certificate"] for one in task["inspectors"]]
    mine, other = [
        filings.staff("credit-registry:inspections:conduct", region, sub=people[certificate])
        for certificate in (on_task[0], *set(people) - set(on_task))
    ]
    item = (await kinds(filings, mine, code))["inspection"]
    assert (item["number"], item["state"], item["due_on"]) == (task["number"], "assigned", task["due_on"])
    assert await kinds(filings, other, code) == {}
    found = {"inspected_on": today().isoformat(), "result": "nothing_found"}
    reported = expect(await filings.post(mine, f"/inspection-tasks/{task['id']}/result", found, task["version"]))
    assert await kinds(filings, mine, code) == {}
    review = (await kinds(filings, planner, code))["inspection_review"]
    assert (review["state"], review["due_on"]) == ("reported", reported["publish_after"])
    assert (await filings.read(planner, review["url"].removeprefix("/api/credit-registry/v1"))).status_code == 200
