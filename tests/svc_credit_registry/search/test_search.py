"""Search and lists against an oracle: the same rows, searched by brute force in Python."""

import csv
import io
import json
from typing import Any

import pytest

from svc_credit_registry.enterprises.rules import STATUS_RANK, Status
from svc_credit_registry.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from svc_credit_registry.search.rules import match_of
from svc_credit_registry.wording.rules import fold
from tests.svc_credit_registry.world import World, decided

Row = dict[str, str]
ROWS: list[Row] = [
    *enterprises(Plan(1200, TRADE_NAMES[:40], [*counties("421300"), *counties("110000"), "420102"], 7)),
]


def expected(q: str | None = None, **filters: Any) -> list[str]:
    """The codes a search must give, in order."""

    def fits(row: Row) -> bool:
        prefix = {"420000": "42", "421300": "4213"}.get(filters.get("region", ""), filters.get("region", ""))
        return (
            row["region"].startswith(prefix)
            and row["industry_code"].startswith(filters.get("industry", ""))
            and filters.get("status", row["status"]) == row["status"]
            and row["established_on"].startswith(str(filters.get("established_year", "")))
        )

    def place(row: Row) -> tuple[int, int, str, str] | None:
        folded = fold(row["name"])
        match = match_of(folded, fold(q)) if q else 0
        return None if match is None else (int(match), STATUS_RANK[Status(row["status"])], folded, row["code"])

    found = [(p, row["code"]) for row in ROWS if fits(row) and (p := place(row)) is not None]
    return [code for _, code in sorted(found)]


async def all_pages(world: World, limit: int, **params: Any) -> list[str]:
    codes: list[str] = []
    path: str | None = "/v1/enterprises"
    params["limit"] = limit
    while path:
        answer = await world.client.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        codes += [item["code"] for item in answer.json()["items"]]
        link = answer.headers.get("link")
        assert bool(link) == bool(answer.json()["next_cursor"])
        path, params = (link.split(">")[0][1:], {}) if link else (None, {})
    return codes


async def test_every_search_gives_what_brute_force_gives_in_its_order(world: World) -> None:
    await world.load(ROWS)
    await world.settled()
    searches: list[dict[str, Any]] = [
        {},
        {"q": "科技"},
        {"q": "有限"},
        {"q": "北京"},
        {"q": "随县"},
        {"q": "没有"},
        {"q": ROWS[5]["name"]},
        {"q": ROWS[5]["name"][:4]},
        {"q": ROWS[9]["name"][3:6]},
        {"q": "酒业有限公司"},
        {"q": "酒業（有限）"},
        {"region": "421300"},
        {"region": "420000", "status": "active"},
        {"industry": "C"},
        {"industry": "C15", "q": "酒业"},
        {"established_year": 2012},
        {"status": "revoked", "q": "有限"},
        {"region": "421303", "industry": "E47", "status": "active", "established_year": 2010},
    ]
    for search in searches:
        right = expected(**search)
        assert await all_pages(world, 200, **search) == right, search
        if len(right) < 400:
            assert await all_pages(world, 7, **search) == right, search
        counted = await world.get("/v1/enterprises", **search, count="exact", limit=1)
        assert counted["count"] == len(right), search
        assert counted["count_capped"] is False


async def test_exact_stands_before_prefix_before_inside(world: World) -> None:
    for name in ("随州红光商贸有限公司", "红光商贸有限公司", "红光"):
        await world.hear(decided(facts={"name": name}))
    await world.settled()
    found = await world.get("/v1/enterprises", q="红光")
    assert [item["name"] for item in found["items"]] == ["红光", "红光商贸有限公司", "随州红光商贸有限公司"]


async def test_the_beginning_of_a_code_finds_those_that_have_it(world: World) -> None:
    await world.load(ROWS[:50])
    await world.settled()
    code = ROWS[3]["code"]
    right = sorted(r["code"] for r in ROWS[:50] if r["code"].startswith(code[:8]))
    assert sorted(await all_pages(world, 50, q=code[:8])) == right
    assert await all_pages(world, 50, q=code) == [code]


async def test_exports_hold_the_whole_list_in_its_order(world: World) -> None:
    await world.load(ROWS)
    await world.settled()
    right = expected(q="科技", status="active")
    answer = await world.client.get("/v1/enterprises/export", params={"q": "科技", "status": "active"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["code"] for line in answer.text.splitlines()] == right
    answer = await world.client.get("/v1/enterprises/export", params={"format": "csv"})
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["code"] for line in table] == expected()
    assert {line["code"]: line["name"] for line in table} == {row["code"]: row["name"] for row in ROWS}


async def test_an_export_of_nothing_is_empty(world: World) -> None:
    assert (await world.client.get("/v1/enterprises/export")).content == b""
    answer = await world.client.get("/v1/enterprises/export", params={"format": "csv"})
    assert len(answer.text.splitlines()) == 1


async def test_a_cell_of_an_export_is_no_formula(world: World) -> None:
    await world.hear(decided(facts={"legal_representative_name": "=1+1"}))
    await world.settled()
    answer = await world.client.get("/v1/enterprises/export", params={"format": "csv"})
    assert "'=1+1" in answer.text


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"q": "红"}, 422, "search_too_short"),
        ({"region": "999999"}, 404, "filter_unknown"),
        ({"region": "42"}, 422, None),
        ({"industry": "Z9"}, 404, "filter_unknown"),
        ({"status": "asleep"}, 422, None),
        ({"limit": "201"}, 422, None),
        ({"cursor": "nonsense"}, 400, "bad_request"),
        ({"cursor": "W1sidiIsIDFdLCBbInYiLCAieCJdLCBbInYiLCAxXSwgWyJ2IiwgMV1d"}, 400, "bad_request"),
        ({"q": "红\u0000光"}, 422, None),
    ],
)
async def test_what_can_not_be_asked_is_refused(
    world: World, params: dict[str, str], status: int, code: str | None
) -> None:
    answer = await world.client.get("/v1/enterprises", params=params)
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["code"] == code


async def test_a_capped_count_says_when_it_is(world: World) -> None:
    await world.load(ROWS[:100])
    await world.settled()
    counted = await world.get("/v1/enterprises", q="有限", count="capped", limit=1)
    assert counted["count"] == sum("有限" in row["name"] for row in ROWS[:100])
    assert counted["count_capped"] is False
