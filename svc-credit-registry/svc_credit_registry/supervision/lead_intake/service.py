"""Taking leads in, singly and by batch: each once by its reporter's key, matched to its enterprise, with a receipt."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from shared.errors import FieldError, Invalid
from shared.http.strictness import faults_of
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.sharing.matching import service as matching
from svc_credit_registry.sharing.matching.rules import Claim
from svc_credit_registry.supervision.lead_intake.rules import CREATED, REFUSED, REPEATED, Line, lines_of
from svc_credit_registry.supervision.leads import queries, rules
from svc_credit_registry.supervision.leads.errors import BatchTooLarge, LeadKeyReused
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.schemas import (
    LeadBatchOut,
    LeadFaultOut,
    LeadIn,
    LeadReceiptOut,
    RowReceiptOut,
)
from svc_credit_registry.supervision.operators import queries as operators

LOCK = 31
KEY_REUSED = LeadFaultOut(pointer="/key", code="lead_key_reused", message=LeadKeyReused.title_zh)


@dataclass(frozen=True)
class Intake:
    """Who reports, on which day, in which batch, and where the index of names is."""

    caller: Caller
    reporter: str
    today: date
    index: Path
    batch: str | None = None


@dataclass(frozen=True)
class Whose:
    """Whom a lead concerns, as far as it is certain, and by what that is known."""

    code: str | None
    matched_by: str | None
    region: str | None
    candidates: list[dict[str, object]]


def reporter_of(caller: Caller) -> str:
    """For whom a caller reports: a machine for itself, an official for his unit."""
    if caller.kind == "system":
        return caller.client_id or caller.subject
    return caller.unit or caller.subject


async def take(session: AsyncSession, intake: Intake, body: LeadIn) -> LeadReceiptOut:
    """Takes one lead. 409 for a key that stands for another, 422 without a region."""
    (receipt,) = await _enter(session, intake, [body])
    if receipt.outcome == REFUSED:
        fault = receipt.errors[0]
        if fault.code == KEY_REUSED.code:
            raise LeadKeyReused(body.key)
        raise Invalid(errors=[FieldError(fault.pointer, fault.code, fault.message)])
    return receipt


async def read_whole(stream: AsyncIterator[bytes]) -> bytes:
    """The bytes of a batch; 413 as soon as there are more than 8 MiB of them."""
    parts, size = [], 0
    async for part in stream:
        size += len(part)
        if size > rules.MOST_BYTES:
            raise BatchTooLarge
        parts.append(part)
    return b"".join(parts)


async def take_batch(session: AsyncSession, intake: Intake, raw: bytes) -> LeadBatchOut:
    """Takes the rows of a batch in one transaction, each with its receipt; a bad row harms no other."""
    lines = lines_of(raw)
    read = [_read(line) for line in lines]
    good = [body for body in read if isinstance(body, LeadIn)]
    receipts = iter(await _enter(session, intake, good))
    rows = []
    for line, body in zip(lines, read, strict=True):
        receipt = next(receipts) if isinstance(body, LeadIn) else body
        rows.append(RowReceiptOut(line=line.number, **receipt.model_dump()))
    counts = {name: sum(row.outcome == name for row in rows) for name in (CREATED, REPEATED, REFUSED)}
    return LeadBatchOut(batch=intake.batch or "", received=len(rows), rows=rows, **counts)


def _read(line: Line) -> LeadIn | LeadReceiptOut:
    if line.content is None:
        fault = LeadFaultOut(pointer="/", code="json_invalid", message=line.fault or "")
        return LeadReceiptOut(key=None, outcome=REFUSED, errors=[fault])
    given = line.content.get("key")
    key = given[:100] if isinstance(given, str) else None
    unfit = [LeadFaultOut(pointer=f.pointer, code=f.code, message=f.message) for f in faults_of(line.content)]
    if unfit:
        return LeadReceiptOut(key=None, outcome=REFUSED, errors=unfit)
    try:
        return LeadIn.model_validate(line.content)
    except ValidationError as exc:
        return LeadReceiptOut(key=key, outcome=REFUSED, errors=[_fault(e) for e in exc.errors(include_url=False)])


def _fault(error: Any) -> LeadFaultOut:
    pointer = "/" + "/".join(str(part) for part in error["loc"])
    return LeadFaultOut(pointer=pointer, code=str(error["type"]), message=str(error["msg"]))


async def _enter(session: AsyncSession, intake: Intake, bodies: Sequence[LeadIn]) -> list[LeadReceiptOut]:
    """One reporter's leads are taken one batch after another, so that no key is taken twice."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(intake.reporter, LOCK))))
    known = await queries.by_keys(session, intake.reporter, [body.key for body in bodies])
    fresh = {body.key: body for body in reversed(bodies) if body.key not in known}
    whose = await _matched(session, intake, list(fresh.values()))
    refused = {k: fault for k, who in whose.items() if (fault := _refusal(intake, fresh[k], who)) is not None}
    wanted = [body for key, body in fresh.items() if key not in refused]
    serials = await queries.serials(session, len(wanted)) if wanted else []
    terms = rules.terms_on(intake.today)
    due = (terms.version, rules.check_due(intake.today, terms).due_on)
    added = [_lead(intake, body, whose[body.key], n, due) for body, n in zip(wanted, serials, strict=True)]
    session.add_all(added)
    await session.flush()
    for lead in added:
        await _audit(session, intake, lead)
    known |= {lead.key: lead for lead in added}
    firsts = {lead.key for lead in added}
    return [_receipt(body, known, refused, firsts) for body in bodies]


