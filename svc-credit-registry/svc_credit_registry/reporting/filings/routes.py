"""Annual reports over HTTP, for those who act for an enterprise."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router, set_etag
from svc_credit_registry.access import AnyCaller
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.reporting.filing_checks.rules import Finding
from svc_credit_registry.reporting.filings import queries, rules, service
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.filings.schemas import (
    DutiesOut,
    DutyOut,
    FilingCheckOut,
    FilingCorrectionIn,
    FindingOut,
    ReportIn,
    ReportOut,
    ReportPatch,
    SubmissionIn,
    WindowOut,
)
from svc_credit_registry.reporting.filings.service import Written

router = Router(prefix="/v1", tags=["filings"])


@router.get("/annual-reports/duties", operation_id="get_annual_report_duties", summary="应报年度 Years to report on")
async def duties(reply: ReplyDep, caller: AnyCaller) -> DutiesOut:
    """Each year on which the caller's enterprise has to report, until when, and how that stands."""
    enterprise = await service.enterprise_of(reply.session, service.org_of(caller))
    filed = await queries.by_year(reply.session, enterprise.code)
    owes = enterprise.status == "active" and rules.reports_here(enterprise.code)
    years = [y for y in rules.years_due(enterprise.established_on, reply.today) if owes or y in filed]
    upcoming = max(reply.today.year, rules.first_year(enterprise.established_on))
    return DutiesOut(
        code=enterprise.code,
        established_on=enterprise.established_on,
        next_window=_window_out(rules.window_of(upcoming), reply.today),
        items=[_duty(y, filed.get(y), reply.today, reply.english) for y in reversed(years)],
    )


@router.get(
    "/annual-reports", operation_id="list_own_annual_reports", summary="本企业年度报告 Reports of one's enterprise"
)
async def list_own(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ReportOut]:
    """The reports of the enterprise for which the caller acts, drafts too, the latest year first."""
    statement = queries.of_enterprise(service.org_of(caller))
    keys: list[ColumnElement[Any]] = [AnnualReport.year.desc(), AnnualReport.id.desc()]
    result = await reply.page_of(statement, keys, paging)
    return result.page(
        [_report_out(await service.written(reply.session, row), reply.today, reply.english) for row in result.rows]
    )


@router.post(
    "/annual-reports",
    operation_id="begin_annual_report",
    status_code=201,
    summary="开始填报 Begin a report",
)
async def begin(reply: ReplyDep, caller: AnyCaller, body: ReportIn) -> ReportOut:
    """A draft with everything the register and last year's report know already; nothing is public yet."""
    made = await service.begin(reply.session, caller, body.year, reply.today)
    reply.response.headers["Location"] = f"/v1/annual-reports/{made.report.id}"
    return _answer(reply, made)


@router.get("/annual-reports/{report_id}", operation_id="get_annual_report", summary="年度报告 One report of one's own")
async def show(reply: ReplyDep, caller: AnyCaller, report_id: uuid.UUID) -> ReportOut:
    """The report with all its figures, for those who act for the enterprise; 404 for everyone else."""
    return _answer(reply, await service.show(reply.session, caller, report_id))


@router.patch("/annual-reports/{report_id}", operation_id="edit_annual_report", summary="填报 Edit the draft")
async def edit(
    reply: ReplyDep,
    caller: AnyCaller,
    report_id: uuid.UUID,
    version: IfMatch,
    body: ReportPatch,
) -> ReportOut:
    """Replaces parts of the draft. What is missing or unlikely is told by `/check` and does not stop an edit."""
    return _answer(reply, await service.edit(reply.session, caller, report_id, version, body))


@router.delete(
    "/annual-reports/{report_id}/draft",
    operation_id="discard_annual_report_draft",
    status_code=204,
    summary="放弃草稿 Discard the draft",
)
async def discard(reply: ReplyDep, caller: AnyCaller, report_id: uuid.UUID, version: IfMatch) -> None:
    """A draft that was never published disappears; an open correction is given up, and what is published stays."""
    await service.discard(reply.session, caller, report_id, version)


@router.get("/annual-reports/{report_id}/check", operation_id="check_annual_report", summary="核对 Check the draft")
async def check(reply: ReplyDep, caller: AnyCaller, report_id: uuid.UUID) -> FilingCheckOut:
    """All faults (which stop a submission) and doubts (which must be confirmed), each with its place."""
    found = await service.show(reply.session, caller, report_id)
    findings = await service.check(reply.session, found.report, found.form)
    return FilingCheckOut(
        can_submit=all(f.severity == "warning" for f in findings), findings=[_finding_out(f) for f in findings]
    )


@router.post(
    "/annual-reports/{report_id}/submission",
    operation_id="submit_annual_report",
    summary="报送公示 Submit and publish",
)
async def submit(
    reply: ReplyDep,
    caller: AnyCaller,
    now: NowDep,
    report_id: uuid.UUID,
    version: IfMatch,
    body: SubmissionIn,
) -> ReportOut:
    """Publishes the report, or its correction, on the record of the enterprise; after 30 June it is marked late."""
    made, _ = await service.submit(reply.session, caller, report_id, version, body.confirmed_warnings, now)
    return _answer(reply, made)


@router.post(
    "/annual-reports/{report_id}/correction", operation_id="correct_annual_report", summary="更正 Open a correction"
)
async def correct(
    reply: ReplyDep,
    caller: AnyCaller,
    report_id: uuid.UUID,
    body: FilingCorrectionIn,
) -> ReportOut:
    """Until 30 June. What was published before and after, and the reason, stay public side by side (article 12)."""
    return _answer(reply, await service.correct(reply.session, caller, report_id, body.reason, reply.today))


def _answer(reply: Reply, made: Written) -> ReportOut:
    set_etag(reply.response, made.report)
    return _report_out(made, reply.today, reply.english)


def _report_out(made: Written, today: date, english: bool) -> ReportOut:
    report, window = made.report, rules.window_of(made.report.year)
    state = "draft" if not report.revision else "correcting" if report.draft else "published"
    return ReportOut.model_validate(
        {name: getattr(report, name) for name in COPIED}
        | {
            "state": state,
            "state_label": rules.REPORT_STATES[state][english],
            "window": _window_out(window, today),
            "correct_until": max(window.due_on, report.correct_until or window.due_on) if report.revision else None,
            "form": made.form,
        }
    )


COPIED = sorted(set(ReportOut.model_fields) & set(AnnualReport.__table__.columns.keys()) - {"correct_until"})


def _window_out(window: rules.Window, today: date) -> WindowOut:
    return WindowOut.model_validate(
        {
            "year": window.year,
            "opens_on": window.opens_on,
            "due_on": window.due_on,
            "state": window.state(today),
            "basis": window.terms.duty,
            "note": window.terms.note,
        }
    )


def _duty(year: int, report: AnnualReport | None, today: date, english: bool) -> DutyOut:
    window = rules.window_of(year)
    if report is not None and report.revision:
        state = "filed_late" if report.late else "filed"
    elif window.state(today) == "over":
        state = "overdue"
    else:
        state = "draft" if report is not None else "outstanding"
    return DutyOut.model_validate(
        {
            "year": year,
            "window": _window_out(window, today),
            "state": state,
            "state_label": rules.DUTY_STATES[state][english],
            "report_id": report.id if report else None,
        }
    )


def _finding_out(finding: Finding) -> FindingOut:
    return FindingOut(
        id=finding.id,
        pointer=finding.pointer,
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
    )
