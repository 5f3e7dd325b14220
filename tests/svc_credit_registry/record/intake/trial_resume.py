"""Loads that are cut off, and go on."""

import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy import select

from shared.audit import AuditRow
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.intake.models import BulkLoad, BulkPortion
from tests.support.databases import PYTHON_PATH
from tests.svc_credit_registry.record.intake.test_load import HEADER, line, rows_of, run
from tests.svc_credit_registry.world import World, eventually

ROWS = 600


def file_of(folder: Path) -> Path:
    """Rows in twelve portions of fifty; one in the last portion is bad, one repeats another of the first."""
    lines = [HEADER, *(line(number, f"随州永兴{number}号商贸有限公司") for number in range(ROWS - 2))]
    lines += [line(3, "随州永兴3号商贸有限公司"), "bad"]
    file = folder / "rows.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


async def portions(world: World) -> int:
    return await rows_of(world, BulkPortion)


async def test_a_load_that_was_killed_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH, "CREDIT_REGISTRY_DATABASE_URL": world.client.database}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "svc_credit_registry.load", str(file), "--portion", "50", "--helpers", "1",
        env=environment,
    )  # fmt: skip

    async def begun() -> bool:
        return await portions(world) >= 2

    await eventually(begun, 90)
    program.kill()
    await program.wait()
    done = await run(world, "load", str(file), "--helpers", "1")
    assert done.code == 0, done.errors
    assert f"{ROWS} rows read: {ROWS - 2} new, 0 changed, 0 left as they are, 2 rejected" in done.output
    assert "had been loaded before the load was cut off" in done.output
    async with world.client.sessions() as session:
        told = (await session.scalars(select(AuditRow.after).where(AuditRow.action == "enterprises.loaded"))).all()
        positions = (await session.scalars(select(Change.position).order_by(Change.position))).all()
        (load,) = await session.scalars(select(BulkLoad))
    assert await rows_of(world, Enterprise) == ROWS - 2
    assert sum(int(str(after["inserted"])) for after in told) == ROWS - 2
    assert list(positions) == list(range(1, ROWS - 1))
    assert load.finished_at is not None


async def test_the_helper_processes_end_with_the_load(world: World, tmp_path: Path) -> None:
    done = await run(world, "load", str(file_of(tmp_path)), "--portion", "50", "--helpers", "2")
    assert "598 new" in done.output, done
    assert await rows_of(world, Enterprise) == ROWS - 2
