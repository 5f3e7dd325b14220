"""Reading what the index holds of some enterprises, and which of them it does not know yet."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY, VARCHAR
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.discovery.building.queries import BESIDE, FACTS
from svc_credit_registry.discovery.indexes.rules import Entry, entry_of
from svc_credit_registry.discovery.projection.models import Register
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed.models import Change, PendingChange

_SOME = bindparam("codes", type_=ARRAY(VARCHAR))
_SOME_FACTS = text(f"{FACTS} FROM enterprises WHERE code = ANY(:codes)").bindparams(_SOME)
_SOME_BESIDE = text(
    BESIDE.format(
        names="AND code = ANY(:codes)", items="AND code = ANY(:codes)", successors="AND new_code = ANY(:codes)"
    )
).bindparams(_SOME)


async def entries(session: AsyncSession, codes: Sequence[str]) -> list[Entry]:
    """The entries of those enterprises with these codes that there are, as of now."""
    beside: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for kind, code, value, until in await session.execute(_SOME_BESIDE, {"codes": codes}):
        beside[code].append((kind, value, until))
    found = await session.execute(_SOME_FACTS, {"codes": codes})
    return [entry_of(facts, beside.get(facts[0], ())) for facts in map(tuple, found)]


async def unseen(session: AsyncSession, position: int, limit: int) -> Sequence[str]:
    """The codes of up to `limit` enterprises that changed behind `position`, with those that have no position yet."""
    late = select(Change.code).where(Change.position > position).order_by(Change.position.desc()).limit(limit)
    waiting = select(PendingChange.code).limit(limit)
    # One statement: what is given its position between two would be in neither.
    both = union(late.subquery().select(), waiting.subquery().select())
    return (await session.scalars(both)).all()


async def identity(session: AsyncSession) -> str:
    """Which register this is."""
    return str((await session.scalars(select(Register.identity))).one())


async def is_large(session: AsyncSession, bound: int) -> bool:
    """Whether the register holds more than `bound` enterprises."""
    some = select(Enterprise.code).limit(bound + 1).subquery()
    return (await session.scalar(select(func.count()).select_from(some)) or 0) > bound
