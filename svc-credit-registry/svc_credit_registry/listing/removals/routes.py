"""Removal from the lists over HTTP."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query

from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router, check_version
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.routes import EntryId
from svc_credit_registry.listing.periods.queries import queue
from svc_credit_registry.listing.periods.schemas import clocks_out
from svc_credit_registry.listing.removals import queries, service
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.listing.removals.schemas import (
    RemovalAcceptanceIn,
    RemovalDeadlinesOut,
    RemovalDecisionIn,
    RemovalIn,
    RemovalOut,
    RemovalVerificationIn,
    RevocationIn,
    removal_out,
)
from svc_credit_registry.replies import Reply, ReplyDep

router = Router(tags=["lists"])
RemovalId = Annotated[uuid.UUID, Path(description="The id of the application")]


async def _answer(reply: Reply, removal: Removal) -> RemovalOut:
    await reply.versioned(removal)
    return removal_out(removal, reply.english)


@router.post(
    "/v1/list-entries/{entry_id}/removals",
    operation_id="apply_for_removal",
    summary="申请移出 Ask to be removed from a list",
    status_code=201,
)
async def apply_for_removal(
    reply: ReplyDep, caller: AnyCaller, now: NowDep, entry_id: EntryId, body: RemovalIn
) -> RemovalOut:
    """The enterprise tells what it has done about the ground; a missing report that now stands is seen at once."""
    removal = await service.apply(reply.session, caller, entry_id, body, now)
    reply.created(f"/v1/list-removals/{removal.id}")
    return await _answer(reply, removal)


@router.get(
    "/v1/list-entries/{entry_id}/removals",
    operation_id="list_entry_removals",
    summary="移出申请 Applications for removal",
)
async def list_entry_removals(
    reply: ReplyDep, caller: AnyCaller, paging: Paging, entry_id: EntryId
) -> Page[RemovalOut]:
    """All applications about an entry, the newest first; for its enterprise and for officers."""
    entry, _ = await lists.read(reply.session, caller, entry_id)
    keys: list[Any] = [Removal.applied_on.desc(), Removal.id.desc()]
    found = await reply.page_of(queries.of_entry(entry.id), keys, paging)
    return found.page([removal_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-removals/queue", operation_id="list_removal_queue", summary="待办移出 What officers must decide")
async def list_removal_queue(
    reply: ReplyDep,
    caller: ListOfficer,
    paging: Paging,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[RemovalOut]:
    """Applications of the officer's region (superiors: of the regions below), what is due first comes first."""
    keys: list[Any] = [Removal.due_on.asc(), Removal.id.asc()]
    found = await reply.page_of(queue(Removal, caller, reply.today if overdue else None), keys, paging)
    return found.page([removal_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-removals/{removal_id}", operation_id="get_list_removal", summary="移出申请详情 One application")
async def get_list_removal(reply: ReplyDep, caller: AnyCaller, removal_id: RemovalId) -> RemovalOut:
    """The application, for its enterprise and for officers; 404 for everyone else."""
    removal, _ = await service.read(reply.session, caller, removal_id)
    return await _answer(reply, removal)


@router.get(
    "/v1/list-removals/{removal_id}/deadlines",
    operation_id="list_removal_deadlines",
    summary="法定期限 Statutory dates",
)
async def list_removal_deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    removal_id: RemovalId,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> RemovalDeadlinesOut:
    """Each clock of the application with its law and, if asked, the day-by-day count."""
    removal, entry = await service.read(reply.session, caller, removal_id)
    found = service.clocks(removal, entry)
    return RemovalDeadlinesOut(items=clocks_out(found, reply.today, explain=explain, english=reply.english))


@router.post(
    "/v1/list-removals/{removal_id}/acceptance", operation_id="accept_list_removal", summary="受理移出 Accept or not"
)
async def accept_list_removal(
    reply: ReplyDep,
    caller: ListOfficer,
    now: NowDep,
    version: IfMatch,
    removal_id: RemovalId,
    body: RemovalAcceptanceIn,
) -> RemovalOut:
    """Serious list: within 2 working days. On the abnormal list an application needs no acceptance."""
    removal, _ = await service.for_officer(reply.session, caller, removal_id)
    check_version(removal, version)
    return await _answer(reply, await service.accept(reply.session, caller, removal_id, body, now))


@router.post(
    "/v1/list-removals/{removal_id}/verification",
    operation_id="verify_list_removal",
    summary="核实整改 Verify the cure",
)
async def verify_list_removal(
    reply: ReplyDep,
    caller: ListOfficer,
    now: NowDep,
    version: IfMatch,
    removal_id: RemovalId,
    body: RemovalVerificationIn,
) -> RemovalOut:
    """What the authority found; `cured: false` declines the application by a document."""
    removal, _ = await service.for_officer(reply.session, caller, removal_id)
    check_version(removal, version)
    return await _answer(reply, await service.verify(reply.session, caller, removal_id, body, now))


@router.post("/v1/list-removals/{removal_id}/decision", operation_id="decide_list_removal", summary="移出决定 Decide")
async def decide_list_removal(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, removal_id: RemovalId, body: RemovalDecisionIn
) -> RemovalOut:
    """Within 5 working days (abnormal) or 15 (serious); what is granted leaves list and record at once."""
    removal, _ = await service.for_officer(reply.session, caller, removal_id)
    check_version(removal, version)
    return await _answer(reply, await service.decide(reply.session, caller, removal_id, body, now))


@router.post(
    "/v1/list-removals/{removal_id}/revocation", operation_id="revoke_list_removal", summary="撤销移出 Revoke a removal"
)
async def revoke_list_removal(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, removal_id: RemovalId, body: RevocationIn
) -> RemovalOut:
    """A removal got by false statements is undone; the entry stands again and its term begins anew."""
    removal, _ = await service.for_officer(reply.session, caller, removal_id)
    check_version(removal, version)
    return await _answer(reply, await service.revoke(reply.session, caller, removal_id, body.reason, now))
