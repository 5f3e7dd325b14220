"""Objections to listings over HTTP."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query

from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router, check_version
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.list_objections import queries, service
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.list_objections.schemas import (
    ListCorrectionIn,
    ListObjectionIn,
    ListObjectionOut,
    ObjectionAcceptanceIn,
    ObjectionDeadlinesOut,
    ObjectionDecisionIn,
    objection_out,
)
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.routes import EntryId, answer
from svc_credit_registry.listing.lists.schemas import CaseOut
from svc_credit_registry.listing.periods.queries import queue
from svc_credit_registry.listing.periods.schemas import clocks_out
from svc_credit_registry.replies import Reply, ReplyDep

router = Router(tags=["lists"])
ObjectionId = Annotated[uuid.UUID, Path(description="The id of the objection")]


async def _answer(reply: Reply, objection: ListObjection) -> ListObjectionOut:
    await reply.versioned(objection)
    return objection_out(objection, reply.english)


@router.post(
    "/v1/list-entries/{entry_id}/objections",
    operation_id="object_to_listing",
    summary="提出异议 Object to a listing",
    status_code=201,
)
async def object_to_listing(
    reply: ReplyDep, caller: AnyCaller, entry_id: EntryId, body: ListObjectionIn
) -> ListObjectionOut:
    """The enterprise objects, within 30 days of the publication of its entry."""
    objection = await service.object_to(reply.session, caller, entry_id, body, reply.today)
    reply.created(f"/v1/list-objections/{objection.id}")
    return await _answer(reply, objection)


@router.get(
    "/v1/list-entries/{entry_id}/objections",
    operation_id="list_entry_objections",
    summary="异议 Objections to an entry",
)
async def list_entry_objections(
    reply: ReplyDep, caller: AnyCaller, paging: Paging, entry_id: EntryId
) -> Page[ListObjectionOut]:
    """All objections to an entry, the newest first; for its enterprise and for officers."""
    entry, _ = await lists.read(reply.session, caller, entry_id)
    keys: list[Any] = [ListObjection.filed_on.desc(), ListObjection.id.desc()]
    found = await reply.page_of(queries.of_entry(entry.id), keys, paging)
    return found.page([objection_out(row, reply.english) for row in found.rows])


@router.get(
    "/v1/list-objections/queue", operation_id="list_list_objection_queue", summary="待办异议 What officers must decide"
)
async def list_objection_queue(
    reply: ReplyDep,
    caller: ListOfficer,
    paging: Paging,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[ListObjectionOut]:
    """Objections of the officer's region (superiors: of the regions below), what is due first comes first."""
    keys: list[Any] = [ListObjection.due_on.asc(), ListObjection.id.asc()]
    found = await reply.page_of(queue(ListObjection, caller, reply.today if overdue else None), keys, paging)
    return found.page([objection_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-objections/{objection_id}", operation_id="get_list_objection", summary="异议详情 One objection")
async def get_list_objection(reply: ReplyDep, caller: AnyCaller, objection_id: ObjectionId) -> ListObjectionOut:
    """The objection, for its enterprise and for officers; 404 for everyone else."""
    objection, _ = await service.read(reply.session, caller, objection_id)
    return await _answer(reply, objection)


@router.get(
    "/v1/list-objections/{objection_id}/deadlines",
    operation_id="list_objection_deadlines",
    summary="法定期限 Statutory dates",
)
async def list_objection_deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    objection_id: ObjectionId,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> ObjectionDeadlinesOut:
    """Each clock of the objection with its law and, if asked, the day-by-day count."""
    objection, entry = await service.read(reply.session, caller, objection_id)
    found = service.clocks(objection, entry)
    return ObjectionDeadlinesOut(items=clocks_out(found, reply.today, explain=explain, english=reply.english))


@router.post(
    "/v1/list-objections/{objection_id}/acceptance",
    operation_id="accept_list_objection",
    summary="受理异议 Accept or not",
)
async def accept_list_objection(
    reply: ReplyDep, caller: ListOfficer, version: IfMatch, objection_id: ObjectionId, body: ObjectionAcceptanceIn
) -> ListObjectionOut:
    """Within 5 working days: the objection is taken up, or not, with the reason."""
    objection, _ = await service.for_officer(reply.session, caller, objection_id)
    check_version(objection, version)
    return await _answer(reply, await service.accept(reply.session, caller, objection_id, body, reply.today))


@router.post(
    "/v1/list-objections/{objection_id}/decision", operation_id="decide_list_objection", summary="异议决定 Decide"
)
async def decide_list_objection(
    reply: ReplyDep,
    caller: ListOfficer,
    now: NowDep,
    version: IfMatch,
    objection_id: ObjectionId,
    body: ObjectionDecisionIn,
) -> ListObjectionOut:
    """Within 20 working days of the acceptance; an upheld objection takes the entry off at once."""
    objection, _ = await service.for_officer(reply.session, caller, objection_id)
    check_version(objection, version)
    return await _answer(reply, await service.decide(reply.session, caller, objection_id, body, now))


@router.post(
    "/v1/list-entries/{entry_id}/correction", operation_id="correct_list_entry", summary="更正错误列入 Correct an entry"
)
async def correct_list_entry(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, entry_id: EntryId, body: ListCorrectionIn
) -> CaseOut:
    """The authority takes off what it has found to be wrong, also when nobody objected in time; by a document.

    What was asked about the entry meanwhile is closed. 409 while an objection is being handled: decide on that.
    """
    check_version(await lists.for_officer(reply.session, caller, entry_id), version)
    return await answer(reply, await service.correct(reply.session, caller, entry_id, body.reason, now))
