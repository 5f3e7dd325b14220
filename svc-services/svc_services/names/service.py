"""Checks names, keeps them for applicants, lets them go."""

import uuid
from collections.abc import Sequence
from datetime import date

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
    parts = parts_of(body)
    own = rules.formal_verdicts(parts, _places(parts.region))
    rival = await queries.live_rival(session, _key(parts), today)
    if rival is not None:
        own.append(rules.taken_verdict(rival.name, rival.reserved_until))
    compared = await registry.compare_name(outbound, _question(parts))
    verdicts = [VerdictOut.of(v) for v in own] + _foreign(compared, rival.name if rival else None)
    return NameCheckOut(
        available=all(v.outcome != "refused" for v in verdicts),
        needs_examiner=any(v.outcome == "examiner" for v in verdicts),
        name=(compared.name if compared else None) or _compose(parts),
        trade_name=parts.trade_name,
        industry_word=parts.industry_word,
        organisation_form=parts.organisation_form,
        verdicts=verdicts,
    )


async def reserve_name(
    session: AsyncSession, outbound: Outbound, caller: Caller, body: ReservationIn, today: date
) -> NameReservation:
    """Keeps a free name for the caller: 2 months, 1 year where an approval is needed first. 409 with all verdicts."""
    checked = await check_name(session, outbound, body, today)
    if not checked.available:
        verdicts = [v.model_dump() for v in checked.verdicts]
        raise NameConflict(checked.name, verdicts=verdicts, name=checked.name)
    parts = parts_of(body)
    await release_expired(session, today, limit=1, key=_key(parts))
    kept = await _insert(session, caller, body, checked, today)
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


async def _insert(
    session: AsyncSession, caller: Caller, body: ReservationIn, checked: NameCheckOut, today: date
) -> NameReservation:
    parts = parts_of(body)
    until = rules.reserved_until(today, approval_needed=body.approval_needed)
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
            approval_needed=body.approval_needed,
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


def parts_of(body: NameIn) -> NameParts:
    """The parts of a name, taken from the whole one where they were not given; 422 when that can't be done."""
    if not regions.is_current(body.region):
        raise NameUnreadable(errors=[FieldError("/region", "unknown", "没有此行政区划代码 / no such region")])
    trade_name, word, form = body.trade_name, body.industry_word, body.organisation_form
    if body.name is not None and (trade_name is None or form is None):
        split = rules.split_name(body.name, _places(body.region))
        if split is None:
            raise NameUnreadable(errors=[FieldError("/name", "unreadable", "无法识别组织形式 / form not recognised")])
        trade_name, word, form = trade_name or split[0], word or split[1] or None, form or split[2]
    missing = [n for n, v in (("trade_name", trade_name), ("organisation_form", form)) if v is None]
    if missing:
        raise NameUnreadable(errors=[FieldError(f"/{n}", "missing", "必填 / required") for n in missing])
    return NameParts(
        region=body.region,
        trade_name=trade_name or "",
        industry_code=body.industry_code,
        industry_word=word or rules.default_industry_word(body.industry_code),
        organisation_form=form or "",
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


def _question(parts: NameParts) -> dict[str, str]:
    return {
        "region": parts.region,
        "trade_name": parts.trade_name,
        "industry_code": parts.industry_code,
        "industry_word": parts.industry_word,
        "organisation_form": parts.organisation_form,
    }


def _foreign(compared: registry.Comparison | None, known_rival: str | None) -> list[VerdictOut]:
    """The registry's verdicts, without its echo of a reservation of which this service itself knows."""
    found = [VerdictOut.model_validate(v) for v in compared.verdicts] if compared else []
    return [v for v in found if v.conflicting_name is None or v.conflicting_name != known_rival]
