"""Applications for an enterprise belong to it; some matters ask how well the applicant is known."""

import uuid
from typing import Any

import pytest

from shared.codes import credit_code
from tests.svc_services.world import World

FIRM, OTHER = credit_code.make("421303", 61_001), credit_code.make("421303", 61_002)
MATTER = "MR-ENT-ESTABLISH"


async def test_representative_and_agents_with_the_matter_go_on_with_the_enterprises_case(world: World) -> None:
    filer = str(uuid.uuid4())
    case = await world.draft(world.person(sub=filer, org=FIRM, mandate="m-1", matters=[MATTER]))
    path = f"/v1/applications/{case['id']}"
    for claims in (
        {"org": FIRM},
        {"org": FIRM, "mandate": "m-2"},
        {"org": FIRM, "mandate": "m-3", "matters": [MATTER]},
    ):
        who = world.person(**claims)
        assert (await world.get(path, who)).status_code == 200
        assert [c["id"] for c in (await world.get("/v1/applications", who)).json()["items"]] == [case["id"]]
        assert case["number"] in (await world.get("/v1/items", who)).text
        case = (await world.patch(case, {"address": "湖北省随州市曾都区示例路2号"}, who)).json()


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"org": OTHER},
        {"org": FIRM, "mandate": "m-1", "matters": ["MR-COMPLAINT-RESPONSE"]},
        {"org": FIRM, "mandate": "m-1", "matters": []},
    ],
)
async def test_others_and_the_filer_without_his_mandate_know_of_nothing(world: World, claims: dict[str, Any]) -> None:
    filer = str(uuid.uuid4())
    case = await world.draft(world.person(sub=filer, org=FIRM))
    who = world.person(sub=filer, **claims)
    assert (await world.get(f"/v1/applications/{case['id']}", who)).status_code == 404
    assert (await world.patch(case, {"address": "别处"}, who)).status_code == 404
    assert (await world.get("/v1/applications", who)).json()["items"] == []


async def test_the_guide_says_how_well_the_applicant_must_be_known(world: World) -> None:
    guide = (await world.get(f"/v1/matters/{MATTER}")).json()
    assert guide["guide"]["trust_level"] == "two_factor"
    for level in (None, "self_declared"):
        refused = await world.post("/v1/applications", world.person(trust_level=level), {"matter_code": MATTER})
        problem = refused.json()
        assert (refused.status_code, problem["code"], problem["needed"]) == (403, "trust_level_needed", "two_factor")
        assert problem["how"] == "POST /api/sso/v1/me/verifications"
    assert (await world.draft(world.person(trust_level="in_person")))["state"] == "draft"


async def test_an_agent_begins_nothing_beyond_his_mandate(world: World) -> None:
    agent = world.person(org=FIRM, mandate="m-1", matters=["MR-COMPLAINT-RESPONSE"])
    refused = await world.post("/v1/applications", agent, {"matter_code": MATTER, "region": "421303"})
    assert (refused.status_code, refused.json()["code"]) == (403, "matter_not_mandated")
