"""Entries on the lists: who may see and handle them, what each decision does to them and to the public record."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from svc_credit_registry.cases.rules import authority_of
from svc_credit_registry.listing.grounds.rules import ANNUAL_REPORT, ListKind, terms_of
from svc_credit_registry.listing.lists import queries, rules
from svc_credit_registry.listing.lists.errors import ListEntryUnknown, NotTheEnterprise, NotYourRegion
from svc_credit_registry.listing.lists.models import ListDocument, ListEntry, ListStep
from svc_credit_registry.listing.lists.rules import Act, Dates, State
from svc_credit_registry.listing.periods.rules import Clock, queue_place
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind

DECIDE = "credit-registry:lists:decide"
OBJECTION = "MR-ENT-OBJECTION"
REPAIR = "MR-ENT-CREDIT-REPAIR"
"""The matters which a mandate names when an agent may speak for the enterprise: objections, removal and repair."""
KINDS = {ListKind.ABNORMAL: RecordKind.ABNORMAL_OPERATION, ListKind.SERIOUS: RecordKind.SERIOUS_VIOLATION}


@dataclass(frozen=True)
class Done:
    """An act with its author; `notice` tells the enterprise. Without a caller the system acts by law."""

    act: Act
    by: str
    caller: Caller | None
    day: date
    note: str | None = None
    document: ListDocument | None = None
    notice: bool = False


# --- who may ---


def speaks_for(caller: Caller, code: str) -> bool:
    """Whether the caller acts for the enterprise in one of the matters of the lists."""
    return caller.acts_for(code, OBJECTION) or caller.acts_for(code, REPAIR)


async def read(
    session: AsyncSession, caller: Caller, entry_id: uuid.UUID, *, lock: bool = False
) -> tuple[ListEntry, str]:
    """The entry and whether the caller sees it as `enterprise` or `officer`; 404 for everyone else."""
    entry = await queries.find(session, entry_id, lock=lock)
    if entry is not None and caller.org is not None and speaks_for(caller, entry.code):
        return entry, "enterprise"
    if entry is not None and caller.org is None and caller.has(DECIDE) and caller.covers(entry.region):
        return entry, "officer"
    raise ListEntryUnknown


async def for_officer(session: AsyncSession, caller: Caller, entry_id: uuid.UUID) -> ListEntry:
    """The entry, locked, for an act of its authority; 403 for a superior, who only reads."""
    entry, viewer = await read(session, caller, entry_id, lock=True)
    if viewer != "officer" or caller.region != entry.region:
        raise NotYourRegion
    return entry


async def for_enterprise(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, matter: str) -> ListEntry:
    """The entry, locked, for an act of the enterprise itself in `matter`."""
    entry, _ = await read(session, caller, entry_id, lock=True)
    if not caller.acts_for(entry.code, matter):
        raise NotTheEnterprise
    return entry


# --- the entry itself ---


async def put_on_list(session: AsyncSession, entry: ListEntry, listed_on: date) -> None:
    """Sets the days which a listing sets off."""
    dates = rules.calendar_of(terms_of(entry.terms_version), listed_on)
    entry.listed_on = listed_on
    for name, value in vars(dates).items():
        setattr(entry, name, value)
    await session.flush()


def content_of(entry: ListEntry, document_number: str, listed_on: date) -> dict[str, Any]:
    """What the public record says of an entry."""
    ground = terms_of(entry.terms_version).ground(entry.ground)
    assert ground is not None, entry.ground
    return {
        "ground": entry.ground, "ground_label": ground.label_zh, "listed_on": listed_on.isoformat(),
        "decided_by": authority_of(entry.region), "decision_number": document_number, "reason": entry.facts,
        "state": "listed",
    }  # fmt: skip


async def put_on_record(
    session: AsyncSession, caller: Caller, entry: ListEntry, document: ListDocument, now: datetime
) -> None:
    """Puts the entry on the enterprise's public record, or its new state when it stands there."""
    assert entry.listed_on is not None, entry.number
    content = content_of(entry, document.number, entry.listed_on)
    item = records.Item(
        code=entry.code,
        kind=KINDS[ListKind(entry.list)],
        key=str(entry.id),
        content=content,
        producer=document.authority,
        provider=document.authority,
        basis=document.article,
        produced_on=document.decided_on,
        effective_from=entry.listed_on,
    )
    await records.put(session, caller, item, now)


async def take_off(session: AsyncSession, entry: ListEntry, done: Done, reason: str, now: datetime) -> ListDocument:
    """Ends the entry by a decision, and takes it off the public record: as if it had never stood there, if wrong."""
    rules.after(State(entry.state), done.act)
    document = await write_document(session, entry, done)
    entry.ended_on, entry.end_document_number = done.day, document.number
    await move(session, entry, Done(done.act, done.by, done.caller, done.day, reason, document, notice=True))
    producer = authority_of(entry.region)
    kind = KINDS[ListKind(entry.list)]
    caller, void = done.caller or audit.SYSTEM, done.act is Act.CORRECT
    await records.end(session, caller, producer, kind, str(entry.id), document.number, now, void=void)
    return document


async def put_back(session: AsyncSession, entry: ListEntry, done: Done, now: datetime) -> None:
    """Undoes a removal which was got by false statements: the entry stands again, its term begins anew."""
    document = await write_document(session, entry, done)
    listing = await queries.document(session, str(entry.document_number))
    assert listing is not None, entry.number
    before, entry.state = entry.state, rules.after(State(entry.state), done.act)
    entry.ended_on, entry.end_document_number = None, None
    entry.warned_on, entry.escalated_on = None, None  # the new three years have a warning and an end of their own
    await put_on_list(session, entry, done.day)
    refresh(entry)
    told = Done(done.act, done.by, done.caller, done.day, done.note, document, notice=True)
    await note(session, entry, told, before=before)
    await put_on_record(session, done.caller or audit.SYSTEM, entry, listing, now)


