"""A run whose process is killed again and again: it goes on where it was, and nothing is lost or counted twice."""

import asyncio
import sys

from sqlalchemy import func, select

from svc_credit_registry.supervision.risk import queries, service
from svc_credit_registry.supervision.risk.models import EntityRisk, RiskChange, RiskFigure, RiskRun
from svc_credit_registry.supervision.risk.rules import judge
from tests.support.databases import PYTHON_PATH
from tests.svc_credit_registry.supervision.risk.population import AS_OF, CUTOFF, entered, population, values
from tests.svc_credit_registry.world import World

ENTITIES, KILLS = 900, 2
WORKER = """
import asyncio, sys
from shared.clock import now
from shared.db import make_engine, make_sessions
from svc_credit_registry.supervision.risk import queries, service
async def main():
    sessions = make_sessions(make_engine(sys.argv[1], 1))
    while True:
        async with sessions() as session, session.begin():
            run = await queries.running(session)
            if run is None:
                return
            await service.advance(session, run, 7, now())
asyncio.run(main())
"""


async def done_so_far(world: World) -> tuple[str, int]:
    async with world.client.sessions() as session:
        state, entities = (await session.execute(select(RiskRun.state, RiskRun.entities))).one()
        return state, entities


async def started(world: World) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, world.client.database, env={"PYTHONPATH": PYTHON_PATH}
    )


async def carried_on(world: World) -> None:
    """Carries the run on to its end."""
    while (await done_so_far(world))[0] == "running":
        async with world.client.sessions() as session, session.begin():
            run = await queries.running(session)
            assert run is not None
            await service.advance(session, run, 100, CUTOFF)


async def test_a_run_survives_kills_without_losing_or_doubling(kept_world: World) -> None:
    entities = population(ENTITIES, seed=3)
    await entered(kept_world, entities)
    async with kept_world.client.sessions() as session, session.begin():
        await service.begin_monthly(session, AS_OF, CUTOFF)
    broken_off = []
    for _ in range(KILLS):
        worker, (_, before) = await started(kept_world), await done_so_far(kept_world)
        async with asyncio.timeout(30):
            while (await done_so_far(kept_world))[1] == before:
                pass
        worker.kill()
        await worker.wait()
        broken_off.append(await done_so_far(kept_world))
    assert [state for state, _ in broken_off] == ["running"] * KILLS, "each one was killed in the middle"
    await carried_on(kept_world)
    expected = {code: e for code, e in entities.items() if e.facts["status"] != "cancelled"}
    async with kept_world.client.sessions() as session:
        version = await queries.model_in_force(session, AS_OF)
        assert version is not None
        model = service.read(version)
        found = {risk.code: risk.risk_class for risk in await session.scalars(select(EntityRisk))}
        changes = await session.scalar(select(func.count()).select_from(RiskChange))
        sums = await session.execute(select(func.sum(RiskFigure.entities)).group_by(RiskFigure.dimension))
        assert [total for (total,) in sums] == [len(expected)] * 2
    assert await done_so_far(kept_world) == ("finished", len(expected))
    assert changes == len(expected)
    assert found == {code: judge(model, values(model, entity)).risk_class for code, entity in expected.items()}
