"""Files of records: kept first, acknowledged then, worked through in small transactions that can stop anywhere."""

import asyncio
import hashlib
import json
import logging
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_origin

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.errors import FieldError
from shared.files import TEXT, StoredFile
from shared.http.strictness import UNFIT, faults_of
from shared.inbox import SweepContext
from shared.problems import is_outage
from shared.runtime import Runtime
from svc_credit_registry.apart import FAILED
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import CONTENTS
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.batches import queries, rules
from svc_credit_registry.sharing.batches.errors import BatchNameTaken, BatchUnknown, UploadLost
from svc_credit_registry.sharing.batches.models import SubmissionBatch
from svc_credit_registry.sharing.batches.rules import Cut, Form, Raw, Room
from svc_credit_registry.sharing.batches.schemas import BatchFileOut, CountsOut
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Asked, Exchanged, ExchangeKind, digest
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.sharing.submissions import rules as submission_rules
from svc_credit_registry.sharing.submissions import service as submissions
from svc_credit_registry.sharing.submissions.schemas import Row
from svc_credit_registry.sharing.submissions.service import Given, Push

log = logging.getLogger(__name__)
HEAD_BYTES = 64 * 1024
REMOVED_AT_ONCE, ASKED_AT_ONCE = 200, 1000
UNFINISHED_SECONDS = 24 * 3600.0
"""After that what an upload left that broke off goes."""
DAMAGED = "文件已损坏或丢失，请重新报送 (the stored file is damaged: send it again)"


@dataclass(frozen=True)
class Upload:
    """A file as it is sent: whose, of which kind, under which name of the agency's own, in which form."""

    caller: Caller
    kind: RecordKind
    name: str
    form: Form
    declared_rows: int | None
    stream: AsyncIterator[bytes]
    announced: int = 0
    """Bytes that are to come, by the sender's own word; 0 when it said none."""


def columns_of(kind: RecordKind) -> list[str]:
    """The columns that a CSV of this kind may have."""
    own = [name for name in Row.model_fields if name != "content"]
    return own + [rules.CONTENT + name for name in CONTENTS[kind].model_fields]


def _lists_of(kind: RecordKind) -> frozenset[str]:
    """The fields of a kind that hold lists."""
    return frozenset(n for n, f in CONTENTS[kind].model_fields.items() if get_origin(f.annotation) is list)


async def receive(
    session: AsyncSession, runtime: Runtime, upload: Upload, asked: Asked
) -> tuple[SubmissionBatch, bool]:
    """Keeps a file; it is on disk when this commits, and then every row will have its receipt.

    The same bytes under the same name are the same file (False: it was there); other bytes are refused with 409. Sent
    again, a file that was lost or damaged here is worked through after all. 429 and 503 when there is no room for it.
    """
    producer = exchange.requester_of(upload.caller)
    rules.check_room(await _room(session, runtime, producer), upload.announced)
    stored = await runtime.files.save(upload.stream, limit=rules.SIZE_LIMIT, allowed=frozenset({TEXT}))
    await queries.lock_producer(session, producer)
    await queries.lock_content(session, stored.sha256)
    path = runtime.files.path(stored.sha256)
    if not await asyncio.to_thread(path.is_file):  # bytes of an older file, given up the moment before
        raise UploadLost(headers={"Retry-After": "1"})
    known = await queries.named(session, producer, upload.kind, upload.name)
    if known is not None:
        if known.sha256 != stored.sha256:
            raise BatchNameTaken(sha256=known.sha256)
        if known.state == "failed":  # its file is whole again: the work goes on where it stood
            known.state, known.error, known.removed_at = "received", None, None
        return known, False
    room = await _room(session, runtime, producer)
    rules.check_room(replace(room, free=room.free + stored.size), stored.size)  # it lies there already
    head = await asyncio.to_thread(_bytes_at, path, 0, HEAD_BYTES)
    header = _header(upload, head, at_end=stored.size <= HEAD_BYTES)
    batch = _new(upload, stored, producer, header, asked.with_body(stored.sha256))
    session.add(batch)
    await session.flush()
    await audit.record(
        session, upload.caller, action="submission_batch.received", object_type="submission_batch",
        object_id=batch.id, after={"name": batch.name, "kind": batch.kind, "sha256": batch.sha256, "size": batch.size},
    )  # fmt: skip
    return batch, True


async def _room(session: AsyncSession, runtime: Runtime, producer: str) -> Room:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    waiting = await queries.waiting_bytes(session, producer)
    free = await asyncio.to_thread(_free, runtime.files.root)
    return Room(settings.upload_quota_mib * rules.MIB, waiting, free, settings.upload_reserve_mib * rules.MIB)


