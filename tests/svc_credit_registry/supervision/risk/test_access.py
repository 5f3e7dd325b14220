"""Who sees a class and who does not, models that are published, runs asked for, figures for everybody."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.supervision.risk import handlers, queries
from svc_credit_registry.supervision.risk.rules import digest_of, told_regions, withheld
from tests.svc_credit_registry.supervision.risk.test_classification import finish
from tests.svc_credit_registry.world import World, row

OWN, OTHER = credit_code.make("421303", 30_000_000), credit_code.make("421321", 30_000_001)


@pytest.fixture(scope="module")
async def world(kept_world: World) -> World:
    """Two counties of 30 and 5 enterprises, classified for this month."""
    codes = [OWN, *(credit_code.make("421303", 31_000_000 + i) for i in range(29))]
    codes += [OTHER, *(credit_code.make("421321", 32_000_000 + i) for i in range(4))]
    rows = [row(c, f"随州权限{i}号酒业有限公司", region=c[2:8]) for i, c in enumerate(codes)]
    await kept_world.load(rows)
    await finish(kept_world, today(), now())
    return kept_world


def staff(world: World, *permissions: str, region: str = "421303") -> dict[str, str]:
    return world.get_bearer(
        aud="credit-registry", kind="staff", permissions=list(permissions), region=region, unit=f"AMR-{region}"
    )


async def post(world: World, path: str, who: dict[str, str], body: Any) -> Any:
    return await world.client.post(path, json=body, headers=who | {"Idempotency-Key": str(uuid.uuid4())})


async def test_the_entity_and_its_supervisors_see_the_class_with_every_reason(world: World) -> None:
    path = f"/v1/enterprises/{OWN}/risk"
    owner = world.get_bearer(aud="credit-registry", org=OWN)
    agent = world.get_bearer(aud="credit-registry", org=OWN, mandate="m", matters=["MR-ENT-CREDIT-REPAIR"])
    for who in (owner, agent, staff(world, "credit-registry:inspections:plan"),
                staff(world, "credit-registry:risk:run", region="420000")):  # fmt: skip
        answer = await world.client.get(path, headers=who)
        assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["score"] == max(0, sum(one["points"] for one in shown["indicators"]))
    assert shown["thresholds"] == {"A": 0, "B": 15, "C": 40, "D": 70}
    industry = next(one for one in shown["indicators"] if one["code"] == "watched_industry")
    assert (industry["value"], industry["points"], industry["label"]) == (1, 5, "重点监管行业")
    assert [change["risk_class"] for change in shown["history"]] == [shown["risk_class"]]
    assert [one["code"] for one in shown["history"][0]["reasons"]] == ["watched_industry"]
    english = await world.client.get(path, headers=owner | {"Accept-Language": "en"})
    assert "Industry under closer watch" in {one["label"] for one in english.json()["indicators"]}


async def test_nobody_else_sees_it(world: World) -> None:
    path = f"/v1/enterprises/{OWN}/risk"
    assert (await world.client.get(path)).status_code == 401
    agent = world.get_bearer(aud="credit-registry", org=OWN, mandate="m", matters=["MR-ENT-ANNUAL-REPORT"])
    rival = world.get_bearer(aud="credit-registry", org=OTHER)
    elsewhere = staff(world, "credit-registry:inspections:plan", region="421321")
    unrelated = staff(world, "complaints:complaints:handle")
    for who in (agent, rival, elsewhere, unrelated, world.get_bearer(aud="credit-registry")):
        assert (await world.client.get(path, headers=who)).status_code == 404
    record = await world.client.get(f"/v1/enterprises/{OWN}")
    assert "risk" not in json.dumps(record.json())


async def test_figures_are_public_but_not_for_a_handful(world: World) -> None:
    figures = await world.get("/v1/risk-distribution", region="421300")
    assert figures["whole"]["entities"] == sum(figures["whole"]["classes"].values()) == 35
    counties = {one["key"]: one for one in figures["regions"]}
    assert (counties["421321"]["entities"], counties["421321"]["classes"]) == (5, None)
    assert counties["421303"]["classes"] is None, "taken off the whole they would tell those of the five"
    alone = await world.get("/v1/risk-distribution", region="421303")
    assert (alone["whole"]["entities"], alone["whole"]["classes"]) == (30, None)
    nation = await world.get("/v1/risk-distribution")
    assert [one["key"] for one in nation["industries"]] == ["C"]
    gone = await world.client.get("/v1/risk-distribution", params={"month": "2020-01-01"})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"a": 30, "b": 20}, ""),
        ({"a": 30, "b": 19}, "ab"),
        ({"a": 90, "b": 30, "c": 5}, "bc"),
        ({"a": 90, "b": 30, "c": 5, "d": 15}, "cd"),
        ({"a": 20, "b": 19, "c": 0}, "abc"),
        ({}, ""),
    ],
)
def test_what_is_withheld_cant_be_had_by_taking_the_rest_off_the_whole(parts: dict[str, int], hidden: str) -> None:
    assert withheld(parts) == set(hidden)


def test_what_is_withheld_of_a_region_is_withheld_of_all_below_it() -> None:
    sizes = {"421303": 500, "421321": 4, "421381": 40, "420102": 30, "110101": 25, "310101": 3, "420000": 1}
    assert told_regions(sizes) == {"", "42", "4213", "421303"}
    assert told_regions({"421303": 19}) == frozenset()


async def test_a_model_is_published_ahead_by_the_nation_and_used_from_its_day(world: World) -> None:
    (first,) = (await world.get("/v1/risk-models"))["items"]
    assert first["digest"] == digest_of(first["document"])
    tomorrow = today() + timedelta(days=1)
    body = {"version": "next", "since": tomorrow.isoformat(), "basis": "试点调整权重", "document": first["document"]}
    nation = staff(world, "credit-registry:risk:run", region="100000")
    county = staff(world, "credit-registry:risk:run")
    assert (await post(world, "/v1/risk-models", county, body)).status_code == 403
    past = await post(world, "/v1/risk-models", nation, body | {"since": today().isoformat()})
    assert (past.status_code, past.json()["code"]) == (422, "risk_model_unfit")
    document = first["document"] | {"classes": {"A": 0, "B": 50, "C": 40, "D": 70}}
    unfit = await post(world, "/v1/risk-models", nation, body | {"document": document})
    assert (unfit.status_code, unfit.json()["errors"][0]["code"]) == (422, "not_ascending")
    made = await post(world, "/v1/risk-models", nation, body)
    assert made.status_code == 201, made.text
    assert (await post(world, "/v1/risk-models", nation, body)).json()["code"] == "risk_model_taken"
    run = await finish(world, (today() + timedelta(days=40)).replace(day=1), now())
    assert run.model == "next"


async def test_a_run_that_is_asked_for_is_carried_out_by_the_sweep(world: World) -> None:
    county = staff(world, "credit-registry:risk:run")
    async with world.client.sessions() as session, session.begin():
        await session.execute(
            text("UPDATE enterprises SET status = 'revoked', ended_on = current_date WHERE code = ANY (:codes)"),
            {"codes": [OWN, OTHER]},
        )
    assert (await post(world, "/v1/risk-runs", county, {"region": "421321", "reason": "核查"})).status_code == 403
    made = await post(world, "/v1/risk-runs", county, {"reason": "专项整治"})
    assert (made.status_code, made.json()["state"], made.json()["region"]) == (201, "running", "421303")
    assert (await post(world, "/v1/risk-runs", county, {"reason": "再来一次"})).json()["code"] == "risk_run_under_way"
    async with world.client.sessions() as session, session.begin():
        context = SweepContext(world.client.runtime, now(), today())
        assert await handlers.classify(session, context) == 30
    async with world.client.sessions() as session, session.begin():
        assert await handlers.classify(session, context) == 0
    done = (await world.client.get(made.headers["location"], headers=county)).json()
    assert (done["state"], done["entities"], done["changed"]) == ("finished", 30, 1)
    elsewhere = staff(world, "credit-registry:risk:run", region="421321")
    assert (await world.client.get(made.headers["location"], headers=elsewhere)).status_code == 404
    own = await world.client.get(f"/v1/enterprises/{OWN}/risk", headers=county)
    assert own.json()["risk_class"] == "D"
    revoked = next(one for one in own.json()["indicators"] if one["code"] == "revoked")
    assert revoked["lowest_class"] == "D"
    listed = (await world.client.get("/v1/risk-runs", headers=county)).json()["items"]
    assert {one["kind"] for one in listed} == {"monthly", "ad_hoc"}


async def test_who_comes_into_the_register_within_a_month_gets_a_class_at_once(world: World) -> None:
    code = credit_code.make("421303", 33_000_000)
    month = today().isoformat()
    before = await world.get("/v1/risk-distribution", month=month)
    await world.load([row(code, "随州新设企业酒业有限公司", established_on="2026-11-01")])
    await sequence_all(world.client.runtime)
    done = 1
    while done:
        async with world.client.sessions() as session, session.begin():
            done = await handlers.classify(session, SweepContext(world.client.runtime, now(), today()))
    async with world.client.sessions() as session:
        newcomer, old = await queries.of(session, code), await queries.of(session, OWN)
        joined = await queries.of_month(session, "joined", today().replace(day=1))
    assert newcomer is not None
    assert old is not None
    assert (newcomer.risk_class, newcomer.since, old.risk_class) == ("A", today(), "D")
    assert joined is not None
    assert (joined.state, joined.entities) == ("finished", 1), "those who had a class are left alone"
    assert (await world.get("/v1/risk-distribution", region="421303", month=month))["whole"]["entities"] == 31
    after = await world.get("/v1/risk-distribution", month=month)
    assert after["whole"]["entities"] == before["whole"]["entities"] + 1
    assert after["whole"]["classes"] == before["whole"]["classes"], "one answer less the other tells nobody's class"
    assert after["industries"][0]["classes"] == before["industries"][0]["classes"]
