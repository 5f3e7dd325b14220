"""Checks names, keeps them for applicants, lets them go."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM, record
from shared.auth import Caller
from shared.codes import regions
from shared.errors import FieldError
from shared.events.services import NameReservationReleasedV1, NameReservedV1
from shared.outbound import Outbound
from shared.outbox import publish
from svc_services.clients import registry
from svc_services.names import queries, rules
from svc_services.names.errors import (
    NameConflict,
    NameTaken,
    NameUnreadable,
    ReservationInUse,
    ReservationNotLive,
    ReservationUnknown,
)
from svc_services.names.models import LIVE, NameReservation
from svc_services.names.rules import NameParts, ReservationState
from svc_services.names.schemas import NameCheckOut, NameIn, ReservationIn, VerdictOut
from svc_services.numbering.rules import Kind
from svc_services.numbering.service import next_number

RELEASE_REASONS = {
    ReservationState.EXPIRED: "expired",
    ReservationState.WITHDRAWN: "withdrawn",
    ReservationState.USED: "used",
}


async def check_name(session: AsyncSession, outbound: Outbound, body: NameIn, today: date) -> NameCheckOut:
    """Every verdict on a name: formal rules, names kept here, the registry's. 503 when that can't be asked."""
    return (await _judged(session, outbound, body, today))[1]


async def _judged(
    session: AsyncSession, outbound: Outbound, body: NameIn, today: date
) -> tuple[NameParts, NameCheckOut]:
    """The parts of a name and what is to be said of it. The registry takes a whole name apart; 422 when it can't."""
    given = _given_parts(body)
    compared = await registry.compare_name(outbound, _question(body, given))
    parts = given or _parts_found(body, compared)
    if given and body.name and not rules.holds(body.name, given):
        message = "名称与其组成部分不符 / the name is not made of these parts"
        raise NameUnreadable(errors=[FieldError("/name", "differs", message)])
    own = rules.formal_verdicts(parts, _places(parts.region), body.name)
    if compared is not None:
        own += rules.standard_verdicts(body.name or parts.trade_name, compared.parts["trade_name"])
    rival = await queries.live_rival(session, _key(parts), today)
    if rival is not None:
        own.append(rules.taken_verdict(rival.name, rival.reserved_until))
    verdicts = [VerdictOut.of(v) for v in own] + _foreign(compared, rival.name if rival else None)
    return parts, NameCheckOut(
        available=all(v.outcome != "refused" for v in verdicts),
        needs_examiner=any(v.outcome == "examiner" for v in verdicts),
        name=compared.name if compared else body.name or _compose(parts),
        trade_name=parts.trade_name,
        industry_word=parts.industry_word,
        organisation_form=parts.organisation_form,
        verdicts=verdicts,
    )


async def reserve_name(
    session: AsyncSession, outbound: Outbound, caller: Caller, body: ReservationIn, today: date
) -> NameReservation:
    """Keeps a free name for the caller: 2 months, 1 year where an approval is needed first. 409 with all verdicts."""
    parts, checked = await _judged(session, outbound, body, today)
    if not checked.available:
        verdicts = [v.model_dump() for v in checked.verdicts]
        raise NameConflict(checked.name, verdicts=verdicts, name=checked.name)
    await release_expired(session, today, limit=1, key=_key(parts))
    kept = await _insert(session, caller, _Wanted(parts, checked, body.approval_needed), today)
    await record(
        session,
        caller,
        action="name.reserved",
        object_type="name_reservation",
        object_id=kept.id,
        after={"number": kept.number, "name": kept.name, "reserved_until": kept.reserved_until},
    )
    await publish(
        session,
        NameReservedV1(
            reservation_id=kept.id,
            name=kept.name,
            region=kept.region,
            trade_name=kept.trade_name,
            industry_code=kept.industry_code,
            organisation_form=kept.organisation_form,
            reserved_on=kept.reserved_on,
            reserved_until=kept.reserved_until,
        ),
    )
    return kept


@dataclass(frozen=True)
class _Wanted:
    """A name that is to be kept."""

    parts: NameParts
    checked: NameCheckOut
    approval_needed: bool


async def _insert(session: AsyncSession, caller: Caller, wanted: _Wanted, today: date) -> NameReservation:
    parts, checked = wanted.parts, wanted.checked
    until = rules.reserved_until(today, approval_needed=wanted.approval_needed)
    scope, trade_name, industry_class = _key(parts)
    # Of two at the same moment the second waits here for the first, and then finds the name taken.
    row = (
        insert(NameReservation)
        .values(
            number=await next_number(session, Kind.RESERVATION, parts.region, today),
            holder_id=caller.subject,
            state=ReservationState.RESERVED,
            name=checked.name,
            region=parts.region,
            trade_name=trade_name,
            industry_code=parts.industry_code,
            industry_word=parts.industry_word,
            organisation_form=parts.organisation_form,
            scope=scope,
            industry_class=industry_class,
            approval_needed=wanted.approval_needed,
            reserved_on=today,
            reserved_until=until.due_on,
            basis=until.basis,
            verdicts=[v.model_dump() for v in checked.verdicts],
        )
        .on_conflict_do_nothing(index_elements=["scope", "trade_name", "industry_class"], index_where=LIVE)
        .returning(NameReservation)
    )
    kept = (await session.scalars(row)).one_or_none()
    if kept is None:
        raise NameTaken(checked.name, name=checked.name)
    return kept


