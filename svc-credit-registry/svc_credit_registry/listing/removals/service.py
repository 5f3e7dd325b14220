"""Taking an enterprise off a list when it asks for it and the ground is gone."""

import uuid
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from svc_credit_registry.cases.rules import authority_of
from svc_credit_registry.listing.grounds.rules import ListKind, terms_of
from svc_credit_registry.listing.lists import queries as list_queries
from svc_credit_registry.listing.lists import rules as list_rules
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.periods.rules import Clock, queue_place
from svc_credit_registry.listing.removals import queries, rules
from svc_credit_registry.listing.removals.errors import NotCured, RemovalPending, RemovalUnknown
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.listing.removals.rules import Act, State
from svc_credit_registry.listing.removals.schemas import (
    RemovalAcceptanceIn,
    RemovalDecisionIn,
    RemovalIn,
    RemovalVerificationIn,
)
from svc_credit_registry.listing.repairs import service as repairs
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind

ListAct = list_rules.Act


async def apply(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, body: RemovalIn, now: datetime) -> Removal:
    """The enterprise asks to be taken off, one application at a time.

    Where the record itself shows the cure (the missing report stands there) it is verified at once; where the report
    is still missing the application is refused (409), so nobody waits for what can't be granted.
    """
    entry = await lists.for_enterprise(session, caller, entry_id, lists.REPAIR)
    list_rules.after(list_rules.State(entry.state), ListAct.APPLY_REMOVAL)
    today, terms = statutory_date(now), terms_of(entry.terms_version)
    assert entry.listed_on is not None, entry.number
    rules.check_application(terms, entry.listed_on, body.commitment, today)
    if await queries.open_of(session, entry.id) is not None:
        raise RemovalPending
    removal = Removal(
        entry_id=entry.id, code=entry.code, region=entry.region, state=State.APPLIED, cure=body.cure,
        commitment=body.commitment, applied_by=caller.subject, applied_on=today,
    )  # fmt: skip
    if removal.commitment:
        _promise(removal, removal.commitment).check()
    session.add(removal)
    await lists.note(
        session, entry, lists.Done(ListAct.APPLY_REMOVAL, "enterprise", caller, today, body.cure), before=entry.state
    )
    if rules.is_accepted_at_once(terms):
        await _accepted(session, caller, removal, entry, now)
    if rules.is_verified_by_record(entry.ground):
        await _verify_by_record(session, removal, entry, today)
    refresh(removal, entry)
    await session.flush()
    return removal


async def _accepted(session: AsyncSession, caller: Caller, removal: Removal, entry: ListEntry, now: datetime) -> None:
    removal.state = rules.after(State(removal.state), Act.ACCEPT)
    removal.accepted_on = statutory_date(now)
    if removal.commitment:
        await session.flush()
        await repairs.put_commitment(session, caller, _promise(removal, removal.commitment), now)


def _promise(removal: Removal, text: str) -> repairs.Promise:
    unit = authority_of(removal.region)
    return repairs.Promise(removal.code, str(removal.id), "list_removal", text, removal.applied_on, unit)


async def _verify_by_record(session: AsyncSession, removal: Removal, entry: ListEntry, today: date) -> None:
    if not await list_queries.has_report(session, entry.code, entry.report_year or 0):
        raise NotCured(f"尚未公示{entry.report_year}年度报告 / the annual report is still missing")
    removal.state = rules.after(State(removal.state), Act.VERIFY)
    removal.verified_on, removal.findings = today, f"已公示{entry.report_year}年度报告 / the report is on the record"


async def read(
    session: AsyncSession, caller: Caller, removal_id: uuid.UUID, *, lock: bool = False
) -> tuple[Removal, ListEntry]:
    """The application and its entry, for the enterprise and for officers; 404 for everyone else."""
    removal = await queries.find(session, removal_id, lock=lock)
    if removal is None:
        raise RemovalUnknown
    entry, _ = await lists.read(session, caller, removal.entry_id, lock=lock)
    return removal, entry


async def for_officer(session: AsyncSession, caller: Caller, removal_id: uuid.UUID) -> tuple[Removal, ListEntry]:
    """Both, locked, for an act of the authority that listed."""
    removal, _ = await read(session, caller, removal_id, lock=True)
    return removal, await lists.for_officer(session, caller, removal.entry_id)


async def accept(
    session: AsyncSession, caller: Caller, removal_id: uuid.UUID, body: RemovalAcceptanceIn, now: datetime
) -> Removal:
    """The authority takes the application up, or tells why not (serious list)."""
    removal, entry = await for_officer(session, caller, removal_id)
    list_rules.after(list_rules.State(entry.state), ListAct.ACCEPT_REMOVAL)  # with it the commitment is published
    today = statutory_date(now)
    removal.reason = body.reason
    if body.accepted:
        await _accepted(session, caller, removal, entry, now)
    else:
        removal.state = rules.after(State(removal.state), Act.NOT_ACCEPT)
        removal.decided_on = today
    refresh(removal, entry)
    act = ListAct.ACCEPT_REMOVAL if body.accepted else ListAct.REFUSE_REMOVAL
    done = lists.Done(act, "officer", caller, today, body.reason, notice=True)
    await lists.note(session, entry, done, before=entry.state)
    return removal