def _receipt(
    body: LeadIn, known: dict[str, Lead], refused: dict[str, LeadFaultOut], firsts: set[str]
) -> LeadReceiptOut:  # fmt: skip
    lead = known.get(body.key)
    if lead is None:
        return LeadReceiptOut(key=body.key, outcome=REFUSED, errors=[refused[body.key]])
    if lead.fingerprint != _fingerprint(body):
        return LeadReceiptOut(key=body.key, outcome=REFUSED, errors=[KEY_REUSED])
    outcome = CREATED if body.key in firsts else REPEATED
    firsts.discard(body.key)
    return LeadReceiptOut(
        key=body.key, outcome=outcome, id=lead.id, number=lead.number, region=lead.region,
        matched=lead.code is not None, due_on=lead.due_on,
    )  # fmt: skip


def _fingerprint(body: LeadIn) -> bytes:
    return hashlib.sha256(body.model_dump_json().encode()).digest()


def _refusal(intake: Intake, body: LeadIn, who: Whose) -> LeadFaultOut | None:
    if body.found_on > intake.today:
        return LeadFaultOut(
            pointer="/found_on", code="day_ahead", message="日期不能晚于今日 / that day has not come yet"
        )
    if who.region is not None and (regions.is_known if body.region is None else regions.is_current)(who.region):
        return None
    return LeadFaultOut(pointer="/region", code="region_needed", message="请填写有效的辖区 / a region is needed")


async def _matched(session: AsyncSession, intake: Intake, bodies: Sequence[LeadIn]) -> dict[str, Whose]:
    """Whom each lead concerns: by code or name as all pushed records are joined, else by a site that was verified."""
    if not bodies:
        return {}
    claims = [Claim(body.code, body.name, body.region, None, body.found_on) for body in bodies]
    verdicts = await matching.match(session, intake.index, claims, intake.today)
    sites = await operators.operators_of(session, sorted({body.site for body in bodies if body.site}))
    whose = {}
    for body, verdict in zip(bodies, verdicts, strict=True):
        code, by = verdict.code, str(verdict.method) if verdict.code else None
        candidates: list[dict[str, object]] = [
            {"code": c.code, "name": c.name, "by": str(c.method), "confidence": c.confidence}
            for c in verdict.candidates
        ]
        if body.site in sites:
            operator, verified = sites[body.site]
            if code is None and body.code is None and verified:
                code, by = operator, "site"
            elif code != operator:
                candidates.append({"code": operator, "by": "site", "confidence": 0.5})
        whose[body.key] = Whose(code, by, body.region, candidates)
    return await _with_regions(session, whose)


async def _with_regions(session: AsyncSession, whose: dict[str, Whose]) -> dict[str, Whose]:
    """A lead goes to the region which its reporter names, or to that of the enterprise."""
    codes = sorted({who.code for who in whose.values() if who.code and not who.region})
    rows = await session.execute(select(Enterprise.code, Enterprise.region).where(Enterprise.code.in_(codes)))
    known = {str(code): str(region) for code, region in rows} if codes else {}
    return {
        key: Whose(who.code, who.matched_by, who.region or known.get(who.code or ""), who.candidates)
        for key, who in whose.items()
    }


def _lead(intake: Intake, body: LeadIn, who: Whose, serial: int, due: tuple[str, date]) -> Lead:
    assert who.region is not None
    lead = Lead(
        number=rules.number_of(who.region, intake.today, serial),
        reporter=intake.reporter,
        key=body.key,
        fingerprint=_fingerprint(body),
        batch=intake.batch,
        source=body.source,
        category=body.category,
        found_on=body.found_on,
        received_on=intake.today,
        reported_code=body.code,
        reported_name=body.name,
        domain=body.site,
        code=who.code,
        matched_by=who.matched_by,
        candidates=who.candidates,
        region=who.region,
        terms_version=due[0],
        due_on=due[1],
    )
    lead.seal(facts=body.facts, evidence=body.evidence)
    return lead


async def _audit(session: AsyncSession, intake: Intake, lead: Lead) -> None:
    await audit.record(
        session, intake.caller, action="lead.received", object_type="lead", object_id=lead.id,
        after={
            "number": lead.number, "source": lead.source, "code": lead.code, "region": lead.region,
            "due_on": lead.due_on,
        },
    )  # fmt: skip
