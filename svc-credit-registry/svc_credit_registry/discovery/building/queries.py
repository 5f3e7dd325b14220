"""Reading what the index holds of enterprises, of a few or of a whole stretch of the register."""

from collections.abc import Awaitable, Callable, Iterable

import asyncpg
import orjson

from svc_credit_registry.discovery.building.rules import Place, Stretch
from svc_credit_registry.discovery.indexes.rules import RANKS, SAMPLE, Entry, entry_of, sort_key
from svc_credit_registry.record.wording.rules import fold

FACTS = (
    "SELECT code, name, region, industry_code, organisation_form, status, established_on::text,"
    " coalesce(ended_on::text, ''), legal_representative_name"
)
BESIDE = """
    SELECT 'former' AS kind, code, name AS value, valid_until::text AS until
    FROM enterprise_names WHERE valid_until IS NOT NULL {names}
    UNION ALL
    SELECT CASE kind WHEN 'key_person' THEN 'people' ELSE 'lists' END, code,
        CASE kind WHEN 'key_person' THEN content->>'name' ELSE kind END, ''
    FROM record_items
    WHERE superseded_at IS NULL AND kind IN ('key_person', 'abnormal_operation', 'serious_violation')
        AND (kind = 'key_person' OR content->>'state' = 'listed') {items}
    UNION ALL
    SELECT 'numbers', new_code, old_code, '' FROM (
        WITH RECURSIVE before AS (
            SELECT new_code, old_code FROM enterprise_successors WHERE true {successors}
            UNION
            SELECT b.new_code, s.old_code FROM before b JOIN enterprise_successors s ON s.new_code = b.old_code
        ) SELECT new_code, old_code FROM before
    ) AS numbers
"""
"""What stands beside the facts: kind, code, value, until when. Each part may be narrowed further."""
ORDER = "CASE status WHEN 'active' THEN 0 WHEN 'revoked' THEN 1 ELSE 2 END, name COLLATE \"C\""
"""About the order of lists: names as they are written, not folded."""
_STRETCH = f"""
    {FACTS}, beside.more FROM enterprises LEFT JOIN (
        SELECT code, jsonb_agg(jsonb_build_array(kind, value, until))::text AS more
        FROM ({BESIDE.format(names="", items="", successors="")}) AS each GROUP BY code
    ) AS beside USING (code)
    WHERE ({ORDER}) >= ($1, $2 COLLATE "C") AND ($3::int IS NULL OR ({ORDER}) < ($3, $4 COLLATE "C"))
    ORDER BY {ORDER}
"""  # noqa: S608 - constants of this module
Take = Callable[[list[Entry]], Awaitable[None]]
_BATCH = 1 << 19
_NULL = r"\N"
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


async def sample(connection: asyncpg.Connection) -> tuple[int, list[str], list[Place]]:
    """How many enterprises there are; of some, drawn by pages of the table, the sort keys and the places in order."""
    total = int(await connection.fetchval("SELECT count(*) FROM enterprises"))
    share = min(100.0, 100.0 * SAMPLE / max(total, 1))
    rows = await connection.fetch("SELECT status, name, code FROM enterprises TABLESAMPLE SYSTEM ($1)", share)
    keys = [sort_key(status, fold(name), code) for status, name, code in rows]
    return total, keys, sorted((int(RANKS[status]), name) for status, name, _ in rows)


async def read(
    connection: asyncpg.Connection, stretch: Stretch, take: Callable[[list[Entry]], Awaitable[None]]
) -> None:
    """Gives the entries of a stretch to `take`, some thousands at a time, as of the transaction of the connection."""
    left: list[bytes] = []
    size = 0

    async def collect(data: bytes) -> None:
        nonlocal size
        left.append(data)
        size += len(data)
        if size > _BATCH:
            whole, _, rest = b"".join(left).rpartition(b"\n")
            left[:], size = [rest], len(rest)
            await take(list(_entries(whole)))

    high = stretch.high or (None, None)
    await connection.copy_from_query(_STRETCH, *stretch.low, *high, output=collect)
    await take(list(_entries(b"".join(left))))


def _entries(data: bytes) -> Iterable[Entry]:
    """The entries of what COPY gives as text."""
    for line in data.decode().split("\n"):
        if line:
            *facts, beside = line.split("\t")
            if beside == _NULL and "\\" not in line[: -len(_NULL)]:
                yield entry_of(facts)
            else:
                plain = [_unescaped(fact) for fact in facts]
                yield entry_of(plain, () if beside == _NULL else orjson.loads(_unescaped(beside)))


def _unescaped(cell: str) -> str:
    parts = cell.split("\\\\")
    for mark, character in _ESCAPES.items():
        parts = [part.replace(f"\\{mark}", character) for part in parts]
    return "\\".join(parts)
