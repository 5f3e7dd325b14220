"""Dates with their explanation, history, public tracking, and the items of the hub."""

from datetime import date

from shared.clock import today
from shared.items import ItemOut
from tests.svc_complaints.world import World, expect, refused


async def test_each_date_explains_itself_day_by_day(world: World) -> None:
    consumer = world.consumer()
    accepted = await world.accepted(consumer, world.officer())
    path = f"/complaints/{accepted['id']}/deadlines"
    plain = (await world.get(consumer, path)).json()["items"]
    assert [c["node"] for c in plain] == ["acceptance", "mediation"]
    assert plain[0]["met_on"] == today().isoformat()
    assert all(c["explanation"] is None for c in plain)
    explained = (await world.get(consumer, f"{path}?explain=true")).json()["items"]
    days = explained[1]["explanation"]
    assert days[0]["reason"] == "event_day"
    assert days[-1]["day"] == explained[1]["due_on"]
    assert [d["number"] for d in days if d["counted"]] == list(range(1, 46))
    assert all(d["label"] for d in days)
    english = (await world.get(consumer, f"{path}?explain=true", **{"Accept-Language": "en"})).json()["items"]
    assert english[1]["explanation"][0]["label"] == "day of the event, not counted"


async def test_a_clock_which_runs_into_an_unpublished_year_says_that_it_is_provisional(world: World) -> None:
    consumer = world.consumer()
    accepted = await world.accepted(consumer, world.officer())
    clocks = (await world.get(consumer, f"/complaints/{accepted['id']}/deadlines")).json()["items"]
    mediation = next(c for c in clocks if c["node"] == "mediation")
    if date.fromisoformat(mediation["due_on"]).year > 2026:
        assert mediation["provisional"]


async def test_the_history_tells_every_act_in_order(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    done = await world.concluded(consumer, officer)
    steps = (await world.get(consumer, f"/complaints/{done['id']}/history")).json()["items"]
    assert [(s["act"], s["actor"]) for s in steps] == [
        ("file", "complainant"),
        ("accept", "officer"),
        ("conclude", "officer"),
    ]
    assert officer.id not in str(steps)


async def test_anybody_with_the_number_sees_the_nodes_and_nothing_about_anybody(world: World) -> None:
    done = await world.concluded(world.consumer(), world.officer())
    tracked = await world.get(None, f"/tracking/{done['number'].lower()}")
    body = expect(tracked)
    assert [step["state"] for step in body["steps"]] == ["received", "accepted", "concluded"]
    assert set(body) == {"number", "state", "state_label", "due_on", "steps"}
    for private in ("李娜", done["respondent_name"], done["respondent_code"], done["product"], done["id"]):
        assert private not in tracked.text
    refused(await world.get(None, "/tracking/TS421303-20200101-000001"), 404, "not_found")


async def test_items_have_the_one_shape_of_all_services(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    filed = await world.filed(consumer)
    page = expect(await world.get(consumer, "/items"))
    item = ItemOut.model_validate(page["items"][0])
    assert (item.service, item.kind, item.number) == ("complaints", "complaint", filed["number"])
    assert item.due_on == date.fromisoformat(filed["due_on"])
    assert item.state_label == "已收到，待决定是否受理"
    assert item.url == f"/api/complaints/v1/complaints/{filed['id']}"
    english = expect(await world.get(consumer, "/items", **{"Accept-Language": "en"}))
    assert english["items"][0]["state_label"].startswith("Received")
    assert expect(await world.get(officer, "/items"))["items"] == []
    refused(await world.get(None, "/items"), 401, "unauthenticated")


async def test_each_side_is_told_its_own_next_action(world: World) -> None:
    consumer, officer, representative = world.consumer(), world.officer(), await world.representative()
    done = await world.concluded(consumer, officer)
    path = f"/complaints/{done['id']}"
    (own,), (against,) = [expect(await world.get(who, "/items"))["items"] for who in (consumer, representative)]
    assert (own["kind"], own["next_action"]) == ("complaint", "可评价")
    assert (against["kind"], against["next_action"]) == ("complaint_against", "可在异议期内提出或者放弃异议")
    assert expect(await world.get(officer, path))["next_action"] is None
    expect(await world.post(representative, f"{path}/objection-waiver"))
    assert expect(await world.get(representative, "/items"))["items"][0]["next_action"] is None
    assert expect(await world.get(consumer, path))["next_action"] == "可评价"


async def test_a_token_for_another_service_is_no_token_here(world: World) -> None:
    headers = world.bearer(aud="services", permissions=["complaints:complaints:file"])
    refused(await world.client.get("/v1/complaints", headers=headers), 401, "invalid_token")
