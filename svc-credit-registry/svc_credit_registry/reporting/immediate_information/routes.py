"""Immediate information over HTTP: for those who act for an enterprise, and for everybody."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.calendar import Deadline
from shared.clock import NowDep
from shared.deadlines import DeadlineOut, days_out
from shared.fields import Day
from shared.http import IfMatch, Page, Paging, Router, cached, set_etag
from svc_credit_registry.access import AnyCaller
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.reporting.filing_checks.rules import changes_between
from svc_credit_registry.reporting.filing_checks.schemas import FigureChangeOut
from svc_credit_registry.reporting.immediate_information import queries, rules, service
from svc_credit_registry.reporting.immediate_information.models import ImmediateInformation, InformationRevision
from svc_credit_registry.reporting.immediate_information.rules import TYPES, Type
from svc_credit_registry.reporting.immediate_information.schemas import (
    InformationCorrectionIn,
    InformationIn,
    InformationOut,
    InformationRevisionOut,
)

router = Router(prefix="/v1", tags=["filings"])

I = ImmediateInformation  # noqa: E741 - short for the columns of one table
LATEST: list[ColumnElement[Any]] = [I.happened_on.desc(), I.id.desc()]
Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]
Explain = Annotated[bool, Query(description="Tell for each day whether it counts, and why")]


@router.get(
    "/immediate-information/due-date",
    operation_id="get_immediate_information_due_date",
    summary="公示期限 By when something is to be published",
    dependencies=[Public],
)
async def due_date(
    reply: ReplyDep, happened_on: Annotated[Day, Query()], type: Annotated[Type, Query()], explain: Explain = False
) -> DeadlineOut:
    """The last day for information that arose on a day, with its law and, if asked, the day-by-day count."""
    return _deadline_out(type, happened_on, None, reply.today, rules.due(type, happened_on) if explain else None,
                         reply.english)  # fmt: skip


@router.post(
    "/immediate-information",
    operation_id="file_immediate_information",
    status_code=201,
    summary="即时信息公示 Publish immediate information",
)
async def file(reply: ReplyDep, caller: AnyCaller, now: NowDep, body: InformationIn) -> InformationOut:
    """Public at once on the record of the enterprise; after the 20th working day it is marked late."""
    row = await service.file(reply.session, caller, body, now)
    reply.response.headers["Location"] = f"/v1/immediate-information/{row.id}"
    return await _answer(reply, row)


@router.get(
    "/immediate-information",
    operation_id="list_own_immediate_information",
    summary="本企业即时信息 Immediate information of one's enterprise",
)
async def list_own(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[InformationOut]:
    """What the caller's enterprise has published, the latest first."""
    result = await reply.page_of(queries.of_enterprise(service.org_of(caller)), LATEST, paging)
    return result.page(await _all_out(reply, result.rows))


@router.get(
    "/immediate-information/{information_id}",
    operation_id="get_immediate_information",
    summary="即时信息 One piece of one's own",
)
async def show(reply: ReplyDep, caller: AnyCaller, information_id: uuid.UUID) -> InformationOut:
    """One piece with its version, for those who act for the enterprise."""
    return await _answer(reply, await service.own(reply.session, caller, information_id))


@router.get(
    "/immediate-information/{information_id}/deadline",
    operation_id="get_immediate_information_deadline",
    summary="公示期限 The term of one piece",
)
async def deadline(
    reply: ReplyDep, caller: AnyCaller, information_id: uuid.UUID, explain: Explain = False
) -> DeadlineOut:
    """By when it was to be published and when it was, with its law and, if asked, the day-by-day count."""
    row = await service.own(reply.session, caller, information_id)
    counted = rules.due(Type(row.type), row.happened_on) if explain else None
    return _deadline_out(Type(row.type), row.happened_on, row.filed_on, reply.today, counted, reply.english)


@router.post(
    "/immediate-information/{information_id}/correction",
    operation_id="correct_immediate_information",
    summary="更正 Correct in the open",
)
async def correct(
    reply: ReplyDep, caller: AnyCaller, now: NowDep, information_id: uuid.UUID, version: IfMatch,
    body: InformationCorrectionIn,
) -> InformationOut:  # fmt: skip
    """Replaces what is public; what stood before, and why it was wrong, stay public beside it (article 12)."""
    return await _answer(reply, await service.correct(reply.session, caller, information_id, version, body, now))


@router.get(
    "/enterprises/{code}/immediate-information",
    operation_id="list_enterprise_immediate_information",
    summary="即时信息公示 Immediate information of an enterprise",
    dependencies=[Public, Followed],
    responses=MOVED,
)
async def list_published(reply: ReplyDep, paging: Paging, code: Code) -> Page[InformationOut]:
    """What an enterprise has published itself, with all versions, the latest first."""
    enterprise = await enterprises.find(reply.session, code)
    result = await reply.page_of(queries.of_enterprise(enterprise.code), LATEST, paging)
    reply.response.headers.update(cached("register", f"enterprise:{enterprise.code}", by_language=True))
    return result.page(await _all_out(reply, result.rows))


async def _answer(reply: Reply, row: ImmediateInformation) -> InformationOut:
    set_etag(reply.response, row)
    return (await _all_out(reply, [row]))[0]


async def _all_out(reply: Reply, rows: Sequence[ImmediateInformation]) -> list[InformationOut]:
    known = await queries.revisions(reply.session, [row.id for row in rows])
    return [_information_out(row, known[row.id], reply.english) for row in rows]


def _information_out(row: ImmediateInformation, known: Sequence[InformationRevision], english: bool) -> InformationOut:
    kind = Type(row.type)
    return InformationOut.model_validate(
        copied(row, InformationOut)
        | {
            "type_label": TYPES[kind][english],
            "basis": rules.term_of(kind, row.happened_on).basis,
            "days_late": (row.filed_on - row.due_on).days if row.late else 0,
            "corrected": row.revision > 1,
            "revisions": _revisions_out(known),
        }
    )


def _revisions_out(known: Sequence[InformationRevision]) -> list[InformationRevisionOut]:
    shown: list[InformationRevisionOut] = []
    before: dict[str, Any] = {}
    for row in known:
        says = {"happened_on": row.happened_on.isoformat(), "details": row.details}
        changes = changes_between(before, says) if row.revision > 1 else []
        shown.append(
            InformationRevisionOut(
                revision=row.revision,
                published_on=row.published_on,
                happened_on=row.happened_on,
                details=row.details,
                reason=row.reason,
                changes=[FigureChangeOut.model_validate(change) for change in changes],
            )
        )
        before = says
    return shown[::-1]


def _deadline_out(
    kind: Type, happened_on: date, met_on: date | None, today: date, counted: Deadline | None, english: bool
) -> DeadlineOut:
    term, end = rules.term_of(kind, happened_on), rules.due(kind, happened_on)
    return DeadlineOut(
        node=term.node,
        label=TYPES[kind][english],
        started_on=happened_on,
        due_on=end.due_on,
        working_days=term.working_days,
        basis=term.basis,
        confirmed=term.confirmed,
        note=term.note,
        provisional=end.provisional,
        met_on=met_on,
        is_overdue=(met_on or today) > end.due_on,
        explanation=days_out(counted.explanation, english=english) if counted else None,
    )
