"""Writing, submitting and correcting annual reports, and showing them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.errors import FieldError
from shared.http import check_version
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.enterprises.errors import EnterpriseUnknown
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.records import queries as record_items
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import AnnualReportContent
from svc_credit_registry.reporting.filing_checks import rules as checks
from svc_credit_registry.reporting.filing_checks.errors import EnterpriseNotActive, NotForEnterprise
from svc_credit_registry.reporting.filings import queries, rules
from svc_credit_registry.reporting.filings.errors import (
    CorrectionOpen,
    NothingToEdit,
    OwnMeasure,
    ReportExists,
    ReportFaulty,
    ReportUnknown,
    WarningsUnconfirmed,
)
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.filings.schemas import Contact, ContributionEntry, ReportForm, ReportPatch

MERGED = ("contact", "figures")


@dataclass(frozen=True)
class Written:
    """A report with the form that is being written, or stands published."""

    report: AnnualReport
    form: ReportForm


def org_of(caller: Caller) -> str:
    """The enterprise for which the caller acts in this matter; 403 when there is none."""
    if caller.org is None or not caller.acts_for(caller.org, rules.MATTER):
        raise NotForEnterprise
    return caller.org


async def enterprise_of(session: AsyncSession, code: str) -> Enterprise:
    """The enterprise in the register; 404 when the register has none with this code."""
    enterprise = await enterprises.by_code(session, code)
    if enterprise is None:
        raise EnterpriseUnknown
    return enterprise


async def own(session: AsyncSession, caller: Caller, report_id: uuid.UUID, *, lock: bool = False) -> AnnualReport:
    """A report of the caller's enterprise; 404 for everybody else's."""
    report = await queries.find(session, report_id, lock=lock)
    if report is None or not caller.acts_for(report.code, rules.MATTER):
        raise ReportUnknown
    return report


async def show(session: AsyncSession, caller: Caller, report_id: uuid.UUID) -> Written:
    """A report of the caller's enterprise with its form."""
    return await written(session, await own(session, caller, report_id))


async def written(session: AsyncSession, report: AnnualReport) -> Written:
    """The report with its draft, or with what is published when nothing is being written."""
    if report.draft is not None:
        return Written(report, ReportForm.model_validate_json(report.draft))
    published = await queries.latest(session, report)
    assert published is not None, "a report without a draft is published"
    return Written(report, ReportForm.model_validate_json(published.content))


async def begin(session: AsyncSession, caller: Caller, year: int, today: date) -> Written:
    """A draft for `year`, filled in from the register and last year's report; 409 when no report is due or one is
    there already.
    """
    enterprise = await enterprise_of(session, org_of(caller))
    _check_active(enterprise)
    rules.check_year(year, enterprise.established_on, today)
    if await queries.of_year(session, enterprise.code, year) is not None:
        raise ReportExists
    form = await prefilled(session, enterprise, year)
    report = AnnualReport(code=enterprise.code, region=enterprise.region, year=year, draft=form.model_dump_json())
    session.add(report)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise ReportExists from exc
    await _audit(session, caller, report, "begun")
    return Written(report, form)


def _check_active(enterprise: Enterprise) -> None:
    if enterprise.status != Status.ACTIVE:
        raise EnterpriseNotActive
    if not rules.reports_here(enterprise.code):
        raise OwnMeasure


async def prefilled(session: AsyncSession, enterprise: Enterprise, year: int) -> ReportForm:
    """What is known already: everything of last year's report but its figures and its changes, else the register."""
    last = await queries.last_published(session, enterprise.code, year)
    if last is not None:
        form = ReportForm.model_validate_json(last.content)
        kept = {"contact", "operation", "investments", "contributions", "websites", "guarantees", "published_figures"}
        return ReportForm.model_validate(form.model_dump(include=kept))
    holders = await record_items.current(session, enterprise.code, RecordKind.SHAREHOLDER)
    entries = [_entry(item) for item in holders]
    contact = Contact(address=enterprise.address or None)
    return ReportForm(contact=contact, operation="operating", contributions=[e for e in entries if e])


def _entry(item: RecordItem) -> ContributionEntry | None:
    amount = item.content.get("subscribed_yuan")
    if amount is None:
        return None
    return ContributionEntry.model_validate({"shareholder": item.content["name"], "subscribed_yuan": amount})


async def edit(
    session: AsyncSession, caller: Caller, report_id: uuid.UUID, version: int, patch: ReportPatch
) -> Written:
    """Changes the draft; 412 for another version than the present one, 409 when nothing is being written."""
    report = await own(session, caller, report_id, lock=True)
    check_version(report, version)
    if report.draft is None:
        raise NothingToEdit
    form = merged(ReportForm.model_validate_json(report.draft), patch)
    report.draft = form.model_dump_json()
    await session.flush()
    await _audit(session, caller, report, "edited", parts=sorted(patch.model_fields_set))
    return Written(report, form)


def merged(form: ReportForm, patch: ReportPatch) -> ReportForm:
    """The form with the parts of `patch`; null puts a part back to empty."""
    now = form.model_dump()
    for name, value in patch.model_dump(exclude_unset=True).items():
        if value is None:
            del now[name]
        else:
            now[name] = {**now[name], **value} if name in MERGED else value
    return ReportForm.model_validate(now)


