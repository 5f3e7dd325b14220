"""Names that may be in the way of another one: the same, sounding alike, containing or contained.

Those of enterprises are found in the index, those held by reservations in the database.
"""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from tantivy import Query

from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import View
from svc_credit_registry.discovery.names.models import HeldName
from svc_credit_registry.discovery.names.rules import SHORTEST_SOUNDING_PART, TERMS, Name, scopes_above
from svc_credit_registry.record.decomposition.rules import words_meaning
from svc_credit_registry.record.wording.rules import pairs, sound_keys

NEAR, FAR = 300, 200
"""So many names are looked at for each way of being near: in the same industry, and in any."""
MOST_PHRASES, LONGEST_PART = 300, 20
LONGEST_TERM_YEARS = max(years for terms in TERMS for years in terms.years.values())


def candidates(view: View, applicant: Name, today: date) -> list[Entry]:
    """Enterprises of registrars in scope with a name that one of the rules could name. Blocks."""
    bounds = [query for query in (_in_scope(applicant.scope), _may_count(today)) if query is not None]
    found: dict[str, Entry] = {}
    for way, limit in _ways(applicant):
        for _, entry in indexes.ordered(view, indexes.all_of([way, *bounds]), limit):
            found[entry.code] = entry
    return list(found.values())


def _ways(applicant: Name) -> Iterator[tuple[Query, int]]:
    """Each way by which a name may come near, first narrowed to the industry, then in any."""
    trade_name = applicant.parts.trade_name
    words = words_meaning(applicant.parts.industry)
    category = [indexes.term("tags", f"i{applicant.industry_code[:3]}")] if len(applicant.industry_code) >= 3 else []
    named = [trade_name + word for word in words or ("",)]
    places = dict.fromkeys(("", applicant.parts.region_text))
    # Among more names than are looked at, those that must be refused may not be missing.
    yield _named([applicant.parts.folded], begins=True, ends=True), NEAR
    yield _named([place + each for place in places for each in named], begins=True), NEAR
    yield _named(named), NEAR
    sounding = _sounding(sound_keys(trade_name))
    for way in (_named([trade_name]), sounding):
        if category:
            yield indexes.all_of([way, *category]), NEAR
        yield way, FAR
    size = len(trade_name)
    parts = {trade_name[i:j] for i in range(size) for j in range(i + 2, min(i + LONGEST_PART, size) + 1)}
    within = sorted(parts - {trade_name}, key=lambda part: (-len(part), part))
    if within and category:
        yield indexes.all_of([_named(within[:MOST_PHRASES]), *category]), NEAR
        keys = (key for part in within if len(part) >= SHORTEST_SOUNDING_PART for key in sound_keys(part))
        if heard := list(itertools.islice(keys, MOST_PHRASES)):
            yield indexes.all_of([_sounding(heard), *category]), NEAR
    if within and words:
        yield _named([part + word for part in within for word in words][:MOST_PHRASES]), NEAR


def _named(texts: Sequence[str], *, begins: bool = False, ends: bool = False) -> Query:
    """Present or former names that hold one of the texts, begin with it, or end with it."""
    words = [pairs(text, begins=begins, ends=ends) for text in texts]
    return indexes.any_of([indexes.phrase(field, each) for field in ("names", "former") for each in words])


def _sounding(keys: Sequence[str]) -> Query:
    fields = ("sounds", "former_sounds")
    return indexes.any_of([indexes.phrase(field, key.split()) for field in fields for key in keys])


def _in_scope(scope: str) -> Query | None:
    """Registrars of the scope, those above it, and below a province those of its cities."""
    if not scope:
        return None
    above = [f"r{code}" for code in (f"{scope[:2]}0000", "100000")]
    return indexes.any_term("tags", [f"r{scope}", *above])


def _may_count(today: date) -> Query:
    """Leaves out what ended before the longest term of any law; the rules look closer."""
    years = range(today.year - LONGEST_TERM_YEARS, today.year + 1)
    return indexes.any_term("tags", ["sactive", *(f"{mark}{year}" for mark in "eu" for year in years)])


async def held(session: AsyncSession, applicant: Name, own: uuid.UUID | None, today: date) -> Sequence[HeldName]:
    """Reserved names of registrars in scope. `own` is a reservation that is not in the applicant's way."""
    h = HeldName
    statement = select(h).where(_held_in_scope(applicant.scope), h.until >= today)
    if own is not None:
        statement = statement.where(h.reservation_id != own)
    return (await session.scalars(statement.order_by(h.reservation_id))).all()


def _held_in_scope(scope: str) -> ColumnElement[bool]:
    above = HeldName.scope.in_(scopes_above(scope))
    if not scope:
        return true()
    return or_(above, HeldName.scope.startswith(scope)) if len(scope) == 2 else above
