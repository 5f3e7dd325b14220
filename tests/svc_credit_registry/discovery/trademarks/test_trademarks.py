"""Trademarks that the office pushes are found by everybody, by mark and by number, as long as they stand."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg

from shared.clock import today
from shared.codes import credit_code
from svc_credit_registry.discovery.trademarks import queries
from tests.svc_credit_registry.sharing.submissions.agency import push
from tests.svc_credit_registry.world import World, row

OFFICE = "cnipa"
HOLDER, BUYER = credit_code.make("421303", 430_410_000), credit_code.make("421303", 430_410_001)
ENGLISH = {"Accept-Language": "en"}


async def register(world: World, number: str, mark: str, code: str = HOLDER, **changes: Any) -> httpx.Response:
    """The office pushes a trademark."""
    classes, state = changes.pop("classes", [33]), changes.pop("state", "valid")
    content = {"number": number, "mark": mark, "classes": classes, "registered_on": "2021-03-07", "state": state}
    given = {"kind": "trademark", "key": number, "code": code, "basis": "《中华人民共和国商标法》第三十三条"}
    return await push(world, given | {"produced_on": "2021-03-07", "content": content} | changes, OFFICE)


@pytest.fixture
async def marks(world: World) -> None:
    await world.load([row(HOLDER, "随州红光酒业有限公司"), row(BUYER, "随州蓝天食品有限公司")])
    for number, mark in {
        "41000001": "炎帝神农", "41000002": "炎帝", "41000003": "新炎帝 YANDI", "41000004": "神农炎黄帝",
        "41000005": "Red Light 紅光", "41000006": "100%_纯",
    }.items():  # fmt: skip
        assert (await register(world, number, mark)).status_code == 201


async def found(world: World, q: str, **params: Any) -> list[str]:
    return [one["mark"] for one in (await world.get("/v1/trademarks", q=q, **params))["items"]]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("炎帝", ["炎帝", "炎帝神农", "新炎帝 YANDI"]),  # the whole, the beginning, inside; not 炎黄帝
        ("帝神", ["炎帝神农"]),
        ("yandi", ["新炎帝 YANDI"]),
        ("redlight", ["Red Light 紅光"]),
        ("红光", ["Red Light 紅光"]),
        ("紅光", ["Red Light 紅光"]),
        ("ｒｅｄ", ["Red Light 紅光"]),
        ("炎", ["炎帝", "炎帝神农"]),  # one character begins a mark
        ("农", []),
        ("41000004", ["神农炎黄帝"]),
        ("4100000", []),
        ("%", []),
        ("100%", ["100%_纯"]),
        ("。", []),
    ],
)
async def test_a_mark_is_found_by_its_parts_and_its_number(
    world: World, marks: None, q: str, expected: list[str]
) -> None:
    assert await found(world, q) == expected


async def test_an_answer_has_the_holder_and_the_item(world: World, marks: None) -> None:
    answer = await world.client.get("/v1/trademarks", params={"q": "41000003"}, headers=ENGLISH)
    (one,) = answer.json()["items"]
    assert (one["holder"], one["code"], one["classes"]) == ("随州红光酒业有限公司", HOLDER, [33])
    assert (one["registered_on"], one["valid_until"], one["state_label"]) == ("2021-03-07", None, "In force")
    items = {item["id"]: item for item in (await world.get(one["item_url"]))["items"]}
    assert items[one["id"]]["provenance"]["producer"] == OFFICE
    assert answer.headers["cache-tags"] == "register enterprises"


async def test_what_is_found_follows_the_record(world: World, marks: None) -> None:
    """Sold, renamed, invalid, out of publication, taken off: each is found as it stands now."""
    assert (await register(world, "41000001", "炎帝神农", BUYER)).json()["outcome"] == "replaced"
    assert [one["code"] for one in (await world.get("/v1/trademarks", q="炎帝神农"))["items"]] == [BUYER]
    await register(world, "41000002", "炎帝", state="invalid")
    assert await found(world, "炎") == ["炎帝神农", "炎帝"], "those that are valid come first"
    await register(world, "41000007", "炎帝")
    both = (await world.get("/v1/trademarks", q="炎帝"))["items"][:2]
    assert [one["state"] for one in both] == ["valid", "invalid"]
    await register(world, "41000006", "纯酿")
    assert (await found(world, "100%"), await found(world, "酿")) == ([], [])
    async with world.client.sessions() as session, session.begin():
        over = {"day": today() - timedelta(days=1)}
        await session.execute(text("UPDATE record_items SET publish_until = :day WHERE key = '41000003'"), over)
    assert await found(world, "yandi") == []
    ended = {"kind": "trademark", "key": "41000004", "op": "end", "reason": "注销"}
    assert (await push(world, ended, OFFICE)).status_code == 200
    assert await found(world, "神农炎黄帝") == []


async def test_a_class_narrows_and_pages_go_on(world: World, marks: None) -> None:
    for number in range(5):
        await register(world, f"4200000{number}", f"炎帝{number}", classes=[30, 32])
    assert await found(world, "炎帝", **{"class": 32}) == [f"炎帝{number}" for number in range(5)]
    page = await world.get("/v1/trademarks", q="炎帝", limit=3, count="exact")
    seen = [one["mark"] for one in page["items"]]
    assert page["count"] == 8
    while page["next_cursor"]:
        page = await world.get("/v1/trademarks", q="炎帝", limit=3, cursor=page["next_cursor"])
        seen += [one["mark"] for one in page["items"]]
    assert seen == ["炎帝", *(f"炎帝{number}" for number in range(5)), "炎帝神农", "新炎帝 YANDI"]


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "x" * 101}, {"q": "炎", "class": 46}, {"q": "炎", "class": 0}])
async def test_a_question_that_makes_no_sense_is_refused(world: World, params: dict[str, Any]) -> None:
    assert (await world.client.get("/v1/trademarks", params=params)).status_code == 422


@pytest.mark.parametrize(
    "content", [{"mark": ""}, {"classes": []}, {"classes": [46]}, {"state": "pending"}, {"number": "1" * 31}]
)
async def test_a_trademark_that_is_none_is_refused(world: World, content: dict[str, Any]) -> None:
    await world.load([row(HOLDER, "随州红光酒业有限公司")])
    good = {"number": "1", "mark": "炎帝", "classes": [33], "registered_on": "2021-03-07"}
    given = {"kind": "trademark", "key": "1", "code": HOLDER, "basis": "商标法", "produced_on": "2021-03-07"}
    refused = await push(world, given | {"content": good | content}, OFFICE)
    assert refused.status_code == 422, refused.text


async def test_among_many_the_indexes_bear_the_search(world: World, marks: None) -> None:
    """Also when the statement is planned once for whatever is looked for."""
    many = """INSERT INTO record_items (code, kind, producer, key, version, content, basis, produced_on, effective_from,
            provider, receipt, recorded_at, is_void, title, title_pairs)
        SELECT :code, 'trademark', 'many', n::text, 1, jsonb_build_object('number', n::text), 'x', '2021-03-07',
            '2021-03-07', 'many', 'many-' || n, now(), false, 'm' || n, ARRAY['^m', 'm' || n % 90]
        FROM generate_series(1, 20000) AS n"""
    async with world.client.sessions() as session:
        await session.execute(text(many), {"code": HOLDER})
        await session.execute(text("ANALYZE record_items"))
        asked = queries.found("炎帝", None, today()).order_by(*queries.order("炎帝")).limit(10)
        written = asked.compile(dialect=asyncpg.dialect())
        await session.execute(text("SET plan_cache_mode = force_generic_plan"))
        connection = await session.connection()
        await connection.exec_driver_sql(f"PREPARE asked AS {written}")
        nothing = ", ".join("NULL" for _ in written.positiontup or ())
        plan = "\n".join((await session.scalars(text(f"EXPLAIN EXECUTE asked({nothing})"))).all())
    assert "ix_record_items_marks" in plan
    assert "ix_record_items_mark_numbers" in plan
    assert "Seq Scan on record_items" not in plan
