"""Objecting to a listing, and what the authority makes of it."""

import uuid
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from svc_credit_registry.listing.grounds.rules import terms_of
from svc_credit_registry.listing.list_objections import queries, rules
from svc_credit_registry.listing.list_objections.errors import ListObjectionUnknown, ObjectionPending
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.list_objections.rules import Act, State
from svc_credit_registry.listing.list_objections.schemas import (
    ListObjectionIn,
    ObjectionAcceptanceIn,
    ObjectionDecisionIn,
)
from svc_credit_registry.listing.lists import rules as list_rules
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListDocument, ListEntry
from svc_credit_registry.listing.periods.rules import Clock, queue_place
from svc_credit_registry.listing.removals import service as removals


async def object_to(
    session: AsyncSession, caller: Caller, entry_id: uuid.UUID, body: ListObjectionIn, today: date
) -> ListObjection:
    """The enterprise objects within 30 days of the publication; one objection at a time."""
    entry = await lists.for_enterprise(session, caller, entry_id, lists.OBJECTION)
    list_rules.after(list_rules.State(entry.state), list_rules.Act.OBJECT)
    rules.check_window(entry.objection_until, today)
    if await queries.open_of(session, entry.id) is not None:
        raise ObjectionPending
    objection = ListObjection(
        entry_id=entry.id, code=entry.code, region=entry.region, state=State.FILED, reasons=body.reasons,
        evidence=body.evidence, filed_by=caller.subject, filed_on=today,
    )  # fmt: skip
    session.add(objection)
    refresh(objection, entry)
    done = lists.Done(list_rules.Act.OBJECT, "enterprise", caller, today, body.reasons)
    await lists.note(session, entry, done, before=entry.state)
    return objection


async def read(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, *, lock: bool = False
) -> tuple[ListObjection, ListEntry]:
    """The objection and its entry, for the enterprise and for officers; 404 for everyone else."""
    objection = await queries.find(session, objection_id, lock=lock)
    if objection is None:
        raise ListObjectionUnknown
    entry, _ = await lists.read(session, caller, objection.entry_id, lock=lock)
    return objection, entry


async def accept(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, body: ObjectionAcceptanceIn, today: date
) -> ListObjection:
    """The authority takes the objection up, or tells why not."""
    objection, entry = await for_officer(session, caller, objection_id)
    objection.state = rules.after(State(objection.state), Act.ACCEPT if body.accepted else Act.NOT_ACCEPT)
    objection.decision_reason = body.reason
    objection.accepted_on, objection.decided_on = (today, None) if body.accepted else (None, today)
    refresh(objection, entry)
    act = list_rules.Act.ACCEPT_OBJECTION if body.accepted else list_rules.Act.REJECT_OBJECTION
    done = lists.Done(act, "officer", caller, today, body.reason, notice=True)
    await lists.note(session, entry, done, before=entry.state)
    return objection


async def decide(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, body: ObjectionDecisionIn, now: datetime
) -> ListObjection:
    """The authority finds the listing wrong, which corrects it at once, or right; both by a document."""
    objection, entry = await for_officer(session, caller, objection_id)
    today = statutory_date(now)
    objection.state = rules.after(State(objection.state), Act.UPHOLD if body.upheld else Act.REJECT)
    objection.decided_on, objection.decision_reason = today, body.reason
    if body.upheld:
        document = await _correct(session, caller, entry, body.reason, now)
        objection.corrected_on = today
    else:
        act = list_rules.Act.REJECT_OBJECTION
        document = await lists.write_document(session, entry, lists.Done(act, "officer", caller, today, body.reason))
        told = lists.Done(act, "officer", caller, today, body.reason, document, notice=True)
        await lists.note(session, entry, told, before=entry.state)
    objection.document_number = document.number
    refresh(objection, entry)
    return objection


async def correct(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, reason: str, now: datetime) -> ListEntry:
    """The authority has found by itself, or was told by a court or its superior, that a listing was wrong (Order 68,
    article 16): the entry is corrected at once, also after the time for objections, and after it was removed. 409 while
    an objection is being handled.
    """
    entry = await lists.for_officer(session, caller, entry_id)
    if await queries.open_of(session, entry.id) is not None:
        raise ObjectionPending
    await _correct(session, caller, entry, reason, now)
    return entry


async def _correct(session: AsyncSession, caller: Caller, entry: ListEntry, reason: str, now: datetime) -> ListDocument:
    done = lists.Done(list_rules.Act.CORRECT, "officer", caller, statutory_date(now), reason)
    document = await lists.take_off(session, entry, done, reason, now)
    await removals.void(session, caller, entry, document.number, now)
    return document


async def lapse(session: AsyncSession, objection: ListObjection, entry: ListEntry, today: date) -> None:
    """An objection to an entry that has ended otherwise has nothing left to decide."""
    objection.state = rules.after(State(objection.state), Act.LAPSE)
    objection.decided_on, objection.decision_reason = today, rules.LAPSED
    refresh(objection, entry)
    done = lists.Done(list_rules.Act.REJECT_OBJECTION, "system", None, today, rules.LAPSED, notice=True)
    await lists.note(session, entry, done, before=entry.state)


async def for_officer(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID
) -> tuple[ListObjection, ListEntry]:
    """Both, locked, for an act of the authority that listed."""
    objection, _ = await read(session, caller, objection_id, lock=True)
    return objection, await lists.for_officer(session, caller, objection.entry_id)


def clocks(objection: ListObjection, entry: ListEntry) -> tuple[Clock, ...]:
    """The clocks of an objection so far."""
    dates = rules.Dates(objection.filed_on, objection.accepted_on, objection.decided_on, objection.corrected_on)
    return rules.clocks_of(terms_of(entry.terms_version), dates)


def refresh(objection: ListObjection, entry: ListEntry) -> None:
    """Computes what the queue is ordered by."""
    running = clocks(objection, entry) if objection.state in queries.OPEN else ()
    objection.due_on, objection.due_node, objection.provisional = queue_place(running)
