"""Enterprises that may be meant by records, for many records at once: codes in the database, names in the index."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ARRAY, String, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from tantivy import Query

from svc_credit_registry.discovery.indexes.rules import without_form
from svc_credit_registry.discovery.indexes.service import OpenIndex, any_of, ordered, phrase
from svc_credit_registry.discovery.projection.service import opened
from svc_credit_registry.record.decomposition.rules import decompose
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseName
from svc_credit_registry.record.wording.rules import fold, pairs
from svc_credit_registry.sharing.matching.rules import Borne, Known

SAME, SIMILAR = 50, 10
SHORTEST_CORE = 4
# Where the public is sent, through any number of steps; who is in business again goes on under the own code.
_LAST = text(
    """
    WITH RECURSIVE steps AS NOT MATERIALIZED (
        SELECT s.old_code, s.new_code FROM enterprise_successors s
        WHERE NOT EXISTS (SELECT FROM enterprises e WHERE e.code = s.old_code AND e.status = 'active')
    ), went_on (asked, code) AS (
        SELECT old_code, new_code FROM steps WHERE old_code = ANY(:codes)
        UNION
        SELECT w.asked, s.new_code FROM went_on w JOIN steps s ON s.old_code = w.code
    )
    SELECT asked, code FROM went_on w WHERE NOT EXISTS (SELECT FROM steps s WHERE s.old_code = w.code)
    """
).bindparams(bindparam("codes", type_=ARRAY(String())))


async def successors(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    """The codes under which the records of changed or merged codes go on now."""
    rows = await session.execute(_LAST, {"codes": list(codes)})
    return {str(old): str(new) for old, new in rows}


def near(root: Path, names: Sequence[str]) -> dict[str, list[str]] | None:
    """The codes of those who bear or bore each name, or else of those whose names are like it; None without an index.

    It blocks: call it in a thread. What was registered in the last second may still be missing.
    """
    index = opened(root)
    return None if index is None else {name: _same(index, name) or _similar(index, name) for name in names}


def _same(index: OpenIndex, name: str) -> list[str]:
    words = pairs(fold(name), begins=True, ends=True)
    if not words:
        return []
    return _codes(index, any_of([phrase("names", words), phrase("former", words)]), SAME)


def _similar(index: OpenIndex, name: str) -> list[str]:
    """Names with the same beginning and another form, or with the same trade name and industry elsewhere."""
    folded, parts = fold(name), decompose(name)
    core = without_form(folded).removesuffix(parts.organisation_form)
    inner = parts.trade_name + parts.industry_word
    ways = [phrase("names", pairs(core, begins=True))] if len(core) >= SHORTEST_CORE else []
    if len(inner) >= SHORTEST_CORE:
        ways.append(phrase("names", pairs(inner)))
    return _codes(index, any_of(ways), SIMILAR) if ways else []


def _codes(index: OpenIndex, query: Query, limit: int) -> list[str]:
    return [entry.code for _, entry in ordered(index.view, query, limit)]


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
