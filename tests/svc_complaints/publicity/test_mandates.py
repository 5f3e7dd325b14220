"""The respondent's side: its representative, agents with a mandate for it, and everybody else who is not."""

from typing import Any

import pytest

from svc_complaints.access import RESPONSE
from tests.svc_complaints.neighbours import SUIXIAN, ZENGDU
from tests.svc_complaints.world import FILING, World, expect, refused

SPEAKERS: list[dict[str, Any]] = [
    {"org": ZENGDU},
    {"org": ZENGDU, "mandate": "m-1"},
    {"org": ZENGDU, "mandate": "m-1", "matters": [RESPONSE, "MR-ENT-CHANGE"]},
]
OTHERS: list[dict[str, Any]] = [
    {},
    {"org": SUIXIAN},
    {"org": SUIXIAN, "mandate": "m-2", "matters": [RESPONSE]},
    {"org": ZENGDU, "mandate": "m-1", "matters": ["MR-ENT-CHANGE"]},
    {"org": ZENGDU, "mandate": "m-1", "matters": []},
]


@pytest.mark.parametrize("claims", SPEAKERS)
async def test_who_acts_for_the_respondent_sees_and_answers(world: World, claims: dict[str, Any]) -> None:
    case = await world.concluded(world.consumer(), world.officer())
    agent = world.person(**claims)
    assert expect(await world.get(agent, "/complaints?role=respondent"))["items"][0]["id"] == case["id"]
    assert expect(await world.get(agent, "/items"))["items"][0]["id"] == case["id"]
    body = {"reasons": "双方约定的金额与公示内容不一致。"}
    expect(await world.post(agent, f"/complaints/{case['id']}/objection", body))
    rows = await world.rows(
        "SELECT on_behalf_of FROM audit_log WHERE action = 'complaint.object' AND actor = $1", agent.id
    )
    assert [row[0] for row in rows] == [ZENGDU]


@pytest.mark.parametrize("claims", OTHERS)
async def test_another_enterprise_and_agents_for_other_matters_know_of_nothing(
    world: World, claims: dict[str, Any]
) -> None:
    case = await world.concluded(world.consumer(), world.officer())
    other = world.person(**claims)
    path = f"/complaints/{case['id']}"
    refused(await world.get(other, path), 404, "complaint_unknown")
    refused(await world.post(other, f"{path}/objection", {"reasons": "与双方约定不一致。"}), 404, "complaint_unknown")
    refused(await world.post(other, f"{path}/objection-waiver"), 404, "complaint_unknown")
    assert expect(await world.get(other, "/complaints?role=respondent"))["items"] == []
    assert expect(await world.get(other, "/items"))["items"] == []


async def test_who_acts_for_an_enterprise_leaves_his_own_cases_aside(world: World) -> None:
    person = world.consumer()
    case = await world.filed(person)
    acting = world.person(sub=person.id, org=ZENGDU, permissions=["complaints:complaints:file"])
    refused(await world.get(acting, f"/complaints/{case['id']}"), 404, "complaint_unknown")
    assert expect(await world.get(acting, "/complaints"))["items"] == []
    refused(await world.post(acting, "/complaints", FILING), 403, "consumers_only")
