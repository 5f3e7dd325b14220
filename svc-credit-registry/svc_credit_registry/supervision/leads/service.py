"""Dealing with leads: match, assign, check, transfer to a case, conclude, close, publish."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from shared.errors import FieldError
from shared.http import check_version
from svc_credit_registry.cases.rules import authority_of
from svc_credit_registry.cases.service import unit_of
from svc_credit_registry.listing.penalties import service as penalties
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.records import queries as items
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.supervision.leads import queries, rules
from svc_credit_registry.supervision.leads.errors import (
    EnterpriseNeeded,
    GroundNotFitting,
    LeadRegionInvalid,
    LeadUnknown,
    NotPublishable,
)
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.rules import Act, Finding, LeadState
from svc_credit_registry.supervision.leads.schemas import (
    AssignmentIn,
    CaseExtensionIn,
    ClosingIn,
    ConclusionIn,
    ExtensionIn,
    LeadPenaltyIn,
    LeadVerificationIn,
    MatchIn,
    PublicationIn,
    TransferIn,
)

Place = tuple[uuid.UUID, int]
BY_OFFICER = "officer"


async def found(session: AsyncSession, caller: Caller, lead_id: uuid.UUID) -> Lead:
    """A lead for officials of its region and above; 404 for all others alike."""
    lead = await queries.by_id(session, lead_id)
    if lead is None or not caller.covers(lead.region):
        raise LeadUnknown
    return lead


async def _held(session: AsyncSession, caller: Caller, place: Place, act: Act, *, superior: bool = False) -> Lead:
    """A lead, locked, for an act which its state allows: 404, 403, 409, 412 in this order.

    Those of its region act; with `superior` also those above it.
    """
    lead = await queries.by_id(session, place[0], lock=True)
    if lead is None or not caller.covers(lead.region):
        raise LeadUnknown
    if not superior:
        rules.check_handler(lead.region, caller.region)
    rules.after(LeadState(lead.state), act)
    check_version(lead, place[1])
    return lead


async def _moved(
    session: AsyncSession, caller: Caller, lead: Lead, act: Act, after: dict[str, Any], reason: str | None = None
) -> Lead:
    before = lead.state
    lead.state = rules.after(LeadState(before), act)
    await audit.record(
        session, caller, action=f"lead.{act}", object_type="lead", object_id=lead.id, before={"state": before},
        after={"state": lead.state, "number": lead.number} | after, reason=reason,
    )  # fmt: skip
    await session.flush()
    return lead


async def match(session: AsyncSession, caller: Caller, place: Place, body: MatchIn) -> Lead:
    """Says whom the lead concerns; also what was matched by itself can be put right until it is checked."""
    lead = await _held(session, caller, place, Act.MATCH, superior=True)
    enterprise = await enterprises.find(session, body.code)
    before, lead.code, lead.matched_by = lead.code, enterprise.code, BY_OFFICER
    return await _moved(session, caller, lead, Act.MATCH, {"code": lead.code, "code_before": before}, body.reason)


async def assign(session: AsyncSession, caller: Caller, place: Place, body: AssignmentIn, today: date) -> Lead:
    """Gives the lead to the authority that checks it, within the caller's region. The term runs on."""
    lead = await _held(session, caller, place, Act.ASSIGN, superior=True)
    if not regions.is_current(body.region) or not caller.covers(body.region):
        raise LeadRegionInvalid(errors=[FieldError("/region", "region", f"{body.region}")])
    lead.region, lead.unit, lead.assigned_on = body.region, body.unit or authority_of(body.region), today
    return await _moved(session, caller, lead, Act.ASSIGN, {"region": lead.region, "unit": lead.unit})


async def extend(session: AsyncSession, caller: Caller, place: Place, body: ExtensionIn, today: date) -> Lead:
    """Gives the check 15 more working days, once."""
    lead = await _held(session, caller, place, Act.EXTEND)
    rules.check_once(lead.extended_on)
    lead.extended_on, lead.extension_reason = today, f"{body.reason}（批准：{body.approved_by}）"
    due = rules.check_due(lead.received_on, rules.terms_of(lead.terms_version), extended=True)
    lead.due_on = due.due_on
    return await _moved(session, caller, lead, Act.EXTEND, {"due_on": lead.due_on}, lead.extension_reason)


