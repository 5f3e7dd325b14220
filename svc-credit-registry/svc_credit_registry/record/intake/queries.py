"""The statements of a bulk load: rows go by COPY into a table of the transaction, from there into the register.

What a decision of the registrar founded or changed is left alone: its source is that decision (谁产生、谁提供、谁负责).
"""

import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.feed.service import TOLD
from svc_credit_registry.record.intake.models import BulkLoad, BulkPortion

COLUMNS: dict[str, str] = {
    "code": 'varchar COLLATE "C"',
    "name": "varchar",
    "region": "varchar",
    "industry_code": "varchar",
    "organisation_form": "varchar",
    "status": "varchar",
    "established_on": "date",
    "registered_on": "date",
    "ended_on": "date",
    "legal_representative_name": "varchar",
    "registered_capital_yuan": "numeric",
    "address": "varchar",
    "business_scope": "varchar",
    "publication_due_on": "date",
}
"""Columns of the staging table, in the order of the prepared rows."""
_FACTS = tuple(COLUMNS)[1:-1]
_KEPT = (*_FACTS, "publication_due_on")
_VERSIONED = (*_KEPT, "published_at", "producer", "basis")

_CREATE_STAGING = text(
    f"CREATE TEMPORARY TABLE staging ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}) ON COMMIT DROP"
)
_CREATE_TOUCHED = text(
    f"""
    CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
    SELECT code, version, received_at, {", ".join(_VERSIONED)} FROM enterprises WITH NO DATA
    """  # noqa: S608 - the names of columns stand above
)
_ENTERPRISES = text(
    f"""
    WITH entered AS (
        INSERT INTO enterprises AS e (code, {", ".join(_KEPT)}, producer, basis, received_at)
        SELECT code, {", ".join(_KEPT)}, :producer, :basis, now() FROM staging ORDER BY code
        ON CONFLICT (code) DO UPDATE SET
            {", ".join(f"{name} = excluded.{name}" for name in _KEPT)},
            producer = excluded.producer, basis = excluded.basis,
            received_at = greatest(excluded.received_at, e.received_at),
            updated_at = now(), version = e.version + 1
        WHERE e.decided_on IS NULL
          AND ({", ".join(f"e.{name}" for name in _FACTS)})
              IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FACTS)})
        RETURNING new.code, old.version, old.received_at, {", ".join(f"old.{name}" for name in _VERSIONED)}
    )
    INSERT INTO touched SELECT * FROM entered
    """  # noqa: S608 - the names of columns stand above
)
"""`touched` holds the codes that were entered, each with its former state; of new ones that is empty."""
_VERSIONS = text(
    f"""
    INSERT INTO enterprise_versions (code, version, recorded_at, superseded_at, {", ".join(_VERSIONED)})
    SELECT code, version, received_at, greatest(now(), received_at), {", ".join(_VERSIONED)}
    FROM touched WHERE version IS NOT NULL
    """  # noqa: S608 - the names of columns stand above
)
_CLOSE_NAMES = text(
    """
    UPDATE enterprise_names n SET valid_until = greatest(n.valid_from, CAST(:today AS date) - 1), closed_at = now()
    FROM touched t JOIN staging s USING (code)
    WHERE n.code = t.code AND n.valid_until IS NULL AND t.name <> s.name
    """
)
_NAMES = text(
    """
    INSERT INTO enterprise_names (code, name, valid_from)
    SELECT s.code, s.name, CASE WHEN t.version IS NULL THEN s.registered_on ELSE :today END
    FROM staging s JOIN touched t USING (code)
    WHERE t.name IS DISTINCT FROM s.name
    """
)
_TOLD = text(
    f"""
    SELECT code, {", ".join(f"CASE WHEN t.{name} <> s.{name} THEN s.{name} END AS {name}" for name in TOLD)}
    FROM touched t JOIN staging s USING (code)
    WHERE t.version IS NOT NULL AND ({" OR ".join(f"t.{name} <> s.{name}" for name in TOLD)}) ORDER BY code
    """  # noqa: S608 - the names of columns stand in the module of the feed
)
_COUNTS = text("SELECT count(*) FILTER (WHERE version IS NULL), count(version) FROM touched")
_CHANGES = text(
    """
    INSERT INTO changes (position, code, part)
    SELECT :before + row_number() OVER (ORDER BY code), code, :part FROM touched
    """
)
_ANALYZE = text("ANALYZE enterprises, enterprise_names, enterprise_versions")


