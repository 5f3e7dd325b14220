"""Asking for verification of the record, finding out, answering, and seeing that what is wrong is corrected."""

import contextlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.http import check_version
from svc_credit_registry.listing.penalties.rules import is_same
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.records import queries as record_items
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.filings import service as filings
from svc_credit_registry.reporting.objections import queries, rules
from svc_credit_registry.reporting.objections.errors import (
    AlreadyAsked,
    ConflictOfInterest,
    ItemNotShown,
    NotYourRegion,
    ObjectionUnknown,
    TooManyOpen,
)
from svc_credit_registry.reporting.objections.models import Objection, ObjectionStep
from svc_credit_registry.reporting.objections.rules import Act, ObjectionOutcome, ObjectionState
from svc_credit_registry.reporting.objections.schemas import RecordObjectionDecisionIn, RecordObjectionIn, Viewer
from svc_credit_registry.sharing.corrections import service as corrections
from svc_credit_registry.sharing.corrections.errors import CorrectionOpen
from svc_credit_registry.sharing.corrections.rules import Origin
from svc_credit_registry.sharing.corrections.schemas import CorrectionRequestIn

HANDLE = "credit-registry:filings:handle"


@dataclass(frozen=True)
class Doubted:
    """What a case is about."""

    item_id: uuid.UUID | None
    kind: str
    producer: str
    key: str
    version: int


def seen_as(caller: Caller, case: Objection) -> Viewer | None:
    """As whom the caller sees a case; None when he may not know of it. Who asked sees it so, whatever else he is."""
    asked = caller.acts_for(case.asker_org, rules.MATTER) if case.asker_org else caller.subject == case.asker_id
    if asked and (case.asker_org is not None or caller.org is None):
        return "asker"
    if caller.has(HANDLE) and caller.covers(case.region):
        return "officer"
    was_asked = case.producer_asked_on is not None or case.outcome in rules.PENDING
    return "producer" if was_asked and queries.speaks_for(caller, case.item_producer) else None


async def read(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, *, lock: bool = False
) -> tuple[Objection, Viewer]:
    """The case and as whom the caller sees it; 404 also when it is none of his business."""
    case = await queries.find(session, objection_id, lock=lock)
    viewer = seen_as(caller, case) if case else None
    if case is None or viewer is None:
        raise ObjectionUnknown
    return case, viewer


async def for_officer(session: AsyncSession, caller: Caller, objection_id: uuid.UUID) -> Objection:
    """The case, locked, for an act of its unit: 403 for superiors, who only read, and for who asked."""
    case = await queries.find(session, objection_id, lock=True)
    if case is None or not caller.covers(case.region):
        raise ObjectionUnknown
    if caller.region != case.region:
        raise NotYourRegion
    if caller.subject == case.asker_id:
        raise ConflictOfInterest
    return case


async def ask(session: AsyncSession, caller: Caller, body: RecordObjectionIn, today: date) -> Objection:
    """Receives a doubt for the county unit of the enterprise's region and sets off the period for the answer.

    404 for an item that does not stand on the enterprise's record now, 409 when the caller has asked the same already.
    """
    enterprise = await enterprises.find(session, body.code)
    if body.item_id is None:
        about = Doubted(None, rules.REGISTRATION, enterprise.producer, enterprise.code, enterprise.version)
    else:
        about = await _item(session, enterprise.code, body.item_id, today)
    await _check_open(session, caller, about)
    deadline = rules.terms_on(today).answer.deadline(today)
    case = Objection(
        number=rules.number_for(enterprise.region, today, await queries.next_serial(session)),
        state=ObjectionState.RECEIVED,
        code=enterprise.code,
        region=enterprise.region,
        item_id=about.item_id,
        item_kind=about.kind,
        item_producer=about.producer,
        item_key=about.key,
        item_version=about.version,
        pointer=body.pointer,
        asker_id=caller.subject,
        asker_org=caller.org,
        facts=body.facts,
        received_on=today,
        due_on=deadline.due_on,
        provisional=deadline.provisional,
    )
    session.add(case)
    await session.flush()
    await _note(session, caller, case, Act.ASK, "asker")
    return case


