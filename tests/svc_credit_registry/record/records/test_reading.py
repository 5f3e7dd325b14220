"""The record over HTTP: as it is, as it was on a day, with what each item rests on."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from shared.audit import SYSTEM
from shared.clock import today
from svc_credit_registry.record.records import service
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.record.records.test_items import CODE, PENALTY, known, penalty  # noqa: F401
from tests.svc_credit_registry.world import World

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = today()


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def aged(world: World, days: int) -> None:
    """The enterprise came on the record so many days ago."""
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE enterprises SET received_at = :at"), {"at": at(ago(days))})
        await session.execute(text("UPDATE enterprise_names SET recorded_at = :at"), {"at": at(ago(days))})


async def put(world: World, days: int, **changes: Any) -> service.Entered:
    async with world.client.sessions() as session, session.begin():
        return await service.put(session, SYSTEM, penalty(**changes), at(ago(days)))


async def end(world: World, days: int) -> bool:
    async with world.client.sessions() as session, session.begin():
        name = ("AMR-421303", RecordKind.PENALTY, "2026-17")
        return await service.end(session, SYSTEM, *name, "撤销", at(ago(days)))


async def items(world: World, **params: Any) -> list[Any]:
    found = await world.get(f"/v1/enterprises/{CODE}/items", **params)
    return list(found["items"])


async def test_an_item_says_who_produced_provided_and_answers_for_it(known: World) -> None:  # noqa: F811
    entered = await put(known, 0)
    [item] = await items(known)
    assert item["provenance"] | {"recorded_at": None} == {
        "producer": "AMR-421303",
        "producer_name": "湖北省随州市曾都区市场监督管理局",
        "provider": "AMR-421300",
        "answers": "产生该信息的机关",
        "basis": "《中华人民共和国食品安全法》第一百二十五条",
        "receipt": entered.receipt,
        "recorded_at": None,
    }
    assert item["publication"]["due_on"] == "2026-12-01"
    assert item["kind_label"] == "行政处罚"
    assert list(item["content"]) == [*PENALTY, "state"]
    one = await known.get(f"/v1/record-items/{item['id']}")
    assert one == item


async def test_as_of_a_day_the_record_says_what_it_said_then(known: World) -> None:  # noqa: F811
    await aged(known, 40)
    await put(known, 30)
    await put(known, 20, content=PENALTY | {"fine_yuan": "3000.00"})
    await end(known, 10)
    fines = {
        day: [item["content"]["fine_yuan"] for item in await items(known, as_of=str(ago(day)))]
        for day in (40, 31, 30, 21, 20, 11, 10, 0)
    }
    assert fines == {
        40: [], 31: [], 30: ["5000.00"], 21: ["5000.00"], 20: ["3000.00"], 11: ["3000.00"], 10: [], 0: [],
    }  # fmt: skip
    record = await known.get(f"/v1/enterprises/{CODE}/record", as_of=str(ago(15)))
    assert record["counts"] == {"penalty": 1}
    assert record["enterprise"]["as_of"] == record["as_of"] == str(ago(15))
    assert record["kinds"][0]["items"][0]["version"] == 2
    assert (await known.get(f"/v1/enterprises/{CODE}/record"))["counts"] == {}


async def test_before_the_first_record_and_in_the_future_there_is_no_answer(known: World) -> None:  # noqa: F811
    await aged(known, 40)
    for path in ("", "/record", "/items", "/history"):
        early = await known.client.get(f"/v1/enterprises/{CODE}{path}", params={"as_of": str(ago(41))})
        assert (early.status_code, early.json()["code"]) == (404, "record_not_begun"), path
        assert early.json()["first_recorded_on"] == str(ago(40))
        ahead = await known.client.get(f"/v1/enterprises/{CODE}{path}", params={"as_of": str(ago(-1))})
        assert (ahead.status_code, ahead.json()["code"]) == (422, "day_ahead"), path


async def test_what_left_publication_is_shown_to_nobody_but_its_officers(known: World) -> None:  # noqa: F811
    await aged(known, 40)
    entered = await put(known, 30)
    await put(known, 20, publish_until=ago(5))
    assert await items(known, as_of=str(ago(25))) == []
    assert await items(known, as_of=str(ago(6))) == []
    assert await items(known) == []
    gone = await known.client.get(f"/v1/record-items/{entered.item_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "record_item_unknown")
    path = f"/v1/enterprises/{CODE}/item-versions"
    rights = ["credit-registry:enterprises:maintain"]
    claims = {"aud": "credit-registry", "kind": "staff", "permissions": rights}
    officer = known.get_bearer(region="421300", unit="AMR-421300", **claims)
    stored = (await known.client.get(path, headers=officer)).json()["items"]
    assert [item["version"] for item in stored] == [2, 1]
    other = known.get_bearer(region="420100", unit="AMR-420100", **claims)
    assert (await known.client.get(path, headers=other)).status_code == 403
    assert (await known.client.get(path)).status_code == 401


async def test_publication_that_is_prolonged_brings_back_what_was_shown(known: World) -> None:  # noqa: F811
    await aged(known, 40)
    await put(known, 30, publish_until=ago(20))
    await put(known, 10, publish_until=ago(-300))
    assert [len(await items(known, as_of=str(ago(day)))) for day in (29, 20, 19, 11, 10, 0)] == [1, 1, 0, 0, 1, 1]


async def test_the_kinds_are_served_as_data_with_their_schemas(known: World) -> None:  # noqa: F811
    kinds = {kind["kind"]: kind for kind in await known.get("/v1/record-item-kinds")}
    assert set(kinds) == set(RecordKind)
    assert kinds["penalty"]["label_en"] == "Administrative penalty"
    assert kinds["penalty"]["working_days"] == 7
    assert "document_number" in kinds["penalty"]["content_schema"]["properties"]
