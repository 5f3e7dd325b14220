"""Guides of matters, with what a region made more favourable already applied."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM, record
from shared.codes import regions
from shared.events.services import MatterChangedV1
from shared.outbox import publish
from svc_services.matters import queries
from svc_services.matters.errors import MatterElsewhere, MatterNotOnline, MatterUnknown
from svc_services.matters.models import OWN, Implementation, Matter
from svc_services.matters.rules import Standard, implement
from svc_services.matters.schemas import Guide, LocalChanges, LocalOut, MatterOut


async def guide_of(session: AsyncSession, code: str, day: date, region: str | None = None) -> MatterOut:
    """The guide of a matter on `day`, for a region when one is named; 404 when there is none."""
    matter = await _matter(session, code, day)
    guide = Guide.model_validate(matter.guide)
    local = await queries.implementation_on(session, code, region, day) if region else None
    standard = implement(guide.standard(), _changes(local).as_rule()) if local else guide.standard()
    return MatterOut(
        code=matter.code,
        revision=matter.revision,
        name=matter.name,
        name_en=matter.name_en,
        online=matter.online,
        handled_by=matter.handled_by,
        in_force_from=matter.in_force_from,
        guide=_applied(guide, standard),
        local=_local_out(local) if local else None,
    )


async def open_matter(session: AsyncSession, code: str, day: date) -> tuple[Matter, Guide]:
    """The revision under which a case starts on `day`; 404 when unknown, 409 when it is not applied for here."""
    matter = await _matter(session, code, day)
    guide = Guide.model_validate(matter.guide)
    if matter.handled_by != OWN:
        places = "；".join(f"{one.name} / {one.name_en}: {one.method} {one.path}" for one in guide.done_at)
        raise MatterElsewhere(
            f"{matter.name} / {matter.name_en}：{places}", matter_code=code, handled_by=matter.handled_by,
            done_at=[one.model_dump() for one in guide.done_at],
        )  # fmt: skip
    if not matter.online:
        raise MatterNotOnline(f"{matter.name} / {matter.name_en}", matter_code=code)
    return matter, guide


async def standard_in(session: AsyncSession, matter: Matter, region: str, day: date) -> Standard:
    """What the guide promises and demands in `region` on `day`: the national standard or better."""
    standard = Guide.model_validate(matter.guide).standard()
    local = await queries.implementation_on(session, matter.code, region, day)
    return implement(standard, _changes(local).as_rule()) if local else standard


async def implement_locally(
    session: AsyncSession, code: str, region: str, changes: LocalChanges, in_force_from: date
) -> Implementation:
    """Enters what a region makes better; 409 `less_favourable` when any of it burdens the applicant."""
    matter = await _matter(session, code, in_force_from)
    implement(Guide.model_validate(matter.guide).standard(), changes.as_rule())
    row = Implementation(code=code, region=region, in_force_from=in_force_from, changes=changes.model_dump())
    session.add(row)
    await session.flush()
    await record(
        session,
        SYSTEM,
        action="matter.implemented",
        object_type="matter_implementation",
        object_id=row.id,
        after={"code": code, "region": region, **changes.model_dump()},
    )
    await publish(session, MatterChangedV1(code=code, region=region, in_force_from=in_force_from))
    return row


async def _matter(session: AsyncSession, code: str, day: date) -> Matter:
    matter = await queries.matter_on(session, code, day)
    if matter is None:
        raise MatterUnknown(code)
    return matter


def _changes(local: Implementation) -> LocalChanges:
    return LocalChanges.model_validate(local.changes)


def _local_out(local: Implementation) -> LocalOut:
    return LocalOut(
        region=local.region,
        region_name=regions.name(local.region),
        in_force_from=local.in_force_from,
        changes=_changes(local),
    )


def _applied(guide: Guide, standard: Standard) -> Guide:
    limit = guide.time_limit.model_copy(
        update={
            "working_days": standard.working_days,
            "extension_working_days": standard.extension_working_days,
        }
    )
    materials = [
        m.model_copy(update={"required": m.required and m.code in standard.required_materials}) for m in guide.materials
    ]
    fees = guide.fees.model_copy(update={"yuan": standard.fee_yuan})
    return guide.model_copy(update={"time_limit": limit, "materials": materials, "fees": fees})
