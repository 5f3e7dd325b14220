"""A whole month's classification against the same rules counted one by one, and what is kept of it."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from svc_credit_registry.supervision.risk import queries, service
from svc_credit_registry.supervision.risk.models import EntityRisk, RiskChange, RiskFigure, RiskModel, RiskRun
from svc_credit_registry.supervision.risk.rules import Model, judge
from tests.svc_credit_registry.supervision.risk.population import AS_OF, CUTOFF, Entity, entered, population, values
from tests.svc_credit_registry.world import World

BATCH = 37


async def finish(world: World, day=AS_OF, at=CUTOFF, batch: int = BATCH) -> RiskRun:
    """Begins the run of a month and carries it to its end, a transaction for each stretch."""
    async with world.client.sessions() as session, session.begin():
        await service.begin_monthly(session, day, at)
    while True:
        async with world.client.sessions() as session, session.begin():
            run = await queries.running(session)
            assert run is not None
            if not await service.advance(session, run, batch, at):
                return run


@pytest.fixture(scope="module")
async def entities(kept_world: World) -> dict[str, Entity]:
    """A register of 600, classified for November."""
    found = population(600)
    await entered(kept_world, found)
    await missing_reports_count_from(kept_world, 2023)
    await finish(kept_world)
    return found


async def test_an_empty_register_is_not_run(kept_world: World) -> None:
    """It is loaded later in the month, whose figures would be none: this test comes before all who load anything."""
    async with kept_world.client.sessions() as session, session.begin():
        assert await service.begin_monthly(session, AS_OF, CUTOFF) is None
        assert await queries.of_month(session, "monthly", AS_OF.replace(day=1)) is None


async def missing_reports_count_from(world: World, year: int) -> None:
    """A version of the model which looks at reports of years that are over."""
    async with world.client.sessions() as session, session.begin():
        first = await queries.model_in_force(session, AS_OF)
        assert first is not None
        document = json.loads(json.dumps(first.document))
        for indicator in document["indicators"]:
            indicator.update({"first_year": year} if indicator["code"] == "report_missing" else {})
        more = {"basis": "test", "digest": "0" * 64, "published_by": "test"}
        session.add(RiskModel(version="test", since=AS_OF - timedelta(days=1), document=document, **more))


async def model(world: World) -> Model:
    async with world.client.sessions() as session:
        row = await queries.model_in_force(session, AS_OF)
        assert row is not None
        return service.read(row)


async def test_every_entity_gets_the_class_that_counting_one_by_one_gives(
    kept_world: World, entities: dict[str, Entity]
) -> None:
    version = await model(kept_world)
    async with kept_world.client.sessions() as session:
        found = {risk.code: risk for risk in await session.scalars(select(EntityRisk))}
    expected = {code: e for code, e in entities.items() if e.facts["status"] != "cancelled"}
    assert set(found) == set(expected)
    for code, entity in expected.items():
        counted = values(version, entity)
        pairs = zip(version.indicators, found[code].found, counted, strict=True)
        assert not [(one.code, by_sql, by_hand) for one, by_sql, by_hand in pairs if by_sql != by_hand]
        judged = judge(version, counted)
        assert (found[code].risk_class, found[code].score) == (judged.risk_class, judged.score)
    assert len({risk.risk_class for risk in found.values()}) == 4, "the population reaches every class"
    reached = [any(values(version, e)[i] for e in expected.values()) for i in range(len(version.indicators))]
    assert all(reached), "the population gives every indicator something to count"


async def test_the_figures_of_a_run_add_up(kept_world: World, entities: dict[str, Entity]) -> None:
    async with kept_world.client.sessions() as session:
        run = (await session.scalars(select(RiskRun).where(RiskRun.kind == "monthly"))).one()
        classes = Counter((await session.scalars(select(EntityRisk.risk_class))).all())
        sums = await session.execute(
            select(RiskFigure.dimension, RiskFigure.risk_class, func.sum(RiskFigure.entities)).group_by(
                RiskFigure.dimension, RiskFigure.risk_class
            )
        )
        by = {(dimension, letter): number for dimension, letter, number in sums}
    assert by == {(d, letter): n for d in ("region", "industry") for letter, n in classes.items()}
    assert run.state == "finished"
    assert run.entities == sum(classes.values()) == run.changed


async def test_a_second_month_keeps_only_what_changed(kept_world: World, entities: dict[str, Entity]) -> None:
    async with kept_world.client.sessions() as session, session.begin():
        before = await session.scalar(select(func.count()).select_from(RiskChange))
        victim = await session.scalar(select(EntityRisk.code).where(EntityRisk.risk_class == "A").limit(1))
        await session.execute(
            text("UPDATE enterprises SET status = 'revoked', ended_on = :day WHERE code = :code"),
            {"code": victim, "day": AS_OF},
        )
        gone = await session.scalar(select(EntityRisk.code).where(EntityRisk.risk_class == "B").limit(1))
        await session.execute(
            text("UPDATE enterprises SET status = 'cancelled', ended_on = :day WHERE code = :code"),
            {"code": gone, "day": AS_OF},
        )
    run = await finish(kept_world, AS_OF + timedelta(days=30), CUTOFF + timedelta(days=30))
    async with kept_world.client.sessions() as session:
        after = await session.scalar(select(func.count()).select_from(RiskChange))
        changes = await queries.changes_of(session, victim)
        left = await queries.changes_of(session, gone)
        assert await queries.of(session, gone) is None
    assert after - before == run.changed < run.entities / 2
    assert [(c.before, c.risk_class) for c in changes] == [("A", "D"), (None, "A")]
    assert [(c.before, c.risk_class) for c in left] == [("B", None), (None, "B")]


async def test_a_month_is_run_once(kept_world: World, entities: dict[str, Entity]) -> None:
    async with kept_world.client.sessions() as session, session.begin():
        assert await service.begin_monthly(session, AS_OF + timedelta(days=3), CUTOFF) is None


async def test_two_who_begin_a_month_at_once_begin_one_run(kept_world: World, entities: dict[str, Entity]) -> None:
    later = AS_OF + timedelta(days=70)

    async def begin() -> bool:
        async with kept_world.client.sessions() as session, session.begin():
            return await service.begin_monthly(session, later, CUTOFF) is not None

    async with kept_world.client.sessions() as session, session.begin():
        assert await service.begin_monthly(session, later, CUTOFF) is not None
        other = asyncio.create_task(begin())
        await kept_world.until_one_waits()
    assert not await other
    assert (await finish(kept_world, later)).state == "finished"


async def test_a_published_model_can_not_be_edited(kept_world: World, entities: dict[str, Entity]) -> None:
    for statement in ("UPDATE risk_models SET basis = 'x'", "DELETE FROM risk_models"):
        async with kept_world.client.sessions() as session:
            with pytest.raises(DBAPIError, match="never changed"):
                await session.execute(text(statement))
