"""The window for objection, what it stops, and what becomes public."""

import asyncio
import json
from datetime import date, timedelta

import pytest

from shared.clock import today
from svc_complaints.publicity.errors import ObjectionWindowOver
from svc_complaints.publicity.handlers import SWEEPS
from svc_complaints.publicity.rules import PUBLIC_FIELDS, check_window
from tests.svc_complaints.neighbours import SUIXIAN
from tests.svc_complaints.world import World, expect, refused

(PUBLISH_DUE,) = SWEEPS
OBJECTION = {"reasons": "退款已于调解前完成，摘要与事实不符。"}


def test_the_last_day_of_the_window_belongs_to_it() -> None:
    check_window(date(2026, 3, 9), date(2026, 3, 9))
    with pytest.raises(ObjectionWindowOver):
        check_window(date(2026, 3, 9), date(2026, 3, 10))


async def test_without_objection_it_is_published_after_the_window_and_only_once(world: World) -> None:
    consumer = world.consumer()
    done = await world.concluded(consumer, world.officer())
    last = date.fromisoformat(done["publish_after"])
    assert await world.sweep(PUBLISH_DUE, last) == 0
    assert await world.sweep(PUBLISH_DUE, last + timedelta(days=1)) == 1
    assert await world.sweep(PUBLISH_DUE, last + timedelta(days=1)) == 0
    shown = expect(await world.get(consumer, f"/complaints/{done['id']}"))
    assert (shown["state"], shown["published_on"]) == ("published", (last + timedelta(days=1)).isoformat())
    assert [name for name, _ in await world.events(done["id"])].count("published") == 1


async def test_two_sweeps_at_once_publish_each_complaint_once(world: World) -> None:
    officer = world.officer()
    done = [await world.concluded(world.consumer(), officer) for _ in range(4)]
    after = date.fromisoformat(done[0]["publish_after"]) + timedelta(days=1)
    assert sum(await asyncio.gather(*(world.sweep(PUBLISH_DUE, after) for _ in range(3)))) == 4
    for complaint in done:
        assert [name for name, _ in await world.events(complaint["id"])].count("published") == 1


async def test_the_public_event_holds_the_allow_list_and_no_person(world: World) -> None:
    representative = await world.representative()
    consumer = world.consumer()
    done = await world.concluded(consumer, world.officer())
    published = expect(await world.post(representative, f"/complaints/{done['id']}/objection-waiver"))
    assert (published["state"], published["published_on"]) == ("published", today().isoformat())
    name, data = (await world.events(done["id"]))[-1]
    assert name == "published"
    assert set(data) == {"complaint_id", *PUBLIC_FIELDS}
    text = json.dumps([data for _, data in await world.events(done["id"])], ensure_ascii=False)
    for private in ("李娜", "13812345678", consumer.id, representative.id, "开胶", "退款299"):
        assert private not in text


async def test_an_objection_stops_publication_until_it_is_rejected(world: World) -> None:
    representative, officer = await world.representative(), world.officer()
    done = await world.concluded(world.consumer(), officer)
    path = f"/complaints/{done['id']}"
    objected = expect(await world.post(representative, f"{path}/objection", OBJECTION))
    assert objected["state"] == "objected"
    assert await world.sweep(PUBLISH_DUE, today() + timedelta(days=400)) == 0
    refused(await world.post(representative, f"{path}/objection", OBJECTION), 409, "act_not_allowed")
    refused(await world.post(representative, f"{path}/objection-waiver"), 409, "act_not_allowed")
    queue = expect(await world.get(officer, "/complaints/queue"))
    assert [item["id"] for item in queue["items"]] == [done["id"]]
    assert expect(await world.get(officer, f"{path}/objection"))["reasons"] == OBJECTION["reasons"]
    decision = {"upheld": False, "reason": "摘要与调解书一致。"}
    assert expect(await world.post(officer, f"{path}/objection-decision", decision))["state"] == "published"
    assert [name for name, _ in await world.events(done["id"])][-1] == "published"


async def test_an_upheld_objection_keeps_it_from_the_record(world: World) -> None:
    representative, officer, consumer = await world.representative(), world.officer(), world.consumer()
    done = await world.concluded(consumer, officer)
    path = f"/complaints/{done['id']}"
    expect(await world.post(representative, f"{path}/objection", OBJECTION))
    decision = {"upheld": True, "reason": "系恶意投诉。"}
    assert expect(await world.post(officer, f"{path}/objection-decision", decision))["state"] == "withheld"
    name, data = (await world.events(done["id"]))[-1]
    assert (name, data["reason"]) == ("withheld", "objection_upheld")
    refused(await world.post(officer, f"{path}/objection-decision", decision), 409, "act_not_allowed")
    assert await world.sweep(PUBLISH_DUE, today() + timedelta(days=400)) == 0


async def test_an_objection_after_the_window_is_too_late(world: World) -> None:
    representative = await world.representative()
    done = await world.concluded(world.consumer(), world.officer())
    async with world.client.runtime.engine.begin() as connection:
        yesterday = today() - timedelta(days=1)
        await connection.exec_driver_sql("UPDATE complaint_cases SET publish_after = $1", (yesterday,))
    late = await world.post(representative, f"/complaints/{done['id']}/objection", OBJECTION)
    # The service's own sweep may have published it a moment before: either way the objection is too late.
    assert late.status_code == 409
    assert late.json()["code"] in {"objection_window_over", "act_not_allowed"}


async def test_only_the_respondents_representative_objects(world: World) -> None:
    await world.representative()
    stranger = await world.representative(SUIXIAN)
    consumer, officer = world.consumer(), world.officer()
    done = await world.concluded(consumer, officer)
    path = f"/complaints/{done['id']}/objection"
    refused(await world.post(None, path, OBJECTION), 401, "unauthenticated")
    refused(await world.post(stranger, path, OBJECTION), 404, "complaint_unknown")
    refused(await world.post(consumer, path, OBJECTION), 403, "not_respondent")
    refused(await world.post(officer, path, OBJECTION), 403, "not_respondent")
    refused(await world.post(officer, f"{path}-decision", {"upheld": True, "reason": "无异议"}), 409, "act_not_allowed")


async def test_the_respondent_sees_the_case_from_acceptance_on_and_never_the_person(world: World) -> None:
    representative, consumer, officer = await world.representative(), world.consumer(), world.officer()
    filed = await world.filed(consumer)
    path = f"/complaints/{filed['id']}"
    refused(await world.get(representative, path), 404, "complaint_unknown")
    expect(await world.post(officer, f"{path}/acceptance", version=filed["version"]))
    shown = expect(await world.get(representative, path))
    assert shown["viewer"] == "respondent"
    assert "开胶" in shown["facts"]
    listed = expect(await world.get(representative, "/complaints?role=respondent"))
    assert [item["id"] for item in listed["items"]] == [filed["id"]]
    assert expect(await world.get(representative, "/complaints"))["items"] == []
    items = expect(await world.get(representative, "/items"))
    assert items["items"][0]["kind"] == "complaint_against"
    history = (await world.get(representative, f"{path}/history")).text
    for text in (json.dumps(shown, ensure_ascii=False), json.dumps(listed, ensure_ascii=False), history):
        assert "李娜" not in text
        assert "13812345678" not in text
