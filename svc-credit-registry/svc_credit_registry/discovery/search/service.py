"""Finding enterprises: in the index, and by code in the register itself."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from tantivy import Query

from shared.db import Sessions
from shared.http.pagination import COUNT_CAP, PageQuery, PageResult, decode_cursor, encode_cursor
from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.errors import CursorForeign
from svc_credit_registry.discovery.indexes.rules import Entry, beginning_with, is_sort_key, stretch_of, stretches
from svc_credit_registry.discovery.indexes.service import View
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.discovery.search import queries
from svc_credit_registry.discovery.search.rules import MATCH_NAMES, Match, Wanted
from svc_credit_registry.discovery.search.schemas import SuggestionOut
from svc_credit_registry.discovery.suggestions.service import suggest
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.wording.rules import fold, pairs

EXPORT_BATCH = 1000
FEW = 2_000
"""Up to so many, all that is found is looked at; beyond, stretch by stretch until the page is full."""
BY_CODE = -1
_CODE = re.compile(r"[0-9A-Z]{18}")


@dataclass(frozen=True)
class Hit:
    """An enterprise that was found, how, and by which name borne before."""

    entry: Entry
    match: str | None
    former: tuple[str, str] | None = None


@dataclass(frozen=True)
class Kind:
    """All that match in one way: the queries that must find them, those that must not, and how many at most."""

    match: Match
    queries: Sequence[Query]
    but: Sequence[Query]
    at_most: int


@dataclass(frozen=True)
class Position:
    """Where a page ended."""

    match: int
    key: str


async def find(projection: Projection, session: AsyncSession, wanted: Wanted, paging: PageQuery) -> PageResult:
    """One page of the enterprises that match, in the order of `search.rules`. Its rows are Hits."""
    after = _position(paging.cursor, wanted)
    if _is_by_code(projection, wanted, after):
        return await _find_by_code(session, wanted, after, paging)
    view = projection.view
    ask = projection.survey if paging.count == "exact" else projection.ask
    return await ask(lambda: look(view, wanted, after, paging))


def look(view: View, wanted: Wanted, after: Position | None, paging: PageQuery) -> PageResult:
    """One page of what the index holds. Blocks."""
    found = page(view, wanted, after, paging.limit + 1)
    shown = found[: paging.limit]
    cursor = encode_cursor([int(shown[-1][0]), shown[-1][1]]) if len(found) > paging.limit else None
    hits = [hit_of(entry, match, wanted) for match, _, entry in shown]
    return _result(hits, cursor, _counted(view, wanted, paging), paging)


def _is_by_code(projection: Projection, wanted: Wanted, after: Position | None) -> bool:
    """Whether the register itself answers: for codes always, for lists without a text while there is no index."""
    if wanted.code_prefix is not None or (after is not None and after.match == BY_CODE):
        return True
    return wanted.text is None and not projection.is_ready


async def _find_by_code(session: AsyncSession, wanted: Wanted, after: Position | None, paging: PageQuery) -> PageResult:
    found = await queries.by_code(session, wanted, after.key if after else None, paging.limit + 1)
    cursor = encode_cursor([BY_CODE, found[paging.limit - 1].code]) if len(found) > paging.limit else None
    number = None
    if paging.count != "none":
        number = await queries.count(session, wanted, COUNT_CAP + 1 if paging.count == "capped" else None)
    how = "code" if wanted.code_prefix else None
    return _result([Hit(_entry(e), how) for e in found[: paging.limit]], cursor, number, paging)


def _result(hits: list[Hit], cursor: str | None, number: int | None, paging: PageQuery) -> PageResult:
    if number is None:
        return PageResult(hits, cursor)
    capped = paging.count == "capped" and number > COUNT_CAP
    return PageResult(hits, cursor, COUNT_CAP if capped else number, capped)


def _entry(e: Enterprise) -> Entry:
    ended = e.ended_on.isoformat() if e.ended_on else ""
    facts = (e.code, e.name, e.region, e.industry_code, e.organisation_form, e.status)
    return Entry(*facts, e.established_on.isoformat(), ended, e.legal_representative_name)


def hit_of(entry: Entry, match: Match, wanted: Wanted) -> Hit:
    """What is told of an enterprise that was found."""
    if wanted.text is None:
        return Hit(entry, None)
    former = None
    if match is Match.FORMER:
        former = next(((n.name, n.until) for n in entry.former if wanted.text in fold(n.name)), None)
    return Hit(entry, MATCH_NAMES[match], former)


def _position(cursor: str | None, wanted: Wanted) -> Position | None:
    """Where the page before ended; 400 for a cursor of a search that was of another kind, or made up."""
    if cursor is None:
        return None
    match, key = decode_cursor(cursor, 2)
    if not (isinstance(match, int) and BY_CODE <= match < len(Match) and isinstance(key, str)):
        raise CursorForeign
    if match == BY_CODE and (wanted.text is not None or _CODE.fullmatch(key) is None):
        raise CursorForeign
    if match != BY_CODE and (wanted.code_prefix is not None or not is_sort_key(key)):
        raise CursorForeign
    return Position(match, key)


def page(view: View, wanted: Wanted, after: Position | None, limit: int) -> list[tuple[Match, str, Entry]]:
    """Up to `limit` entries behind `after`, with how they match and their sort keys. Blocks."""
    found: list[tuple[Match, str, Entry]] = []
    for kind in kinds(view, wanted):
        if not kind.at_most or (after is not None and kind.match < after.match):
            continue
        behind = after.key if after is not None and kind.match == after.match else None
        hits = _hits(view, kind, behind, wanted.text, limit - len(found))
        found += [(kind.match, key, entry) for key, entry in hits]
        if len(found) >= limit:
            break
    return found


def _stretches(view: View, kind: Kind, behind: str | None, text: str | None) -> Iterator[list[str]]:
    """Where those of a kind may stand, in order: exact names and those that begin with the text lie together."""
    boundaries = view.about.boundaries
    start = stretch_of(boundaries, behind) if behind is not None else 0
    if text is None or kind.match not in (Match.EXACT, Match.PREFIX):
        yield from stretches(boundaries, start)
        return
    for low, high in beginning_with(boundaries, text):
        if high >= start:
            yield from stretches(boundaries, max(low, start), high)


def _hits(view: View, kind: Kind, behind: str | None, text: str | None, limit: int) -> list[tuple[str, Entry]]:
    later = [indexes.behind(behind)] if behind is not None else []
    if kind.at_most <= FEW and kind.queries:
        return indexes.ordered(view, indexes.all_of([*kind.queries, *later], kind.but), limit)
    found: list[tuple[str, Entry]] = []
    for terms in _stretches(view, kind, behind, text):
        query = indexes.all_of([indexes.any_term("tags", terms), *kind.queries, *later], kind.but)
        found += indexes.ordered(view, query, limit - len(found))
        if len(found) >= limit:
            break
        later = []
    return found


def kinds(view: View, wanted: Wanted) -> Iterator[Kind]:
    """The ways in which entries match, the best first; none finds what a better one found."""
    tags = wanted.filters.tags
    filters = [indexes.term("tags", tag) for tag in tags]
    rarest = min((indexes.frequency(view.searcher, "tags", tag) for tag in tags), default=view.size)
    if wanted.text is None:
        yield Kind(Match.EXACT, filters, (), rarest)
        return
    better: list[Query] = []
    for match, field, words in _by_name(wanted.text):
        query = indexes.phrase(field, words)
        at_most = min(rarest, indexes.rarest(view.searcher, field, words))
        yield Kind(match, [query, *filters], better[-1:], at_most)
        better.append(query)
    del better[:-2]
    for match, query, at_most in _by_sound(view, wanted):
        yield Kind(match, [query, *filters], list(better), min(rarest, at_most))
        better.append(query)


def _by_name(text: str) -> Iterator[tuple[Match, str, Sequence[str]]]:
    """Names that are the text, begin with it, hold it; former names that hold it: fields, and the words in them."""
    yield Match.EXACT, "names", pairs(text, begins=True, ends=True)
    yield Match.PREFIX, "names", pairs(text, begins=True)
    yield Match.INSIDE, "names", pairs(text)
    yield Match.FORMER, "former", pairs(text)


def _by_sound(view: View, wanted: Wanted) -> Iterator[tuple[Match, Query, int]]:
    if wanted.readings:
        query = indexes.any_of([indexes.phrase("sounds", reading) for reading in wanted.readings])
        yield (
            Match.SOUND,
            query,
            sum(indexes.rarest(view.searcher, "sounds", syllables) for syllables in wanted.readings),
        )
    if wanted.initials:
        words = pairs(wanted.initials)
        yield Match.INITIALS, indexes.phrase("initials", words), indexes.rarest(view.searcher, "initials", words)


def everything(view: View, wanted: Wanted) -> tuple[Query | None, int]:
    """What finds all that match, in whatever way, and how many these are at most; None for the whole register."""
    if wanted.code_prefix is not None:
        tags = [indexes.term("tags", tag) for tag in wanted.filters.tags]
        code = indexes.any_of([indexes.code_begins(wanted.code_prefix), indexes.term("numbers", wanted.code_prefix)])
        return indexes.all_of([code, *tags]), FEW
    ways = list(kinds(view, wanted))
    if wanted.text is None:
        return (indexes.all_of(ways[0].queries) if ways[0].queries else None), ways[0].at_most
    found = [indexes.phrase("names", pairs(wanted.text)), indexes.phrase("former", pairs(wanted.text))]
    found += [query for _, query, _ in _by_sound(view, wanted)]
    filters = [indexes.term("tags", tag) for tag in wanted.filters.tags]
    return indexes.all_of([indexes.any_of(found), *filters]), sum(kind.at_most for kind in ways[1:])


def _counted(view: View, wanted: Wanted, paging: PageQuery) -> int | None:
    if paging.count == "none":
        return None
    query, at_most = everything(view, wanted)
    if query is None:
        return view.size
    if paging.count == "exact" or at_most <= FEW:
        return indexes.count(view.searcher, query)
    total = 0
    for terms in stretches(view.about.boundaries, 0):
        total += indexes.count(view.searcher, indexes.all_of([indexes.any_term("tags", terms), query]))
        if total > COUNT_CAP:
            break
    return total


async def export(projection: Projection, sessions: Sessions, wanted: Wanted) -> AsyncIterator[Sequence[Hit]]:
    """All that match in the order of the list, in batches, of one moment, while the answer is already on its way."""
    if _is_by_code(projection, wanted, None):
        async for batch in _export_by_code(sessions, wanted):
            yield batch
        return
    view, after = projection.view, None
    while True:
        last = after
        found = await projection.ask(lambda: page(view, wanted, last, EXPORT_BATCH))  # noqa: B023
        yield [hit_of(entry, match, wanted) for match, _, entry in found]
        if len(found) < EXPORT_BATCH:
            return
        after = Position(found[-1][0], found[-1][1])


async def _export_by_code(sessions: Sessions, wanted: Wanted) -> AsyncIterator[Sequence[Hit]]:
    after: str | None = None
    while True:
        async with sessions() as session:  # none is held while a batch is sent: a slow reader is in nobody's way
            found = await queries.by_code(session, wanted, after, EXPORT_BATCH)
        if not found:
            return
        yield [Hit(_entry(e), "code" if wanted.code_prefix else None) for e in found]
        after = found[-1].code


async def did_you_mean(projection: Projection, text: str) -> list[SuggestionOut]:
    """Texts near to `text` which names hold, the likeliest first."""
    view = projection.view
    found = await projection.survey(lambda: suggest(view, text))
    return [SuggestionOut.model_validate(suggestion) for suggestion in found]
