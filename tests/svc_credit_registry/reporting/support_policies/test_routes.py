"""Policies from a draft to a match, and benefits on the record."""

from typing import Any

from shared.clock import today
from svc_credit_registry.reporting.small_micro.handlers import SWEEPS
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect, refused

POLICY: dict[str, Any] = {
    "region": "421303",
    "kind": "subsidy",
    "title": "小微酒企设备更新补助",
    "text": "对更新酿造设备的小微企业给予补助。",
    "basis": "随曾政发〔2026〕3号",
    "how_to_apply": "向区经信局提交申请表。",
    "valid_from": "2026-01-01",
    "conditions": [
        {"type": "size_in", "values": ["small", "micro"]},
        {"type": "industry_in", "values": ["C15"]},
        {"type": "at_most", "field": "revenue_yuan", "value": "20000000"},
        {"type": "not_listed", "values": ["abnormal_operation", "serious_violation"]},
    ],
}


async def published(filings: Filings, **changes: Any) -> dict[str, Any]:
    officer = filings.officer()
    draft = expect(await filings.post(officer, "/support-policies", POLICY | changes), 201)
    return expect(await filings.post(officer, f"/support-policies/{draft['id']}/publication", None, draft["version"]))


async def test_a_policy_matches_an_enterprise_with_reasons(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    await filings.filed(who, today().year - 1)
    for sweep in SWEEPS:
        await filings.sweep(sweep)
    policy = await published(filings)
    mine = expect(await filings.read(who, "/support-policies/matches"))
    (match,) = [m for m in mine["items"] if m["policy"]["id"] == policy["id"]]
    assert match["outcome"] == "eligible"
    assert all(reason["met"] for reason in match["reasons"])
    public = await filings.get(f"/v1/enterprises/{code}/support-policies")
    (match,) = [m for m in public["items"] if m["policy"]["id"] == policy["id"]]
    assert match["outcome"] == "unknown"
    assert [r["type"] for r in match["reasons"] if r["met"] is None] == ["at_most"]
    refused(await filings.read(filings.person(), "/support-policies/matches"), 403, "not_for_enterprise")


async def test_a_draft_is_its_units_own_and_a_published_policy_is_only_withdrawn(filings: Filings) -> None:
    officer, other = filings.officer(), filings.officer("421321")
    draft = expect(await filings.post(officer, "/support-policies", POLICY), 201)
    path = f"/support-policies/{draft['id']}"
    refused(await filings.read(None, path), 404, "policy_unknown")
    refused(await filings.post(other, f"{path}/publication", None, 1), 404, "policy_unknown")
    changed = await filings.client.put(
        f"/v1{path}", json=POLICY | {"title": "补助办法"}, headers=officer | {"If-Match": '"1"'}
    )
    assert expect(changed)["title"] == "补助办法"
    refused(await filings.post(officer, f"{path}/publication"), 428, "precondition_required")
    refused(await filings.post(officer, f"{path}/publication", None, 1), 412, "stale_version")
    done = expect(await filings.post(officer, f"{path}/publication", None, 2))
    refused(await filings.post(officer, f"{path}/publication", None, done["version"]), 409, "policy_not_open")
    refused(await filings.post(other, f"{path}/withdrawal", {"reason": "已过期"}), 403, "not_your_unit")
    assert draft["id"] in [p["id"] for p in (await filings.get("/v1/support-policies", region="421303"))["items"]]
    expect(await filings.post(officer, f"{path}/withdrawal", {"reason": "已过期"}))
    assert draft["id"] not in [p["id"] for p in (await filings.get("/v1/support-policies"))["items"]]
    assert expect(await filings.read(None, path))["withdrawn_reason"] == "已过期"


async def test_a_policy_stays_within_its_units_region(filings: Filings) -> None:
    answer = await filings.post(filings.officer("421321"), "/support-policies", POLICY)
    assert refused(answer, 422, "policy_faulty")["errors"][0]["pointer"] == "/region"


async def test_a_benefit_stands_on_the_record_once_and_can_be_taken_off(filings: Filings) -> None:
    code, officer = await filings.enterprise(), filings.officer()
    policy = await published(filings)
    body = {"code": code, "reference": f"BZ-{code}", "policy_id": policy["id"], "amount_yuan": "30000.00",
            "granted_on": "2026-10-08"}  # fmt: skip
    ahead = body | {"granted_on": "2199-12-31"}
    refused(await filings.post(officer, "/support-benefits", ahead), 422, "policy_faulty")
    elsewhere = body | {"policy_id": None, "policy": "创业补贴"}
    refused(await filings.post(filings.officer("421321"), "/support-benefits", elsewhere), 403, "other_region")
    benefit = expect(await filings.post(officer, "/support-benefits", body), 201)
    refused(await filings.post(officer, "/support-benefits", body), 409, "benefit_repeated")
    (shown,) = (await filings.get("/v1/support-benefits", code=code))["items"]
    assert (shown["policy"], shown["amount_yuan"], shown["unit"]) == (POLICY["title"], "30000.00", "AMR-421303")
    lines = (await filings.read(None, "/support-benefits/export", code=code, format="csv")).text.splitlines()
    assert lines[0].startswith("id,code,region")
    assert [f"BZ-{code}" in line for line in lines[1:]] == [True]
    ((content,),) = await filings.rows("SELECT content FROM record_items WHERE code = $1", code)
    assert content["policy_label"] == POLICY["title"]
    path, reason = f"/support-benefits/{benefit['id']}/withdrawal", {"reason": "重复公示"}
    refused(await filings.post(filings.officer("421321"), path, reason), 403, "not_your_unit")
    expect(await filings.post(officer, path, reason))
    assert (await filings.get("/v1/support-benefits", code=code))["items"] == []
    refused(await filings.post(officer, path, reason), 404, "benefit_unknown")


async def test_the_number_of_a_withdrawn_benefit_is_free_again(filings: Filings) -> None:
    code, other, officer = await filings.enterprise(), await filings.enterprise(), filings.officer()
    body = {"code": code, "reference": f"BZ-{code}", "policy": "创业补贴", "amount_yuan": "30000.00",
            "granted_on": "2026-10-08"}  # fmt: skip
    wrong = expect(await filings.post(officer, "/support-benefits", body), 201)
    expect(await filings.post(officer, f"/support-benefits/{wrong['id']}/withdrawal", {"reason": "企业有误"}))
    right = expect(await filings.post(officer, "/support-benefits", body | {"code": other}), 201)
    refused(await filings.post(officer, "/support-benefits", body), 409, "benefit_repeated")
    shown = [b for c in (code, other) for b in (await filings.get("/v1/support-benefits", code=c))["items"]]
    assert [b["id"] for b in shown] == [right["id"]]
    rows = await filings.rows(
        "SELECT code, version, is_void, superseded_at IS NULL FROM record_items WHERE key = $1 ORDER BY version",
        f"BZ-{code}",
    )
    assert [tuple(row) for row in rows] == [(code, 1, True, False), (other, 2, False, True)]


async def test_a_benefits_code_is_taken_as_people_write_it(filings: Filings) -> None:
    code = await filings.enterprise()
    body = {"code": code.lower(), "reference": f"XX-{code}", "policy": "创业补贴", "granted_on": "2026-10-08"}
    assert expect(await filings.post(filings.officer(), "/support-benefits", body), 201)["code"] == code


async def test_in_a_region_that_is_unknown_only_those_of_the_nation_hold(filings: Filings) -> None:
    policy = await published(filings)
    for region in ("000000", "999999"):
        assert policy["id"] not in [
            p["id"] for p in (await filings.get("/v1/support-policies", region=region))["items"]
        ]
