"""Loading enterprises in bulk: in portions, each a transaction. A load that was cut off goes on where it was.

Loaded enterprises are records of the past: no `registered` event is sent for them, and `changed` alone where another
name, region or representative stands. Followers of the change stream get a position for each.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.db import Sessions
from shared.events.credit_registry import EnterpriseChangedV1, RegisterLoadedV1
from shared.outbox import publish
from svc_credit_registry.record.bulkfile.rules import opened
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.feed.rules import REGISTRATION
from svc_credit_registry.record.intake import queries
from svc_credit_registry.record.intake.models import BulkLoad, BulkPortion
from svc_credit_registry.record.preparation.rules import Prepared, Rejection, Seen
from svc_credit_registry.record.preparation.service import Task, prepared
from svc_credit_registry.record.rows.rules import REQUIRED

PORTION = 10_000
WRITERS = 2
"""Portions on their way into the database at a time."""


@dataclass(frozen=True)
class Origin:
    """Who produced the rows, on what basis, and a name for the load."""

    producer: str
    basis: str
    source: str


@dataclass(frozen=True)
class BulkFile:
    """A file to load: its name, its lines, who answers for it. With `digest`, that of its bytes, a load can go on."""

    name: str
    lines: Iterable[bytes]
    origin: Origin
    digest: str | None = None
    helpers: int = 1
    """Processes that check rows while the database takes others; for files of more than one portion."""
    portion: int = PORTION
    """Lines in one transaction; a load that goes on keeps the number it began with."""


@dataclass
class Summary:
    """What became of the lines of a file. `left` are those of enterprises whose record is the same or stands higher."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    left: int = 0
    rejected: int = 0
    resumed: int = 0
    """Rows of portions which an earlier run of this load had entered; they count above as well."""

    @property
    def accepted(self) -> int:
        """Lines whose enterprise now stands in the register as the line says, or better."""
        return self.inserted + self.updated + self.left


Report = Callable[[Rejection], None]


@dataclass(frozen=True)
class Run:
    """A load at work."""

    sessions: Sessions
    load: BulkLoad
    done: dict[int, BulkPortion]
    origin: Origin
    today: date
    summary: Summary


async def load(sessions: Sessions, file: BulkFile, today: date, report: Report) -> Summary:
    """Loads all valid rows and reports the others. While the database takes one portion, the next are prepared."""
    reading, lines, first = await asyncio.to_thread(opened, file.lines, file.name, REQUIRED)
    run = await _begun(sessions, file, today)
    task = Task(reading, lines, first, today, run.load.portion, file.helpers)
    seen, writers = Seen(), asyncio.Semaphore(WRITERS)
    async with asyncio.TaskGroup() as group:
        async for portion in prepared(task):
            _without_repeated(portion, seen)
            run.summary.read += portion.read
            run.summary.rejected += len(portion.rejected)
            for rejection in portion.rejected:
                report(rejection)
            await writers.acquire()
            group.create_task(_stored(run, portion, writers))
    async with sessions() as session, session.begin():
        await queries.finish(session, run.load.id)
        await queries.analyse(session)
    return run.summary


async def _begun(sessions: Sessions, file: BulkFile, today: date) -> Run:
    origin = file.origin
    row = {"id": uuid.uuid4(), "digest": file.digest, "source": origin.source, "portion": file.portion}
    async with sessions() as session, session.begin():
        found = await queries.begun(session, row | {"producer": origin.producer, "basis": origin.basis})
        done = await queries.loaded_portions(session, found.id)
    return Run(sessions, found, done, origin, today, Summary())


def _without_repeated(portion: Prepared, seen: Seen) -> None:
    """Moves rows whose code stood in the file before to the rejected ones."""
    good = []
    for place, (code, line) in enumerate(zip(portion.codes, portion.lines, strict=True)):
        before = seen.put(code, line)
        if before:
            message = f"the code stands in line {before} already"
            content = portion.rows[place].decode().rstrip()
            portion.rejected.append(Rejection(line, "code", "duplicate", message, content))
        else:
            good.append(place)
    if len(good) < len(portion.codes):
        portion.codes = [portion.codes[place] for place in good]
        portion.rows = [portion.rows[place] for place in good]
        portion.rejected.sort(key=lambda rejection: rejection.line)


async def _stored(run: Run, portion: Prepared, writers: asyncio.Semaphore) -> None:
    """Enters a portion, unless an earlier run has, and counts its rows."""
    try:
        done = run.done.get(portion.number)
        if done is None:
            inserted, updated = await _store(run, portion) if portion.rows else (0, 0)
            run.summary.left += len(portion.rows) - inserted - updated
        else:
            inserted, updated = done.inserted, done.updated
            run.summary.left += done.left
            run.summary.resumed += done.inserted + done.updated + done.left
        run.summary.inserted += inserted
        run.summary.updated += updated
    finally:
        writers.release()


async def _store(run: Run, portion: Prepared) -> tuple[int, int]:
    origin = run.origin
    async with run.sessions() as session, session.begin():
        if not await queries.claim(session, run.load.id, portion.number):
            return 0, 0
        await queries.stage(session, portion.rows)
        values = {"producer": origin.producer, "basis": origin.basis, "today": run.today}
        inserted, updated = await queries.enter(session, values)
        left = len(portion.rows) - inserted - updated
        counts = {"inserted": inserted, "updated": updated, "left": left}
        await queries.note(session, run.load.id, portion.number, counts)
        if inserted or updated:
            await _audit(session, portion.codes, origin, counts)
            loaded = {"register_name": "enterprises", "source": origin.source, "rows": len(portion.rows)}
            everywhere = RegisterLoadedV1.model_validate(loaded | {"loaded_on": run.today})
            await publish(session, *await _told(session, run.today, updated), everywhere)
            # Last of all: until the commit, nobody else is given a position.
            await queries.tell(session, await feed.take(session, inserted + updated), REGISTRATION)
    return inserted, updated


async def _told(session: AsyncSession, today: date, updated: int) -> list[EnterpriseChangedV1]:
    """Facts of which others keep copies are told one by one: a former representative must not act any more."""
    changes = await queries.told_facts(session) if updated else []
    return [EnterpriseChangedV1(part=REGISTRATION, changed_on=today, **facts) for facts in changes]


async def _audit(session: AsyncSession, codes: list[str], origin: Origin, counts: dict[str, int]) -> None:
    """One row for a portion that changed something; the digest of its codes tells later which rows it was."""
    digest = hashlib.sha256("\n".join(codes).encode()).hexdigest()
    after = {"rows": len(codes), **counts, "first": codes[0], "codes_sha256": digest}
    await audit.record(
        session, audit.SYSTEM, action="enterprises.loaded", object_type="bulk_load", object_id=origin.source,
        after=after, reason=f"{origin.producer}: {origin.basis}",
    )  # fmt: skip