def _free(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _header(upload: Upload, head: bytes, at_end: bool) -> list[str] | None:
    if upload.form != "csv":
        return None
    rows = rules.cut(head, "csv", 1, at_end).rows
    return rules.read_header(rows[0].content if rows else b"", columns_of(upload.kind))


def _new(upload: Upload, stored: StoredFile, producer: str, header: list[str] | None, asked: Asked) -> SubmissionBatch:
    return SubmissionBatch(
        producer=producer,
        client=upload.caller.client_id,
        kind=upload.kind,
        name=upload.name,
        format=upload.form,
        sha256=stored.sha256,
        size=stored.size,
        declared_rows=upload.declared_rows,
        header=header,
        request=asdict(asked),
    )


async def work(session: AsyncSession, context: SweepContext) -> int:
    """Works on the next file: up to 500 rows, their receipts and how far it came, in one transaction.

    A file on which the work fails unforeseen is `failed`: the files of others must not wait behind it.
    """
    batch = await queries.next_open(session)
    if batch is None:
        return 0
    try:
        async with session.begin_nested():
            return await _work_on(session, batch, context)
    except Exception as exc:
        if is_outage(exc):
            raise
        FAILED.labels("batches.work").inc()
        log.exception("the work on a file failed")
    await session.refresh(batch)
    return _fail(batch, "平台处理失败，请联系运维或者重新报送 (the platform failed on it: send it again)")


async def _work_on(session: AsyncSession, batch: SubmissionBatch, context: SweepContext) -> int:
    batch.worked_at = context.now
    path = context.runtime.files.path(batch.sha256)
    try:
        if batch.state == "received" and not await asyncio.to_thread(_is_whole, path, batch.sha256):
            return _fail(batch, DAMAGED)
        chunk = await asyncio.to_thread(_bytes_at, path, batch.position, rules.CHUNK_BYTES)
    except FileNotFoundError:  # lost while it was worked on
        return _fail(batch, DAMAGED)
    except OSError:  # the disk, and not the database: the others take their turn, and this one after them
        log.exception("a stored file can't be read now", extra={"batch": str(batch.id)})
        return 0
    form = cast(Form, batch.format)
    part = rules.cut(chunk, form, batch.line + 1, at_end=batch.position + len(chunk) >= batch.size)
    given = _read_rows(batch, form, part)
    await _take(session, _push_of(batch, context), given)
    await _move(session, batch, part, len(given), context.now)
    return max(1, len(given))


def _fail(batch: SubmissionBatch, error: str) -> int:
    batch.state, batch.error = "failed", error
    log.error("a file of records has failed", extra={"batch": str(batch.id), "reason": error})
    return 1


def _read_rows(batch: SubmissionBatch, form: Form, part: Cut) -> list[Given]:
    rows: Sequence[Raw] = part.rows
    if form == "csv":
        header, lists = batch.header or [], _lists_of(RecordKind(batch.kind))
        rows = rows[1:] if batch.position == 0 else rows
        return [_given(raw, *rules.read_csv(raw.content, header, lists)) for raw in rows]
    if batch.position == 0 and rows:
        rows = [replace(rows[0], content=rows[0].content.removeprefix(rules.MARK)), *rows[1:]]
    return [_given(raw, *rules.read_json(raw.content)) for raw in rows]


def _given(raw: Raw, value: dict[str, Any] | None, faults: tuple[FieldError, ...]) -> Given:
    text = raw.content.decode(errors="replace")
    unfit = faults or (tuple(faults_of(value)) if "\\u" in text or UNFIT.search(text) else ())
    if unfit:
        return Given(None, "", raw.line, unfit)
    return submissions.read(value, raw.line)


def _push_of(batch: SubmissionBatch, context: SweepContext) -> Push:
    caller = Caller(subject=batch.producer, kind="system", client_id=batch.client)
    root = index_of(context.runtime.settings)
    return Push(caller, batch.producer, RecordKind(batch.kind), context.now, root, batch.id, batch.received_at)


async def _take(session: AsyncSession, push: Push, given: Sequence[Given]) -> None:
    """Takes the rows together; should one fail unforeseen, each by itself, so that only this one is refused."""
    try:
        async with session.begin_nested():
            await submissions.take(session, push, given)
    except Exception as exc:
        if is_outage(exc) or not given:
            raise
        log.exception("rows failed together", extra={"batch": str(push.batch_id)})
        for one in given:
            await _take_alone(session, push, one)


async def _take_alone(session: AsyncSession, push: Push, one: Given) -> None:
    try:
        async with session.begin_nested():
            await submissions.take(session, push, [one])
    except Exception as exc:
        if is_outage(exc):
            raise
        log.exception("a row failed", extra={"batch": str(push.batch_id), "line": one.line})
        fault = FieldError("", "row_failed", "平台处理失败，请联系运维 (the platform failed on this row)")
        await submissions.take(session, push, [Given(None, one.key, one.line, (fault,))])


async def _move(session: AsyncSession, batch: SubmissionBatch, part: Cut, rows: int, now: datetime) -> None:
    batch.position, batch.line, batch.rows = batch.position + part.used, batch.line + part.lines, batch.rows + rows
    batch.state = "running"
    if batch.position < batch.size:
        return
    batch.state, batch.finished_at = "done", now
    outcomes = (await queries.outcomes(session, [batch.id]))[batch.id]
    summary = digest(json.dumps(outcomes, sort_keys=True, separators=(",", ":")).encode())
    caller = Caller(subject=batch.producer, kind="system", client_id=batch.client)
    done = Exchanged(ExchangeKind.PUSH_PROCESSED, batch.kind, batch.rows, summary)
    await exchange.log(session, caller, Asked(**cast(dict[str, Any], batch.request)), done)


def _bytes_at(path: Path, position: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(length)


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


async def find(session: AsyncSession, batch_id: uuid.UUID, producer: str | None) -> SubmissionBatch:
    """A file of `producer`, or any when it is None; 404 for all others."""
    batch = await session.get(SubmissionBatch, batch_id)
    if batch is None or (producer is not None and batch.producer != producer):
        raise BatchUnknown
    return batch


async def tidy(session: AsyncSession, context: SweepContext) -> int:
    """Gives up stored files whose time is over, and removes what no batch holds; how many when there may be more.

    Uploads that were refused after they had come lie there too, and what broke off. Receipts and counts stay.
    """
    settings, files = context.runtime.settings, context.runtime.files
    assert isinstance(settings, Settings)
    before = context.now - timedelta(days=settings.uploads_kept_days)
    await queries.give_up(session, before, settings.upload_quota_mib * rules.MIB, context.now)
    await files.sweep_temporary(UNFINISHED_SECONDS)
    gone = await _held_by_none(session, await asyncio.to_thread(_settled, files.root))
    for sha256 in gone:
        await queries.lock_content(session, sha256)
        if not await queries.held(session, [sha256]):
            await asyncio.to_thread(_remove, files.path(sha256))
    return len(gone) if len(gone) == REMOVED_AT_ONCE else 0


async def _held_by_none(session: AsyncSession, settled: Sequence[str]) -> list[str]:
    """The first of these contents that no batch holds; asked in parts, for a statement takes so many values."""
    gone: list[str] = []
    for start in range(0, len(settled), ASKED_AT_ONCE):
        part = settled[start : start + ASKED_AT_ONCE]
        held = await queries.held(session, part)
        gone += [sha256 for sha256 in part if sha256 not in held]
        if len(gone) >= REMOVED_AT_ONCE:
            break
    return gone[:REMOVED_AT_ONCE]


def _settled(root: Path) -> list[str]:
    """The stored files of which no batch is being entered any more: those that have lain there for a while."""
    before = time.time() - rules.SETTLED_SECONDS
    return [path.name for path in root.glob("[0-9a-f][0-9a-f]/*") if path.stat().st_mtime < before]


def _remove(path: Path) -> None:
    """Removes a file unless it has come anew meanwhile."""
    if path.stat().st_mtime < time.time() - rules.SETTLED_SECONDS:
        path.unlink()


async def described(session: AsyncSession, batches: Sequence[SubmissionBatch]) -> list[BatchFileOut]:
    """Files with what came of their rows so far."""
    outcomes = await queries.outcomes(session, [batch.id for batch in batches])
    return [_out(batch, outcomes[batch.id]) for batch in batches]


def _out(batch: SubmissionBatch, outcomes: Mapping[str, int]) -> BatchFileOut:
    names = (
        "id", "producer", "kind", "name", "format", "sha256", "size", "declared_rows", "state", "received_at",
        "finished_at", "error", "removed_at",
    )  # fmt: skip
    settled = batch.state == "done" and batch.declared_rows is not None
    return BatchFileOut(
        **{name: getattr(batch, name) for name in names},
        complete=batch.rows == batch.declared_rows if settled else None,
        progress=round(batch.position / batch.size, 3) if batch.size else 1.0,
        counts=CountsOut.model_validate(submission_rules.counted(outcomes)),
        outcomes=dict(outcomes),
    )
