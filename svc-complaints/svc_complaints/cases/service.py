"""What every act on a complaint does: find it for this person, move its state, keep its clocks and its history."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.calendar import Deadline, Interval
from shared.db import Json
from shared.events.complaints import ComplainantUnmaskedV1
from shared.outbox import publish
from shared.terms import Term
from svc_complaints.access import HANDLE, RESPONSE
from svc_complaints.cases import queries, rules
from svc_complaints.cases.errors import (
    ComplaintUnknown,
    ConflictOfInterest,
    NotComplainant,
    NotRespondent,
    NotYourRegion,
)
from svc_complaints.cases.models import Clock, Complaint, Recusal, Representative, Step
from svc_complaints.cases.rules import Act, Viewer


@dataclass(frozen=True)
class Done:
    """An act with its author, for the history and the audit; without a caller the system acts by law."""

    act: Act
    viewer: Viewer
    caller: Caller | None
    note: str | None = None


async def seen_as(session: AsyncSession, caller: Caller, complaint: Complaint) -> Viewer | None:
    """As whom the caller sees the complaint; None when he may not know of it.

    For the respondent speaks whoever acts for it now (`org`): its legal representative, or an agent whose mandate names
    the matter. An official who speaks for the respondent sees what a respondent sees: his office opens no file against
    himself.
    """
    if caller.org is not None:
        # Who acts for an enterprise is the enterprise: what he himself has filed or handles is not on this desk.
        speaks = caller.acts_for(complaint.respondent_code, RESPONSE)
        return Viewer.RESPONDENT if speaks and complaint.accepted_on else None
    if caller.subject == complaint.complainant_id:
        return Viewer.COMPLAINANT
    if await queries.represents(session, caller.subject, complaint.respondent_code):
        return Viewer.RESPONDENT if complaint.accepted_on else None
    return Viewer.OFFICER if caller.has(HANDLE) and caller.covers(complaint.region) else None


async def read(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, *, lock: bool = False
) -> tuple[Complaint, Viewer]:
    """The complaint and as whom the caller sees it; 404 also when it is none of his business."""
    complaint = await queries.find(session, complaint_id, lock=lock)
    viewer = await seen_as(session, caller, complaint) if complaint else None
    if complaint is None or viewer is None:
        raise ComplaintUnknown
    return complaint, viewer


def mine(caller: Caller, role: str) -> Select[Any]:
    """The caller's complaints as complainant or as respondent, as whoever he acts."""
    if caller.org is not None:
        speaks = role != Viewer.COMPLAINANT and caller.acts_for(caller.org, RESPONSE)
        return queries.against(caller.org) if speaks else queries.nothing()
    own = role == Viewer.COMPLAINANT
    return queries.filed_by(caller.subject) if own else queries.against_enterprises_of(caller.subject)


def all_of(caller: Caller) -> Select[Any]:
    """All complaints which are the caller's business, as whoever he acts."""
    return queries.concerning(caller.subject) if caller.org is None else mine(caller, Viewer.RESPONDENT)


