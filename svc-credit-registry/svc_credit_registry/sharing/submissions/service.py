"""Taking records from agencies: each row is checked, joined to an enterprise, put on the record, with a receipt."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from shared.errors import DomainError, FieldError
from svc_credit_registry.record.contents.schemas import PERSONAL_DATA, holds_identity_number
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import CONTENTS
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.sharing.bulk_records import service as bulk
from svc_credit_registry.sharing.corrections import service as corrections
from svc_credit_registry.sharing.matching import rules as matching_rules
from svc_credit_registry.sharing.matching import service as matching
from svc_credit_registry.sharing.matching.rules import Claim, Doubt, Verdict
from svc_credit_registry.sharing.submissions import queries, rules
from svc_credit_registry.sharing.submissions.errors import ReceiptUnknown
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome
from svc_credit_registry.sharing.submissions.schemas import Row

LOOK_AGAIN, LOOK_SOON = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Push:
    """Who pushes what: one producer, one kind, by one caller, at one moment."""

    caller: Caller
    producer: str
    kind: RecordKind
    now: datetime
    index: Path
    """Where the index of names is."""
    batch_id: uuid.UUID | None = None
    received_at: datetime | None = None
    """When it came, if that was before: the rows of a file came with the file, whenever they are worked through."""

    @property
    def today(self) -> date:
        """The statutory day on which it is worked through."""
        return statutory_date(self.now)


@dataclass(frozen=True)
class Given:
    """A row as it came: read, or with the faults for which it could not be read."""

    row: Row | None
    key: str
    line: int | None = None
    faults: tuple[FieldError, ...] = ()


def read(value: object, line: int | None = None) -> Given:
    """A row from parsed JSON, with all its faults when it is none."""
    key = str(value.get("key") or "")[:100] if isinstance(value, dict) else ""
    try:
        return Given(Row.model_validate(value), key, line)
    except ValidationError as exc:
        return Given(None, key, line, tuple(_faults(exc)))


def _faults(exc: ValidationError) -> list[FieldError]:
    found = exc.errors(include_input=False, include_url=False, include_context=False)
    return [FieldError("/" + "/".join(map(str, e["loc"])), str(e["type"]), str(e["msg"])) for e in found]


async def take(session: AsyncSession, push: Push, given: Sequence[Given]) -> list[SubmissionReceipt]:
    """The receipts of rows, in their order; none are given back for a file. Rows with one key are taken in turn.

    Each key is locked before anything is looked up: what is compared below still holds when it is written.
    """
    await bulk.lock(session, push.producer, push.kind, [one.key for one in given if one.row is not None])
    receipts: list[SubmissionReceipt] = []
    for wave in _waves(given):
        receipts += await _take_wave(session, push, wave)
    return receipts


def _waves(given: Sequence[Given]) -> Iterator[Sequence[Given]]:
    """Runs of rows in which no key occurs twice."""
    wave: list[Given] = []
    seen: set[str] = set()
    for one in given:
        if one.row is not None and one.key in seen:
            yield wave
            wave, seen = [], set()
        wave.append(one)
        seen.add(one.key)
    if wave:
        yield wave


@dataclass
class _Work:
    """A row on its way to its receipt."""

    given: Given
    draft: dict[str, Any]
    content: dict[str, object]

    @property
    def row(self) -> Row:
        assert self.given.row is not None
        return self.given.row

    @property
    def open(self) -> bool:
        return self.draft["outcome"] is None

    def refuse(self, *faults: FieldError) -> None:
        self.draft["outcome"] = SubmissionOutcome.REFUSED
        self.draft["faults"] = [
            {"pointer": f.pointer, "code": f.code, "message": f.message} for f in rules.kept(faults)
        ]


async def _take_wave(session: AsyncSession, push: Push, wave: Sequence[Given]) -> Sequence[SubmissionReceipt]:
    works = [_begin(push, one) for one in wave]
    await _refuse_old(session, push, works)
    puts = [w for w in works if w.open and w.row.op == "put"]
    verdicts = await matching.match(session, push.index, [claim_of(w.row) for w in puts], push.today) if puts else []
    overtaken = await queries.overtake(session, push.producer, push.kind, [w.given.key for w in works if w.open])
    await _put(session, push, list(zip(puts, verdicts, strict=True)))
    await _end(session, push, [w for w in works if w.open], overtaken)
    told = {
        w.given.key: w.draft["item_id"]
        for w in works
        if w.draft["outcome"] in (SubmissionOutcome.REPLACED, SubmissionOutcome.ENDED)
    }
    if told:
        await corrections.answered(session, push.caller, (push.producer, push.kind), told, push.today)
    return await queries.enter(session, [w.draft for w in works], read=push.batch_id is None)


def _begin(push: Push, given: Given) -> _Work:
    row, came = given.row, push.received_at or push.now
    draft: dict[str, Any] = {
        "batch_id": push.batch_id, "line": given.line, "producer": push.producer, "kind": str(push.kind),
        "key": given.key, "op": row.op if row else "put", "revision": row.revision if row else None,
        "received_at": came, "received_on": statutory_date(came), "looked_at": push.now, "outcome": None, "code": None,
        "method": None, "confidence": None, "doubt": None, "candidates": [], "faults": [], "item_id": None,
        "receipt": None, "produced_on": row.produced_on if row else None, "due_on": None, "fields": 0, "filled": 0,
        "payload": None, "resolved_at": None, "resolved_by": None, "resolution": None,
    }  # fmt: skip
    work = _Work(given, draft, {})
    if row is None:
        work.refuse(*given.faults)
    else:
        _check(push, work)
    return work


def _check(push: Push, work: _Work) -> None:
    """Everything that can be said of a row by itself."""
    row = work.row
    if row.producer is not None and row.producer != push.producer:
        work.refuse(FieldError("/producer", "wrong_producer", f"只能报送本机关产生的信息 (not {push.producer})"))
        return
    faults = _faults_of_privacy(row)
    if row.op == "end":
        if faults:
            work.refuse(*faults)
        return
    faults += _faults_of_dates(row, push.today)
    code = matching_rules.readable_code(row.code)
    if code is not None and not matching_rules.is_code(code) and not row.name:
        faults.append(FieldError("/code", "credit_code_invalid", "统一社会信用代码不正确 (not a valid credit code)"))
    try:
        work.content = records.checked_content(push.kind, row.content or {})
    except DomainError as exc:
        faults += exc.errors
    if faults:
        work.refuse(*faults)
        return
    assert row.produced_on is not None
    work.draft["due_on"] = rules.due_on(push.kind, row.produced_on)
    work.draft["fields"], work.draft["filled"] = len(CONTENTS[push.kind].model_fields), len(work.content)


def _faults_of_privacy(row: Row) -> list[FieldError]:
    """What is public beside the content. Keys are left out: numbers made of region, day and serial look the same."""
    public = {"basis": row.basis} if row.op == "put" else {"reason": row.reason}
    found = [name for name, text in public.items() if text and holds_identity_number(text)]
    return [FieldError(f"/{name}", "personal_data", PERSONAL_DATA) for name in found]


def _faults_of_dates(row: Row, today: date) -> list[FieldError]:
    faults = []
    if row.produced_on is not None and row.produced_on > today:
        faults.append(FieldError("/produced_on", "in_the_future", f"晚于今日 (lies after {today})"))
    begins = row.effective_from or row.produced_on
    if row.effective_until is not None and begins is not None and row.effective_until < begins:
        faults.append(FieldError("/effective_until", "out_of_order", "终日早于始日 (ends before it begins)"))
    return faults


async def _refuse_old(session: AsyncSession, push: Push, works: Sequence[_Work]) -> None:
    """Refuses rows whose revision is below the one that was taken before."""
    keys = [w.given.key for w in works if w.open and w.row.revision is not None]
    last = await queries.revisions(session, push.producer, push.kind, keys) if keys else {}
    for work in works:
        if work.open and work.row.revision is not None and work.row.revision < last.get(work.given.key, 0):
            message = f"已收到更新的版本 (revision {last[work.given.key]} was taken before)"
            work.refuse(FieldError("/revision", "revision_outdated", message))


async def _put(session: AsyncSession, push: Push, matched: Sequence[tuple[_Work, Verdict]]) -> None:
    items = []
    for work, verdict in matched:
        work.draft |= {"method": verdict.method, "confidence": Decimal(str(round(verdict.confidence, 2)))}
        if verdict.code is None:
            _wait(work, verdict)
        else:
            items.append(item_of(push.producer, push.kind, work.row, work.content, verdict.code))
    series = bulk.Series(push.caller, push.producer, push.kind, push.now)
    entered = await bulk.put(session, series, items) if items else {}
    for work, verdict in matched:
        if verdict.code is not None:
            done = entered[work.row.key]
            work.draft |= {"outcome": SubmissionOutcome(done.outcome), "code": verdict.code, "item_id": done.item_id}
            work.draft["receipt"] = done.receipt


def _wait(work: _Work, verdict: Verdict) -> None:
    shown = [
        {"code": c.code, "name": c.name, "method": str(c.method), "confidence": c.confidence}
        for c in verdict.candidates
    ]
    payload = work.row.model_dump(mode="json", exclude_none=True) | {"content": work.content}
    doubt = verdict.doubt or Doubt.UNCERTAIN
    work.draft |= {"outcome": SubmissionOutcome.WAITING, "doubt": doubt, "candidates": shown, "payload": payload}
    work.draft["looked_at"] = looked_at(work.draft["looked_at"], verdict)


def claim_of(row: Row) -> Claim:
    """What a row says of its enterprise."""
    code, on = matching_rules.readable_code(row.code), row.produced_on
    assert on is not None
    return Claim(code, row.name, row.region, row.legal_representative_name, on)


def looked_at(now: datetime, verdict: Verdict) -> datetime:
    """When a row counts as looked at: where there was no index yet, so that it is looked at again soon."""
    return now - LOOK_AGAIN + LOOK_SOON if verdict.doubt is Doubt.INDEX_BUILDING else now


def item_of(producer: str, kind: RecordKind, row: Row, content: dict[str, object], code: str) -> Item:
    """The item of the public record which a row makes, its content checked before."""
    assert row.produced_on is not None
    assert row.basis is not None
    return Item(
        code=code,
        kind=kind,
        key=row.key,
        content=content,
        producer=producer,
        provider=producer,
        basis=row.basis,
        produced_on=row.produced_on,
        effective_from=row.effective_from or row.produced_on,
        effective_until=row.effective_until,
    )


async def _end(session: AsyncSession, push: Push, works: Sequence[_Work], overtaken: set[str]) -> None:
    for work in works:
        reason = work.row.reason or ""
        ended = await records.end(session, push.caller, push.producer, push.kind, work.row.key, reason, push.now)
        if ended or work.row.key in overtaken:
            work.draft["outcome"] = SubmissionOutcome.ENDED
        else:
            work.refuse(FieldError("/key", "nothing_to_end", "没有可撤下的记录 (no record of yours has this key)"))


async def find(session: AsyncSession, receipt_id: uuid.UUID, producer: str | None) -> SubmissionReceipt:
    """A receipt of `producer`, or any when it is None; 404 for all others."""
    row = await session.get(SubmissionReceipt, receipt_id)
    if row is None or (producer is not None and row.producer != producer):
        raise ReceiptUnknown
    return row


def receipts_text(rows: Sequence[SubmissionReceipt], form: str) -> str:
    """Receipts as lines of an export."""
    return rules.receipts_text([{name: getattr(row, name) for name in rules.RECEIPT_COLUMNS} for row in rows], form)
