"""Rows that wait for a match find their end: a person says whose one is, or the register does once it knows."""

import logging
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.db import Json
from shared.http import check_version
from shared.problems import is_outage
from svc_credit_registry.apart import FAILED
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.bulk_records import service as bulk
from svc_credit_registry.sharing.corrections import service as corrections
from svc_credit_registry.sharing.matching import rules as matching_rules
from svc_credit_registry.sharing.matching import service as matching
from svc_credit_registry.sharing.matching.rules import Claim, Doubt, Method, Verdict
from svc_credit_registry.sharing.submissions import service as submissions
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome
from svc_credit_registry.sharing.submissions.schemas import Row, SubmissionReceiptOut
from svc_credit_registry.sharing.waiting_rows import queries
from svc_credit_registry.sharing.waiting_rows.errors import NothingWaits, OtherRegion
from svc_credit_registry.sharing.waiting_rows.schemas import MatchDecisionIn, WaitingOut

log = logging.getLogger(__name__)
SWEEP = "submissions.look_again"
LOOKED_AT_ONCE = 200
MATCHED_LATER = "已自动匹配 (matched later)"


async def decide(
    session: AsyncSession, caller: Caller, receipt_id: uuid.UUID, version: int, given: tuple[MatchDecisionIn, datetime]
) -> SubmissionReceipt:
    """A person says whose a waiting row is, or that it goes back to its producer; 404, 409 when it does not wait."""
    decision, now = given
    row = await _locked(session, receipt_id)
    if row.outcome != SubmissionOutcome.WAITING or row.payload is None:
        raise NothingWaits(outcome=row.outcome)
    check_version(row, version)
    if decision.code is None:
        fault: Json = {"pointer": "/code", "code": "no_match", "message": decision.reason}
        row.outcome, row.faults, row.payload = SubmissionOutcome.REFUSED, [fault], None
    else:
        named = await enterprises.find(session, decision.code)
        enterprise = await enterprises.find(session, await matching.goes_on_as(session, named.code))
        if not caller.covers(enterprise.region):
            raise OtherRegion
        await _settle(session, caller, row, Verdict(enterprise.code, Method.PERSON, 1.0), now)
    row.resolved_at, row.resolved_by, row.resolution = now, caller.subject, decision.reason
    await audit.record(
        session, caller, action="submission.matched", object_type="submission_receipt", object_id=row.id,
        before={"outcome": SubmissionOutcome.WAITING, "doubt": row.doubt},
        after={"outcome": row.outcome, "code": row.code}, reason=decision.reason,
    )  # fmt: skip
    await session.flush()
    return row


async def _locked(session: AsyncSession, receipt_id: uuid.UUID) -> SubmissionReceipt:
    """The row, first its key and then itself locked: the order of those who push."""
    row = await submissions.find(session, receipt_id, None)
    await bulk.lock(session, row.producer, row.kind, [row.key])
    return await queries.locked(session, receipt_id) or row


async def _settle(session: AsyncSession, caller: Caller, row: SubmissionReceipt, found: Verdict, now: datetime) -> None:
    """Puts a waiting row on the record of the enterprise that was found, and answers those who asked for a change."""
    given = Row.model_validate(row.payload)
    assert found.code is not None
    item = submissions.item_of(row.producer, RecordKind(row.kind), given, dict(given.content or {}), found.code)
    done = (await bulk.put(session, bulk.Series(caller, row.producer, item.kind, now), [item]))[item.key]
    row.outcome, row.code = SubmissionOutcome(done.outcome), found.code
    row.item_id, row.receipt = done.item_id, done.receipt
    row.method, row.confidence, row.payload = found.method, Decimal(str(round(found.confidence, 2))), None
    if row.outcome == SubmissionOutcome.REPLACED:
        told = {item.key: done.item_id}
        await corrections.answered(session, caller, (row.producer, row.kind), told, statutory_date(now))


async def look_again(session: AsyncSession, index: Path, now: datetime) -> int:
    """Asks the register once more whose waiting rows are: it grows, and names change; how many it looked at.

    A row that fails is looked at again an hour later; the others go on without it.
    """
    rows = await queries.to_look_at(session, now - submissions.LOOK_AGAIN, LOOKED_AT_ONCE)
    ids = [row.id for row in rows]
    verdicts = await _verdicts(session, index, rows, now)
    for receipt_id, row, verdict in zip(ids, rows, verdicts, strict=True):
        if verdict is None or verdict.code is None:
            await queries.looked(session, receipt_id, now if verdict is None else submissions.looked_at(now, verdict))
        elif not await _settled_alone(session, row, verdict, now):
            await queries.looked(session, receipt_id, now)
    return len(rows)


async def _verdicts(
    session: AsyncSession, index: Path, rows: Sequence[SubmissionReceipt], now: datetime
) -> list[Verdict | None]:
    """Whose each row is, None for one that can't be read any more."""
    claims = [_claim(row) for row in rows]
    found = iter(await _matched(session, index, [c for c in claims if c is not None], statutory_date(now)))
    return [None if claim is None else next(found) for claim in claims]


async def _matched(
    session: AsyncSession, index: Path, claims: Sequence[Claim], today: date
) -> Sequence[Verdict | None]:
    """The verdicts together; should one fail unforeseen, each by itself."""
    try:
        async with session.begin_nested():
            return await matching.match(session, index, claims, today)
    except Exception as exc:
        if is_outage(exc):
            raise
        if len(claims) == 1:
            FAILED.labels(SWEEP).inc()
            log.exception("a waiting row can't be matched")
            return [None]
    return [verdict for claim in claims for verdict in await _matched(session, index, [claim], today)]


def _claim(row: SubmissionReceipt) -> Claim | None:
    try:
        return submissions.claim_of(Row.model_validate(row.payload))
    except ValidationError:
        FAILED.labels(SWEEP).inc()
        log.exception("a waiting row can't be read any more", extra={"receipt": str(row.id)})
        return None


async def _settled_alone(session: AsyncSession, row: SubmissionReceipt, verdict: Verdict, now: datetime) -> bool:
    """Settles a row within a savepoint; False when that failed unforeseen and nothing of it is there."""
    receipt_id = row.id
    try:
        async with session.begin_nested():
            await _settle(session, audit.SYSTEM, row, verdict, now)
            row.looked_at, row.resolved_at, row.resolution = now, now, MATCHED_LATER
            row.resolved_by = audit.SYSTEM.subject
    except Exception as exc:
        if is_outage(exc):
            raise
        FAILED.labels(SWEEP).inc()
        log.exception("a waiting row failed", extra={"receipt": str(receipt_id)})
        return False
    return True


def waiting_out(row: SubmissionReceipt, *, english: bool) -> WaitingOut:
    """A waiting row for the one who decides."""
    shown = SubmissionReceiptOut.model_validate(row).model_dump()
    label = matching_rules.DOUBTS[Doubt(row.doubt or Doubt.UNCERTAIN)][english]
    return WaitingOut(**shown, payload=dict(row.payload or {}), version=row.version, doubt_label=label)
