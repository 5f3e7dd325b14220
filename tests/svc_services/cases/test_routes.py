"""The course of a case: its dates with their reasons, its steps, its public tracking."""

from tests.svc_services.neighbours import PROFILE
from tests.svc_services.world import CORRECTION, World


async def test_every_date_has_its_source_and_can_account_for_each_day(world: World) -> None:
    case = await world.accepted()
    path = f"/v1/applications/{case['id']}/deadlines"
    plain = (await world.get(path, world.citizen)).json()
    assert [d["node"] for d in plain["items"]] == ["acceptance", "decision"]
    assert all(d["basis"] and d["explanation"] is None for d in plain["items"])
    explained = (await world.get(path, world.officer, explain="true")).json()["items"][1]
    days = explained["explanation"]
    assert days[0]["reason"] == "event_day"
    assert days[-1]["day"] == explained["due_on"]
    assert [d["number"] for d in days if d["counted"]] == [1, 2, 3]
    assert all(d["label"] for d in days)
    english = await world.client.get(path, headers={**world.citizen, "Accept-Language": "en"})
    assert [d["label"] for d in english.json()["items"]] == ["Acceptance or request for corrections", "Decision"]


async def test_a_draft_has_no_dates(world: World) -> None:
    case = await world.draft()
    dates = (await world.get(f"/v1/applications/{case['id']}/deadlines", world.citizen)).json()
    assert dates["items"] == []


async def test_while_the_applicant_corrects_the_running_date_is_his(world: World) -> None:
    case = await world.submitted()
    asked = await world.act(case, "correction-request", world.officer, {"items": [CORRECTION]})
    dates = (await world.get(f"/v1/applications/{case['id']}/deadlines", world.citizen)).json()
    assert dates["items"][1]["node"] == "correction"
    assert asked["due_on"] == dates["items"][1]["due_on"]


async def test_the_history_tells_each_act_its_unit_and_no_names(world: World) -> None:
    case = await world.completed()
    history = (await world.get(f"/v1/applications/{case['id']}/history", world.citizen)).json()
    assert [(s["act"], s["state"], s["actor"], s["unit"]) for s in history["items"]] == [
        ("submit", "submitted", "applicant", None),
        ("accept", "accepted", "officer", "AMR-421303"),
        ("grant", "granted", "officer", "AMR-421303"),
        ("issue", "completed", "system", None),
    ]
    assert [s["position"] for s in history["items"]] == [1, 2, 3, 4]


async def test_anyone_follows_a_case_by_its_number_and_learns_nothing_personal(world: World) -> None:
    case = await world.completed()
    answer = await world.get(f"/v1/tracking/{case['number']}")
    tracked = answer.json()
    assert (tracked["state"], tracked["region_name"]) == ("completed", "湖北省随州市曾都区")
    assert [s["act"] for s in tracked["steps"]] == ["submit", "accept", "grant", "issue"]
    hidden = [*PROFILE.values(), case["id"], case["form"]["address"], "张*"]
    assert not [secret for secret in hidden if secret in answer.text]


async def test_drafts_and_unknown_numbers_are_not_tracked(world: World) -> None:
    case = await world.draft()
    for number in (case["number"], "SQ421303-20200101-000001", "x"):
        assert (await world.get(f"/v1/tracking/{number}")).status_code == 404


async def test_an_overdue_case_says_so(world: World) -> None:
    case = await world.accepted()
    assert case["is_overdue"] is False
    await world.execute("UPDATE applications SET submitted_on = '2026-06-01', accepted_on = '2026-06-02'")
    late = (await world.get(f"/v1/applications/{case['id']}", world.officer)).json()
    assert late["is_overdue"] is True
    assert late["due_on"] == "2026-06-05"
    assert (await world.get(f"/v1/tracking/{case['number']}")).json()["is_overdue"] is True
