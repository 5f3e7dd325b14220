"""Comparing a name with all that are borne or held, and keeping those in step."""

import uuid
from datetime import date

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.codes import regions
from shared.errors import FieldError
from shared.events.services import NameReservedV1
from svc_credit_registry.classification.rules import industry_code, usual_word
from svc_credit_registry.decomposition.rules import Decomposition, decompose, display_region, industry_of
from svc_credit_registry.enterprises.models import Enterprise
from svc_credit_registry.names import queries, rules
from svc_credit_registry.names.errors import NameIncomplete
from svc_credit_registry.names.models import ComparedName
from svc_credit_registry.names.rules import Name, OtherName, Standing, Verdict
from svc_credit_registry.names.schemas import NameComparisonIn
from svc_credit_registry.wording.rules import fold, pairs, sound_keys

SHOWN = 50


def read_name(asked: NameComparisonIn) -> Name:
    """The name that is asked about; 422 for an unknown region, or without a trade name or a form."""
    if not regions.is_known(asked.region):
        raise _incomplete("/region", "没有此行政区划; there is no such region", "region_unknown")
    given = decompose(asked.name, asked.region) if asked.name else None
    trade_name = asked.trade_name or (given.trade_name if given else "")
    form = asked.organisation_form or (given.organisation_form if given else "")
    if len(fold(trade_name)) < 2:
        raise _incomplete("/trade_name", "字号应当由两个以上汉字组成; a trade name has at least two characters")
    if not form:
        raise _incomplete("/organisation_form", "请填写组织形式; the organisation form is missing")
    code = industry_code(asked.industry_code or "") or ""
    word = asked.industry_word
    if word is None:
        word = given.industry_word if given else usual_word(code)
    name = asked.name or f"{display_region(asked.region)}{trade_name}{word}{form}"
    parts = Decomposition(
        folded=fold(name),
        region_text=given.region_text if given else fold(display_region(asked.region)),
        trade_name=fold(trade_name),
        industry_word=fold(word),
        industry=industry_of(word),
        organisation_form=fold(form),
    )
    return Name(name, parts, code, rules.registrar_scope(asked.region))


def _incomplete(pointer: str, message: str, code: str = "missing") -> NameIncomplete:
    return NameIncomplete(message, errors=[FieldError(pointer, code, message)])


async def compare(session: AsyncSession, asked: NameComparisonIn, today: date) -> tuple[Name, list[Verdict]]:
    """The name and every verdict on it, refusals first."""
    applicant = read_name(asked)
    found = await queries.candidates(session, applicant, asked.reservation_id, today)
    return applicant, rules.compare_all(applicant, [_other(row) for row in found], today)


def _other(row: ComparedName) -> OtherName:
    parts = Decomposition(
        folded=fold(row.name),
        region_text=row.region_text,
        trade_name=row.trade_name,
        industry_word=row.industry_word,
        industry=row.industry,
        organisation_form=row.organisation_form,
    )
    return OtherName(
        name=row.name,
        parts=parts,
        industry_code=row.industry_code,
        scope=row.scope,
        standing=Standing(row.standing),
        code=row.code,
        ended_on=row.ended_on,
        until=row.until,
    )


def columns_of(name: str, region: str, code: str) -> dict[str, object]:
    """What is kept of a name beside whose it is: its parts and the keys by which it is found."""
    parts = decompose(name, region)
    return {
        "name": name,
        "trade_name": parts.trade_name,
        "sounds": sound_keys(parts.trade_name),
        "pairs": pairs(parts.trade_name),
        "region_text": parts.region_text,
        "industry_word": parts.industry_word,
        "industry": parts.industry,
        "industry_code": industry_code(code) or "",
        "organisation_form": parts.organisation_form,
        "scope": rules.registrar_scope(region),
    }


def keep(session: AsyncSession, enterprise: Enterprise) -> None:
    """Puts the name of a new enterprise among those that are compared."""
    columns = columns_of(enterprise.name, enterprise.region, enterprise.industry_code)
    session.add(ComparedName(code=enterprise.code, standing=Standing.REGISTERED, **columns))


async def follow(session: AsyncSession, enterprise: Enterprise, old_name: str, day: date) -> None:
    """Keeps the compared names in step with an enterprise whose name or status was changed on `day`.

    A name that was given up goes on counting as a former one for its term, so does that of an ended enterprise.
    """
    if enterprise.name != old_name:
        await _enter(session, enterprise, old_name, Standing.FORMER, day)
    standing = Standing.REGISTERED if enterprise.ended_on is None else Standing(enterprise.status)
    await _enter(session, enterprise, enterprise.name, standing, enterprise.ended_on)


async def _enter(
    session: AsyncSession, enterprise: Enterprise, name: str, standing: Standing, ended_on: date | None
) -> None:
    columns = columns_of(name, enterprise.region, enterprise.industry_code)
    state = columns | {"standing": standing, "ended_on": ended_on}
    statement = insert(ComparedName).values(code=enterprise.code, **state)
    await session.execute(statement.on_conflict_do_update(index_elements=["code", "name"], set_=state))


async def hold(session: AsyncSession, event: NameReservedV1) -> None:
    """Puts a reserved name among those that are compared, once."""
    columns = columns_of(event.name, event.region, event.industry_code)
    columns |= {"trade_name": fold(event.trade_name), "organisation_form": fold(event.organisation_form)}
    columns |= {"sounds": sound_keys(fold(event.trade_name)), "pairs": pairs(fold(event.trade_name))}
    row = {"reservation_id": event.reservation_id, "standing": Standing.RESERVED, "until": event.reserved_until}
    statement = insert(ComparedName).values(**row, **columns).on_conflict_do_nothing(index_elements=["reservation_id"])
    if (await session.execute(statement.returning(ComparedName.id))).first() is not None:
        await _audit(session, "name.held", event.reservation_id, {"name": event.name, "until": event.reserved_until})


async def release(session: AsyncSession, reservation_id: uuid.UUID, reason: str) -> None:
    """Takes a reserved name out again; nothing happens when it is not there."""
    statement = delete(ComparedName).where(ComparedName.reservation_id == reservation_id).returning(ComparedName.name)
    name = (await session.scalars(statement)).one_or_none()
    if name is not None:
        await _audit(session, "name.released", reservation_id, {"name": name, "reason": reason})


async def _audit(session: AsyncSession, action: str, reservation_id: uuid.UUID, after: dict[str, object]) -> None:
    await audit.record(
        session, audit.SYSTEM, action=action, object_type="name_reservation", object_id=reservation_id, after=after
    )
