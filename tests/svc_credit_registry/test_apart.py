"""Rows of a sweep, each in a savepoint of its own."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.clock import now
from shared.errors import Conflict
from shared.telemetry import REGISTRY
from svc_credit_registry.apart import PAUSE, Apart
from tests.svc_credit_registry.world import World

WRITE = text("INSERT INTO done (name) VALUES (:name)")


def failed(sweep: str) -> float:
    return REGISTRY.get_sample_value("sweep_rows_failed_total", {"sweep": sweep}) or 0


async def test_a_row_that_fails_takes_nothing_along_and_is_seen(
    kept_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    apart, at = Apart[str]("test.apart"), now()
    caplog.set_level(logging.WARNING)
    async with kept_world.client.sessions() as session, session.begin():
        await session.execute(text("CREATE TEMPORARY TABLE done (name text PRIMARY KEY) ON COMMIT DROP"))

        async def act(name: str) -> None:
            await session.execute(WRITE, {"name": name})
            if name == "twice":
                await session.execute(WRITE, {"name": name})
            if name == "refused":
                raise Conflict("not now")

        rows = [(name, name) for name in ("first", "twice", "refused", "last")]
        assert await apart.each(session, rows, act, at) == 2
        assert set(await session.scalars(text("SELECT name FROM done"))) == {"first", "last"}
    assert failed("test.apart") == 2
    assert {record.__dict__["row"] for record in caplog.records if record.__dict__.get("sweep")} == {"twice", "refused"}
    assert sorted(apart.aside(at + PAUSE - timedelta(seconds=1))) == ["refused", "twice"]
    assert apart.aside(at + PAUSE) == [], "then they are tried again"


async def test_an_outage_is_no_fault_of_a_row(kept_world: World) -> None:
    apart = Apart[str]("test.outage")
    async with kept_world.client.sessions() as session, session.begin():

        async def act(_: str) -> None:
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError())

        with pytest.raises(OperationalError):
            await apart.each(session, [("one", "one")], act, now())
    assert apart.aside(now()) == []