async def go_on(session: AsyncSession, entry: ListEntry, new_code: str, done: Done, now: datetime) -> None:
    """Takes an entry along to the code to which that of its enterprise was changed, and its item on the record."""
    entry.code = new_code
    if entry.state == State.LISTED:
        listing = await queries.document(session, str(entry.document_number))
        assert listing is not None, entry.number
        await put_on_record(session, done.caller or audit.SYSTEM, entry, listing, now)
    await note(session, entry, done, before=entry.state)


async def write_document(session: AsyncSession, entry: ListEntry, done: Done) -> ListDocument:
    """Records a decision about one entry, with its number."""
    kind, ground = ListKind(entry.list), terms_of(entry.terms_version).ground(entry.ground)
    serial = await queries.next_document(session)
    document = ListDocument(
        number=rules.document_number(kind, done.act, entry.region, done.day.year, serial),
        act=done.act,
        list=entry.list,
        ground=entry.ground,
        article=ground.basis if ground else "",
        facts=entry.facts,
        reason=done.note,
        authority=authority_of(entry.region),
        region=entry.region,
        decided_by=done.caller.subject if done.caller else audit.SYSTEM.subject,
        decided_on=done.day,
    )
    session.add(document)
    await session.flush()
    return document


async def move(session: AsyncSession, entry: ListEntry, done: Done) -> None:
    """Moves the state as the table says (409 otherwise), with history and audit in the same transaction."""
    before = entry.state
    entry.state = rules.after(State(before), done.act)
    refresh(entry)
    await note(session, entry, done, before=before)


async def note(session: AsyncSession, entry: ListEntry, done: Done, *, before: str | None) -> None:
    """Writes one line of history and one of audit."""
    number = done.document.number if done.document else None
    session.add(
        ListStep(
            entry_id=entry.id, code=entry.code, day=done.day, act=done.act, state=entry.state, by=done.by,
            document_number=number, note=done.note, notice=done.notice,
        )
    )  # fmt: skip
    await session.flush()
    after: dict[str, Any] = {"state": entry.state, "code": entry.code, "document_number": number}
    await audit.record(
        session, done.caller or audit.SYSTEM, action=f"list_entry.{done.act}", object_type="list_entry",
        object_id=entry.id, before={"state": before} if before else {}, after=after, reason=done.note,
    )  # fmt: skip


async def is_proposed(session: AsyncSession, entry_id: uuid.UUID) -> bool:
    """Whether an entry still waits for its decision."""
    entry = await queries.find(session, entry_id)
    return entry is not None and entry.state == State.PROPOSED


async def is_open(session: AsyncSession, entry_id: uuid.UUID) -> bool:
    """Whether an entry is proposed, or stands on its list."""
    entry = await queries.find(session, entry_id)
    return entry is not None and entry.state in queries.OPEN


async def is_reported(session: AsyncSession, entry: ListEntry) -> bool:
    """Whether an entry rests on a missing annual report which stands on the record by now."""
    missing = entry.ground == ANNUAL_REPORT and entry.report_year is not None
    return missing and await queries.has_report(session, entry.code, entry.report_year or 0)


async def remark(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, text: str, today: date) -> None:
    """Puts into the history of an entry what happened elsewhere and bears on it."""
    entry = await queries.find(session, entry_id, lock=True)
    if entry is not None:
        await note(session, entry, Done(Act.REMARK, "enterprise", caller, today, text), before=entry.state)


# --- clocks ---


def dates_of(entry: ListEntry) -> Dates:
    """The days from which the clocks of an entry are computed."""
    return Dates(
        decide_from=entry.decide_from,
        statement_from=entry.proposed_on,
        waived_on=entry.waived_on,
        heard=entry.heard,
        decided_on=entry.decided_on,
        listed_on=entry.listed_on,
        warned_on=entry.warned_on,
        escalated_on=entry.escalated_on,
        ended_on=entry.ended_on,
    )


def clocks(entry: ListEntry) -> tuple[Clock, ...]:
    """The clocks of an entry so far."""
    return rules.clocks_of(terms_of(entry.terms_version), dates_of(entry))


def refresh(entry: ListEntry) -> None:
    """Computes what the queue is ordered by, and whether any running date is provisional."""
    running = clocks(entry) if entry.state in queries.OPEN else ()
    entry.due_on, entry.due_node, entry.provisional = queue_place(running)


async def recompute(session: AsyncSession, entry: ListEntry, today: date) -> bool:
    """Computes the open dates of an entry by today's calendar data; whether one moved, which the history then tells."""
    names = ("due_on", "objection_until", "warn_on", "escalates_on", "expires_on", "early_removal_from")
    before = {name: getattr(entry, name) for name in names}
    refresh(entry)
    if entry.listed_on is not None:
        for name, value in vars(rules.calendar_of(terms_of(entry.terms_version), entry.listed_on)).items():
            setattr(entry, name, value)
    moved = [
        f"{name}: {before[name]} → {getattr(entry, name)}" for name in names if before[name] != getattr(entry, name)
    ]
    if moved:
        await note(session, entry, Done(Act.RECOMPUTE, "system", None, today, "; ".join(moved)), before=entry.state)
    return bool(moved)
