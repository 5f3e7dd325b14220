"""Counts beside a list, against a count by hand."""

from collections import Counter
from typing import Any

from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from tests.svc_credit_registry.world import World

ROWS = [*enterprises(Plan(400, TRADE_NAMES[:40], [*counties("421300"), *counties("110000")], 11))]


def by_value(values: list[dict[str, Any]]) -> dict[str, int]:
    return {value["value"]: value["count"] for value in values}


async def test_counts_are_those_of_the_rows(world: World) -> None:
    await world.load(ROWS)
    await world.settled()
    got = await world.get("/v1/enterprises/facets")
    assert got["count"] == len(ROWS)
    assert by_value(got["status"]) == Counter(row["status"] for row in ROWS)
    assert by_value(got["region"]) == Counter(row["region"][:2] + "0000" for row in ROWS)
    assert by_value(got["industry"]) == Counter(row["industry_code"][0] for row in ROWS)
    assert by_value(got["organisation_form"]) == Counter(row["organisation_form"] for row in ROWS)
    assert by_value(got["established_year"]) == Counter(row["established_on"][:4] for row in ROWS)
    assert got["on_list"] == []
    assert {(value["label"], value["label_en"]) for value in got["status"]} >= {("存续", "Active")}


async def test_counts_follow_the_search_and_go_one_level_down(world: World) -> None:
    await world.load(ROWS)
    await world.settled()
    got = await world.get("/v1/enterprises/facets", q="科技", region="421300", industry="M", status="active")
    right = [
        row
        for row in ROWS
        if "科技" in row["name"]
        and row["region"].startswith("4213")
        and row["industry_code"][0] == "M"
        and row["status"] == "active"
    ]
    assert got["count"] == len(right)
    assert by_value(got["region"]) == Counter(row["region"] for row in right)
    assert by_value(got["industry"]) == Counter(row["industry_code"][:3] for row in right)


async def test_nothing_found_is_counted_too(world: World) -> None:
    assert (await world.get("/v1/enterprises/facets", q="没有这个"))["count"] == 0
    assert (await world.get("/v1/enterprises/facets"))["count"] == 0


async def test_the_beginning_of_a_code_is_counted(world: World) -> None:
    await world.load(ROWS[:60])
    await world.settled()
    begins = ROWS[0]["code"][:8]
    got = await world.get("/v1/enterprises/facets", q=begins)
    assert got["count"] == sum(row["code"].startswith(begins) for row in ROWS[:60])