async def _item(session: AsyncSession, code: str, item_id: uuid.UUID, today: date) -> Doubted:
    item = await record_items.by_id(session, item_id)
    gone = item is None or item.superseded_at is not None
    if item is None or gone or item.code != code or (item.publish_until or today) < today:
        raise ItemNotShown
    return Doubted(item.id, item.kind, item.producer, item.key, item.version)


async def _check_open(session: AsyncSession, caller: Caller, about: Doubted) -> None:
    await queries.one_at_a_time(session, caller.subject)
    if await queries.has_open(session, caller.subject, about.kind, about.producer, about.key):
        raise AlreadyAsked
    if await queries.open_count(session, caller.subject) >= rules.OPEN_LIMIT:
        raise TooManyOpen


async def withdraw(session: AsyncSession, caller: Caller, objection_id: uuid.UUID) -> Objection:
    """Who asked gives it up; 404 for everybody else."""
    case, viewer = await read(session, caller, objection_id, lock=True)
    if viewer != "asker":
        raise ObjectionUnknown
    await _move(session, caller, case, Act.WITHDRAW, "asker")
    return case


async def ask_producer(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, question: str, today: date
) -> Objection:
    """The unit asks who put the item on the record; the period for the answer to who asked runs on."""
    case = await for_officer(session, caller, objection_id)
    case.question, case.producer_asked_on = question, today
    case.producer_due_on = rules.terms_on(case.received_on).producer.deadline(today).due_on
    case.officer_id = caller.subject
    await _move(session, caller, case, Act.ASK_PRODUCER, "officer")
    return case


async def answer(session: AsyncSession, caller: Caller, objection_id: uuid.UUID, text: str, today: date) -> Objection:
    """The producer answers: its unit, or who acts for the enterprise that reported the item itself."""
    case = await queries.find(session, objection_id, lock=True)
    if case is None or case.producer_asked_on is None or not queries.speaks_for(caller, case.item_producer):
        raise ObjectionUnknown
    case.producer_answer, case.producer_answered_on = text, today
    await _move(session, caller, case, Act.ANSWER, "producer")
    return case


async def decide(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, version: int,
    body: RecordObjectionDecisionIn, now: datetime,
) -> Objection:  # fmt: skip
    """The written answer to who asked, and what follows for the item, in one transaction.

    The unit corrects or removes what it produced itself. What an enterprise reported it is ordered to correct, also
    after 30 June; all else is referred to its producer. Until then the item stays marked as found wrong.
    """
    case = await for_officer(session, caller, objection_id)
    check_version(case, version)
    today = statutory_date(now)
    following = rules.after(ObjectionState(case.state), Act.DECIDE, body.outcome)
    rules.check_outcome(
        body.outcome,
        case.item_kind,
        own_item=case.item_producer == caller.unit,
        self_reported=case.item_producer == case.code,
        has_content=body.content is not None,
    )
    case.outcome, case.answer, case.answered_on = body.outcome, body.answer, today
    case.officer_id = caller.subject
    if following is ObjectionState.AWAITING_CORRECTION:
        case.correct_by = rules.terms_on(case.received_on).correction.deadline(today).due_on
    await _carry_out(session, caller, case, body, now)
    await _move(session, caller, case, Act.DECIDE, "officer")
    return case


