"""HTTP of the log of the exchange: for the agency its own entries, for auditors all, for everybody the chain."""

import uuid
from dataclasses import replace
from typing import Annotated

from fastapi import Query

from shared.auth import Public
from shared.db import SessionDep
from shared.http import Page, Paging, Router
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, Auditor
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.exchange import queries, service
from svc_credit_registry.sharing.exchange.errors import ExchangePartEmpty
from svc_credit_registry.sharing.exchange.models import ExchangeBatch, ExchangeEntry
from svc_credit_registry.sharing.exchange.queries import Wanted
from svc_credit_registry.sharing.exchange.schemas import (
    EntryDetailOut,
    EntryFilters,
    ExchangeBatchOut,
    ExchangeEntryOut,
    VerificationOut,
)

router = Router(prefix="/v1/exchange", tags=["exchange"])


@router.get("/entries", operation_id="list_exchange_entries", summary="交换日志 The log of the exchange, newest first")
async def list_entries(
    reply: ReplyDep, caller: AnyCaller, paging: Paging, filters: Annotated[EntryFilters, Query()]
) -> Page[ExchangeEntryOut]:
    """An agency sees its own entries, an auditor all of them; days are those of Asia/Shanghai, both included."""
    wanted = Wanted(**filters.model_dump())
    if not caller.has(service.AUDIT):
        wanted = replace(wanted, requester=service.requester_of(caller))
    found = await reply.page_of(queries.entries(wanted), [ExchangeEntry.id.desc()], paging)
    return found.page([service.entry_out(row, reply.english) for row in found.rows])


@router.get("/entries/{entry_id}", operation_id="get_exchange_entry", summary="交换存证 An entry with its proof")
async def get_entry(reply: ReplyDep, entry_id: uuid.UUID, caller: AnyCaller) -> EntryDetailOut:
    """The entry and, once it is sealed, what proves that it stands in the chain; 404 for the entries of others."""
    entry = await service.find(reply.session, caller, entry_id)
    return service.detail_out(entry, reply.english, await service.proof(reply.session, entry))


@router.get(
    "/batches",
    operation_id="list_exchange_batches",
    summary="交换日志链 The chain of sealed batches, newest first",
    dependencies=[Public],
)
async def list_batches(reply: ReplyDep, paging: Paging) -> Page[ExchangeBatchOut]:
    """Numbers, roots and hashes only: whoever keeps them sees later whether the log was altered."""
    found = await reply.page_of(queries.all_batches(), [ExchangeBatch.number.desc()], paging)
    return found.page([service.batch_out(row) for row in found.rows])


@router.get("/verification", operation_id="verify_exchange_log", summary="日志校验 Whether the log is intact")
async def verify(
    _caller: Auditor,
    session: SessionDep,
    runtime: RuntimeDep,
    first: Annotated[int, Query(ge=1, le=2**62, description="The batch to begin with")] = 1,
    last: Annotated[int | None, Query(ge=1, le=2**62, description="The batch to end with; none: to the end")] = None,
) -> VerificationOut:
    """Walks entries and batches, and compares them with the anchors that other services keep too.

    422 `exchange_part_empty` when `last` lies before `first`, or `first` behind the end: nothing would be verified.
    """
    if last is not None and last < first:
        raise ExchangePartEmpty
    return await service.verify(session, runtime.name, first, last)
