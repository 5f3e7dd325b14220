"""Hearing an enterprise before its listing is decided; the clock of the decision stands still meanwhile."""

import uuid
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import STATUTORY_ZONE, statutory_date
from svc_credit_registry.listing.grounds.rules import terms_of
from svc_credit_registry.listing.hearings import queries, rules
from svc_credit_registry.listing.hearings.errors import (
    ChairInvestigated,
    HearingNotYet,
    HearingPending,
    HearingUnknown,
)
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.hearings.rules import Act, State
from svc_credit_registry.listing.hearings.schemas import HearingNoticeIn, HearingRecordIn
from svc_credit_registry.listing.lists import rules as list_rules
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.periods.rules import Clock, queue_place

ListAct = list_rules.Act


async def ask(
    session: AsyncSession, caller: Caller, entry_id: uuid.UUID, reasons: str | None, today: date
) -> ListHearing:
    """The enterprise asks to be heard, in the time which it has to state its case; once."""
    entry = await lists.for_enterprise(session, caller, entry_id, lists.OBJECTION)
    list_rules.after(list_rules.State(entry.state), ListAct.ASK_HEARING)
    rules.check_asked(terms_of(entry.terms_version), entry.proposed_on, entry.waived_on, today)
    if await queries.is_heard(session, entry.id):
        raise HearingPending
    hearing = ListHearing(
        entry_id=entry.id, code=entry.code, region=entry.region, state=State.ASKED, reasons=reasons,
        asked_by=caller.subject, asked_on=today,
    )  # fmt: skip
    session.add(hearing)
    await _note(session, hearing, entry, lists.Done(ListAct.ASK_HEARING, "enterprise", caller, today, reasons))
    return hearing


async def read(
    session: AsyncSession, caller: Caller, hearing_id: uuid.UUID, *, lock: bool = False
) -> tuple[ListHearing, ListEntry]:
    """The hearing and its entry, for the enterprise and for officers; 404 for everyone else."""
    hearing = await queries.find(session, hearing_id, lock=lock)
    if hearing is None:
        raise HearingUnknown
    entry, _ = await lists.read(session, caller, hearing.entry_id, lock=lock)
    return hearing, entry


async def for_officer(session: AsyncSession, caller: Caller, hearing_id: uuid.UUID) -> tuple[ListHearing, ListEntry]:
    """Both, locked, for an act of the authority that decides on the listing."""
    hearing, _ = await read(session, caller, hearing_id, lock=True)
    return hearing, await lists.for_officer(session, caller, hearing.entry_id)


async def announce(
    session: AsyncSession, caller: Caller, hearing_id: uuid.UUID, body: HearingNoticeIn, today: date
) -> ListHearing:
    """The authority tells when and where the hearing is held and who chairs it; again, if it must be put off."""
    hearing, entry = await for_officer(session, caller, hearing_id)
    hearing.state = rules.after(State(hearing.state), Act.ANNOUNCE)
    rules.check_notice(statutory_date(body.held_at), today)
    hearing.announced_by, hearing.announced_on = caller.subject, today
    hearing.held_at, hearing.place = body.held_at, body.place
    hearing.chair, hearing.is_public = body.chair, body.is_public
    told = f"{body.held_at.astimezone(STATUTORY_ZONE):%Y-%m-%d %H:%M}，{body.place}；主持人 / chair: {body.chair}"
    done = lists.Done(ListAct.ANNOUNCE_HEARING, "officer", caller, today, told, notice=True)
    await _note(session, hearing, entry, done)
    return hearing


async def conclude(
    session: AsyncSession, caller: Caller, hearing_id: uuid.UUID, body: HearingRecordIn, now: datetime
) -> ListHearing:
    """Who has chaired writes the record, which the decision rests on; 403 for the officer who proposed the listing."""
    hearing, entry = await for_officer(session, caller, hearing_id)
    following = rules.after(State(hearing.state), Act.HOLD if body.attended else Act.MISS)
    if caller.subject == entry.proposed_by:
        raise ChairInvestigated
    if hearing.held_at is None or now < hearing.held_at:
        raise HearingNotYet
    hearing.state, hearing.record, hearing.closed_by = following, body.record, caller.subject
    hearing.closed_on = statutory_date(now)
    done = lists.Done(ListAct.END_HEARING, "officer", caller, hearing.closed_on, _words(following), notice=True)
    await _note(session, hearing, entry, done)
    return hearing


async def withdraw(session: AsyncSession, caller: Caller, hearing_id: uuid.UUID, today: date) -> ListHearing:
    """The enterprise does not want to be heard any more."""
    hearing, _ = await read(session, caller, hearing_id, lock=True)
    entry = await lists.for_enterprise(session, caller, hearing.entry_id, lists.OBJECTION)
    hearing.state, hearing.closed_on = rules.after(State(hearing.state), Act.WITHDRAW), today
    await _note(
        session, hearing, entry, lists.Done(ListAct.END_HEARING, "enterprise", caller, today, _words(hearing.state))
    )
    return hearing


async def lapse(session: AsyncSession, entry: ListEntry, today: date) -> None:
    """A hearing that is still to come has no object any more: the enterprise is not listed."""
    hearing = await queries.open_of(session, entry.id)
    if hearing is None:
        return
    hearing.state, hearing.closed_on = rules.after(State(hearing.state), Act.LAPSE), today
    done = lists.Done(ListAct.END_HEARING, "system", None, today, _words(hearing.state), notice=True)
    await _note(session, hearing, entry, done)


def _words(state: str) -> str:
    return " / ".join(rules.STATE_LABELS[State(state)])


async def _note(session: AsyncSession, hearing: ListHearing, entry: ListEntry, done: lists.Done) -> None:
    held_on = statutory_date(hearing.held_at) if hearing.held_at else None
    entry.heard_from, entry.heard_until = rules.still(hearing.asked_on, held_on, hearing.closed_on)
    refresh(hearing)
    lists.refresh(entry)
    await lists.note(session, entry, done, before=entry.state)


def clocks(hearing: ListHearing) -> tuple[Clock, ...]:
    """The clocks of a hearing so far."""
    return rules.clocks_of(rules.Dates(hearing.asked_on, hearing.announced_on, hearing.closed_on))


def refresh(hearing: ListHearing) -> None:
    """Computes what the queue is ordered by."""
    running = clocks(hearing) if hearing.state in queries.OPEN else ()
    hearing.due_on, hearing.due_node, hearing.provisional = queue_place(running)