async def verify(session: AsyncSession, caller: Caller, place: Place, body: LeadVerificationIn, today: date) -> Lead:
    """Notes what the check has found."""
    lead = await _held(session, caller, place, Act.VERIFY)
    lead.verified_on, lead.finding = today, body.finding
    lead.seal(finding_summary=body.summary)
    return await _moved(session, caller, lead, Act.VERIFY, {"finding": lead.finding})


async def transfer(session: AsyncSession, caller: Caller, place: Place, body: TransferIn, today: date) -> Lead:
    """Hands the lead over to a penalty case, whose own term begins."""
    lead = await _held(session, caller, place, Act.TRANSFER)
    rules.check_transfer(Finding(lead.finding) if lead.finding else None)
    if lead.code is None:
        raise EnterpriseNeeded
    lead.transferred_on, lead.case_number = today, body.case_number
    lead.due_on = rules.case_due(today, rules.terms_of(lead.terms_version)).due_on
    return await _moved(session, caller, lead, Act.TRANSFER, {"case_number": lead.case_number})


def case_extensions(lead: Lead) -> list[date]:
    """The days until which a case was extended, one after another."""
    return [date.fromisoformat(str(one["until"])) for one in lead.case_extensions]


async def extend_case(session: AsyncSession, caller: Caller, place: Place, body: CaseExtensionIn, today: date) -> Lead:
    """Gives a case more time: 30 days by approval, then once more up to a day which a collective discussion fixes."""
    lead = await _held(session, caller, place, Act.EXTEND_CASE)
    terms = rules.terms_of(lead.terms_version)
    lead.due_on = rules.extended_case(lead.transferred_on or today, terms, case_extensions(lead), body.until)
    made: dict[str, Any] = {
        "until": lead.due_on.isoformat(), "reason": body.reason, "approved_by": body.approved_by,
        "extended_on": today.isoformat(),
    }  # fmt: skip
    lead.case_extensions = [*lead.case_extensions, made]
    return await _moved(session, caller, lead, Act.EXTEND_CASE, {"due_on": lead.due_on}, body.reason)


async def conclude(session: AsyncSession, caller: Caller, place: Place, body: ConclusionIn, now: datetime) -> Lead:
    """Ends the case: a penalty goes on the record of the enterprise, produced by the authority that decided it."""
    lead = await _held(session, caller, place, Act.CONCLUDE)
    if (body.penalty is None) == (body.reason is None):
        raise GroundNotFitting(
            errors=[FieldError("/penalty", "one_of", "处罚决定与理由二选一 / a penalty or a reason")]
        )
    today = statutory_date(now)
    lead.concluded_on, lead.due_on = today, None
    lead.outcome = rules.PENALISED if body.penalty else rules.NOT_PENALISED
    if body.penalty is not None:
        lead.penalty_key = body.penalty.document_number
        await _put_penalty(session, caller, lead, body.penalty, now)
    after = {"outcome": lead.outcome, "penalty_key": lead.penalty_key}
    return await _moved(session, caller, lead, Act.CONCLUDE, after, body.reason)


