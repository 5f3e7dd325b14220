"""Together with the lists themselves: an entry by decision brings measures, an upheld objection lifts them."""

from typing import Any

from shared.clock import today
from tests.svc_credit_registry.supervision.measures.bureau import Bureau


async def test_a_decision_on_the_list_brings_measures_and_an_upheld_objection_lifts_them(bureau: Bureau) -> None:
    code, decide = await bureau.enterprise(), ["credit-registry:lists:decide"]
    county, province = bureau.officer(permissions=decide), bureau.officer("420000", permissions=decide)
    owner = bureau.get_bearer(aud="credit-registry", org=code, matters=["MR-ENT-OBJECTION"])
    day = today().isoformat()
    proposal = {
        "list": "serious", "ground": "food_safety", "code": code, "facts": "生产销售有毒、有害食品，情节严重",
        "verified_on": day,
        "penalty": {"document_number": "随市监罚〔2026〕17号", "decided_on": day, "types": ["licence_revoked"]},
    }  # fmt: skip
    made = await bureau.ok("POST", "/v1/list-entries", county, proposal)
    await bureau.follow()
    assert await bureau.directives(code) == [], "a proposal is no decision"
    path = f"/v1/list-entries/{made['id']}"
    await bureau.ok("POST", f"{path}/consent", province, {"document": "鄂市监函〔2026〕3号"})
    entry = await bureau.ok("POST", f"{path}/statement", owner, {"statement": "货物未售出", "waived": True})
    await decided(bureau, f"{path}/decision", county, entry, {"outcome": "listed", "reason": "情节严重"})
    await bureau.follow()
    in_force = await bureau.directives(code, state="in_force")
    assert {d["measure"] for d in in_force} >= {"priority_supervision", "government_procurement", "representative_ban"}
    assert (await bureau.check(code))["effect"] == "refuse"

    objection = await bureau.ok("POST", f"{path}/objections", owner, {"reasons": "检验报告有误"})
    one = f"/v1/list-objections/{objection['id']}"
    accepted = {"accepted": True, "reason": "材料齐全"}
    taken = await decided(bureau, f"{one}/acceptance", county, objection, accepted)
    await decided(bureau, f"{one}/decision", county, taken, {"upheld": True, "reason": "经核实，检验报告有误"})
    await bureau.follow()
    assert await bureau.directives(code, state="in_force") == []
    assert (await bureau.check(code))["effect"] == "none"
    assert await bureau.public_measures(code) == []


async def decided(bureau: Bureau, path: str, who: dict[str, str], read: dict[str, Any], body: dict[str, Any]) -> Any:
    """An act on what was read last."""
    return await bureau.ok("POST", path, who, body, If_Match=f'"{read["version"]}"')