async def for_complainant(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Complaint:
    """The complaint, locked, for an act of the one who filed it; 403 for others who see it."""
    complaint, viewer = await read(session, caller, complaint_id, lock=True)
    if viewer is not Viewer.COMPLAINANT:
        raise NotComplainant
    return complaint


async def for_respondent(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Complaint:
    """The complaint, locked, for an act of the respondent's representative; 403 for others who see it."""
    complaint, viewer = await read(session, caller, complaint_id, lock=True)
    if viewer is not Viewer.RESPONDENT:
        raise NotRespondent
    return complaint


async def for_officer(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Complaint:
    """The complaint, locked, for an act of its unit.

    404 outside the caller's region, 403 for a superior (who only reads) and for anyone with an interest in the case.
    """
    complaint = await queries.find(session, complaint_id, lock=True)
    if complaint is None or not caller.covers(complaint.region):
        raise ComplaintUnknown
    if caller.region != complaint.region:
        raise NotYourRegion
    if await has_interest(session, caller.subject, complaint):
        raise ConflictOfInterest
    return complaint


async def has_interest(session: AsyncSession, account_id: str, complaint: Complaint) -> bool:
    """Whether the person is a party, speaks for one, or has withdrawn from the case."""
    if account_id == complaint.complainant_id:
        return True
    if await queries.is_recused(session, account_id, complaint.id):
        return True
    return await queries.represents(session, account_id, complaint.respondent_code)


async def move(session: AsyncSession, complaint: Complaint, done: Done) -> None:
    """Moves the state as the table says (409 otherwise) and writes history and audit in the same transaction."""
    before = complaint.state
    complaint.state = rules.after(before, done.act)
    await note(session, complaint, done, before=before)


async def note(session: AsyncSession, complaint: Complaint, done: Done, *, before: str | None = None) -> None:
    """Writes one line of history and one of audit."""
    session.add(
        Step(
            complaint_id=complaint.id,
            act=done.act.value,
            state=complaint.state,
            by=done.viewer.value,
            note=done.note,
        )
    )
    await session.flush()
    await audit.record(
        session,
        done.caller or audit.SYSTEM,
        action=f"complaint.{done.act.value}",
        object_type="complaint",
        object_id=complaint.id,
        before={"state": before} if before else {},
        after={"state": complaint.state},
        reason=rules.scrub(done.note, [complaint.complainant_name]) if done.note else None,
    )


async def clocks_for(session: AsyncSession, complaint: Complaint, viewer: Viewer) -> list[Clock]:
    """The periods which `viewer` may know of: that of a bad grade is none of the respondent's business."""
    found = await queries.clocks(session, complaint.id)
    return [clock for clock in found if viewer is not Viewer.RESPONDENT or clock.code != rules.FOLLOW_UP.node]


async def start_clock(session: AsyncSession, complaint: Complaint, term: Term, start: date) -> Deadline:
    """Sets off the period of the present step: the complaint's `due_on` becomes its end."""
    deadline = await add_clock(session, complaint, term, start)
    complaint.due_on = deadline.due_on
    return deadline


async def add_clock(session: AsyncSession, complaint: Complaint, term: Term, start: date) -> Deadline:
    """Sets off a period beside the present step."""
    deadline = term.deadline(start)
    session.add(
        Clock(
            complaint_id=complaint.id,
            code=term.node,
            start_on=start,
            working_days=term.working_days,
            basis=term.basis,
            due_on=deadline.due_on,
            provisional=deadline.provisional,
        )
    )
    await session.flush()
    return deadline


async def stop_clock(session: AsyncSession, complaint: Complaint, code: str, day: date) -> None:
    """Ends the period of the present step on `day`; nothing is due until another one is set off."""
    await meet_clock(session, complaint, code, day)
    complaint.due_on = None


async def meet_clock(session: AsyncSession, complaint: Complaint, code: str, day: date) -> None:
    """Marks a period as met on `day`."""
    clock = await queries.clock(session, complaint.id, code)
    if clock is not None:
        clock.met_on = day


async def suspend_clock(session: AsyncSession, complaint: Complaint, code: str, day: date, reason: str) -> None:
    """Stops a period from `day` on: it has no end until it is resumed."""
    clock = await queries.clock(session, complaint.id, code)
    assert clock is not None, f"{complaint.number} has no clock {code}"
    entry: Json = {"start_on": day.isoformat(), "end_on": None, "reason": reason}
    clock.suspensions = [*clock.suspensions, entry]
    clock.due_on = None
    complaint.due_on = None


async def resume_clock(session: AsyncSession, complaint: Complaint, code: str, day: date) -> Clock:
    """Lets a suspended period run again after `day`; its end is computed anew."""
    clock = await queries.clock(session, complaint.id, code)
    assert clock is not None, f"{complaint.number} has no clock {code}"
    clock.suspensions = [s if s["end_on"] else {**s, "end_on": day.isoformat()} for s in clock.suspensions]
    deadline = deadline_of(clock)
    clock.due_on, clock.provisional = deadline.due_on, deadline.provisional
    complaint.due_on = deadline.due_on
    return clock


def deadline_of(clock: Clock) -> Deadline:
    """The period computed with the calendar of today, ready to explain itself; an open suspension is left out."""
    term = Term(clock.code, clock.working_days, clock.basis)
    return term.deadline(clock.start_on, suspensions_of(clock))


def suspensions_of(clock: Clock) -> tuple[Interval, ...]:
    """The closed suspensions of a period."""
    return tuple(
        (date.fromisoformat(str(s["start_on"])), date.fromisoformat(str(s["end_on"])))
        for s in clock.suspensions
        if s["end_on"]
    )


DATE_OF_CLOCK = {"acceptance": "accept_by", "mediation": "mediate_by", "objection": "publish_after"}
"""Where the complaint itself repeats the end of a period."""


async def recompute(session: AsyncSession, clock: Clock) -> bool:
    """Computes a running period with the calendar of today; whether its end moved, which the history then tells.

    Needed when the State Council publishes a year's days off: until then the dates were provisional.
    """
    complaint = await queries.find(session, clock.complaint_id, lock=True)
    assert complaint is not None, "a clock belongs to a complaint"
    await session.refresh(clock)
    before, deadline = clock.due_on, deadline_of(clock)
    if clock.met_on is not None or before is None:
        return False
    clock.due_on, clock.provisional = deadline.due_on, deadline.provisional
    if before == deadline.due_on:
        return False
    if complaint.due_on == before:
        complaint.due_on = deadline.due_on
    if clock.code in DATE_OF_CLOCK:
        setattr(complaint, DATE_OF_CLOCK[clock.code], deadline.due_on)
    moved = f"{clock.code}: {before} → {deadline.due_on}（放假安排已公布 / days off published）"
    await note(session, complaint, Done(Act.RECOMPUTE, Viewer.SYSTEM, None, moved), before=complaint.state)
    return True


async def unmask_complainant(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, reason: str) -> Complaint:
    """The complaint with its contact data, for the unit; reasoned, audited (PIPL article 51) and told to the
    complainant by svc-sso.
    """
    complaint, fields = await for_officer(session, caller, complaint_id), ["name", "phone"]
    await audit.record(
        session,
        caller,
        action="complaint.unmasked",
        object_type="complaint",
        object_id=complaint.id,
        after={"fields": fields},
        reason=rules.scrub(reason, [complaint.complainant_name]),
    )
    read = ComplainantUnmaskedV1(
        complaint_id=complaint.id,
        number=complaint.number,
        complainant_id=uuid.UUID(complaint.complainant_id),
        unit=caller.unit or "",
        fields=fields,
    )
    await publish(session, read)
    return complaint


async def recuse(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, reason: str) -> Complaint:
    """The official withdraws from the case; from now on he is refused, and nobody is in charge until another acts."""
    complaint = await for_officer(session, caller, complaint_id)
    session.add(Recusal(complaint_id=complaint.id, officer_id=caller.subject, reason=reason))
    if complaint.officer_id == caller.subject:
        complaint.officer_id = None
    await note(session, complaint, Done(Act.RECUSE, Viewer.OFFICER, caller, reason), before=complaint.state)
    return complaint


async def learn_representative(session: AsyncSession, enterprise_code: str, account_id: str, since: date) -> None:
    """Keeps who speaks for an enterprise; the latest word of the registry counts."""
    await session.merge(Representative(enterprise_code=enterprise_code, account_id=account_id, since=since))
