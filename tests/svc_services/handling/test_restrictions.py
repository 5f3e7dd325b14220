"""What stands against those who apply: asked before each decision, shown to the official, cited in the decision."""

import uuid
from typing import Any

import pytest

from svc_services.cases.rules import Act
from svc_services.handling.errors import RestrictionInForce, RestrictionUnweighed
from svc_services.handling.rules import Restriction, reason_with, weigh
from tests.svc_services.neighbours import PROFILE
from tests.svc_services.world import World


def restriction(effect: str = "refuse", matched_by: str = "identity") -> dict[str, Any]:
    """A measure as the registry's contract has it."""
    return {
        "directive_id": str(uuid.uuid4()),
        "number": "CJ42130320261123000001",
        "measure": "representative_ban",
        "measure_name": "三年内不得担任其他企业的法定代表人、负责人",
        "effect": effect,
        "effect_label": "依法禁止或者限制准入",
        "matched_by": matched_by,
        "subject": "person",
        "role": "legal_representative",
        "code": "91421303MA1000000X",
        "since": "2026-11-01",
        "until": "2029-11-01",
        "basis": "《企业信息公示暂行条例》第十七条",
        "ground": "列入严重违法失信名单",
        "unit": "AMR-421303",
    }


async def test_the_registry_is_asked_for_whom_and_for_which_case(world: World) -> None:
    case = await world.granted()
    (asked,) = world.known.checks
    assert asked["matter"] == "MR-ENT-ESTABLISH"
    assert asked["case_id"] == case["number"]
    assert asked["persons"] == [{"name": PROFILE["name"], "id_number": PROFILE["id_number"]}]
    assert asked["on_behalf_of"]
    assert case["restrictions"] == []
    assert case["restrictions_checked_at"]


async def test_what_the_law_forbids_is_not_granted_and_the_refusal_cites_it(world: World) -> None:
    case = await world.accepted()
    world.known.restrictions = [restriction()]
    answer = await world.try_to_decide(case, "granted")
    assert (answer.status_code, answer.json()["code"]) == (409, "restriction_in_force")
    assert answer.json()["restrictions"] == ["CJ42130320261123000001"]
    assert "第十七条" in answer.json()["detail"]
    assert await world.events("services.application.decided.v1") == []

    refused = await world.decide(case, "refused", "法定代表人受限制")
    assert [r["number"] for r in refused["restrictions"]] == ["CJ42130320261123000001"]
    assert "CJ42130320261123000001" in refused["decision_reason"]
    seen = (await world.get(f"/v1/applications/{case['id']}", world.citizen)).json()
    assert [r["basis"] for r in seen["restrictions"]] == ["《企业信息公示暂行条例》第十七条"]


async def test_what_is_to_be_weighed_demands_a_reason(world: World) -> None:
    case = await world.accepted()
    world.known.restrictions = [restriction("restrict")]
    silent = await world.try_to_decide(case, "granted")
    assert (silent.status_code, silent.json()["code"]) == (422, "restriction_unweighed")
    assert silent.json()["errors"][0]["pointer"] == "/reason"
    granted = await world.decide(case, "granted", "已整改完毕，予以准许")
    assert granted["decision_reason"].startswith("已整改完毕，予以准许（涉及惩戒措施：")
    assert [r["effect"] for r in granted["restrictions"]] == ["restrict"]


async def test_a_namesake_is_not_held_back_and_the_applicant_is_told_nothing_of_the_other(world: World) -> None:
    case = await world.accepted()
    world.known.restrictions = [restriction("attention", "name_only")]
    shown = (await world.get(f"/v1/applications/{case['id']}/restrictions", world.officer)).json()
    assert (shown["effect"], shown["items"][0]["matched_by"]) == ("attention", "name_only")
    granted = await world.decide(case, "granted")
    assert granted["restrictions"] == []
    assert granted["decision_reason"] is None


async def test_while_the_registry_is_away_a_grant_waits_and_nothing_is_lost(world: World) -> None:
    case = await world.accepted()
    world.known.away.add("credit-registry")
    key = str(uuid.uuid4())
    path, version = f"/v1/applications/{case['id']}/decision", f'"{case["version"]}"'
    body = {"outcome": "granted", "reason": None}
    waits = await world.post(path, world.officer, body, If_Match=version, Idempotency_Key=key)
    assert (waits.status_code, waits.json()["code"]) == (503, "dependency_unavailable")
    assert "Idempotency-Key" in waits.json()["detail"]
    assert waits.headers["retry-after"]
    read = (await world.get(f"/v1/applications/{case['id']}", world.officer)).json()
    assert (read["state"], read["version"]) == ("accepted", case["version"])
    assert (await world.get(f"/v1/applications/{case['id']}/restrictions", world.officer)).status_code == 503

    world.known.away.clear()
    done = await world.post(path, world.officer, body, If_Match=version, Idempotency_Key=key)
    assert (done.status_code, done.json()["state"]) == (200, "granted")


async def test_a_registry_that_will_not_answer_is_one_that_is_away(world: World) -> None:
    case = await world.accepted()
    world.known.forbidden = True
    waits = await world.try_to_decide(case, "granted")
    assert (waits.status_code, waits.json()["code"]) == (503, "restrictions_unknown")


async def test_a_refusal_does_not_wait_for_the_registry(world: World) -> None:
    case = await world.accepted()
    world.known.away.add("credit-registry")
    refused = await world.decide(case, "refused", "材料虚假")
    assert (refused["state"], refused["restrictions_checked_at"]) == ("refused", None)


async def test_nobody_is_asked_about_for_those_who_may_not_decide(world: World) -> None:
    case = await world.accepted()
    elsewhere, superior = world.official("421321"), world.official("421300")
    assert (await world.try_to_decide(case, "granted", who=elsewhere)).status_code == 404
    assert (await world.try_to_decide(case, "granted", who=superior)).status_code == 403
    stale = case | {"version": case["version"] - 1}
    assert (await world.try_to_decide(stale, "granted")).status_code == 412
    path = f"/v1/applications/{case['id']}/restrictions"
    assert (await world.get(path, elsewhere)).status_code == 404
    assert (await world.get(path, world.citizen)).status_code == 403
    assert world.known.checks == []


REFUSE = Restriction("CJ1", "禁止", "《法》", "refuse", certain=True)


@pytest.mark.parametrize(
    ("act", "reason", "found", "error"),
    [
        (Act.GRANT, None, [], None),
        (Act.GRANT, "理由", [REFUSE], RestrictionInForce),
        (Act.REFUSE, "理由", [REFUSE], None),
        (Act.GRANT, None, [Restriction("CJ1", "从严", "《法》", "restrict", certain=True)], RestrictionUnweighed),
        (Act.GRANT, "理由", [Restriction("CJ1", "从严", "《法》", "restrict", certain=True)], None),
        (Act.GRANT, None, [Restriction("CJ1", "关注", "《法》", "attention", certain=True)], None),
        (Act.GRANT, None, [Restriction("CJ1", "禁止", "《法》", "refuse", certain=False)], None),
    ],
)
def test_what_a_decision_may_be(
    act: Act, reason: str | None, found: list[Restriction], error: type[Exception] | None
) -> None:
    if error is None:
        weigh(act, reason, found)
    else:
        with pytest.raises(error):
            weigh(act, reason, found)


def test_what_was_only_shown_is_not_cited() -> None:
    assert reason_with("理由", [Restriction("CJ1", "关注", "《法》", "attention", certain=True)]) == "理由"
    assert reason_with(None, []) is None
    assert "CJ1 禁止，《法》" in str(reason_with("理由", [REFUSE]))