async def verify(
    session: AsyncSession, caller: Caller, removal_id: uuid.UUID, body: RemovalVerificationIn, now: datetime
) -> Removal:
    """The authority finds the ground gone; or still there, which declines the application by a document."""
    removal, entry = await for_officer(session, caller, removal_id)
    today = statutory_date(now)
    removal.findings = body.findings
    if not body.cured:
        return await _decline(session, caller, removal, entry, body.findings, now)
    removal.state, removal.verified_on = rules.after(State(removal.state), Act.VERIFY), today
    refresh(removal, entry)
    done = lists.Done(ListAct.VERIFY_REMOVAL, "officer", caller, today, body.findings, notice=True)
    await lists.note(session, entry, done, before=entry.state)
    return removal


async def decide(
    session: AsyncSession, caller: Caller, removal_id: uuid.UUID, body: RemovalDecisionIn, now: datetime
) -> Removal:
    """The authority takes the enterprise off the list, and off the public record, or declines; both by a document."""
    removal, entry = await for_officer(session, caller, removal_id)
    if body.outcome == "declined":
        return await _decline(session, caller, removal, entry, body.reason, now)
    today = statutory_date(now)
    following = rules.after(State(removal.state), Act.GRANT)
    done = lists.Done(ListAct.REMOVE, "officer", caller, today, body.reason)
    document = await lists.take_off(session, entry, done, body.reason, now)
    removal.decided_on, removal.reason, removal.document_number = today, body.reason, document.number
    removal.state = following
    refresh(removal, entry)
    await _tell(session, caller, removal, entry, now)
    return removal


async def _decline(
    session: AsyncSession, caller: Caller, removal: Removal, entry: ListEntry, reason: str, now: datetime
) -> Removal:
    today = statutory_date(now)
    following = rules.after(State(removal.state), Act.DECLINE)
    done = lists.Done(ListAct.REFUSE_REMOVAL, "officer", caller, today, reason)
    document = await lists.write_document(session, entry, done)
    removal.decided_on, removal.reason, removal.document_number = today, reason, document.number
    removal.state = following
    refresh(removal, entry)
    told = lists.Done(ListAct.REFUSE_REMOVAL, "officer", caller, today, reason, document, notice=True)
    await lists.note(session, entry, told, before=entry.state)
    return removal


async def revoke(session: AsyncSession, caller: Caller, removal_id: uuid.UUID, reason: str, now: datetime) -> Removal:
    """A removal got by false statements is undone: the entry stands again and its term begins anew."""
    removal, entry = await for_officer(session, caller, removal_id)
    removal.state, removal.reason = rules.after(State(removal.state), Act.REVOKE), reason
    done = lists.Done(ListAct.REVOKE_REMOVAL, "officer", caller, statutory_date(now), reason)
    await lists.put_back(session, entry, done, now)
    await _tell(session, caller, removal, entry, now)
    return removal


async def void(session: AsyncSession, caller: Caller, entry: ListEntry, document: str, now: datetime) -> None:
    """What became public of applications about an entry that never should have stood tells of it, and goes with it."""
    for removal in (await session.scalars(queries.of_entry(entry.id))).all():
        promised = (removal.code, RecordKind.COMMITMENT)
        for producer, kind in (promised, (authority_of(entry.region), RecordKind.CREDIT_REPAIR)):
            await records.end(session, caller, producer, kind, str(removal.id), document, now, void=True)


async def lapse(session: AsyncSession, removal: Removal, entry: ListEntry, today: date) -> None:
    """An application about an entry that has ended otherwise has nothing left to decide."""
    removal.state = rules.after(State(removal.state), Act.LAPSE)
    removal.decided_on, removal.reason = today, rules.LAPSED
    refresh(removal, entry)
    done = lists.Done(ListAct.REFUSE_REMOVAL, "system", None, today, rules.LAPSED, notice=True)
    await lists.note(session, entry, done, before=entry.state)


async def _tell(session: AsyncSession, caller: Caller, removal: Removal, entry: ListEntry, now: datetime) -> None:
    """Early removal from the serious list is a credit repair, and public as such."""
    if ListKind(entry.list) is ListKind.ABNORMAL:
        return
    outcome = repairs.Outcome(
        entry.code, str(removal.id), "serious_violation", entry.number, statutory_date(now),
        authority_of(entry.region), removal.state, removal.document_number or "",
    )  # fmt: skip
    await repairs.put_outcome(session, caller, outcome, now)


def clocks(removal: Removal, entry: ListEntry) -> tuple[Clock, ...]:
    """The clocks of an application so far."""
    dates = rules.Dates(removal.applied_on, removal.accepted_on, removal.verified_on, removal.decided_on)
    return rules.clocks_of(terms_of(entry.terms_version), entry.ground, dates)


def refresh(removal: Removal, entry: ListEntry) -> None:
    """Computes what the queue is ordered by."""
    running = clocks(removal, entry) if removal.state in queries.OPEN else ()
    removal.due_on, removal.due_node, removal.provisional = queue_place(running)
