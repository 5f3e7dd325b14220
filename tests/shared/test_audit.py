"""The audit log: seven ways to tamper with it, and each is seen: edit, delete, cut off, empty, swap, re-chain, fork."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from shared import audit
from shared.clock import now, today
from shared.inbox import SweepContext
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers


@pytest.fixture
async def log(servers: Servers, tmp_path: Path) -> AsyncIterator[ServiceClient]:
    async with kernel_service(servers, tmp_path, "notes", f"t{uuid.uuid4().hex[:10]}") as client:
        yield client


async def write(log: ServiceClient, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        async with log.sessions() as session, session.begin():
            after = {"number": number, "姓名": "张*"}
            await audit.record(
                session, audit.SYSTEM, action="note.written", object_type="note", object_id=number, after=after
            )


async def sealed(log: ServiceClient, rows: int) -> None:
    """Waits for the sealer and anchors the head, as a minute later it would be."""
    deadline = time.monotonic() + 15
    while (await report(log))["sealed"] < rows:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    async with log.sessions() as session, session.begin():
        await session.execute(text("UPDATE audit_anchors SET sealed_at = sealed_at - interval '2 minutes'"))
        await audit.seal(session, SweepContext(log.runtime, now(), today()))


async def report(log: ServiceClient, recent: int = 0) -> dict[str, Any]:
    async with log.sessions() as session:
        return await audit.verify(session, "notes", recent)


async def tamper(log: ServiceClient, *statements: str) -> None:
    """What only someone with the rights of the database's owner can do."""
    async with log.sessions() as session, session.begin():
        await session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        for statement in statements:
            await session.execute(text(statement))
        await session.execute(text("ALTER TABLE audit_log ENABLE TRIGGER USER"))


async def test_an_honest_log_is_intact_and_anchored(log: ServiceClient) -> None:
    await write(log, 5)
    await sealed(log, 5)
    await write(log, 5, first=5)
    await sealed(log, 10)
    found = await report(log)
    assert (found["intact"], found["sealed"], found["unsealed"], found["anchored"]) == (True, 10, 0, 10)
    anchors = audit.anchor_file(log.settings.data_dir, "notes").read_text().splitlines()
    assert f'"head":"{found["head"]}"' in anchors[-1]


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE audit_log SET after = '{}' WHERE sequence = 4"],
        ["DELETE FROM audit_log WHERE sequence = 4"],
        ["DELETE FROM audit_log WHERE sequence > 6"],
        ["DELETE FROM audit_log"],
        [
            "UPDATE audit_log SET sequence = -sequence WHERE sequence IN (3, 4)",
            "UPDATE audit_log SET sequence = 7 + sequence WHERE sequence < 0",
        ],
    ],
    ids=["edit", "delete in the middle", "cut off the tail", "delete all", "swap two"],
)
async def test_tampering_is_seen(log: ServiceClient, statements: list[str]) -> None:
    await write(log, 8)
    await sealed(log, 8)
    await tamper(log, *statements)
    found = await report(log)
    assert found["intact"] is False
    assert found["fault"]


async def test_the_last_rows_are_verified_from_an_anchor_on(log: ServiceClient) -> None:
    """The ledger is asked for often, and a log has millions of rows."""
    for rows in (3, 6, 9):
        await write(log, 3, first=rows - 3)
        await sealed(log, rows)
    seen = [(await report(log, recent))["verified_from"] for recent in (0, 1, 3, 4, 6, 9)]
    assert seen == [1, 7, 7, 4, 4, 1]
    whole, last = await report(log), await report(log, 2)
    assert last == whole | {"verified_from": 7}
    await tamper(log, "UPDATE audit_log SET after = '{}' WHERE sequence = 5")
    assert [(await report(log, recent))["intact"] for recent in (0, 4, 3)] == [False, False, True]
    await tamper(log, "UPDATE audit_log SET after = '{}' WHERE sequence = 8")
    assert (await report(log, 1))["fault"] == "row 8 was changed"
    await tamper(log, "DELETE FROM audit_log WHERE sequence > 6")
    assert (await report(log, 1))["intact"] is False


async def test_a_chain_made_anew_after_an_edit_contradicts_its_anchor(log: ServiceClient) -> None:
    await write(log, 8)
    await sealed(log, 8)
    await tamper(
        log,
        "UPDATE audit_log SET after = '{}' WHERE sequence = 4",
        "UPDATE audit_log SET sequence = NULL, previous = NULL, hash = NULL WHERE sequence >= 4",
    )
    async with log.sessions() as session, session.begin():
        await audit.seal(session, SweepContext(log.runtime, now(), today()))
    found = await report(log)
    assert found["intact"] is False
    assert "anchor" in str(found["fault"])


async def test_parallel_writers_do_not_fork_the_chain(log: ServiceClient) -> None:
    await asyncio.gather(*(write(log, 5, first=5 * writer) for writer in range(8)))
    await sealed(log, 40)
    assert (await report(log))["intact"] is True


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
async def test_the_database_refuses_to_change_a_sealed_row(log: ServiceClient, statement: str) -> None:
    await write(log, 1)
    await sealed(log, 1)
    connection = await asyncpg.connect(log.settings.database.replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(statement)
    finally:
        await connection.close()