async def _put_penalty(
    session: AsyncSession, caller: Caller, lead: Lead, penalty: LeadPenaltyIn, now: datetime
) -> None:
    assert lead.code is not None, "only a matched lead was transferred"
    today = statutory_date(now)
    if not (lead.transferred_on or today) <= penalty.decided_on <= today:
        fault = FieldError("/penalty/decided_on", "out_of_range", "决定日期不正确 / not between transfer and today")
        raise GroundNotFitting(errors=[fault])
    unit = unit_of(caller)
    standing = await items.current_of(session, unit, RecordKind.PENALTY, penalty.document_number)
    if standing is not None and standing.code != lead.code:
        message = "该文号的处罚决定属于另一企业 / this decision stands on the record of another enterprise"
        raise GroundNotFitting(errors=[FieldError("/penalty/document_number", "taken", message)])
    item = Item(
        code=lead.code,
        kind=RecordKind.PENALTY,
        key=penalty.document_number,
        content=penalty.model_dump(mode="json", exclude_none=True) | {"authority": unit},
        producer=unit,
        provider=unit,
        basis=f"{rules.PUBLICATION_BASIS}；{penalty.legal_basis}",
        produced_on=penalty.decided_on,
        effective_from=penalty.decided_on,
    )
    await records.put(session, caller, item, now)
    standing = await items.current_of(session, unit, RecordKind.PENALTY, penalty.document_number)
    if standing is not None and standing.publish_until is None:
        await penalties.give_term(session, standing, now)


async def close(session: AsyncSession, caller: Caller, place: Place, body: ClosingIn, today: date) -> Lead:
    """Closes a lead without a case, on a ground which the finding bears out."""
    lead = await _held(session, caller, place, Act.CLOSE)
    rules.check_closing(body.ground, Finding(lead.finding) if lead.finding else None)
    lead.closed_on, lead.ground, lead.ground_reason, lead.due_on = today, body.ground, body.reason, None
    return await _moved(session, caller, lead, Act.CLOSE, {"ground": lead.ground}, body.reason)


async def publish(session: AsyncSession, caller: Caller, place: Place, body: PublicationIn, now: datetime) -> Lead:
    """Puts the outcome on the record of the enterprise, where the law makes it public (409 where not)."""
    lead = await _held(session, caller, place, Act.PUBLISH)
    rules.check_publication(LeadState(lead.state), lead.outcome, lead.ground, lead.code)
    assert lead.code is not None
    assert lead.verified_on is not None
    unit, ended_on = unit_of(caller), lead.concluded_on or lead.closed_on or statutory_date(now)
    until = await _shown_until(session, lead, unit, ended_on)
    if until is not None and until < statutory_date(now):
        raise NotPublishable
    content: dict[str, Any] = {
        "number": lead.number,
        "source": lead.source,
        "category": lead.category,
        "verified_on": lead.verified_on.isoformat(),
        "outcome": lead.outcome or str(lead.ground),
        "summary": body.summary,
        "authority": unit,
    }
    item = Item(
        code=lead.code, kind=RecordKind.LEAD_OUTCOME, key=lead.number, content=content, producer=unit, provider=unit,
        basis=rules.PUBLICATION_BASIS, produced_on=ended_on, effective_from=ended_on, publish_until=until,
    )  # fmt: skip
    entered = await records.put(session, caller, item, now)
    lead.published_on = lead.published_on or statutory_date(now)
    return await _moved(session, caller, lead, Act.PUBLISH, {"receipt": entered.receipt})


async def _shown_until(session: AsyncSession, lead: Lead, unit: str, ended_on: date) -> date | None:
    """The last day on which an outcome is shown: never longer than its penalty, or the smallest one without any.

    409 when the penalty does not stand on the record any more, or was revoked.
    """
    if lead.penalty_key is None:
        return rules.PUT_RIGHT.due_on(ended_on)
    penalty = await items.current_of(session, unit, RecordKind.PENALTY, lead.penalty_key)
    if penalty is None or penalty.content.get("state") == rules.REVOKED:
        raise NotPublishable
    return penalty.publish_until


async def follow_penalty(session: AsyncSession, told: queries.Told, now: datetime) -> None:
    """Shows an outcome as long as its penalty: until its last day as it is now, and no more once it has ended."""
    if told.has_penalty:
        item = told.item
        await penalties.put_again(session, audit.SYSTEM, item, dict(item.content), told.until, now)
    else:
        key = (told.item.producer, RecordKind.LEAD_OUTCOME, told.item.key)
        await records.end(session, audit.SYSTEM, *key, rules.PENALTY_GONE, now)
