"""The lists for everybody, and entries for their enterprises and for officers."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.auth import Public
from shared.db import SessionDep
from shared.fields import Day
from shared.http import Page, Paging, Router, cached, not_modified, view_etag
from shared.problems import wants_english
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.grounds.rules import ListKind
from svc_credit_registry.listing.lists import queries, service
from svc_credit_registry.listing.lists.errors import DocumentUnknown, ListEntryUnknown
from svc_credit_registry.listing.lists.models import ListDocument, ListEntry, ListStep
from svc_credit_registry.listing.lists.queries import NEWEST_FIRST, Filters
from svc_credit_registry.listing.lists.rules import PUBLIC_STATES, State
from svc_credit_registry.listing.lists.schemas import (
    CaseOut,
    DocumentOut,
    EntryDeadlinesOut,
    ListEntryOut,
    ListHistoryOut,
    ListNoticeOut,
    case_out,
    document_out,
    entry_line,
    entry_out,
    notice_out,
    step_out,
)
from svc_credit_registry.listing.periods.schemas import clocks_out
from svc_credit_registry.record.exports.routes import exported, responses
from svc_credit_registry.record.exports.rules import Form
from svc_credit_registry.replies import Reply, ReplyDep

router = Router(tags=["lists"])
EntryId = Annotated[uuid.UUID, Path(description="The id of the entry")]
CODE = Query(max_length=18, description="Unified social credit code")
COLUMNS = tuple(ListEntryOut.model_fields)


def filters(  # noqa: PLR0913 - one parameter each
    list_: Annotated[ListKind | None, Query(alias="list", description="abnormal or serious")] = None,
    ground: Annotated[str | None, Query(max_length=40)] = None,
    code: Annotated[str | None, CODE] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{6}$", description="With all regions below it")] = None,
    state: Annotated[
        Literal["listed", "removed"], Query(description="removed: who was on the abnormal list and is no more")
    ] = "listed",
    listed_from: Annotated[Day | None, Query()] = None,
    listed_until: Annotated[Day | None, Query()] = None,
    report_year: Annotated[int | None, Query(ge=2013, le=2199, description="Year of the missing report")] = None,
) -> Filters:
    """What the parameters of the public lists ask for."""
    return Filters(list_, ground, code, region, state, listed_from, listed_until, report_year)


FiltersDep = Annotated[Filters, Depends(filters)]


async def answer(reply: Reply, entry: ListEntry) -> CaseOut:
    """The entry as it is now, with its new version."""
    await reply.versioned(entry)
    return case_out(entry, reply.english)


@router.get(
    "/v1/list-entries",
    operation_id="list_list_entries",
    summary="名录查询 Who stands on the lists",
    dependencies=[Public],
)
async def list_list_entries(reply: ReplyDep, asked: FiltersDep, paging: Paging) -> Page[ListEntryOut]:
    """The public entries, the newest first; each with ground, article, decision and authority."""
    found = await reply.page_of(queries.public(asked), NEWEST_FIRST, paging)
    reply.response.headers.update(cached("register", "enterprises", by_language=True))
    return found.page([entry_out(row, reply.english) for row in found.rows])


@router.get(
    "/v1/list-entries/export",
    operation_id="export_list_entries",
    summary="名录导出 The lists as NDJSON or CSV",
    response_class=StreamingResponse,
    responses=responses("entry"),
    dependencies=[Public],
)
async def export_list_entries(
    runtime: RuntimeDep,
    request: Request,
    asked: FiltersDep,
    format: Annotated[Form, Query()] = "ndjson",
) -> StreamingResponse:
    """Everything the list would give with these filters, streamed without a limit."""
    found = queries.exported(runtime.sessions, asked)
    rows = ([entry_line(row, wants_english(request)) for row in batch] async for batch in found)
    return exported(rows, COLUMNS, format, "list-entries")


@router.get("/v1/list-entries/queue", operation_id="list_entry_queue", summary="待办列入 What officers must decide")
async def list_entry_queue(
    reply: ReplyDep,
    caller: ListOfficer,
    paging: Paging,
    list_: Annotated[ListKind | None, Query(alias="list")] = None,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[CaseOut]:
    """Proposals of the officer's region (superiors: of the regions below), what is due first comes first."""
    statement = queries.queue(caller, list_, reply.today if overdue else None)
    keys: list[Any] = [ListEntry.due_on.asc(), ListEntry.id.asc()]
    found = await reply.page_of(statement, keys, paging)
    return found.page([case_out(row, reply.english) for row in found.rows])


