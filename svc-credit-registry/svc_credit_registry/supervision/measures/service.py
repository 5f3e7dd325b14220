"""Directing measures and lifting them. What follows from a listing by itself is in `followups`."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import identity
from shared.errors import FieldError
from shared.events.credit_registry import MeasureDirectedV1, MeasureLiftedV1
from shared.http import check_version
from shared.outbox import publish
from shared.privacy import blind_index, mask_id_number, mask_name
from svc_credit_registry.cases.service import unit_of
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.supervision.measure_catalogue.rules import Measure, Subject, measure_on
from svc_credit_registry.supervision.measures import queries, rules
from svc_credit_registry.supervision.measures.errors import (
    AlreadyDirected,
    DirectiveUnknown,
    GroundUnknown,
    IdNumberInvalid,
    NotYourRegion,
    PersonIdentified,
)
from svc_credit_registry.supervision.measures.models import (
    DIRECTIVE_NUMBERS,
    MeasureAssignment,
    MeasureDirective,
    MeasureNotice,
    MeasurePosition,
)
from svc_credit_registry.supervision.measures.rules import Act, State
from svc_credit_registry.supervision.measures.schemas import DirectiveIn, IdentificationIn, LiftingIn, PersonIn

DIRECTED, LIFTED, EXPIRED, IDENTIFIED = "directed", "lifted", "expired", "identified"
PERSON_SCOPE, NAME_SCOPE = "measure_directives.person", "measure_directives.name"


@dataclass(frozen=True)
class Person:
    """A natural person connected to an entity; without the number he is not identified."""

    role: str
    name: str
    id_number: str | None = None


@dataclass(frozen=True)
class Plan:
    """A directive about to be made: everything but its number and the law that it takes from the catalogue."""

    measure: Measure
    enterprise: Enterprise
    person: Person | None
    since: date
    until: date
    ground: str
    item: RecordItem | None
    unit: str
    decision_number: str | None = None
    rule: str | None = None


def person_key(id_number: str) -> bytes:
    """The blind index of an identity number."""
    return blind_index(id_number.strip().upper(), PERSON_SCOPE)


def name_key(name: str) -> bytes:
    """The blind index of a person's name."""
    return blind_index("".join(name.split()), NAME_SCOPE)


async def direct(
    session: AsyncSession, caller: Caller, body: DirectiveIn, today: date, now: datetime
) -> MeasureDirective:
    """Issues a directive by a decision. 403 outside the region, 409 when it stands already, 422 against the law."""
    turn = await queries.take_turn(session)
    enterprise = await enterprises.find(session, body.code)
    if not caller.covers(enterprise.region):
        raise NotYourRegion(f"{enterprise.code}: {enterprise.region}")
    measure = measure_on(body.measure, today)
    rules.check_subject(measure, Subject.PERSON if body.person else Subject.ENTITY)
    if body.person is not None and body.person.id_number is not None:
        _check_id_number(body.person.id_number, "/person/id_number")
    plan = Plan(
        measure=measure,
        enterprise=enterprise,
        person=_given(body.person),
        since=body.since,
        until=rules.check_term(measure, body.since, body.until, today),
        ground=body.ground,
        item=await _ground(session, enterprise.code, body, today),
        unit=unit_of(caller),
        decision_number=body.decision_number,
    )
    await _refuse_second(session, plan)
    return await enter(session, caller, turn, plan, now)


def _given(person: PersonIn | None) -> Person | None:
    return Person(person.role, person.name, person.id_number) if person else None


def _check_id_number(number: str, pointer: str) -> None:
    try:
        identity.parse(number)
    except identity.InvalidIdentityNumber as exc:
        raise IdNumberInvalid(errors=[FieldError(pointer, "id_number", str(exc))]) from exc


async def _ground(session: AsyncSession, code: str, body: DirectiveIn, today: date) -> RecordItem | None:
    if body.record_item is None:
        return None
    wanted = (body.record_item.kind, body.record_item.producer, body.record_item.key)
    for item in await queries.grounds_of(session, code):
        if (item.kind, item.producer, item.key) == wanted and holds(item, today):
            return item
    raise GroundUnknown(errors=[FieldError("/record_item", "unknown", "记录中没有此项，或已终止 / not on the record")])


