"""What officials do with leads."""

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import ColumnElement

from shared.clock import NowDep
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from shared.fields import Day
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import LeadOfficer
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.leads import queries, rules, service
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.queries import Filters
from svc_credit_registry.supervision.leads.rules import SOURCE_LABELS, LeadSource, LeadState
from svc_credit_registry.supervision.leads.schemas import (
    AssignmentIn,
    CaseExtensionIn,
    ClosingIn,
    ConclusionIn,
    ExtensionIn,
    LeadOut,
    LeadSummary,
    LeadVerificationIn,
    MatchIn,
    PublicationIn,
    SourceStatistics,
    StatisticsOut,
    TransferIn,
    lead_out,
    lead_summary,
)

router = Router(prefix="/v1", tags=["leads"])

Explain = Annotated[bool, Query(description="Each day counted or skipped, and why")]


async def _answer(reply: Reply, lead: Lead) -> LeadOut:
    await reply.versioned(lead)
    return lead_out(lead, reply.today, english=reply.english)


@router.get("/leads", operation_id="list_leads")
async def list_leads(  # noqa: PLR0913 - one parameter for each filter
    caller: LeadOfficer,
    paging: Paging,
    reply: ReplyDep,
    source: LeadSource | None = None,
    state: LeadState | None = None,
    code: Annotated[str | None, Query(max_length=40, description="Credit code; 422 for what can be none")] = None,
    overdue: Annotated[bool, Query(description="Only those whose term has passed")] = False,
) -> Page[LeadSummary]:
    """The leads of the caller's region and below, first come first."""
    keys: list[ColumnElement[Any]] = [Lead.received_on.asc(), Lead.id.asc()]
    filters = Filters(source, state, valid_code(code) if code else None, reply.today if overdue else None)
    found = await reply.page_of(queries.overseen(caller.region, filters), keys, paging)
    return found.page([lead_summary(lead, reply.today, english=reply.english) for lead in found.rows])


@router.get("/lead-statistics", operation_id="get_lead_statistics")
async def get_lead_statistics(
    caller: LeadOfficer,
    reply: ReplyDep,
    since: Annotated[Day, Query(description="First day of receipt")],
    until: Annotated[Day, Query(description="Last day of receipt")],
) -> StatisticsOut:
    """Leads of the caller's region and below by source: how many came, and what became of them; 422 for a period that
    ends before it begins.
    """
    rules.check_span(since, until)
    rows = await queries.statistics(reply.session, caller.region, since, until, reply.today)
    counted = {row.source: row for row in rows}
    numbers = SourceStatistics.model_fields.keys() - {"source", "source_label"}
    items = [
        SourceStatistics(
            source=source,
            source_label=SOURCE_LABELS[source][reply.english],
            **{name: getattr(counted.get(source), name, 0) for name in numbers},
        )
        for source in LeadSource
    ]
    return StatisticsOut(since=since, until=until, as_of=reply.today, region=caller.region or "", items=items)


@router.get("/leads/{lead_id}", operation_id="get_lead")
async def get_lead(lead_id: uuid.UUID, caller: LeadOfficer, reply: ReplyDep) -> LeadOut:
    """One lead; 404 outside the caller's region."""
    return await _answer(reply, await service.found(reply.session, caller, lead_id))


@router.get("/leads/{lead_id}/deadlines", operation_id="get_lead_deadlines")
async def get_lead_deadlines(
    lead_id: uuid.UUID, caller: LeadOfficer, reply: ReplyDep, explain: Explain = False
) -> DeadlinesOut:
    """By when the lead is checked, and its case decided, each with its source."""
    lead = await service.found(reply.session, caller, lead_id)
    return DeadlinesOut(number=lead.number, items=_deadlines(lead, reply, explain=explain))


def _deadlines(lead: Lead, reply: Reply, *, explain: bool) -> list[DeadlineOut]:
    terms = rules.terms_of(lead.terms_version)
    check = rules.check_due(lead.received_on, terms, extended=lead.extended_on is not None)
    over = lead.verified_on or lead.closed_on
    nodes = [("check", ("核查", "Check"), lead.received_on, check, over)]
    if lead.transferred_on is not None:
        case = rules.case_due(lead.transferred_on, terms, service.case_extensions(lead))
        nodes.append(("case", ("案件办理", "Penalty case"), lead.transferred_on, case, lead.concluded_on))
    return [
        DeadlineOut(
            node=node,
            label=label[reply.english],
            started_on=started,
            due_on=deadline.due_on,
            working_days=deadline.days,
            basis=deadline.basis,
            confirmed=terms.confirmed,
            note=terms.note,
            provisional=deadline.provisional,
            met_on=met,
            is_overdue=_late(met, deadline.due_on, reply.today),
            explanation=days_out(deadline.explanation, english=reply.english) if explain else None,
        )
        for node, label, started, deadline, met in nodes
    ]


def _late(met: date | None, due_on: date, today: date) -> bool:
    return (met or today) > due_on


@router.post("/leads/{lead_id}/match", operation_id="match_lead")
async def match_lead(
    lead_id: uuid.UUID, body: MatchIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Says which enterprise the lead concerns."""
    return await _answer(reply, await service.match(reply.session, caller, (lead_id, version), body))


@router.post("/leads/{lead_id}/assignment", operation_id="assign_lead")
async def assign_lead(
    lead_id: uuid.UUID, body: AssignmentIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Gives the lead to the authority of a region; its term runs on."""
    return await _answer(reply, await service.assign(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/extension", operation_id="extend_lead")
async def extend_lead(
    lead_id: uuid.UUID, body: ExtensionIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Gives the check 15 more working days, once, with its reason."""
    return await _answer(reply, await service.extend(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/verification", operation_id="verify_lead")
async def verify_lead(
    lead_id: uuid.UUID,
    body: LeadVerificationIn,
    caller: LeadOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> LeadOut:
    """Notes what the check has found."""
    return await _answer(reply, await service.verify(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/transfer", operation_id="transfer_lead")
async def transfer_lead(
    lead_id: uuid.UUID, body: TransferIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Hands what was substantiated over to a penalty case."""
    return await _answer(reply, await service.transfer(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/case-extension", operation_id="extend_lead_case")
async def extend_lead_case(
    lead_id: uuid.UUID, body: CaseExtensionIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Gives the case 30 days more by approval; then, once, until the day which a collective discussion has fixed."""
    return await _answer(reply, await service.extend_case(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/conclusion", operation_id="conclude_lead")
async def conclude_lead(
    lead_id: uuid.UUID, body: ConclusionIn, caller: LeadOfficer, version: IfMatch, now: NowDep, reply: ReplyDep
) -> LeadOut:
    """Ends the case; a penalty stands on the record of the enterprise from now on."""
    return await _answer(reply, await service.conclude(reply.session, caller, (lead_id, version), body, now))


@router.post("/leads/{lead_id}/closure", operation_id="close_lead")
async def close_lead(
    lead_id: uuid.UUID, body: ClosingIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> LeadOut:
    """Closes the lead without a case, with its ground and reason."""
    return await _answer(reply, await service.close(reply.session, caller, (lead_id, version), body, reply.today))


@router.post("/leads/{lead_id}/publication", operation_id="publish_lead_outcome")
async def publish_lead_outcome(
    lead_id: uuid.UUID, body: PublicationIn, caller: LeadOfficer, version: IfMatch, now: NowDep, reply: ReplyDep
) -> LeadOut:
    """Makes the outcome public where the law does; 409 for what nobody was found guilty of."""
    return await _answer(reply, await service.publish(reply.session, caller, (lead_id, version), body, now))
