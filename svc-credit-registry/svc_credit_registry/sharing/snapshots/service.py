"""Taking snapshots: files written beside their place and moved there when whole, then entered; old ones go."""

import asyncio
import gzip
import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now, statutory_date
from shared.inbox import SweepContext
from shared.runtime import Runtime
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.lookups.rules import body
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.publicity.schemas import ComplaintOut
from svc_credit_registry.record.record_views.service import item_out
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.snapshots import queries
from svc_credit_registry.sharing.snapshots.errors import SnapshotUnknown
from svc_credit_registry.sharing.snapshots.models import Snapshot

ENTERPRISES, ITEMS, COMPLAINTS = "enterprises.ndjson.gz", "record-items.ndjson.gz", "complaints.ndjson.gz"
LOOKS_EVERY = 60.0
"""Seconds between looks whether a snapshot is due."""
PACKED = 1
"""Level of gzip: the fastest halves the time of a snapshot and costs a tenth of the size."""


def item_line(item: RecordItem) -> bytes:
    """An item as `/v1/record-items/{id}` and the change stream give it."""
    return item_out(item, english=False).model_dump_json().encode()


def complaint_line(complaint: ComplaintRecord) -> bytes:
    """A complaint as REST gives it, and before it the code of the enterprise, which REST has in the address."""
    told = ComplaintOut.model_validate(complaint).model_dump(mode="json")
    return orjson.dumps({"code": complaint.enterprise_code, **told})


class Packed:
    """A file of packed lines that counts and digests what it writes."""

    def __init__(self, path: Path, line: Callable[[Any], bytes]) -> None:
        self.path, self.line, self.rows, self.size = path, line, 0, 0
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._packer = gzip.GzipFile(fileobj=self, mode="wb", compresslevel=PACKED, mtime=0)

    def write(self, data: bytes) -> int:
        """Takes packed bytes (gzip calls this)."""
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """What is written goes to the disk at the end."""

    def add(self, rows: Sequence[Any]) -> None:
        """Adds resources, one a line."""
        self._packer.write(b"".join(self.line(row) + b"\n" for row in rows))
        self.rows += len(rows)

    def finish(self) -> dict[str, object]:
        """Ends the file; what is told of it."""
        self._packer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        told = {"name": self.path.name, "media_type": "application/gzip", "rows": self.rows, "size": self.size}
        return told | {"sha256": self._digest.hexdigest()}


def folder_of(settings: Settings) -> Path:
    """Where the snapshots lie."""
    return settings.data_dir / "snapshots"


async def take_forever(runtime: Runtime) -> None:
    """Takes a snapshot whenever one is due. May run in any number of processes: one at a time takes it."""
    while True:
        settings = runtime.settings
        assert isinstance(settings, Settings)
        if settings.snapshot_every_hours and await is_due(runtime, settings, now()):
            await take(runtime, settings)
        await asyncio.sleep(LOOKS_EVERY)


async def is_due(runtime: Runtime, settings: Settings, at: datetime) -> bool:
    """Whether something has changed since the last snapshot and that one is old, or there is none."""
    async with runtime.sessions() as session:
        position, (newest, *_) = await feed.last_position(session), [*await queries.newest(session), None]
    if newest is None:
        return position > 0
    if not holds_all(newest):
        return True
    return position > newest.position and at - newest.taken_at >= timedelta(hours=settings.snapshot_every_hours)


async def take(runtime: Runtime, settings: Settings) -> Snapshot | None:
    """Writes a snapshot of this moment and enters it; None while another process does."""
    dsn = settings.database.replace("+asyncpg", "", 1)
    async with queries.one_moment(dsn) as connection:
        if connection is None:
            return None
        taken_at, position = now(), await queries.last_position(connection)
        folder = folder_of(settings)
        unfinished = folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)  # what a killed process left
        unfinished.mkdir(parents=True)
        files = await _write(connection, unfinished, taken_at)
        snapshot = Snapshot(position=position, taken_at=taken_at, finished_at=now(), files=files)
        await _enter(runtime, settings, snapshot, unfinished)
    return snapshot


async def _write(connection: asyncpg.Connection, folder: Path, at: datetime) -> list[dict[str, object]]:
    """All that the change stream tells of: enterprises, items of the record, complaints; what is told of each file."""
    parts: list[tuple[str, Callable[[Any], bytes], AsyncIterator[Sequence[Any]]]] = [
        (ENTERPRISES, body, queries.enterprises(connection)),
        (ITEMS, item_line, queries.items(connection, statutory_date(at))),
        (COMPLAINTS, complaint_line, queries.complaints(connection)),
    ]
    told = []
    for name, line, portions in parts:
        file = Packed(folder / name, line)
        async for rows in portions:
            await asyncio.to_thread(file.add, rows)
        told.append(await asyncio.to_thread(file.finish))
    return told


def holds_all(snapshot: Snapshot) -> bool:
    """Whether it has all files that are written today: who starts from an older one would miss what it lacks."""
    return {str(file["name"]) for file in snapshot.files} >= {ENTERPRISES, ITEMS, COMPLAINTS}


async def _enter(runtime: Runtime, settings: Settings, snapshot: Snapshot, unfinished: Path) -> None:
    folder = folder_of(settings)
    async with runtime.sessions() as session, session.begin():
        session.add(snapshot)
        await session.flush()
        await asyncio.to_thread(unfinished.rename, folder / str(snapshot.id))
        old = (await queries.newest(session, 1000))[settings.snapshots_kept :]
        await queries.drop(session, [each.id for each in old])
    kept = {str(snapshot.id)}
    async with runtime.sessions() as session:
        kept |= {str(each.id) for each in await queries.newest(session, 1000)}
    await asyncio.to_thread(_clear, folder, kept)


def _clear(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


async def forget(session: AsyncSession, context: SweepContext) -> int:
    """Removes old changes that the newest snapshot holds; how many. Who stands before them starts from it."""
    settings = context.runtime.settings
    assert isinstance(settings, Settings)
    newest = next(iter(await queries.newest(session)), None)
    if not settings.changes_kept_days or newest is None or not holds_all(newest):
        return 0
    before = context.now - timedelta(days=settings.changes_kept_days)
    return await feed.forget(session, newest.position, before)


async def find(session: AsyncSession, snapshot_id: uuid.UUID) -> Snapshot:
    """One snapshot; 404 when there is none, or no longer."""
    found = await queries.by_id(session, snapshot_id)
    if found is None:
        raise SnapshotUnknown(str(snapshot_id))
    return found


def file_of(settings: Settings, snapshot: Snapshot, name: str) -> Path:
    """The path of a file of a snapshot; 404 when it has none of that name or the file is not here."""
    path = folder_of(settings) / str(snapshot.id) / name
    if name not in {file["name"] for file in snapshot.files} or not path.is_file():
        raise SnapshotUnknown(name)
    return path