@router.get(
    "/v1/list-entries/mine", operation_id="list_my_list_entries", summary="本企业名录 The enterprise's own entries"
)
async def list_my_list_entries(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[CaseOut]:
    """All entries of the enterprise the caller acts for: proposed, standing and ended ones."""
    code = caller.org if caller.org and service.speaks_for(caller, caller.org) else ""
    keys: list[Any] = [ListEntry.created_at.desc(), ListEntry.id.desc()]
    found = await reply.page_of(queries.of_enterprise(code), keys, paging)
    return found.page([case_out(row, reply.english) for row in found.rows])


@router.get("/v1/list-notices", operation_id="list_list_notices", summary="名录通知 What the enterprise was told")
async def list_list_notices(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ListNoticeOut]:
    """Notices about proposals, decisions and the coming end of three years, the newest first."""
    code = caller.org if caller.org and service.speaks_for(caller, caller.org) else ""
    keys: list[Any] = [ListStep.id.desc()]
    found = await reply.page_of(queries.notices(code), keys, paging)
    return found.page([notice_out(row, reply.english) for row in found.rows])


@router.get(
    "/v1/list-entries/{entry_id}",
    operation_id="get_list_entry",
    summary="列入信息 One public entry",
    responses={304: {"description": "Unchanged since the ETag in If-None-Match"}},
    dependencies=[Public],
)
async def get_list_entry(reply: ReplyDep, entry_id: EntryId) -> ListEntryOut:
    """An entry as everybody may see it; 404 for proposals, for what was corrected, and for what has ended."""
    entry = await queries.find(reply.session, entry_id)
    if entry is None or State(entry.state) not in PUBLIC_STATES[ListKind(entry.list)]:
        raise ListEntryUnknown
    shown = entry_out(entry, reply.english)
    headers = {"ETag": view_etag(entry, shown)} | cached("register", f"enterprise:{entry.code}", by_language=True)
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    reply.response.headers.update(headers)
    return shown


@router.get(
    "/v1/list-entries/{entry_id}/case", operation_id="get_list_case", summary="办理详情 The case behind an entry"
)
async def get_list_case(reply: ReplyDep, caller: AnyCaller, entry_id: EntryId) -> CaseOut:
    """The entry with its dates and evidence, for its enterprise and for officers; 404 for everyone else."""
    entry, _ = await service.read(reply.session, caller, entry_id)
    return await answer(reply, entry)


@router.get(
    "/v1/list-entries/{entry_id}/deadlines", operation_id="list_entry_deadlines", summary="法定期限 Statutory dates"
)
async def list_entry_deadlines(
    reply: ReplyDep,
    caller: AnyCaller,
    entry_id: EntryId,
    explain: Annotated[bool, Query(description="Tell for each day whether it counts, and why")] = False,
) -> EntryDeadlinesOut:
    """Each clock of the entry with its law, who has to act, and, if asked, the day-by-day count."""
    entry, _ = await service.read(reply.session, caller, entry_id)
    found = clocks_out(service.clocks(entry), reply.today, explain=explain, english=reply.english)
    return EntryDeadlinesOut(number=entry.number, items=found)


@router.get("/v1/list-entries/{entry_id}/history", operation_id="list_entry_history", summary="办理过程 History")
async def list_entry_history(reply: ReplyDep, caller: AnyCaller, entry_id: EntryId) -> ListHistoryOut:
    """Every act about the entry, oldest first."""
    entry, _ = await service.read(reply.session, caller, entry_id)
    steps = await queries.steps(reply.session, entry.id)
    return ListHistoryOut(number=entry.number, items=[step_out(step, reply.english) for step in steps])


NUMBER = Query(max_length=80, description="The number of the decision, such as 曾都区市监异列〔2026〕12号")


async def _document(session: SessionDep, number: Annotated[str, NUMBER]) -> ListDocument:
    document = await queries.document(session, number)
    if document is None:
        raise DocumentUnknown
    return document


DocumentDep = Annotated[ListDocument, Depends(_document)]


@router.get(
    "/v1/list-documents",
    operation_id="get_list_document",
    summary="决定文书 A decision by its number",
    dependencies=[Public],
)
async def get_list_document(request: Request, session: SessionDep, document: DocumentDep) -> DocumentOut:
    """A decision to list or remove, with ground, article, facts and what can be done against it; 404 when no entry
    which it names is shown any more.
    """
    if not await queries.is_shown(session, document):
        raise DocumentUnknown
    return document_out(document, wants_english(request))


@router.get(
    "/v1/list-documents/entries",
    operation_id="list_document_entries",
    summary="决定所列企业 Whom a decision names",
    dependencies=[Public],
)
async def list_document_entries(reply: ReplyDep, document: DocumentDep, paging: Paging) -> Page[ListEntryOut]:
    """The public entries which a decision names, each with its item in the document."""
    shown = queries.public_named_in(document)
    keys: list[Any] = [ListEntry.code.asc(), ListEntry.id.asc()]
    found = await reply.page_of(shown, keys, paging)
    return found.page([entry_out(row, reply.english) for row in found.rows])
