"""Reading what the index holds of enterprises: of some by their codes, or of all at once."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import asyncpg
from sqlalchemy import bindparam, func, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY, VARCHAR
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.discovery.indexes.rules import SAMPLE, Beside, Entry, FormerName, entry_of, sort_key
from svc_credit_registry.discovery.projection.models import Register
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed.models import Change, PendingChange
from svc_credit_registry.record.wording.rules import fold

_FACTS = (
    "SELECT code, name, region, industry_code, organisation_form, status, established_on::text,"
    " coalesce(ended_on::text, ''), legal_representative_name FROM enterprises"
)
_BESIDE = """
    SELECT 'former', code, name, valid_until::text FROM enterprise_names WHERE valid_until IS NOT NULL {names}
    UNION ALL
    SELECT CASE kind WHEN 'key_person' THEN 'people' ELSE 'lists' END, code,
        CASE kind WHEN 'key_person' THEN content->>'name' ELSE kind END, ''
    FROM record_items
    WHERE superseded_at IS NULL AND kind IN ('key_person', 'abnormal_operation', 'serious_violation')
        AND (kind = 'key_person' OR content->>'state' = 'listed') {items}
    UNION ALL
    SELECT 'numbers', new_code, old_code, '' FROM enterprise_successors WHERE true {successors}
"""
_ALL_BESIDE = _BESIDE.format(names="", items="", successors="")
_SOME = bindparam("codes", type_=ARRAY(VARCHAR))
_SOME_FACTS = text(f"{_FACTS} WHERE code = ANY(:codes)").bindparams(_SOME)
_SOME_BESIDE = text(
    _BESIDE.format(
        names="AND code = ANY(:codes)", items="AND code = ANY(:codes)", successors="AND new_code = ANY(:codes)"
    )
).bindparams(_SOME)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


_NOTHING = Beside()


def _beside(rows: Iterable[Sequence[str]]) -> Mapping[str, Beside]:
    found: defaultdict[str, Beside] = defaultdict(Beside)
    for kind, code, value, until in rows:
        beside = found[code]
        if kind == "former":
            beside.former.append(FormerName(value, until))
        elif value not in (known := getattr(beside, kind)):
            known.append(value)
    return found


def _entry(facts: Sequence[str], beside: Mapping[str, Beside]) -> Entry:
    more = beside.get(facts[0], _NOTHING)
    if any(name.name == facts[1] for name in more.former):
        more = replace(more, former=[name for name in more.former if name.name != facts[1]])
    return entry_of(facts, more)


async def entries(session: AsyncSession, codes: Sequence[str]) -> list[Entry]:
    """The entries of those enterprises with these codes that there are, as of now."""
    beside = _beside(tuple(row) for row in await session.execute(_SOME_BESIDE, {"codes": codes}))
    return [_entry(tuple(facts), beside) for facts in await session.execute(_SOME_FACTS, {"codes": codes})]


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


async def sample(connection: asyncpg.Connection) -> tuple[int, list[str]]:
    """How many enterprises there are, and the sort keys of some, drawn by pages of the table."""
    total = int(await connection.fetchval("SELECT count(*) FROM enterprises"))
    share = min(100.0, 100.0 * SAMPLE / max(total, 1))
    rows = await connection.fetch("SELECT status, name, code FROM enterprises TABLESAMPLE SYSTEM ($1)", share)
    return total, [sort_key(status, fold(name), code) for status, name, code in rows]


async def all_entries(connection: asyncpg.Connection, take: Callable[[list[Entry]], Awaitable[None]]) -> None:
    """Gives all entries to `take`, some hundreds at a time, as of the transaction of the connection."""
    beside = _beside(await connection.fetch(_ALL_BESIDE))
    left = b""

    async def read(data: bytes) -> None:
        nonlocal left
        left += data
        if len(left) > 1 << 17:
            whole, _, left = left.rpartition(b"\n")
            await take([_entry(facts, beside) for facts in _rows(whole)])

    await connection.copy_from_query(_FACTS, output=read)
    await take([_entry(facts, beside) for facts in _rows(left)])


def _rows(data: bytes) -> Iterable[list[str]]:
    """The rows of what COPY gives as text."""
    for line in data.decode().split("\n"):
        if line:
            cells = line.split("\t")
            yield [_unescaped(cell) for cell in cells] if "\\" in line else cells


def _unescaped(cell: str) -> str:
    first, *rest = cell.split("\\\\")
    parts = [first, *rest]
    for mark, character in _ESCAPES.items():
        parts = [part.replace(f"\\{mark}", character) for part in parts]
    return "\\".join(parts)
