"""When the State Council publishes a year's days off, running periods move, and the history tells."""

from datetime import date, timedelta

from svc_complaints.cases.handlers import SWEEPS
from tests.svc_complaints.world import World, expect

(RECOMPUTE,) = SWEEPS


async def test_a_running_period_moves_when_the_calendar_says_otherwise_and_only_once(world: World) -> None:
    consumer = world.consumer()
    filed = await world.filed(consumer)
    path, right = f"/complaints/{filed['id']}", date.fromisoformat(filed["accept_by"])
    await computed_as(world, filed["id"], right - timedelta(days=1))
    assert await world.sweep(RECOMPUTE, right) == 1
    assert await world.sweep(RECOMPUTE, right) == 0
    shown = expect(await world.get(consumer, path))
    assert (shown["accept_by"], shown["due_on"]) == (filed["accept_by"], filed["due_on"])
    steps = (await world.get(consumer, f"{path}/history")).json()["items"]
    assert (steps[-1]["act"], steps[-1]["actor"]) == ("recompute", "system")
    assert filed["accept_by"] in steps[-1]["note"]
    audit = await world.rows("SELECT actor FROM audit_log WHERE action = 'complaint.recompute'")
    assert [row[0] for row in audit] == ["system"]


async def test_a_period_which_has_been_met_keeps_the_date_it_was_met_under(world: World) -> None:
    accepted = await world.accepted(world.consumer(), world.officer())
    wrong = date.fromisoformat(accepted["accept_by"]) - timedelta(days=1)
    await computed_as(world, accepted["id"], wrong, code="acceptance")
    await world.sweep(RECOMPUTE, wrong)
    rows = await world.rows("SELECT due_on FROM complaint_clocks WHERE code = 'acceptance'")
    assert rows[0][0] == wrong


async def test_a_period_which_was_suspended_moves_too(world: World) -> None:
    officer = world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    path = f"/complaints/{accepted['id']}"
    body = {"body": "湖北省产品质量监督检验研究院", "subject": "粘合强度检验"}
    appraisal = expect(await world.post(officer, f"{path}/appraisals", body), 201)
    expect(await world.post(officer, f"{path}/appraisals/{appraisal['id']}/end", {"finding": "合格"}))
    right = expect(await world.get(officer, path))["mediate_by"]
    await computed_as(world, accepted["id"], date.fromisoformat(right) + timedelta(days=3), code="mediation")
    assert await world.sweep(RECOMPUTE, date.fromisoformat(right)) == 1
    assert expect(await world.get(officer, path))["mediate_by"] == right


async def computed_as(world: World, complaint_id: str, due_on: date, code: str = "acceptance") -> None:
    """As if the period had been computed before the days off were known."""
    async with world.client.runtime.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint_clocks SET due_on = $1, provisional = true WHERE code = $2", (due_on, code)
        )
        await connection.exec_driver_sql(
            "UPDATE complaint_cases SET due_on = $1, accept_by = $1 WHERE id = $2", (due_on, complaint_id)
        )
