"""Reading public records of enterprises, many at once, past the ORM."""

from collections.abc import Sequence
from typing import Any

COLUMNS = """
    e.code, e.name, e.region, e.industry_code, e.organisation_form, e.status, e.established_on,
    e.legal_representative_name, e.registered_on, e.ended_on,
    e.registered_capital_yuan::text AS registered_capital_yuan, e.address,
    e.business_scope, e.producer, e.basis,
    e.received_at, e.publication_due_on, e.published_at, e.version,
    n.names, n.names_from, n.names_until
"""
# The order of names is that of enterprises.queries.names_of; an enterprise without a name has empty lists.
_NAMES = """
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(name), '{}') AS names, coalesce(array_agg(valid_from), '{}') AS names_from,
               coalesce(array_agg(valid_until), '{}') AS names_until
        FROM (SELECT name, valid_from, valid_until FROM enterprise_names WHERE code = e.code
              ORDER BY valid_until DESC NULLS FIRST, valid_from DESC) ordered
    ) n
"""
# Only of those not in business the code may have gone on elsewhere.
FIND = f"""
    SELECT {COLUMNS},
           e.status <> 'active' AND (SELECT TRUE FROM enterprise_successors WHERE old_code = e.code) IS TRUE AS moved
    FROM enterprises e {_NAMES}
    WHERE e.code = ANY($1::varchar[])
"""  # noqa: S608 - the names of columns stand above
ALL = f"SELECT {COLUMNS} FROM enterprises e {_NAMES} ORDER BY e.code"  # noqa: S608 - the names of columns stand above

Rows = Sequence[Any]


async def find(connection: Any, codes: Sequence[str]) -> Rows:
    """The rows of the enterprises with these codes, in no order, over a connection of asyncpg."""
    rows: Rows = await connection.fetch(FIND, list(codes))
    return rows
