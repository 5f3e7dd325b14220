"""Listing on 1 July whoever had to report and did not: batch by batch, each a transaction that can be repeated."""

import hashlib
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.clock import statutory_date
from svc_credit_registry.listing.annual_listing import queries, rules
from svc_credit_registry.listing.annual_listing.models import AnnualListingRun
from svc_credit_registry.listing.annual_listing.queries import Batch
from svc_credit_registry.listing.escalation.service import tell
from svc_credit_registry.listing.lists.rules import calendar_of, report_period_end


def batch_of(year: int, now: datetime) -> Batch:
    """What all entries of one batch share: the law, the facts and the days which the listing sets off."""
    today, ground = statutory_date(now), rules.ground()
    return Batch(
        year=year,
        today=today,
        now=now,
        article=ground.basis,
        label=ground.label_zh,
        facts=rules.facts(year),
        terms_version=rules.TERMS.version,
        decide_from=report_period_end(year),
        dates=dict(vars(calendar_of(rules.TERMS, today))),
        provisional=any(period.deadline(today).provisional for period in rules.TERMS.after_listing),
    )


async def due_run(session: AsyncSession, first_year: int, today: date) -> AnnualListingRun | None:
    """The run that has to go on, the oldest year first; None when all are done."""
    for year in rules.due_years(first_year, today):
        run = await queries.run_of(session, year)
        if run.position or rules.needs_pass(run.passed_on, year, today):
            return run
    return None


async def list_page(session: AsyncSession, run: AnnualListingRun, now: datetime, size: int) -> int:
    """Looks at the next `size` enterprises and lists who did not report; how many were looked at.

    The place of the run moves in the same transaction. At the end of the register the pass is over.
    """
    count, last = await queries.page_end(session, run.position, size)
    if last is None:
        run.position, run.passed_on, run.passes = "", statutory_date(now), run.passes + 1
        return 0
    batch = batch_of(run.year, now)
    found = await queries.find_missing(session, run.year, run.position, last)
    if found:
        run.listed += await _enter(session, batch, found)
    run.position, run.examined = last, run.examined + count
    return count


async def _enter(session: AsyncSession, batch: Batch, found: list[tuple[str, int]]) -> int:
    documents: dict[str, tuple[str, int]] = {}
    for region, entries in found:
        number = rules.document_number(region, batch.year)
        documents[region] = number, await queries.extend_document(session, batch, region, number, entries)
    codes = await queries.enter(session, batch, documents)
    digest = hashlib.sha256("\n".join(codes).encode()).hexdigest()
    source = f"annual-listing-{batch.year}"
    after = {"entries": len(codes), "first": codes[0], "documents": len(documents), "codes_sha256": digest}
    await audit.record(
        session, audit.SYSTEM, action="list_entry.list", object_type="list_batch", object_id=source, after=after,
        reason=batch.article,
    )  # fmt: skip
    await tell(session, source, len(codes), batch.today)
    return len(codes)
