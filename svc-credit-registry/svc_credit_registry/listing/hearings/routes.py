"""Hearings over HTTP."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query

from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router, check_version
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.hearings import queries, service
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.hearings.schemas import (
    HearingDeadlinesOut,
    HearingNoticeIn,
    HearingRecordIn,
    ListHearingIn,
    ListHearingOut,
    hearing_out,
)
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.routes import EntryId
from svc_credit_registry.listing.periods.queries import queue
from svc_credit_registry.listing.periods.schemas import clocks_out
from svc_credit_registry.replies import Reply, ReplyDep

router = Router(tags=["lists"])
HearingId = Annotated[uuid.UUID, Path(description="The id of the hearing")]


async def _answer(reply: Reply, hearing: ListHearing) -> ListHearingOut:
    await reply.versioned(hearing)
    return hearing_out(hearing, reply.english)


@router.post(
    "/v1/list-entries/{entry_id}/hearings",
    operation_id="ask_for_hearing",
    summary="要求听证 Ask to be heard",
    status_code=201,
)
async def ask_for_hearing(reply: ReplyDep, caller: AnyCaller, entry_id: EntryId, body: ListHearingIn) -> ListHearingOut:
    """The enterprise asks for a hearing, within the time to answer an announced listing; no decision before it."""
    hearing = await service.ask(reply.session, caller, entry_id, body.reasons, reply.today)
    reply.created(f"/v1/list-hearings/{hearing.id}")
    return await _answer(reply, hearing)


@router.get(
    "/v1/list-entries/{entry_id}/hearings", operation_id="list_entry_hearings", summary="听证 Hearings about an entry"
)
async def list_entry_hearings(
    reply: ReplyDep, caller: AnyCaller, paging: Paging, entry_id: EntryId
) -> Page[ListHearingOut]:
    """All hearings about an entry, the newest first; for its enterprise and for officers."""
    entry, _ = await lists.read(reply.session, caller, entry_id)
    keys: list[Any] = [ListHearing.asked_on.desc(), ListHearing.id.desc()]
    found = await reply.page_of(queries.of_entry(entry.id), keys, paging)
    return found.page([hearing_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-hearings/queue", operation_id="list_hearing_queue", summary="待办听证 Hearings to announce")
async def list_hearing_queue(
    reply: ReplyDep,
    caller: ListOfficer,
    paging: Paging,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[ListHearingOut]:
    """Hearings of the officer's region (superiors: of the regions below), what is due first comes first."""
    keys: list[Any] = [ListHearing.due_on.asc(), ListHearing.id.asc()]
    found = await reply.page_of(queue(ListHearing, caller, reply.today if overdue else None), keys, paging)
    return found.page([hearing_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-hearings/{hearing_id}", operation_id="get_list_hearing", summary="听证详情 One hearing")
async def get_list_hearing(reply: ReplyDep, caller: AnyCaller, hearing_id: HearingId) -> ListHearingOut:
    """The hearing with its notice and record, for its enterprise and for officers; 404 for everyone else."""
    hearing, _ = await service.read(reply.session, caller, hearing_id)
    return await _answer(reply, hearing)


@router.get(
    "/v1/list-hearings/{hearing_id}/deadlines",
    operation_id="list_hearing_deadlines",
    summary="法定期限 Statutory dates",
)
async def list_hearing_deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    hearing_id: HearingId,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> HearingDeadlinesOut:
    """Each clock of the hearing with its law and, if asked, the day-by-day count."""
    hearing, _ = await service.read(reply.session, caller, hearing_id)
    found = clocks_out(service.clocks(hearing), reply.today, explain=explain, english=reply.english)
    return HearingDeadlinesOut(items=found)


@router.post("/v1/list-hearings/{hearing_id}/notice", operation_id="announce_hearing", summary="听证通知 Give notice")
async def announce_hearing(
    reply: ReplyDep, caller: ListOfficer, version: IfMatch, hearing_id: HearingId, body: HearingNoticeIn
) -> ListHearingOut:
    """When, where and chaired by whom, at least seven working days before; once more to put it off."""
    hearing, _ = await service.for_officer(reply.session, caller, hearing_id)
    check_version(hearing, version)
    return await _answer(reply, await service.announce(reply.session, caller, hearing_id, body, reply.today))


@router.post(
    "/v1/list-hearings/{hearing_id}/record", operation_id="record_hearing", summary="听证笔录 Record a hearing"
)
async def record_hearing(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, hearing_id: HearingId, body: HearingRecordIn
) -> ListHearingOut:
    """Who has chaired writes what was said, or that nobody came; 403 for the officer who proposed the listing."""
    hearing, _ = await service.for_officer(reply.session, caller, hearing_id)
    check_version(hearing, version)
    return await _answer(reply, await service.conclude(reply.session, caller, hearing_id, body, now))


@router.post(
    "/v1/list-hearings/{hearing_id}/withdrawal", operation_id="withdraw_hearing", summary="撤回听证要求 Withdraw"
)
async def withdraw_hearing(reply: ReplyDep, caller: AnyCaller, hearing_id: HearingId) -> ListHearingOut:
    """The enterprise does not want to be heard any more; the clock of the decision runs on."""
    return await _answer(reply, await service.withdraw(reply.session, caller, hearing_id, reply.today))