def holds(item: RecordItem, today: date) -> bool:
    """Whether an item that stands on the record carries directives today."""
    ends = [day for day in (item.effective_until, item.publish_until) if day is not None]
    return rules.ground_holds(item.content, min(ends, default=None), today)


async def _refuse_second(session: AsyncSession, plan: Plan) -> None:
    wanted = name_key(plan.person.name) if plan.person else b""
    for known in await queries.in_force_of(session, plan.enterprise.code):
        if (known.measure, known.name_key, known.resting_on) == (plan.measure.code, wanted, _resting(plan)):
            raise AlreadyDirected(known.number, number=known.number, id=str(known.id))


async def enter(
    session: AsyncSession, caller: Caller, turn: MeasurePosition, plan: Plan, now: datetime
) -> MeasureDirective:
    """Makes the directive with its parts for the departments, its notice, event and public item."""
    today = statutory_date(now)
    serial = int(await session.scalar(select(DIRECTIVE_NUMBERS.next_value())) or 0)
    row = MeasureDirective(
        number=rules.number_of(plan.enterprise.region, today, serial),
        measure=plan.measure.code,
        effect=plan.measure.effect,
        departments=list(plan.measure.departments),
        matters=list(plan.measure.matters),
        basis=plan.measure.basis,
        subject=Subject.PERSON if plan.person else Subject.ENTITY,
        code=plan.enterprise.code,
        region=plan.enterprise.region,
        since=plan.since,
        until=plan.until,
        ground=plan.ground,
        decision_number=plan.decision_number,
        decided_by=caller.subject,
        unit=plan.unit,
        rule=plan.rule,
        directed_on=today,
        resting_on=_resting(plan),
        **_person(plan.person),
        **_resting_on(plan.item),
    )
    session.add(row)
    await session.flush()
    term = rules.feedback_term(today).deadline(today)
    for department in row.departments:
        session.add(
            MeasureAssignment(directive_id=row.id, department=department, region=row.region, due_on=term.due_on)
        )
    await _tell(session, caller, turn, row, DIRECTED, plan.ground)
    await publish(session, _directed(row))
    await _publish_item(session, caller, row, plan.measure, now)
    return row


def _resting(plan: Plan) -> str:
    item = plan.item
    return f"{item.producer} {item.kind} {item.key}" if item else plan.decision_number or ""


