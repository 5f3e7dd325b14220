"""The catalogue: who enters what, and what an entry must say."""

from typing import Any

import pytest

from tests.svc_credit_registry.sharing.resources.catalogue import COURT, ENTRY, agency, enter, officer, post
from tests.svc_credit_registry.world import World

PENALTY: dict[str, Any] = ENTRY | {
    "code": "CR-PENALTY",
    "name": "行政处罚信息",
    "producer": COURT,
    "source": "records",
    "kind": "penalty",
    "fields": [{"name": "content.fine_yuan", "label": "罚款金额", "type": "decimal"}],
}


async def test_the_catalogue_is_open_to_everybody_and_can_be_searched(world: World) -> None:
    await enter(world)
    await enter(world, code="CR-NAMES", name="名称库", sharing="unconditional")
    assert [e["code"] for e in (await world.get("/v1/resources"))["items"]] == ["CR-ENTERPRISE", "CR-NAMES"]
    assert [e["code"] for e in (await world.get("/v1/resources", q="名称库"))["items"]] == ["CR-NAMES"]
    assert [e["code"] for e in (await world.get("/v1/resources", sharing="conditional"))["items"]] == ["CR-ENTERPRISE"]
    entry = await world.get("/v1/resources/CR-NAMES")
    assert (entry["sharing_label"], entry["update_cycle_label"]) == ("无条件共享", "实时")


async def test_a_producer_enters_a_draft_which_an_officer_publishes(world: World) -> None:
    made = await post(world, "/v1/resources", agency(world, COURT), PENALTY)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert (await world.client.get("/v1/resources/CR-PENALTY")).status_code == 404
    for keeper, seen in ((officer(world), ["CR-PENALTY"]), (agency(world, COURT), ["CR-PENALTY"]), (agency(world), [])):
        drafts = await world.client.get("/v1/resource-drafts", headers=keeper)
        assert [entry["code"] for entry in drafts.json()["items"]] == seen
    published = await post(world, "/v1/resources/CR-PENALTY/publication", officer(world), None, 1)
    assert (published.status_code, published.json()["state"]) == (200, "published")


async def test_nobody_enters_or_edits_for_another_producer(world: World) -> None:
    posing = await post(world, "/v1/resources", agency(world), PENALTY)
    assert (posing.status_code, posing.json()["code"]) == (403, "not_your_resource")
    await enter(world, **PENALTY)
    headers = agency(world) | {"If-Match": '"1"'}
    edited = await world.client.patch("/v1/resources/CR-PENALTY", headers=headers, json={"name": "改名"})
    assert edited.status_code == 403


async def test_a_producers_change_waits_for_the_officer_again(world: World) -> None:
    await enter(world, **PENALTY)
    headers = agency(world, COURT) | {"If-Match": '"1"'}
    for nothing in ({}, {"name": PENALTY["name"]}):
        same = await world.client.patch("/v1/resources/CR-PENALTY", headers=headers, json=nothing)
        assert (same.status_code, same.json()["state"], same.headers["ETag"]) == (200, "published", '"1"')
    edited = await world.client.patch("/v1/resources/CR-PENALTY", headers=headers, json={"update_cycle": "daily"})
    assert (edited.status_code, edited.json()["state"]) == (200, "draft")
    stale = await world.client.patch("/v1/resources/CR-PENALTY", headers=headers, json={"update_cycle": "weekly"})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sharing": "not_shared"}, "/sharing_basis"),
        ({"conditions": ""}, "/conditions"),
        ({"fields": [{"name": "secret", "label": "x", "type": "string"}]}, "/fields/0/name"),
        ({"source": "records"}, "/kind"),
        ({"kind": "penalty"}, "/kind"),
    ],
)
async def test_an_entry_says_what_its_sharing_type_demands(world: World, changes: dict[str, Any], fault: str) -> None:
    answer = await post(world, "/v1/resources", officer(world), ENTRY | changes)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [fault]


async def test_a_withdrawn_entry_is_gone_from_the_catalogue(world: World) -> None:
    await enter(world)
    gone = await post(world, "/v1/resources/CR-ENTERPRISE/withdrawal", officer(world), {"reason": "职能划转"}, 1)
    assert gone.json()["state"] == "withdrawn"
    assert (await world.client.get("/v1/resources/CR-ENTERPRISE")).status_code == 404