async def _carry_out(
    session: AsyncSession, caller: Caller, case: Objection, body: RecordObjectionDecisionIn, now: datetime
) -> None:
    if (
        body.outcome is ObjectionOutcome.CORRECTION_ORDERED
        and case.item_kind == RecordKind.ANNUAL_REPORT
        and case.correct_by
    ):
        await filings.allow_correction(session, caller, case.code, int(case.item_key), case.correct_by)
    if body.outcome is ObjectionOutcome.REFERRED and case.item_id is not None and case.item_producer != caller.unit:
        asked = CorrectionRequestIn(item_id=case.item_id, fault=f"异议核查 {case.number}：{body.answer}"[:2000])
        with contextlib.suppress(CorrectionOpen):  # the unit has told the producer of this very item already
            noticed = corrections.Noticed(Origin.OBJECTION, str(case.id))
            await corrections.ask(session, caller, asked, noticed, statutory_date(now))
    if body.outcome not in (ObjectionOutcome.CORRECTED, ObjectionOutcome.REMOVED):
        return
    kind = RecordKind(case.item_kind)
    item = await record_items.current_of(session, case.item_producer, kind, case.item_key, lock=True)
    if item is None:
        raise ItemNotShown
    if body.outcome is ObjectionOutcome.CORRECTED:
        await records.put(session, caller, _corrected(item, body), now)
    else:
        await records.end(session, caller, item.producer, kind, item.key, f"异议核查 {case.number}", now, void=True)
    case.corrected_on = statutory_date(now)


def _corrected(item: RecordItem, body: RecordObjectionDecisionIn) -> records.Item:
    content = records.checked_content(RecordKind(item.kind), body.content or {})
    # A penalty that became another one has its term of publication given anew, by the sweep of the penalties.
    is_another = item.kind == RecordKind.PENALTY and not is_same(item.content, content)
    is_another = is_another and item.content.get("state") != "repaired"
    return records.Item(
        code=item.code,
        kind=RecordKind(item.kind),
        key=item.key,
        content=content,
        producer=item.producer,
        provider=item.provider,
        basis=item.basis,
        produced_on=item.produced_on,
        effective_from=item.effective_from,
        effective_until=item.effective_until,
        publish_until=None if is_another else item.publish_until,
    )


async def settle(session: AsyncSession, caller: Caller | None, case: Objection, today: date, reason: str = "") -> None:
    """The awaited correction has come: the case is closed and the mark falls. Without a caller the record shows it."""
    case.corrected_on = today
    await _move(session, caller, case, Act.SETTLE, "officer" if caller else "system", reason or None)


async def find_settled(
    session: AsyncSession, caller: Caller, objection_id: uuid.UUID, reason: str, today: date
) -> Objection:
    """The unit finds that the error is gone though the record does not show it at the place the case points to."""
    case = await for_officer(session, caller, objection_id)
    await settle(session, caller, case, today, reason)
    return case


async def recompute(session: AsyncSession, case: Objection) -> None:
    """Puts the last day where the calendar of today puts it."""
    before, deadline = case.due_on, rules.terms_on(case.received_on).answer.deadline(case.received_on)
    case.due_on, case.provisional = deadline.due_on, deadline.provisional
    await session.flush()
    await audit.record(
        session,
        audit.SYSTEM,
        action="objection.recomputed",
        object_type="objection",
        object_id=case.id,
        before={"due_on": before},
        after={"due_on": case.due_on, "provisional": case.provisional},
    )


async def _move(
    session: AsyncSession, caller: Caller | None, case: Objection, act: Act, by: str, reason: str | None = None
) -> None:
    outcome = ObjectionOutcome(case.outcome) if act is Act.DECIDE and case.outcome else None
    case.state = rules.after(ObjectionState(case.state), act, outcome)
    await _note(session, caller, case, act, by, reason)


async def _note(
    session: AsyncSession, caller: Caller | None, case: Objection, act: Act, by: str, reason: str | None = None
) -> None:
    session.add(ObjectionStep(objection_id=case.id, act=act.value, state=case.state, by=by))
    await session.flush()
    await audit.record(
        session,
        caller or audit.SYSTEM,
        action=f"objection.{act.value}",
        object_type="objection",
        object_id=case.id,
        after={"number": case.number, "state": case.state, "outcome": case.outcome, "item_kind": case.item_kind},
        reason=reason,
    )
