"""One batch of the automatic listing, in one statement: who did not report is listed, by a named decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.listing.annual_listing.models import AnnualListingRun

_PAGE_END = text(
    """
    SELECT count(*), max(code) FROM (
        SELECT code FROM enterprises WHERE code > :position ORDER BY code LIMIT :limit
    ) AS page
    """
)
# An entry of the same year that was removed, refused or corrected is a decision, too: it is not made twice. What an
# enterprise reported, or was decided about it, under a code it had before, any number of changes ago, is its own; each
# step is looked up by itself (OFFSET), for of all that ever led to a code few are changes.
_MISSING = text(
    """
    CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
    WITH RECURSIVE before (code, old_code) AS (
        SELECT new_code, old_code FROM enterprise_successors
        WHERE new_code > :position AND new_code <= :last AND reason = 'code_changed'
        UNION
        SELECT b.code, s.old_code FROM before b CROSS JOIN LATERAL (
            SELECT old_code FROM enterprise_successors
            WHERE new_code = b.old_code AND reason = 'code_changed' OFFSET 0
        ) AS s
    )
    SELECT e.code, e.name, e.region, row_number() OVER (PARTITION BY e.region ORDER BY e.code) AS place
    FROM enterprises e
    WHERE e.code > :position AND e.code <= :last AND e.status = 'active'
      AND e.established_on < make_date(:year + 1, 1, 1) AND substr(e.code, 2, 1) <> '2'
      AND NOT EXISTS (
          SELECT FROM record_items r
          WHERE r.code = e.code AND r.code > :position AND r.code <= :last
            AND r.kind = 'annual_report' AND r.superseded_at IS NULL
            AND CAST(r.content ->> 'year' AS integer) = :year
      )
      AND NOT EXISTS (
          SELECT FROM before b JOIN record_items r ON r.code = b.old_code
          WHERE b.code = e.code AND r.code = ANY (ARRAY(SELECT old_code FROM before))
            AND r.kind = 'annual_report' AND r.superseded_at IS NULL
            AND CAST(r.content ->> 'year' AS integer) = :year
      )
      AND NOT EXISTS (
          SELECT FROM list_entries l
          WHERE l.code = e.code AND l.code > :position AND l.code <= :last
            AND l.list = 'abnormal' AND l.ground = 'no_annual_report' AND l.report_year = :year
      )
      AND NOT EXISTS (
          SELECT FROM before b JOIN list_entries l ON l.code = b.old_code
          WHERE b.code = e.code AND l.code = ANY (ARRAY(SELECT old_code FROM before))
            AND l.list = 'abnormal' AND l.ground = 'no_annual_report' AND l.report_year = :year
      )
    """
)
# The tables grow while the run goes on, faster than statistics follow: each page must stay within its range of codes.
_BY_RANGE = text("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true)")
_REGIONS = text("SELECT region, count(*) FROM missing GROUP BY region ORDER BY region")
_DOCUMENT = text(
    """
    INSERT INTO list_documents AS d (number, act, list, ground, article, facts, authority, region, decided_by,
        decided_on, entries)
    VALUES (:number, 'list', 'abnormal', 'no_annual_report', :article, :facts, 'AMR-' || :region, :region, 'system',
        :today, :entries)
    ON CONFLICT (number) DO UPDATE SET entries = d.entries + excluded.entries
    RETURNING d.entries - :entries
    """
)
_ENTER = text(
    """
    WITH named AS (
        SELECT m.code, m.name, m.region, d.number AS document, d.base + m.place AS item
        FROM missing m JOIN unnest(CAST(:regions AS text[]), CAST(:documents AS text[]), CAST(:bases AS bigint[]))
            AS d (region, number, base) ON d.region = m.region
    ), entered AS (
        INSERT INTO list_entries (number, list, ground, code, name, region, state, terms_version, report_year, facts,
            proposed_by, proposed_on, decide_from, decided_on, document_number, document_item, listed_on,
            objection_until, warn_on, escalates_on, expires_on, early_removal_from, provisional)
        SELECT 'YC' || region || '-' || :year + 1 || '-N' || lpad(item::text, greatest(6, length(item::text)), '0'),
            'abnormal', 'no_annual_report', code, name, region, 'listed', :terms_version, :year, :facts, 'system',
            :today, :decide_from, :today, document, item, :today, :objection_until, :warn_on, :escalates_on,
            :expires_on, :early_removal_from, :provisional
        FROM named
        RETURNING id, code, region, document_number
    ), told AS (
        INSERT INTO list_steps (entry_id, code, at, day, act, state, by, document_number, note, notice)
        SELECT id, code, :now, :today, 'list', 'listed', 'system', document_number, :facts, true FROM entered
    ), numbered AS (
        SELECT id, code, region, document_number,
            :stamp || lpad(nextval('record_receipts')::text, 10, '0') AS body
        FROM entered
    ), shown AS (
        INSERT INTO record_items (code, kind, producer, key, version, content, basis, produced_on, effective_from,
            provider, receipt, recorded_at)
        SELECT code, 'abnormal_operation', 'AMR-' || region, id::text, 1,
            jsonb_build_object('ground', 'no_annual_report', 'ground_label', CAST(:label AS text), 'listed_on',
                CAST(:today AS date), 'decided_by', 'AMR-' || region, 'decision_number', document_number, 'reason',
                CAST(:facts AS text), 'state', 'listed'),
            :article, :today, :today, 'AMR-' || region,
            'GS' || body || lpad((98 - (body || '00')::numeric % 97)::text, 2, '0'), :now
        FROM numbered
        RETURNING code, id
    ), pending AS (
        INSERT INTO pending_changes (code, part, item_id) SELECT code, 'abnormal_operation', id FROM shown
    )
    SELECT code FROM entered ORDER BY code
    """
)


@dataclass(frozen=True)
class Batch:
    """What all entries of a run have in common."""

    year: int
    today: date
    now: datetime
    article: str
    label: str
    facts: str
    terms_version: str
    decide_from: date
    dates: dict[str, date | None]
    provisional: bool


async def run_of(session: AsyncSession, year: int) -> AnnualListingRun:
    """The run of a report year, locked until the transaction ends."""
    await session.execute(insert(AnnualListingRun).values(year=year).on_conflict_do_nothing())
    statement = select(AnnualListingRun).where(AnnualListingRun.year == year).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def runs(session: AsyncSession) -> Sequence[AnnualListingRun]:
    """All runs, the latest year first."""
    return (await session.scalars(select(AnnualListingRun).order_by(AnnualListingRun.year.desc()))).all()


async def page_end(session: AsyncSession, position: str, limit: int) -> tuple[int, str | None]:
    """How many enterprises stand on the page behind `position`, and the last code; 0 and None at the end."""
    count, last = (await session.execute(_PAGE_END, {"position": position, "limit": limit})).one()
    return int(count), last


async def find_missing(session: AsyncSession, year: int, position: str, last: str) -> list[tuple[str, int]]:
    """Finds who owed a report for `year` and did not publish one, between two codes; how many in which region.

    They stand in the table `missing` until the transaction ends.
    """
    await session.execute(_BY_RANGE)
    await session.execute(_MISSING, {"year": year, "position": position, "last": last})
    return [(str(region), int(count)) for region, count in await session.execute(_REGIONS)]


async def extend_document(session: AsyncSession, batch: Batch, region: str, number: str, entries: int) -> int:
    """Adds `entries` items to a region's decision, which is made when it is not there; how many it had before."""
    given: dict[str, Any] = {
        "number": number, "region": region, "entries": entries, "article": batch.article, "facts": batch.facts,
        "today": batch.today,
    }  # fmt: skip
    return int(await session.scalar(_DOCUMENT, given) or 0)


async def enter(session: AsyncSession, batch: Batch, documents: dict[str, tuple[str, int]]) -> list[str]:
    """Lists all who are missing: entry, history, notice, record item and change of each; their codes in order."""
    given: dict[str, Any] = vars(batch) | batch.dates
    given.pop("dates")
    given |= {
        "stamp": f"{batch.today:%Y%m%d}",
        "regions": list(documents),
        "documents": [number for number, _ in documents.values()],
        "bases": [base for _, base in documents.values()],
    }
    return list(await session.scalars(_ENTER, given))
