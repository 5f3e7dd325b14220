"""Figures are published once a day, say what they count, never change, and come out the same when computed again."""

import csv
import hashlib
import io
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from shared.clock import now, today
from shared.codes import credit_code
from svc_credit_registry.apart import PAUSE
from svc_credit_registry.publication.statistics import service
from svc_credit_registry.publication.statistics.queries import SQL, compute
from svc_credit_registry.publication.statistics.rules import FIGURES, rest
from svc_credit_registry.supervision.risk.models import RiskFigure, RiskModel, RiskRun
from svc_credit_registry.supervision.risk.rules import withheld
from tests.svc_credit_registry.world import World, row

CODES = [credit_code.make("421303", number) for number in range(71, 74)]
FIGURE = "/v1/statistics/enterprises_by_region"


async def publish(world: World, days: int = 0) -> int:
    """Publishes what is missing, as the worker does, and tells how many figures."""
    later, done = timedelta(days=days), 0
    while True:
        async with world.client.sessions() as session, session.begin():
            if not await service.publish_next(session, today() + timedelta(days=days), now() + later):
                return done
        done += 1


@pytest.fixture
async def published(world: World) -> World:
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("TRUNCATE published_figures, figure_reruns"))
    await world.load([
        row(CODES[0], "随州红光酒业有限公司"),
        row(CODES[1], "随县绿野茶业有限公司", region="421321", status="revoked", ended_on="2024-05-01"),
        row(CODES[2], "武汉蓝天软件有限公司", region="420106", industry_code="I651", established_on="2025-03-01"),
    ])  # fmt: skip
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE enterprises SET received_at = received_at - interval '1 hour'"))
    assert await publish(world) == len(FIGURES)
    return world


async def test_an_empty_register_has_no_figures(world: World) -> None:
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("TRUNCATE published_figures, figure_reruns"))
    assert await publish(world) == 0
    assert (await world.client.get(FIGURE)).status_code == 404


async def test_a_figure_that_fails_holds_up_none_of_the_others(world: World) -> None:
    async def run(statement: str) -> list[str]:
        async with world.client.sessions() as session, session.begin():
            found = await session.execute(text(statement))
            return [str(row[0]) for row in found] if found.returns_rows else []

    await run("TRUNCATE published_figures, figure_reruns")
    await world.load([row(CODES[0], "随州红光酒业有限公司")])
    await run("ALTER TABLE risk_runs RENAME TO risk_runs_away")
    try:
        await publish(world)
        names = set(await run("SELECT figure FROM published_figures"))
        assert names == set(FIGURES) - {"risk_classes"}
    finally:
        await run("ALTER TABLE risk_runs_away RENAME TO risk_runs")
    async with world.client.sessions() as session, session.begin():
        assert await service.publish_next(session, today(), now() + 2 * PAUSE) == 1
    assert set(await run("SELECT figure FROM published_figures")) == set(FIGURES)


async def test_every_figure_says_what_it_counts(published: World) -> None:
    listed = (await published.get("/v1/statistics"))["items"]
    assert [figure["name"] for figure in listed] == list(FIGURES)
    for figure in listed:
        assert all([figure["counts"], figure["leaves_out"], figure["query"]["sql"]])
        assert (await published.get(f"/v1/statistics/{figure['name']}"))["query_id"] == figure["query"]["id"]


async def test_rows_are_those_below_the_region(published: World) -> None:
    nation = await published.get(FIGURE)
    assert [(r["key"], r["values"]) for r in nation["rows"]] == [
        ("420000", {"active": 2, "cancelled": 0, "revoked": 1})
    ]
    city = await published.get(FIGURE, region="421300")
    assert {r["key"]: r["label"] for r in city["rows"]} == {"421303": "曾都区", "421321": "随县"}
    assert city["total"] == {"active": 1, "cancelled": 0, "revoked": 1}
    growth = await published.get("/v1/statistics/growth_by_year", industry="I")
    assert [(r["key"], r["values"]["founded"]) for r in growth["rows"]] == [("2025", 1)]


@pytest.mark.parametrize(
    "params", [{"region": "421303"}, {"region": "999999"}, {"industry": "C"}, {"as_of": "2020-01-01"}]
)
async def test_what_is_not_told_is_not_found(published: World, params: dict[str, str]) -> None:
    assert (await published.client.get(FIGURE, params=params)).status_code == 404


async def test_the_digest_is_that_of_the_file(published: World) -> None:
    told = await published.get(FIGURE)
    file = await published.client.get(told["cells_url"])
    assert hashlib.sha256(file.content).hexdigest() == told["digest"]
    rows = list(csv.DictReader(io.StringIO((await published.client.get(told["csv_url"])).text)))
    assert rows == [{"key": "420000", "label": "湖北省", "active": "2", "cancelled": "0", "revoked": "1"}]


