"""Enterprises that may be meant by records, for many records at once."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.enterprises.models import Enterprise, EnterpriseName, EnterpriseSuccessor
from svc_credit_registry.matching.rules import Borne, Known

NEAR = 300
_NEAR = text(
    """
    SELECT w.trade_name, c.code FROM unnest(CAST(:trades AS text[]), CAST(:names AS text[])) AS w (trade_name, name)
    JOIN LATERAL (
        SELECT code, name FROM compared_names n WHERE n.trade_name = w.trade_name AND n.code IS NOT NULL
        ORDER BY (n.name = w.name) DESC, n.id LIMIT :near
    ) AS c ON true
    """
)


async def successors(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    """The codes under which the records of changed or merged codes go on."""
    s = EnterpriseSuccessor
    rows = await session.execute(select(s.old_code, s.new_code).where(s.old_code.in_(codes)))
    return {str(old): str(new) for old, new in rows}


async def near(session: AsyncSession, names: dict[str, str]) -> dict[str, list[str]]:
    """The codes of those whose names, also former ones, have the same trade name: by `names`, name to trade name.

    At most 300 for each, the same name first. The answer is by trade name.
    """
    found: dict[str, list[str]] = {}
    given = {"trades": list(names.values()), "names": list(names), "near": NEAR}
    for trade_name, code in await session.execute(_NEAR, given):
        found.setdefault(trade_name, []).append(code)
    return found


async def known(session: AsyncSession, codes: Sequence[str]) -> dict[str, Known]:
    """The enterprises with these codes and all names they bear or bore."""
    e, n = Enterprise, EnterpriseName
    query = (
        select(e.code, e.region, e.legal_representative_name, n.name, n.valid_from, n.valid_until)
        .join(n, n.code == e.code)
        .where(e.code.in_(codes))
    )
    found: dict[str, Known] = {}
    for code, region, person, name, since, until in await session.execute(query):
        before = found[code].names if code in found else ()
        found[code] = Known(code, region, person, (*before, Borne(name, since, until)))
    return found