async def check(session: AsyncSession, report: AnnualReport, form: ReportForm) -> list[checks.Finding]:
    """Everything that is wrong with a form, or looks unlikely beside the register and last year's report."""
    enterprise = await enterprise_of(session, report.code)
    last = await queries.last_published(session, report.code, report.year)
    facts = checks.Facts(
        year=report.year,
        organisation_form=enterprise.organisation_form,
        registered_capital_yuan=enterprise.registered_capital_yuan,
        last=ReportForm.model_validate_json(last.content).model_dump() if last else None,
    )
    return checks.findings(form.model_dump(), facts)


async def submit(
    session: AsyncSession, caller: Caller, report_id: uuid.UUID, version: int, confirmed: Sequence[str], now: datetime
) -> tuple[Written, records.Entered]:  # fmt: skip
    """Publishes the draft: as the report of its year, late if the window is over, or as its correction.

    422 with all faults, each with its place, or with the warnings that were not confirmed; 409 outside the time for
    reports and corrections.
    """
    today = statutory_date(now)
    report = await own(session, caller, report_id, lock=True)
    check_version(report, version)
    if report.draft is None:
        raise NothingToEdit
    enterprise = await enterprise_of(session, report.code)
    window = rules.check_year(report.year, enterprise.established_on, today)
    if report.revision:
        rules.check_correction(window, today, report.correct_until)
    else:
        _check_active(enterprise)
    form = ReportForm.model_validate_json(report.draft)
    raised = _checked(await check(session, report, form), confirmed)
    session.add(_revision(report, form, raised, today, caller))
    if not report.revision:
        report.filed_on, report.late = today, window.is_late(today)
    report.revision, report.draft, report.correction_reason = report.revision + 1, None, None
    await session.flush()
    entered = await _put(session, caller, report, form, now)
    await _audit(session, caller, report, "published", confirmed=raised, late=report.late)
    return Written(report, form), entered


def _checked(found: Sequence[checks.Finding], confirmed: Sequence[str]) -> list[str]:
    faults = [f for f in found if f.severity == "error"]
    if faults:
        raise ReportFaulty(errors=[FieldError(f.pointer, f.code, f.message) for f in faults])
    open_ = [f for f in found if f.id not in confirmed]
    if open_:
        raise WarningsUnconfirmed(
            errors=[FieldError(f.pointer, f.code, f.message) for f in open_], warnings=[f.id for f in open_]
        )
    return [f.id for f in found]


def _revision(
    report: AnnualReport, form: ReportForm, confirmed: list[str], today: date, caller: Caller
) -> ReportRevision:
    return ReportRevision(
        report_id=report.id,
        revision=report.revision + 1,
        content=form.model_dump_json(),
        published_on=today,
        reason=report.correction_reason,
        confirmed=confirmed,
        filed_by=caller.subject,
    )


async def _put(
    session: AsyncSession, caller: Caller, report: AnnualReport, form: ReportForm, now: datetime
) -> records.Entered:
    assert report.filed_on is not None, "a published report has its day"
    content = AnnualReportContent(
        year=report.year,
        filed_on=report.filed_on,
        late=report.late,
        corrected=report.revision > 1,
        sections=rules.public_part(form.model_dump(mode="json")),
    )
    item = records.Item(
        code=report.code,
        kind=RecordKind.ANNUAL_REPORT,
        key=str(report.year),
        content=content,
        producer=report.code,
        provider=report.code,
        basis=rules.window_of(report.year).terms.duty,
        produced_on=statutory_date(now),
        effective_from=report.filed_on,
    )
    return await records.put(session, caller, item, now)


async def correct(
    session: AsyncSession, caller: Caller, report_id: uuid.UUID, reason: str, today: date
) -> Written:  # fmt: skip
    """Opens a correction: what is published becomes the draft, and stays published until that is submitted."""
    report = await own(session, caller, report_id, lock=True)
    if report.revision == 0 or report.draft is not None:
        raise CorrectionOpen
    rules.check_correction(rules.window_of(report.year), today, report.correct_until)
    form = (await written(session, report)).form
    report.draft, report.correction_reason = form.model_dump_json(), reason
    await session.flush()
    await _audit(session, caller, report, "correction_opened", reason=reason)
    return Written(report, form)


async def discard(session: AsyncSession, caller: Caller, report_id: uuid.UUID, version: int) -> None:
    """Throws a draft away; what is published stays as it is."""
    report = await own(session, caller, report_id, lock=True)
    check_version(report, version)
    if report.draft is None:
        raise NothingToEdit
    await _audit(session, caller, report, "draft_discarded")
    if report.revision == 0:
        await session.delete(report)
    else:
        report.draft, report.correction_reason = None, None
    await session.flush()


async def allow_correction(session: AsyncSession, caller: Caller, code: str, year: int, until: date) -> bool:
    """Lets a report be corrected until `until`, since verification found a fault; False when none is published."""
    report = await queries.of_year(session, code, year, lock=True)
    if report is None or report.revision == 0:
        return False
    report.correct_until = until
    await session.flush()
    await _audit(session, caller, report, "correction_ordered", until=until)
    return True


async def _audit(session: AsyncSession, caller: Caller, report: AnnualReport, act: str, **after: Any) -> None:
    """What was done; the figures themselves stay out of the audit, for the enterprise may keep them unpublished."""
    await audit.record(
        session,
        caller,
        action=f"annual_report.{act}",
        object_type="annual_report",
        object_id=report.id,
        after={"code": report.code, "year": report.year, "revision": report.revision, **after},
    )
