"""Credit repair: it ends the publication of a penalty before its term."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from svc_credit_registry.listing.grounds.rules import REPAIR_MEASURE
from svc_credit_registry.listing.penalties import queries as penalty_queries
from svc_credit_registry.listing.penalties import rules as penalty_rules
from svc_credit_registry.listing.penalties import service as penalties
from svc_credit_registry.listing.penalties.service import DAY, Held
from svc_credit_registry.listing.periods.rules import Clock, queue_place
from svc_credit_registry.listing.repairs import queries, rules
from svc_credit_registry.listing.repairs.errors import (
    PenaltyUnknown,
    RepairElsewhere,
    RepairHindered,
    RepairPending,
    RepairUnknown,
)
from svc_credit_registry.listing.repairs.models import Repair
from svc_credit_registry.listing.repairs.rules import Act, Hindrance, Known, State
from svc_credit_registry.listing.repairs.schemas import AcceptanceIn, RepairDecisionIn, RepairIn
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind

DECIDE = "credit-registry:lists:decide"
MATTER = "MR-ENT-CREDIT-REPAIR"
"""The matter which a mandate names when an agent may ask for repair."""


Judged = tuple[Held, tuple[Hindrance, ...]]


async def judged(session: AsyncSession, code: str, today: date, repair: Repair | None = None) -> list[Judged]:
    """The penalties on the record of an enterprise, published or not, the latest first, each with what stands against
    its repair. One that was revoked counts against none. `repair` tells the field of its own, as an officer found it.
    """
    all_held = await penalties.held(session, await penalty_queries.penalties(session, code))
    is_listed, terms = await queries.is_listed(session, code), rules.terms_on(today)
    counted = [held.penalty for held in all_held if held.item.content.get("state") != "revoked"]

    def against(one: Held) -> tuple[Hindrance, ...]:
        known = Known(one.is_shown(today), is_listed, rules.is_again(one.penalty, counted))
        its_own = repair is not None and (one.item.producer, one.item.key) == (repair.producer, repair.item_key)
        penalty = replace(one.penalty, field=repair.field) if repair and its_own else one.penalty
        return rules.hindrances(terms, penalty, known, today)

    return [(one, against(one)) for one in all_held]


def _refuse(found: tuple[Hindrance, ...]) -> None:
    if found:
        raise RepairHindered(
            "；".join(f"{h.zh} / {h.en}" for h in found),
            hindrances=[{"code": h.code, "basis": h.basis, "until": str(h.until or "")} for h in found],
        )


async def _check_still(session: AsyncSession, repair: Repair, today: date) -> None:
    """Refuses with 409 what stands against a repair by now: a listing or another penalty since it was asked for, a
    field in which one waits longer, the end of the publication.
    """
    for one, found in await judged(session, repair.code, today, repair):
        if (one.item.producer, one.item.key) == (repair.producer, repair.item_key):
            _refuse(found)


# --- who may ---


def speaks_for(caller: Caller, code: str) -> bool:
    """Whether the caller may ask for repair in the name of the enterprise."""
    return caller.acts_for(code, MATTER)


async def read(session: AsyncSession, caller: Caller, repair_id: uuid.UUID, *, lock: bool = False) -> Repair:
    """The application, for its enterprise and for officers of the region; 404 for everyone else."""
    repair = await queries.find(session, repair_id, lock=lock)
    if repair is not None and caller.org is not None and speaks_for(caller, repair.code):
        return repair
    if repair is not None and caller.org is None and caller.has(DECIDE) and caller.covers(repair.region):
        return repair
    raise RepairUnknown


async def for_officer(session: AsyncSession, caller: Caller, repair_id: uuid.UUID) -> Repair:
    """The application, locked, for an act of the authority that imposed the penalty."""
    repair = await read(session, caller, repair_id, lock=True)
    if caller.org is not None or caller.region != repair.region:
        raise RepairElsewhere
    return repair


# --- acts ---


async def apply(session: AsyncSession, caller: Caller, body: RepairIn, today: date) -> Repair:
    """The enterprise asks for repair; 409 with every hindrance while it may not, 404 for others' penalties."""
    item = await penalty_queries.penalty(session, body.producer, body.key)
    if item is None or not speaks_for(caller, item.code):
        raise PenaltyUnknown
    one, found = next(pair for pair in await judged(session, item.code, today) if pair[0].item.id == item.id)
    _refuse(found)
    if await queries.is_open(session, item.producer, item.key):
        raise RepairPending
    repair = Repair(
        number=f"XF{one.penalty.region}-{today:%Y%m%d}-{await queries.next_number(session):06d}",
        code=item.code,
        region=one.penalty.region,
        producer=item.producer,
        item_key=item.key,
        penalty_number=str(item.content.get("document_number", "")),
        field=one.penalty.field,
        published_on=one.penalty.published_on,
        state=State.APPLIED,
        terms_version=rules.terms_on(today).version,
        applied_by=caller.subject,
        applied_on=today,
        cure=body.cure,
        commitment=body.commitment,
    )
    _promise(repair).check()
    session.add(repair)
    refresh(repair)
    await session.flush()
    await _audit(session, caller, repair, "applied", None)
    return repair