async def stage(session: AsyncSession, rows: Sequence[bytes]) -> None:
    """Brings prepared rows into the staging table of the transaction; waits as long as that takes."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    await session.execute(text("SET LOCAL lock_timeout = '60s'"))
    await session.execute(_CREATE_STAGING)
    await session.execute(_CREATE_TOUCHED)
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert driver is not None
    await driver.copy_to_table("staging", source=io.BytesIO(b"".join(rows)), columns=list(COLUMNS))


async def enter(session: AsyncSession, values: Mapping[str, Any]) -> tuple[int, int]:
    """Enters the staged rows with their names, and keeps former states; how many are new, how many changed.

    `values`: producer, basis, today.
    """
    today = {"today": values["today"]}
    await session.execute(_ENTERPRISES, {"producer": values["producer"], "basis": values["basis"]})
    inserted, updated = (await session.execute(_COUNTS)).one()
    if updated:
        await session.execute(_VERSIONS)
        await session.execute(_CLOSE_NAMES, today)
    await session.execute(_NAMES, today)
    return int(inserted), int(updated)


async def told_facts(session: AsyncSession) -> Sequence[RowMapping]:
    """Of what was touched, each code with those of its facts which others keep copies of and which changed."""
    return (await session.execute(_TOLD)).mappings().all()


async def tell(session: AsyncSession, before: int, part: str) -> None:
    """Enters the changes of what was touched behind the position `before`; the caller has taken the positions."""
    await session.execute(_CHANGES, {"before": before, "part": part})


async def analyse(session: AsyncSession) -> None:
    """Lets the planner know of what was loaded: the first readers after a load are as fast as the later ones."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    await session.execute(_ANALYZE)


async def begun(session: AsyncSession, row: Mapping[str, Any]) -> BulkLoad:
    """The load of this file which was cut off, else a new one with the columns of `row`."""
    statement = insert(BulkLoad).values(**row).on_conflict_do_nothing()
    await session.execute(statement)
    query = select(BulkLoad).where(BulkLoad.finished_at.is_(None))
    if row["digest"] is None:
        query = query.where(BulkLoad.id == row["id"])
    else:
        query = query.filter_by(digest=row["digest"], producer=row["producer"], basis=row["basis"])
    return (await session.scalars(query)).one()


async def loaded_portions(session: AsyncSession, load_id: uuid.UUID) -> dict[int, BulkPortion]:
    """The portions of a load that are in the register, by number."""
    found = await session.scalars(select(BulkPortion).where(BulkPortion.load_id == load_id))
    return {portion.number: portion for portion in found}


async def claim(session: AsyncSession, load_id: uuid.UUID, number: int) -> bool:
    """Takes a portion for the transaction at hand; False when another run of the same load has entered it."""
    row = {"load_id": load_id, "number": number, "inserted": 0, "updated": 0, "left": 0}
    statement = insert(BulkPortion).values(**row).on_conflict_do_nothing().returning(BulkPortion.number)
    return await session.scalar(statement) is not None


async def note(session: AsyncSession, load_id: uuid.UUID, number: int, counts: Mapping[str, int]) -> None:
    """Notes what became of the rows of a portion."""
    statement = update(BulkPortion).where(BulkPortion.load_id == load_id, BulkPortion.number == number)
    await session.execute(statement.values(**counts))


async def finish(session: AsyncSession, load_id: uuid.UUID) -> None:
    """Ends a load: the same file, loaded again, is a new one."""
    await session.execute(update(BulkLoad).where(BulkLoad.id == load_id).values(finished_at=func.now()))