async def test_what_is_published_never_changes(published: World) -> None:
    before = await published.get(FIGURE)
    await published.load([row(credit_code.make("421303", 79), "随州新来商贸有限公司", industry_code="F521")])
    assert await publish(published) == 0
    assert await published.get(FIGURE) == before
    again = await published.client.post(f"{FIGURE}/re-runs")
    assert again.status_code == 200, again.text
    assert again.json()["same"] is True
    assert (await published.client.post(f"{FIGURE}/re-runs")).json() == again.json()
    with pytest.raises(DBAPIError, match="never changed"):
        async with published.client.sessions() as session, session.begin():
            await session.execute(text("UPDATE published_figures SET cells = '[]'"))
    assert await publish(published, days=1) == len(FIGURES)
    assert (await published.get(FIGURE))["total"]["active"] == 3
    assert (await published.get(FIGURE, as_of=before["as_of"]))["digest"] == before["digest"]


async def test_every_figure_comes_out_the_same(published: World) -> None:
    for name in FIGURES:
        again = (await published.client.post(f"/v1/statistics/{name}/re-runs")).json()
        assert (again["same"], again["different_cells"]) == (True, 0), name


@pytest.mark.parametrize(
    "sizes",
    [
        {"42": 30, "43": 20}, {"42": 30, "43": 19}, {"42": 90, "43": 30, "44": 5}, {"42": 3},
        {"42": 90, "43": 30, "44": 5, "45": 15}, {"42": 90, "43": 20, "44": 20, "45": 1},
    ],
)  # fmt: skip
async def test_classes_withheld_of_a_province_cant_be_had_by_taking_the_others_off_the_nation(
    world: World, sizes: dict[str, int]
) -> None:
    async with world.client.sessions() as session:
        version = await session.scalar(select(RiskModel.version).limit(1))
        run = RiskRun(
            kind="monthly", month=date(1999, 1, 1), model=version, as_of=today(), cutoff=now(), state="finished",
            requested_by="test", finished_at=now() - timedelta(minutes=1),
        )  # fmt: skip
        session.add(run)
        await session.flush()
        for place, number in sizes.items():
            given = {"run_id": run.id, "dimension": "region", "key": f"{place}0102", "risk_class": "A"}
            session.add(RiskFigure(**given, entities=number))
        await session.flush()
        cells = await compute(session, SQL["risk_classes"], today(), now(), "10s")
        await session.rollback()
    assert sum(cell[4] for cell in cells) == sum(sizes.values())
    assert {cell[0][:2] for cell in cells if cell[3] == "withheld"} == withheld(sizes)


async def test_a_long_rerun_is_followed_by_a_rest(published: World) -> None:
    long = text(
        "INSERT INTO figure_reruns (figure, as_of, at, seconds, digest, different_cells)"
        " SELECT figure, as_of, :at, 30, digest, 0 FROM published_figures WHERE figure = 'growth_by_year'"
    )
    async with published.client.sessions() as session, session.begin():
        await session.execute(long, {"at": now() - timedelta(seconds=40)})
    refused = await published.client.post(f"{FIGURE}/re-runs")
    assert (refused.status_code, refused.json()["code"]) == (429, "rerun_resting")
    assert 100 <= int(refused.headers["Retry-After"]) <= 110
    assert (await published.client.post("/v1/statistics/growth_by_year/re-runs")).json()["seconds"] == 30


def test_a_rest_is_four_times_as_long_as_what_was_a_burden() -> None:
    ended = now()
    assert rest(4.9, ended, ended) == 0
    assert [rest(30, ended, ended + timedelta(seconds=after)) for after in (0, 119, 120)] == [120, 1, 0]


async def test_a_changed_past_is_noticed(published: World) -> None:
    async with published.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE enterprises SET region = '421321' WHERE code = :code"), {"code": CODES[0]})
    again = (await published.client.post(f"{FIGURE}/re-runs")).json()
    assert (again["same"], again["different_cells"]) == (False, 2)


async def test_the_picture_says_the_same_in_words(published: World) -> None:
    answer = await published.client.get(f"{FIGURE}/chart.svg", headers={"Accept-Language": "en"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    svg = ElementTree.fromstring(answer.text)
    words = {element.tag.rsplit("}")[-1]: element.text for element in svg if element.get("id")}
    assert "Enterprises by region" in (words["title"] or "")
    assert "Active 2" in (words["desc"] or "")
    assert not re.search(r"<script|style=|onload", answer.text)


@pytest.mark.parametrize(("language", "heading"), [("zh-CN", "统计数据"), ("en", "Statistics of the register")])
async def test_the_figures_are_a_page(published: World, language: str, heading: str) -> None:
    for params in ({}, {"province": "420000"}, {"province": "999999", "as_of": "2020-01-01"}):
        page = await published.client.get("/registry/statistics", params=params, headers={"Accept-Language": language})
        assert page.status_code == 200
        assert f"<h1>{heading}</h1>" in page.text
        assert 'style="' not in page.text
    whole = await published.client.get("/registry/statistics", headers={"Accept-Language": language})
    assert whole.text.count("<svg") >= 3
    wrong = await published.client.get("/registry/statistics", params={"as_of": "nonsense"})
    assert wrong.status_code == 422