def _person(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {}
    return {
        "role": person.role,
        "person_name": person.name,
        "name_key": name_key(person.name),
        "person_id_number": person.id_number,
        "person_key": person_key(person.id_number) if person.id_number else None,
    }


def _resting_on(item: RecordItem | None) -> dict[str, Any]:
    return {} if item is None else {
        "ground_kind": item.kind, "ground_producer": item.producer, "ground_key": item.key,
    }  # fmt: skip


def _is_public(row: MeasureDirective) -> bool:
    """Whether everybody may know of it: it concerns an entity, and rests on what is published."""
    return row.ground_kind is not None and row.subject == Subject.ENTITY


def _directed(row: MeasureDirective) -> MeasureDirectedV1:
    return MeasureDirectedV1(
        directive_id=row.id,
        number=row.number,
        measure=row.measure,
        effect=row.effect,
        subject=row.subject,
        code=row.code if _is_public(row) else None,
        region=row.region,
        departments=row.departments,
        since=row.since,
        until=row.until,
        directed_on=row.directed_on,
    )


async def _publish_item(
    session: AsyncSession, caller: Caller, row: MeasureDirective, measure: Measure, now: datetime
) -> None:
    """What rests on a published item about an entity is public itself; nothing of a natural person is."""
    if not _is_public(row):
        return
    content: dict[str, Any] = {
        "number": row.number,
        "measure": row.measure,
        "measure_label": measure.name[0],
        "directed_by": row.unit,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "state": State.IN_FORCE.value,
        "cause": row.ground,
    }
    item = Item(
        code=row.code,
        kind=RecordKind.JOINT_MEASURE,
        key=row.number,
        content=content,
        producer=row.unit,
        provider=row.unit,
        basis=row.basis,
        produced_on=row.directed_on,
        effective_from=row.since,
        effective_until=row.until,
        publish_until=row.until,
    )
    await records.put(session, caller, item, now)


async def _tell(
    session: AsyncSession, caller: Caller, turn: MeasurePosition, row: MeasureDirective, what: str, reason: str
) -> None:
    """Notes an act for the departments and in the audit log."""
    turn.notices += 1
    session.add(MeasureNotice(position=turn.notices, directive_id=row.id, what=what))
    after: dict[str, Any] = {
        "number": row.number, "measure": row.measure, "subject": row.subject, "code": row.code, "state": row.state,
        "since": row.since, "until": row.until,
    }  # fmt: skip
    if row.person_name is not None:
        after |= {"person": mask_name(row.person_name), "role": row.role}
    if row.person_id_number is not None:
        after["id_number"] = mask_id_number(row.person_id_number)
    await audit.record(
        session, caller, action=f"measure.{what}", object_type="measure_directive", object_id=row.id, after=after,
        reason=reason,
    )  # fmt: skip


async def found(session: AsyncSession, caller: Caller, directive_id: uuid.UUID) -> MeasureDirective:
    """A directive for officials of its region and above; 404 for all others alike."""
    row = await queries.by_id(session, directive_id)
    if row is None or not caller.covers(row.region):
        raise DirectiveUnknown
    return row


async def parts_of(session: AsyncSession, directive_id: uuid.UUID) -> dict[str, MeasureAssignment]:
    """The departments' parts in a directive, by department."""
    return {part.department: part for part in await queries.assignments_of(session, directive_id)}


async def lift(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: LiftingIn, now: datetime
) -> MeasureDirective:
    """Ends a directive before its term, by a decision. 412 for a stale version, 409 when it has ended."""
    turn = await queries.take_turn(session)
    row = await found(session, caller, place[0])
    rules.after(State(row.state), Act.LIFT)
    check_version(row, place[1])
    row.lifting_decision_number = body.decision_number
    await finish(session, caller, turn, row, Act.LIFT, body.reason, now)
    return row


async def finish(  # noqa: PLR0913 - an act has this many sides
    session: AsyncSession, caller: Caller, turn: MeasurePosition, row: MeasureDirective, act: Act, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Ends a directive: nothing more is owed for it, and its item leaves the record."""
    row.state = rules.after(State(row.state), act)
    row.ended_on, row.ended_reason = statutory_date(now), reason
    open_parts = (MeasureAssignment.directive_id == row.id, MeasureAssignment.answered_on.is_(None))
    await session.execute(update(MeasureAssignment).where(*open_parts).values(closed_on=row.ended_on))
    await _tell(session, caller, turn, row, EXPIRED if act is Act.EXPIRE else LIFTED, reason)
    event = MeasureLiftedV1(
        directive_id=row.id,
        number=row.number,
        measure=row.measure,
        subject=row.subject,
        code=row.code if _is_public(row) else None,
        region=row.region,
        departments=row.departments,
        cause="expired" if act is Act.EXPIRE else "lifted",
        lifted_on=row.ended_on,
    )
    await publish(session, event)
    await records.end(session, caller, row.unit, RecordKind.JOINT_MEASURE, row.number, reason, now)


async def identify(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: IdentificationIn
) -> MeasureDirective:
    """Adds the identity number of the person, so that the measure bites. 409 for an entity or one identified."""
    turn = await queries.take_turn(session)
    row = await found(session, caller, place[0])
    rules.after(State(row.state), Act.IDENTIFY)
    if row.subject != Subject.PERSON or row.person_key is not None:
        raise PersonIdentified
    check_version(row, place[1])
    _check_id_number(body.id_number, "/id_number")
    row.person_id_number, row.person_key = body.id_number, person_key(body.id_number)
    await _tell(session, caller, turn, row, IDENTIFIED, body.reason)
    await session.flush()
    return row