async def own_reservation(
    session: AsyncSession, caller: Caller, reservation_id: uuid.UUID, *, lock: bool = False
) -> NameReservation:
    """The caller's reservation; 404 for others' and unknown ones alike."""
    found = await queries.own(session, reservation_id, caller.subject, lock=lock)
    if found is None:
        raise ReservationUnknown
    return found


async def live_reservation(
    session: AsyncSession, caller: Caller, reservation_id: uuid.UUID, today: date
) -> NameReservation:
    """The caller's reservation, locked; 409 when it no longer keeps its name."""
    found = await own_reservation(session, caller, reservation_id, lock=True)
    if not rules.is_live(ReservationState(found.state), found.reserved_until, today, held=found.held):
        until = found.reserved_until.isoformat()
        raise ReservationNotLive(f"{found.name}: {found.state}", state=found.state, reserved_until=until)
    return found


async def withdraw(
    session: AsyncSession, caller: Caller, reservation_id: uuid.UUID, today: date, *, in_use: bool
) -> None:
    """Lets a name go before its time; 409 when an application rests on it or it is over."""
    found = await live_reservation(session, caller, reservation_id, today)
    if in_use:
        raise ReservationInUse(found.number)
    await release(session, caller, found, ReservationState.WITHDRAWN, today)


async def release(
    session: AsyncSession, caller: Caller, kept: NameReservation, state: ReservationState, today: date
) -> None:
    """Ends a reservation and tells everyone why."""
    kept.state, kept.ended_on, kept.held = state, today, False
    await record(
        session,
        caller,
        action=f"name.{state}",
        object_type="name_reservation",
        object_id=kept.id,
        before={"state": ReservationState.RESERVED},
        after={"state": state},
    )
    await publish(session, NameReservationReleasedV1(reservation_id=kept.id, reason=RELEASE_REASONS[state]))


async def hold(session: AsyncSession, reservation_id: uuid.UUID, *, held: bool) -> NameReservation:
    """Keeps a name for as long as a submitted application rests on it, or lets its time run again."""
    kept = await queries.by_id(session, reservation_id)
    kept.held = held
    return kept


async def mark_used(session: AsyncSession, reservation_id: uuid.UUID, today: date) -> None:
    """The enterprise is registered under the name: from now on the register itself keeps it. Harmless twice."""
    kept = await queries.by_id(session, reservation_id)
    if kept.state == ReservationState.RESERVED:
        await release(session, SYSTEM, kept, ReservationState.USED, today)


async def release_expired(
    session: AsyncSession, today: date, *, limit: int, key: tuple[str, str, str] | None = None
) -> int:
    """Releases names whose time is over; how many."""
    only = queries.same_key(*key) if key else None
    over = await queries.expired(session, today, limit, only)
    for kept in over:
        await release(session, SYSTEM, kept, ReservationState.EXPIRED, today)
    await session.flush()
    return len(over)


def _given_parts(body: NameIn) -> NameParts | None:
    """The parts of a name as they were given; None when it is to be taken apart. 422 when something is missing."""
    if not regions.is_current(body.region):
        raise NameUnreadable(errors=[FieldError("/region", "unknown", "没有此行政区划代码 / no such region")])
    trade_name, form = body.trade_name, body.organisation_form
    if trade_name is not None and form is not None:
        word = body.industry_word or rules.default_industry_word(body.industry_code)
        return NameParts(body.region, trade_name, body.industry_code, word, form)
    if body.name is not None:
        return None
    missing = [n for n, v in (("trade_name", trade_name), ("organisation_form", form)) if v is None]
    raise NameUnreadable(errors=[FieldError(f"/{n}", "missing", "必填 / required") for n in missing])


def _parts_found(body: NameIn, compared: registry.Comparison | None) -> NameParts:
    """The parts of a whole name as the registry found them."""
    if compared is None:
        message = "无法识别字号或者组织形式 / trade name or form not recognised"
        raise NameUnreadable(errors=[FieldError("/name", "unreadable", message)])
    found = compared.parts
    return NameParts(
        body.region, found["trade_name"], body.industry_code, found["industry_word"], found["organisation_form"]
    )


def _key(parts: NameParts) -> tuple[str, str, str]:
    return rules.registrar_scope(parts.region), parts.trade_name, rules.industry_class(parts.industry_code)


def _places(region: str) -> frozenset[str]:
    return rules.place_names(_path_names(region))


def _path_names(region: str) -> Sequence[str]:
    return [regions.name(code) for code in regions.path(region) if code != regions.NATION]


def _compose(parts: NameParts) -> str:
    scope = rules.registrar_scope(parts.region)
    return rules.compose_name(regions.name(scope if regions.is_known(scope) else parts.region), parts)


def _question(body: NameIn, given: NameParts | None) -> dict[str, Any]:
    """What the registry is asked: the parts that are known, and the whole name where its order was given."""
    parts = asdict(given) if given else {"region": body.region, "industry_code": body.industry_code}
    said = {"name": body.name, "related_codes": body.related_codes}
    return parts | {name: value for name, value in said.items() if value}


def _foreign(compared: registry.Comparison | None, known_rival: str | None) -> list[VerdictOut]:
    """The registry's verdicts, without its echo of a reservation of which this service itself knows."""
    found = [VerdictOut.model_validate(v) for v in compared.verdicts] if compared else []
    return [v for v in found if v.conflicting_name is None or v.conflicting_name != known_rival]
