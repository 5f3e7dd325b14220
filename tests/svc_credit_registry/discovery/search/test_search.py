"""Search and lists against an oracle: the same rows, searched by brute force in Python."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest

from shared.audit import SYSTEM
from shared.clock import now
from shared.codes import credit_code
from shared.http.pagination import encode_cursor
from svc_credit_registry.discovery.building.service import build
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.discovery.search import service
from svc_credit_registry.discovery.search.rules import match_of
from svc_credit_registry.record.enterprises.models import EnterpriseSuccessor
from svc_credit_registry.record.enterprises.rules import STATUS_RANK, Status
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from svc_credit_registry.record.wording.rules import fold
from tests.svc_credit_registry.world import World, decided, eventually, row

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
            and filters.get("organisation_form", row["organisation_form"]) == row["organisation_form"]
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


def listed_item(code: str, content: dict[str, Any]) -> Item:
    day = date(2026, 7, 1)
    where: dict[str, Any] = {"producer": "AMR-421303", "provider": "AMR-421303", "basis": "test", "produced_on": day}
    return Item(code, RecordKind.ABNORMAL_OPERATION, f"listing-{code}", content, effective_from=day, **where)


SEARCHES: list[dict[str, Any]] = [
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
    {"q": "酒业（有限）"},
    {"q": "酒業有限"},
    {"region": "421300"},
    {"region": "420000", "status": "active"},
    {"industry": "C"},
    {"industry": "C15", "q": "酒业"},
    {"established_year": 2012},
    {"status": "revoked", "q": "有限"},
    {"organisation_form": "合伙企业"},
    {"organisation_form": "厂", "q": "食品"},
    {"region": "421303", "industry": "E47", "status": "active", "established_year": 2010},
]


async def check_all(world: World) -> None:
    for search in SEARCHES:
        right = expected(**search)
        assert await all_pages(world, 200, **search) == right, search
        if len(right) < 120:
            assert await all_pages(world, 7, **search) == right, search
        counted = await world.get("/v1/enterprises", **search, count="exact", limit=1)
        assert counted["count"] == len(right), search
        assert counted["count_capped"] is False
        assert (await world.get("/v1/enterprises", **search, count="capped", limit=1))["count"] == len(right), search


async def test_every_search_gives_what_brute_force_gives_in_its_order(world: World) -> None:
    await world.load(ROWS)
    await world.settled()
    await check_all(world)


async def test_so_it_does_stretch_by_stretch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.load(ROWS)
    projection = world.client.app.state.projection
    built = await build(world.client.settings)

    async def in_use() -> bool:
        return bool(projection.view.about == built.about)

    await eventually(in_use)
    assert len(built.about.boundaries) > 10
    monkeypatch.setattr(service, "FEW", 20)
    await check_all(world)
    changed = [row | {"name": row["name"].replace("有限公司", "有限责任公司")} for row in ROWS[:60]]
    await world.load(changed)
    await world.settled()
    holding = [row["code"] for row in [*changed, *ROWS[60:]] if "有限责任公司" in row["name"]]
    assert sorted(await all_pages(world, 50, q="有限责任公司")) == sorted(holding)


async def test_lists_by_filters_and_look_ups_go_on_while_the_index_is_being_built(world: World) -> None:
    await world.load(ROWS)
    world.client.app.state.projection = Projection(world.client.runtime)
    refused = await world.client.get("/v1/enterprises", params={"q": "科技"})
    assert (refused.status_code, refused.json()["code"]) == (503, "search_index_building")
    assert int(refused.headers["retry-after"]) > 0
    assert (await world.client.get("/v1/enterprises/export", params={"q": "科技"})).status_code == 503
    for search in ({}, {"region": "420000", "status": "active"}, {"industry": "C"}, {"established_year": 2012}):
        assert await all_pages(world, 150, **search) == sorted(expected(**search)), search
    code = ROWS[3]["code"]
    assert await all_pages(world, 50, q=code) == [code]
    table = (await world.client.get("/v1/enterprises/export")).text.splitlines()
    assert len(table) == len(ROWS)


async def test_a_former_name_finds_its_bearer_and_is_told(world: World) -> None:
    code = credit_code.make("421303", 430_200_000)
    await world.load([row(code, "随州紅光酒业有限公司")])
    await world.load([row(code, "随州永兴酒业有限公司")])
    await world.settled()
    (hit,) = (await world.get("/v1/enterprises", q="红光"))["items"]
    assert (hit["code"], hit["name"], hit["match"]) == (code, "随州永兴酒业有限公司", "former_name")
    assert hit["former_name"]["name"] == "随州紅光酒业有限公司"
    (hit,) = (await world.get("/v1/enterprises", q="永兴"))["items"]
    assert (hit["match"], hit["former_name"]) == ("inside", None)
    (hit,) = (await world.get("/v1/enterprises", q="酒业有限"))["items"]
    assert hit["match"] == "inside"


async def test_pinyin_initials_and_traditional_characters_find_a_name(world: World) -> None:
    await world.hear(decided())
    await world.settled()
    ways = {
        "hongguang": "sound",
        "Hong Guang Jiu Ye": "sound",
        "suizhouhongguang": "sound",
        "hongguangjiuyeyouxiangongsi": "sound",
        "hgjy": "initials",
        "szhgjyyxgs": "initials",
        "紅光": "inside",
        "隨州": "prefix",
        "随州红光酒业有限公司": "exact",
    }
    for q, match in ways.items():
        hits = (await world.get("/v1/enterprises", q=q))["items"]
        assert [(hit["name"], hit["match"]) for hit in hits] == [("随州红光酒业有限公司", match)], q


async def test_what_is_written_so_stands_before_what_only_sounds_so(world: World) -> None:
    for name in ("随州红光商贸有限公司", "随州hongguang商贸有限公司", "随州宏广商贸有限公司"):
        await world.hear(decided(facts={"name": name}))
    await world.settled()
    found = await world.get("/v1/enterprises", q="hongguang", count="exact")
    assert [item["match"] for item in found["items"]] == ["inside", "sound", "sound"]
    assert found["count"] == 3


async def test_an_old_number_finds_the_record_that_goes_on(world: World) -> None:
    await world.load(ROWS[:20])
    new = ROWS[4]["code"]
    async with world.client.sessions() as session, session.begin():
        given = {"new_code": new, "since": date(2016, 5, 1), "producer": "AMR-421300", "basis": "test"}
        old = EnterpriseSuccessor(old_code="421303000012345", reason="number_unified", **given)
        session.add_all([old, EnterpriseSuccessor(old_code=ROWS[500]["code"], reason="merged", **given)])
    for q in ("421303000012345", ROWS[500]["code"]):
        found = await world.get("/v1/enterprises", q=q)
        assert [(item["code"], item["match"]) for item in found["items"]] == [(new, "code")]
    await world.load([ROWS[4] | {"legal_representative_name": "李四"}])
    await world.settled()
    assert (await world.get("/v1/enterprises/facets", q="421303000012345"))["count"] == 1


async def test_a_number_finds_the_record_that_goes_on_through_any_number_of_steps(world: World) -> None:
    """An old number, whose code was changed, whose holder was merged into another."""
    await world.load(ROWS[:20])
    first, second, last = (ROWS[n]["code"] for n in (4, 5, 6))
    steps = (("421303000012345", first, "number_unified"), (first, second, "code_changed"), (second, last, "merged"))
    async with world.client.sessions() as session, session.begin():
        for old, new, reason in steps:
            given = {"since": date(2016, 5, 1), "producer": "AMR-421300", "basis": "test"}
            session.add(EnterpriseSuccessor(old_code=old, new_code=new, reason=reason, **given))
    for q, found in (("421303000012345", {first, second, last}), (first, {first, second, last}), (last, {last})):
        items = (await world.get("/v1/enterprises", q=q))["items"]
        assert {item["code"] for item in items} == found, q
    await world.load([ROWS[n] | {"legal_representative_name": "李四"} for n in (4, 5, 6)])
    await world.settled()
    assert (await world.get("/v1/enterprises/facets", q="421303000012345"))["count"] == 3


async def test_a_list_may_be_narrowed_to_those_on_a_list(world: World) -> None:
    await world.load(ROWS[:20])
    listed = ROWS[7]["code"]
    content = {
        "ground": "no_annual_report", "ground_label": "未按时公示年度报告", "listed_on": "2026-07-01",
        "decided_by": "AMR-421303", "decision_number": "随市监异〔2026〕1号",
    }  # fmt: skip
    item = listed_item(listed, content)
    async with world.client.sessions() as session, session.begin():
        await records.put(session, SYSTEM, item, now())
    await world.settled()
    found = await world.get("/v1/enterprises", on_list="abnormal_operation")
    assert [(hit["code"], hit["on_lists"]) for hit in found["items"]] == [(listed, ["abnormal_operation"])]
    assert not (await world.get("/v1/enterprises", on_list="serious_violation"))["items"]
    async with world.client.sessions() as session, session.begin():
        await records.put(session, SYSTEM, listed_item(listed, content | {"state": "removed"}), now())
    await world.settled()
    assert not (await world.get("/v1/enterprises", on_list="abnormal_operation"))["items"]


async def test_the_header_of_a_list_may_be_asked_for_alone(world: World) -> None:
    await world.load(ROWS[:100])
    await world.settled()
    answer = await world.client.head("/v1/enterprises", params={"q": "有限", "limit": 2})
    assert (answer.status_code, answer.content) == (200, b"")
    assert 'rel="next"' in answer.headers["link"]


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


async def test_an_export_by_code_holds_all_whatever_its_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.load(ROWS[:50])
    prefix = ROWS[3]["code"][:8]
    right = sorted(r["code"] for r in ROWS[:50] if r["code"].startswith(prefix))
    for size in (1, len(right), 1000):
        monkeypatch.setattr(service, "EXPORT_BATCH", size)
        answer = await world.client.get("/v1/enterprises/export", params={"q": prefix})
        assert [json.loads(line)["code"] for line in answer.text.splitlines()] == right


async def test_an_export_of_nothing_is_empty(world: World) -> None:
    assert (await world.client.get("/v1/enterprises/export")).content == b""
    answer = await world.client.get("/v1/enterprises/export", params={"format": "csv"})
    assert len(answer.text.splitlines()) == 1


async def test_a_cell_of_an_export_is_no_formula(world: World) -> None:
    await world.hear(decided(facts={"legal_representative_name": "=1+1"}))
    await world.settled()
    answer = await world.client.get("/v1/enterprises/export", params={"format": "csv"})
    assert "'=1+1" in answer.text


REFUSED: list[tuple[dict[str, str], int, str | None]] = [
    ({"q": "红"}, 422, "search_too_short"),
    ({"region": "999999"}, 404, "filter_unknown"),
    ({"region": "42"}, 422, None),
    ({"industry": "Z9"}, 404, "filter_unknown"),
    ({"status": "asleep"}, 422, None),
    ({"limit": "201"}, 422, None),
    ({"cursor": "nonsense"}, 400, "bad_request"),
    ({"cursor": "W1sidiIsIDFdLCBbInYiLCAieCJdLCBbInYiLCAxXSwgWyJ2IiwgMV1d"}, 400, "bad_request"),
    ({"q": "红\u0000光"}, 422, None),
    ({"cursor": encode_cursor([-1, "\u0000"])}, 400, "bad_request"),
    ({"cursor": encode_cursor([-1, "\ud800"])}, 400, "bad_request"),
    ({"cursor": encode_cursor([0, f"0红光-{ROWS[0]['code']}\n"])}, 400, "bad_request"),
    ({"q": "红光", "cursor": encode_cursor([-1, ROWS[0]["code"]])}, 400, "bad_request"),
    ({"q": ROWS[0]["code"][:8], "cursor": encode_cursor([0, f"0红光-{ROWS[0]['code']}"])}, 400, "bad_request"),
]


async def test_what_can_not_be_asked_is_refused(world: World) -> None:
    for params, status, code in REFUSED:
        answer = await world.client.get("/v1/enterprises", params=params)
        assert answer.status_code == status, (params, answer.text)
        assert code is None or answer.json()["code"] == code


async def test_a_capped_count_says_when_it_is(world: World) -> None:
    await world.load(ROWS[:100])
    await world.settled()
    counted = await world.get("/v1/enterprises", q="有限", count="capped", limit=1)
    assert counted["count"] == sum("有限" in row["name"] for row in ROWS[:100])
    assert counted["count_capped"] is False
