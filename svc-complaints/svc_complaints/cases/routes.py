"""Reading complaints: one's own, the unit's queue, dates, history, public tracking, and the items of the hub."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Public
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.deadlines import DeadlinesOut
from shared.errors import NotFound
from shared.http import IDEMPOTENCY_NONE, Page, PageResult, Paging, Router, not_modified, paginate, set_etag, view_etag
from shared.http.pagination import PageQuery
from shared.items import ItemOut
from shared.problems import wants_english
from svc_complaints.access import AnyCaller, FreshOfficer, Officer
from svc_complaints.cases import queries, service
from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import OFFICER_STATES, State, Viewer, term_of
from svc_complaints.cases.schemas import (
    ComplaintOut,
    ContactOut,
    HistoryOut,
    ReasonIn,
    Role,
    TrackingOut,
    complaint_out,
    deadline_out,
    item_out,
    step_out,
    tracking_out,
)

router = Router(prefix="/v1", tags=["cases"])

NEWEST_FIRST: list[ColumnElement[Any]] = [Complaint.created_at.desc(), Complaint.id.desc()]


@dataclass(frozen=True)
class Reply:
    """Answers an act with the changed complaint, its new version and the reader's language."""

    session: AsyncSession
    request: Request
    response: Response

    @property
    def english(self) -> bool:
        """Whether the reader asked for English before Chinese."""
        return wants_english(self.request)

    async def with_(self, complaint: Complaint, viewer: Viewer) -> ComplaintOut:
        """The complaint as it is now, for `viewer`."""
        await self.session.flush()
        set_etag(self.response, complaint)
        return complaint_out(complaint, viewer, self.english)

    async def page_of(
        self, statement: Select[Any], keys: Sequence[ColumnElement[Any]], paging: PageQuery
    ) -> PageResult:
        """One page of a list, with its link to the next one."""
        return await paginate(
            self.session, statement, keys=keys, paging=paging, request=self.request, response=self.response
        )


def reply_of(session: SessionDep, request: Request, response: Response) -> Reply:
    """What an act is answered with."""
    return Reply(session, request, response)


ReplyDep = Annotated[Reply, Depends(reply_of)]


@router.get("/complaints", summary="我的投诉 My complaints")
async def list_mine(
    reply: ReplyDep,
    caller: AnyCaller,
    paging: Paging,
    role: Annotated[Role, Query(description="As complainant, or as representative of the respondent")] = "complainant",
    state: Annotated[State | None, Query(description="Only complaints in this state")] = None,
) -> Page[ComplaintOut]:
    """The caller's own complaints, or those against enterprises he represents; newest first."""
    viewer = Viewer(role)
    statement = service.mine(caller, role)
    if state is not None:
        statement = statement.where(Complaint.state == state)
    found = await reply.page_of(statement, NEWEST_FIRST, paging)
    return found.page([complaint_out(row, viewer, reply.english) for row in found.rows])


@router.get("/complaints/queue", summary="待办投诉 The unit's queue")
async def queue(
    reply: ReplyDep,
    caller: Officer,
    today: TodayDep,
    paging: Paging,
    state: Annotated[
        list[State] | None, Query(description="Only these states; else all that wait for the unit")
    ] = None,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[ComplaintOut]:
    """Complaints of the officer's region (superiors: of the regions below), the most urgent first."""
    statement = queries.queue(caller, state or sorted(OFFICER_STATES), today if overdue else None)
    found = await reply.page_of(statement, [queries.URGENCY.asc(), Complaint.id.asc()], paging)
    return found.page([complaint_out(row, Viewer.OFFICER, reply.english) for row in found.rows])


@router.get(
    "/complaints/{complaint_id}", summary="投诉详情 One complaint", responses={304: {"description": "Unchanged"}}
)
async def show(
    session: SessionDep, request: Request, response: Response, caller: AnyCaller, complaint_id: uuid.UUID
) -> ComplaintOut:
    """One complaint as the caller may see it; 404 for everyone else."""
    complaint, viewer = await service.read(session, caller, complaint_id)
    shown = complaint_out(complaint, viewer, wants_english(request))
    headers = {"ETag": view_etag(complaint, shown), "Vary": "Authorization, Accept-Language"}
    if not_modified(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    response.headers.update(headers)
    return shown


@router.get("/complaints/{complaint_id}/deadlines", summary="法定期限 Statutory dates")
async def deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    today: TodayDep,
    complaint_id: uuid.UUID,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> DeadlinesOut:
    """Each period of the complaint with its law, its end and, if asked, the day-by-day count."""
    complaint, viewer = await service.read(reply.session, caller, complaint_id)
    items = [
        deadline_out(
            clock,
            term_of(complaint.terms_version, clock.code),
            today,
            service.deadline_of(clock).explanation if explain else None,
            reply.english,
        )
        for clock in await service.clocks_for(reply.session, complaint, viewer)
    ]
    return DeadlinesOut(number=complaint.number, items=items)


@router.get("/complaints/{complaint_id}/history", summary="办理过程 History")
async def history(reply: ReplyDep, caller: AnyCaller, complaint_id: uuid.UUID) -> HistoryOut:
    """Every act on the complaint, oldest first; the other side reads the notes without personal data."""
    complaint, viewer = await service.read(reply.session, caller, complaint_id)
    hide = [complaint.complainant_name] if viewer is Viewer.RESPONDENT else None
    steps = await queries.steps(reply.session, complaint.id)
    return HistoryOut(number=complaint.number, items=[step_out(step, reply.english, hide) for step in steps])


@router.post("/complaints/{complaint_id}/recusal", summary="回避 Withdraw from a case")
async def recuse(
    reply: ReplyDep, session: SessionDep, caller: Officer, complaint_id: uuid.UUID, body: ReasonIn
) -> ComplaintOut:
    """The official withdraws because of an interest in the case; every further act of his is refused with 403."""
    complaint = await service.recuse(session, caller, complaint_id, body.reason)
    return await reply.with_(complaint, Viewer.OFFICER)


@router.post(
    "/complaints/{complaint_id}/complainant-unmasking",
    summary="查看联系方式 Unmask the contact data",
    openapi_extra=IDEMPOTENCY_NONE,
)
async def unmask_complainant(
    session: SessionDep, response: Response, caller: FreshOfficer, complaint_id: uuid.UUID, body: ReasonIn
) -> ContactOut:
    """The complainant's name and telephone, for a reason that is kept, after a fresh log-in; stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    complaint = await service.unmask_complainant(session, caller, complaint_id, body.reason)
    return ContactOut(name=complaint.complainant_name, phone=complaint.complainant_phone)


@router.get("/tracking/{number}", summary="进度查询 Track a complaint", dependencies=[Public])
async def track(session: SessionDep, request: Request, number: str) -> TrackingOut:
    """Where a complaint stands, for anybody who has its number: states and days, nothing about anybody."""
    complaint = await queries.by_number(session, number.strip().upper())
    if complaint is None:
        raise NotFound("没有该编号的投诉 / no complaint has this number")
    return tracking_out(complaint, await queries.steps(session, complaint.id), wants_english(request))


@router.get("/items", summary="我的办件 My items")
async def items(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ItemOut]:
    """The caller's complaints and those against his enterprises, in the one shape all services share."""
    found = await reply.page_of(service.all_of(caller), NEWEST_FIRST, paging)
    return found.page([item_out(row, caller.subject, reply.english) for row in found.rows])