def _promise(repair: Repair) -> "Promise":
    return Promise(repair.code, repair.number, "credit_repair", repair.commitment, repair.applied_on, repair.producer)


async def withdraw(session: AsyncSession, caller: Caller, repair_id: uuid.UUID, today: date) -> Repair:
    """The enterprise takes its application back."""
    repair = await read(session, caller, repair_id, lock=True)
    if not speaks_for(caller, repair.code):
        raise RepairElsewhere
    repair.closed_on = today
    await _move(session, caller, repair, Act.WITHDRAW)
    return repair


async def accept(session: AsyncSession, caller: Caller, repair: Repair, body: AcceptanceIn, now: datetime) -> Repair:
    """The authority takes the application up, or not; with its acceptance the commitment is public."""
    today = statutory_date(now)
    repair.reason = body.reason
    repair.field = body.field or repair.field
    if not body.accepted:
        repair.closed_on = today
        await _move(session, caller, repair, Act.NOT_ACCEPT)
        return repair
    await _check_still(session, repair, today)
    repair.accepted_on = today
    await _move(session, caller, repair, Act.ACCEPT)
    await put_commitment(session, caller, _promise(repair), now)
    return repair


async def decide(
    session: AsyncSession, caller: Caller, repair: Repair, body: RepairDecisionIn, now: datetime
) -> Repair:
    """The authority grants or declines by a numbered decision; what is granted leaves publication at once."""
    today = statutory_date(now)
    act = Act.GRANT if body.outcome == "granted" else Act.DECLINE
    rules.after(State(repair.state), act)
    if act is Act.GRANT:
        await _check_still(session, repair, today)
    repair.decided_on, repair.decided_by, repair.reason = today, caller.subject, body.reason
    repair.decision_number = f"{repair.number}-{'准' if act is Act.GRANT else '驳'}"
    if act is Act.GRANT:
        repair.stopped_on = today
        await _stop(session, caller, repair, today - DAY, now)
    await _move(session, caller, repair, act)
    await put_outcome(session, caller, _outcome(repair), now)
    return repair


async def revoke(session: AsyncSession, caller: Caller, repair: Repair, reason: str, now: datetime) -> Repair:
    """Repair got by false statements is undone: the penalty is published again, its term begins anew."""
    today = statutory_date(now)
    rules.after(State(repair.state), Act.REVOKE)
    repair.closed_on, repair.reason = today, reason
    item = await penalty_queries.penalty(session, repair.producer, repair.item_key)
    if item is not None:
        (one,) = await penalties.held(session, [item])
        begun = penalty_rules.publication_on(one.penalty.decided_on).standard
        await _stop(session, caller, repair, begun.due_on(today), now, state="in_force")
    await _move(session, caller, repair, Act.REVOKE)
    await put_outcome(session, caller, _outcome(repair), now)
    return repair


