"""Loading enterprises in bulk: in batches, each a transaction, so that a load which was cut off can be repeated.

Loaded enterprises are records of the past: no `registered` event is sent for them.
"""

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.db import Sessions
from shared.events.credit_registry import RegisterLoadedV1
from shared.outbox import publish
from svc_credit_registry.bulkfile.rules import Record
from svc_credit_registry.decomposition.rules import decompose
from svc_credit_registry.enterprises.rules import STATUS_RANK, Status, publication_due
from svc_credit_registry.intake import queries, rules
from svc_credit_registry.intake.rules import Bad, EnterpriseRow
from svc_credit_registry.names.rules import Standing, registrar_scope
from svc_credit_registry.wording.rules import fold, pairs, sound_keys

BATCH = 10_000
_STANDING = {
    Status.ACTIVE: Standing.REGISTERED,
    Status.CANCELLED: Standing.CANCELLED,
    Status.REVOKED: Standing.REVOKED,
}


@dataclass(frozen=True)
class Rejection:
    """A line that was not loaded, and why."""

    line: int
    field: str
    reason: str
    message: str
    content: str


@dataclass(frozen=True)
class Origin:
    """Who produced the rows, on what basis, and a name for the load."""

    producer: str
    basis: str
    source: str


@dataclass
class Summary:
    """What became of the lines of a file. `left` are those of enterprises whose record is the same or stands higher."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    left: int = 0
    rejected: int = 0
    seen: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def accepted(self) -> int:
        """Lines whose enterprise now stands in the register as the line says, or better."""
        return self.inserted + self.updated + self.left


Report = Callable[[Rejection], None]


async def load(sessions: Sessions, records: Iterable[Record], origin: Origin, today: date, report: Report) -> Summary:
    """Loads all valid rows and reports the others. While the database takes one batch, the next one is prepared."""
    summary = Summary()
    batches = _batches(records, summary, today, report)
    batch = await asyncio.to_thread(next, batches, None)
    while batch is not None:
        coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
        try:
            await _store(sessions, batch, origin, today, summary)
        finally:
            batch = await coming
    async with sessions() as session, session.begin():
        for statement in queries.AFTER_LOAD:
            await session.execute(statement)
    return summary


def _batches(
    records: Iterable[Record], summary: Summary, today: date, report: Report
) -> Iterator[list[tuple[Any, ...]]]:
    rows = _valid_rows(records, summary, today, report)
    while batch := [staged(row) for row in itertools.islice(rows, BATCH)]:
        yield batch


def _valid_rows(records: Iterable[Record], summary: Summary, today: date, report: Report) -> Iterator[EnterpriseRow]:
    for record in records:
        summary.read += 1
        try:
            row = _row(record, today)
            if row.code in summary.seen:
                raise Bad("code", "duplicate", f"the code stands in line {summary.seen[row.code]} already")
        except Bad as exc:
            fault = exc.fault
            summary.rejected += 1
            report(Rejection(record.line, fault.field, fault.reason, fault.message, record.shown))
            continue
        summary.seen[row.code] = record.line
        yield row


def _row(record: Record, today: date) -> EnterpriseRow:
    if record.values is None:
        raise Bad("", record.reason, record.message)
    return rules.read_row(record.values, today)


def staged(row: EnterpriseRow) -> tuple[Any, ...]:
    """A row as it goes into the staging table: the facts, and all by which it is found and compared."""
    parts = decompose(row.name, row.region)
    folded = parts.folded
    return (
        row.code,
        row.name,
        row.region,
        row.industry_code,
        row.organisation_form,
        row.status.value,
        row.established_on,
        row.registered_on,
        row.ended_on,
        row.legal_representative_name,
        row.registered_capital_yuan,
        row.address,
        row.business_scope,
        _due(row.registered_on),
        folded,
        STATUS_RANK[row.status],
        pairs(folded),
        parts.trade_name,
        sound_keys(parts.trade_name),
        pairs(parts.trade_name),
        parts.region_text,
        parts.industry_word,
        parts.industry,
        parts.organisation_form or fold(row.organisation_form),
        registrar_scope(row.region),
        _STANDING[row.status].value,
    )


@lru_cache(maxsize=20_000)
def _due(registered_on: date) -> date | None:
    deadline = publication_due(registered_on)
    return deadline.due_on if deadline else None


async def _store(
    sessions: Sessions, batch: list[tuple[Any, ...]], origin: Origin, today: date, summary: Summary
) -> None:
    async with sessions() as session, session.begin():
        await session.execute(text("SET LOCAL statement_timeout = 0"))
        await session.execute(queries.CREATE_STAGING)
        await session.execute(queries.CREATE_TOUCHED)
        await _copy(session, batch)
        who = {"producer": origin.producer, "basis": origin.basis}
        await session.execute(queries.ENTERPRISES, who)
        await session.execute(queries.CLOSE_NAMES, {"today": today})
        await session.execute(queries.NAMES, {"today": today})
        await session.execute(queries.SEARCH_ENTRIES)
        await session.execute(queries.FORMER_NAMES, {"today": today})
        await session.execute(queries.COMPARED_NAMES)
        inserted, updated = (await session.execute(queries.COUNTS)).one()
        await _audit(session, batch, origin, inserted, updated)
        loaded = {"register_name": "enterprises", "source": origin.source, "rows": len(batch), "loaded_on": today}
        await publish(session, RegisterLoadedV1.model_validate(loaded))
    summary.inserted += inserted
    summary.updated += updated
    summary.left += len(batch) - inserted - updated


async def _copy(session: AsyncSession, batch: list[tuple[Any, ...]]) -> None:
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await driver.copy_records_to_table("staging", records=batch, columns=list(queries.COLUMNS))


async def _audit(
    session: AsyncSession, batch: list[tuple[Any, ...]], origin: Origin, inserted: int, updated: int
) -> None:
    """One row for a batch that changed something; the digest of its codes tells later which rows it was."""
    if not inserted and not updated:
        return
    digest = hashlib.sha256("\n".join(row[0] for row in batch).encode()).hexdigest()
    after = {"rows": len(batch), "inserted": inserted, "updated": updated, "first": batch[0][0], "codes_sha256": digest}
    await audit.record(
        session, audit.SYSTEM, action="enterprises.loaded", object_type="bulk_load", object_id=origin.source,
        after=after, reason=f"{origin.producer}: {origin.basis}",
    )  # fmt: skip
