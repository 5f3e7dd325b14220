"""Reading the register of inspectors."""

from collections.abc import Sequence

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.supervision.inspectors.models import Inspector, InspectorRelation


def within(region: str) -> Select[Inspector]:
    """The inspectors of units in a region."""
    return select(Inspector).where(cases.within(Inspector.region, region))


async def drawable(session: AsyncSession, region: str) -> Sequence[Inspector]:
    """Those who take part in draws for a region, by certificate."""
    return (await session.scalars(within(region).where(Inspector.active).order_by(Inspector.certificate))).all()


async def find(session: AsyncSession, inspector_id: str) -> Inspector | None:
    """One inspector, locked until the transaction ends."""
    statement = select(Inspector).where(Inspector.id == inspector_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def taken(session: AsyncSession, inspector_id: str, certificate: str) -> bool:
    """Whether the account or the certificate stands in the register."""
    same = (Inspector.id == inspector_id) | (Inspector.certificate == certificate)
    return await session.scalar(select(Inspector.id).where(same).limit(1)) is not None


def relations_of(inspector_id: str) -> Select[InspectorRelation]:
    """What an inspector has declared."""
    return select(InspectorRelation).where(InspectorRelation.inspector_id == inspector_id)


_RELATED = text(
    """
    WITH RECURSIVE related (code, inspector_id) AS (
        SELECT code, inspector_id FROM inspector_relations WHERE ended_on IS NULL
        UNION
        SELECT s.new_code, r.inspector_id FROM related r JOIN enterprise_successors s ON s.old_code = r.code
    )
    SELECT code, inspector_id FROM related WHERE code = ANY (CAST(:codes AS text[]))
    """
)


async def related(session: AsyncSession, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of code and inspector whose relation lasts, among these codes.

    It lasts beyond a merger or a new code: who was tied to the enterprise is tied to what it went on in.
    """
    rows = await session.execute(_RELATED, {"codes": list(codes)})
    return [(code, inspector) for code, inspector in rows]