async def _stop(
    session: AsyncSession, caller: Caller, repair: Repair, until: date, now: datetime, *, state: str = "repaired"
) -> None:
    await records.lock(session, repair.producer, RecordKind.PENALTY, repair.item_key)
    item = await penalty_queries.penalty(session, repair.producer, repair.item_key)
    if item is None:
        raise PenaltyUnknown
    await penalties.put_again(session, caller, item, dict(item.content) | {"state": state}, until, now)


# --- what becomes public ---


@dataclass(frozen=True)
class Promise:
    """A commitment of an enterprise: to whom, for what, in which words."""

    code: str
    number: str
    type: str
    text: str
    made_on: date
    authority: str

    @property
    def content(self) -> dict[str, Any]:
        """What the public record says of it."""
        return {
            "type": self.type, "text": self.text, "made_on": self.made_on.isoformat(), "accepted_by": self.authority,
            "state": "made",
        }  # fmt: skip

    def check(self) -> None:
        """Refuses with 422 what could not be published."""
        records.checked_content(RecordKind.COMMITMENT, self.content)


async def put_commitment(session: AsyncSession, caller: Caller, promise: Promise, now: datetime) -> None:
    """Puts a commitment on the public record; the enterprise answers for it, the authority has handed it in."""
    item = records.Item(
        code=promise.code, kind=RecordKind.COMMITMENT, key=promise.number, content=promise.content,
        producer=promise.code, provider=promise.authority, basis=f"{REPAIR_MEASURE}第八条",
        produced_on=promise.made_on, effective_from=promise.made_on,
    )  # fmt: skip
    await records.put(session, caller, item, now)


@dataclass(frozen=True)
class Outcome:
    """A decision on repair, of a penalty or of an entry on a list."""

    code: str
    number: str
    subject_kind: str
    subject_key: str
    decided_on: date
    authority: str
    outcome: str
    decision_number: str


def _outcome(repair: Repair) -> Outcome:
    day = repair.closed_on or repair.decided_on or repair.applied_on
    subject = (repair.code, repair.number, RecordKind.PENALTY, repair.penalty_number)
    return Outcome(*subject, day, repair.producer, repair.state, repair.decision_number or "")


async def put_outcome(session: AsyncSession, caller: Caller, outcome: Outcome, now: datetime) -> None:
    """Puts a decision on repair on the public record."""
    content = {
        "number": outcome.decision_number, "subject_kind": outcome.subject_kind, "subject_key": outcome.subject_key,
        "decided_on": outcome.decided_on.isoformat(), "decided_by": outcome.authority, "outcome": outcome.outcome,
    }  # fmt: skip
    item = records.Item(
        code=outcome.code, kind=RecordKind.CREDIT_REPAIR, key=outcome.number, content=content,
        producer=outcome.authority, provider=outcome.authority, basis=REPAIR_MEASURE,
        produced_on=outcome.decided_on, effective_from=outcome.decided_on,
    )  # fmt: skip
    await records.put(session, caller, item, now)


# --- clocks and history ---


def clocks(repair: Repair) -> tuple[Clock, ...]:
    """The clocks of an application so far."""
    granted = repair.decided_on if repair.stopped_on else None
    dates = rules.Dates(
        repair.applied_on, repair.accepted_on, repair.decided_on, granted, repair.stopped_on, repair.closed_on
    )
    return rules.clocks_of(rules.terms_of(repair.terms_version), dates)


def refresh(repair: Repair) -> None:
    """Computes what the queue is ordered by."""
    running = clocks(repair) if repair.state in queries.OPEN else ()
    repair.due_on, repair.due_node, repair.provisional = queue_place(running)


async def _move(session: AsyncSession, caller: Caller, repair: Repair, act: Act) -> None:
    before = repair.state
    repair.state = rules.after(State(before), act)
    refresh(repair)
    await session.flush()
    await _audit(session, caller, repair, act.value, before)


async def _audit(session: AsyncSession, caller: Caller, repair: Repair, action: str, before: str | None) -> None:
    await audit.record(
        session, caller, action=f"repair.{action}", object_type="repair", object_id=repair.id,
        before={"state": before} if before else {}, after={"state": repair.state, "code": repair.code},
        reason=repair.reason,
    )  # fmt: skip
