"""Proposals to list an enterprise: evidence, what the enterprise says, the superior's consent, the decision."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from shared.db import Json
from svc_credit_registry.listing.grounds.rules import ANNUAL_REPORT, THREE_YEARS, ListKind, Terms, terms_of, terms_on
from svc_credit_registry.listing.hearings import queries as hearing_queries
from svc_credit_registry.listing.hearings import service as hearings
from svc_credit_registry.listing.lists import queries, rules
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.errors import (
    AlreadyListed,
    ConsentMissing,
    EvidenceInvalid,
    GroundGone,
    HearingOpen,
    NotSubject,
    NotYourRegion,
    ReportFiled,
    StatementOpen,
)
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.rules import Act, Evidence, State
from svc_credit_registry.listing.proposals.schemas import ProposalDecisionIn, ProposalIn, StatementIn
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.records import service as records

WAIVED = "放弃其余陈述、申辩和听证权利 / the rest is waived"


@dataclass(frozen=True)
class Proposal:
    """A listing somebody, or a clock, proposes."""

    kind: ListKind
    ground: str
    facts: str
    evidence: Evidence
    region: str
    escalated_from: uuid.UUID | None = None


async def propose(session: AsyncSession, caller: Caller, body: ProposalIn, today: date) -> ListEntry:
    """An officer proposes a listing; refused when the evidence does not carry the ground, or it is not his to decide.

    The abnormal list is the registering authority's; on the serious list an authority puts whom it has penalised.
    """
    enterprise = await enterprises.find(session, body.code)
    if body.ground == THREE_YEARS:
        raise EvidenceInvalid("满三年由系统按期提请省级机关 / three years are proposed by their clock")
    region = enterprise.region if body.kind is ListKind.ABNORMAL else str(caller.region)
    if not caller.covers(enterprise.region):
        raise NotYourRegion
    if body.kind is ListKind.ABNORMAL and caller.region != enterprise.region:
        raise NotYourRegion
    proposal = Proposal(body.kind, body.ground, body.facts, body.evidence(), region)
    return await open_proposal(session, caller, enterprise, proposal, today)


async def open_proposal(
    session: AsyncSession, caller: Caller, enterprise: Enterprise, proposal: Proposal, today: date
) -> ListEntry:
    """Opens a proposal of an officer or of a clock; the enterprise is told when the law announces a listing to it."""
    terms = terms_on(proposal.kind, today)
    await _check(session, enterprise, proposal, terms, today)
    evidence = proposal.evidence
    entry = ListEntry(
        number=rules.number_for(proposal.kind, proposal.region, today, await queries.next_number(session)),
        list=proposal.kind,
        ground=proposal.ground,
        code=enterprise.code,
        name=enterprise.name,
        region=proposal.region,
        state=State.PROPOSED,
        terms_version=terms.version,
        report_year=evidence.report_year,
        facts=proposal.facts,
        evidence=_plain(evidence),
        proposed_by=caller.subject,
        proposed_on=today,
        decide_from=rules.decision_from(proposal.ground, evidence),
        escalated_from=proposal.escalated_from,
    )
    # What could not be published is refused now, not when the decision is made.
    records.checked_content(lists.KINDS[proposal.kind], lists.content_of(entry, entry.number, today))
    session.add(entry)
    await session.flush()
    lists.refresh(entry)
    by = "system" if caller.kind == "system" else "officer"
    done = lists.Done(Act.PROPOSE, by, caller, today, proposal.facts, notice=terms.statement is not None)
    await lists.note(session, entry, done, before=None)
    return entry


async def _check(session: AsyncSession, enterprise: Enterprise, proposal: Proposal, terms: Terms, today: date) -> None:
    if not rules.is_subject(enterprise.code) or enterprise.status != Status.ACTIVE:
        raise NotSubject
    if terms.ground(proposal.ground) is None:
        raise EvidenceInvalid(f"{terms.measure} 没有此事由 / has no such ground: {proposal.ground}")
    rules.check_evidence(terms, proposal.ground, proposal.evidence, enterprise.established_on, today)
    year = proposal.evidence.report_year
    if proposal.ground == ANNUAL_REPORT and year is not None:
        if not rules.must_report(enterprise.established_on, year):
            raise NotSubject("新设立企业自下一年起报送 / a new enterprise reports from the next year on")
        if await queries.has_report(session, enterprise.code, year):
            raise ReportFiled
    if await queries.has_open(session, enterprise.code, proposal.kind, proposal.ground, year):
        raise AlreadyListed


def _plain(evidence: Evidence) -> Json:
    given = {name: value for name, value in vars(evidence).items() if value}
    return {
        name: sorted(map(str, value)) if isinstance(value, frozenset | tuple) else
        value if isinstance(value, int) else str(value)
        for name, value in given.items()
    }  # fmt: skip


async def state_case(
    session: AsyncSession, caller: Caller, entry_id: uuid.UUID, body: StatementIn, today: date
) -> ListEntry:
    """The enterprise answers an announced listing. Only if it waives all else its time to speak, and to ask for a
    hearing, is over with that.
    """
    entry = await lists.for_enterprise(session, caller, entry_id, lists.OBJECTION)
    rules.after(State(entry.state), Act.STATE_CASE)
    if body.statement:
        entry.statement, entry.stated_on = body.statement, today
    if body.waived:
        entry.waived_on = today
    text = "；".join(part for part in (body.statement, WAIVED if body.waived else None) if part)
    await lists.note(session, entry, lists.Done(Act.STATE_CASE, "enterprise", caller, today, text), before=entry.state)
    return entry


async def consent(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, document: str, today: date) -> ListEntry:
    """A superior authority consents to a proposal of a county or city (Order 44); 403 for that authority itself."""
    entry, viewer = await lists.read(session, caller, entry_id, lock=True)
    if viewer != "officer" or caller.region == entry.region:
        raise NotYourRegion
    rules.after(State(entry.state), Act.CONSENT)
    entry.consented_by, entry.consented_on = caller.subject, today
    await lists.note(session, entry, lists.Done(Act.CONSENT, "superior", caller, today, document), before=entry.state)
    return entry


async def decide(
    session: AsyncSession, caller: Caller, entry: ListEntry, body: ProposalDecisionIn, now: datetime
) -> ListEntry:
    """The authority, which the caller has checked, lists the enterprise or refuses to by a document; public at once."""
    today = statutory_date(now)
    act = Act.LIST if body.outcome == "listed" else Act.REFUSE
    rules.after(State(entry.state), act)
    if act is Act.LIST:
        await _check_decision(session, entry, today)
    await hearings.lapse(session, entry, today)
    document = await lists.write_document(session, entry, lists.Done(act, "officer", caller, today, body.reason))
    entry.document_number, entry.document_item, entry.decided_on = document.number, 1, today
    if act is Act.LIST:
        await lists.put_on_list(session, entry, today)
    await lists.move(session, entry, lists.Done(act, "officer", caller, today, body.reason, document, notice=True))
    if act is Act.LIST:
        await lists.put_on_record(session, caller, entry, document, now)
    return entry


async def _check_decision(session: AsyncSession, entry: ListEntry, today: date) -> None:
    terms, enterprise = terms_of(entry.terms_version), await enterprises.find(session, entry.code)
    if enterprise.status != Status.ACTIVE:
        raise NotSubject("企业已不在业 / it has left business since the proposal")
    if rules.needs_consent(terms, entry.region) and entry.consented_on is None:
        raise ConsentMissing
    if await hearing_queries.open_of(session, entry.id) is not None:
        raise HearingOpen
    if terms.statement and entry.waived_on is None and today <= terms.statement.due_on(entry.proposed_on):
        until = terms.statement.due_on(entry.proposed_on)
        raise StatementOpen(f"陈述申辩期限至 {until} / open until that day", open_until=str(until))
    # Locked, so that it is not removed between this look and the end of the decision.
    before = await queries.find(session, entry.escalated_from, lock=True) if entry.escalated_from else None
    if before is not None and before.state != State.LISTED:
        raise GroundGone
    if await lists.is_reported(session, before or entry):
        raise ReportFiled
