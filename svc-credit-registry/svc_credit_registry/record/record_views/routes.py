"""The whole public record of an enterprise, its items, and what each rests on."""

import uuid
from typing import Annotated

from fastapi import Query, Request, Response

from shared.auth import Public
from shared.clock import TodayDep
from shared.http import Page, Paging, Router, cached, not_modified, view_etag
from shared.problems import wants_english
from svc_credit_registry.access import RegistryOfficer
from svc_credit_registry.record.enterprises.routes import MOVED, UNCHANGED, AsOf, Code, moved_answer
from svc_credit_registry.record.enterprises.rules import read_day, valid_code
from svc_credit_registry.record.record_views import service
from svc_credit_registry.record.record_views.schemas import ItemKindOut, RecordItemOut, RecordOut
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.record.records import queries
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["records"])

KindQuery = Annotated[RecordKind | None, Query(description="Items of this kind alone")]
ORDER = (RecordItem.effective_from.desc(), RecordItem.id.desc())


def _reading(request: Request, code: str, as_of: AsOf, today: TodayDep) -> Reading:
    return Reading(valid_code(code), read_day(as_of, today), today, wants_english(request))


@router.get(
    "/v1/enterprises/{code}/record",
    operation_id="get_enterprise_record",
    summary="The whole record of an enterprise, as of a day",
    dependencies=[Public],
    response_model=RecordOut,
    responses=UNCHANGED | MOVED,
)
async def get_enterprise_record(reply: ReplyDep, code: Code, as_of: AsOf = None) -> RecordOut | Response:
    """Basic data, names, and the latest 50 items of each kind with counts. What has left publication is not in it.

    404 `record_not_begun` for a day before the first record; 422 `day_ahead` for a day to come.
    """
    elsewhere = await moved_answer(reply.session, reply.request, code, read_day(as_of, reply.today))
    if elsewhere is not None:
        return elsewhere
    reading = _reading(reply.request, code, as_of, reply.today)
    view = await service.record_of(reply.session, reading)
    tags = cached("register", f"enterprise:{reading.code}", by_language=True)
    headers = {"ETag": view_etag(view.enterprise, view)} | tags
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    reply.response.headers.update(headers)
    return view


@router.get(
    "/v1/enterprises/{code}/items",
    operation_id="list_enterprise_items",
    summary="Items of the record of an enterprise, as of a day",
    dependencies=[Public],
    response_model=Page[RecordItemOut],
    responses=MOVED,
)
async def list_enterprise_items(
    reply: ReplyDep, paging: Paging, code: Code, kind: KindQuery = None, as_of: AsOf = None
) -> Page[RecordItemOut] | Response:
    """Items with producer, provider, who answers for them, basis, dates and receipt; the latest first."""
    elsewhere = await moved_answer(reply.session, reply.request, code, read_day(as_of, reply.today))
    if elsewhere is not None:
        return elsewhere
    reading = _reading(reply.request, code, as_of, reply.today)
    state = await service.state_of(reply.session, reading)
    statement = queries.shown(state.code, kind, reading.day, reply.today)
    result = await reply.page_of(statement, ORDER, paging)
    reply.response.headers.update(cached("register", f"enterprise:{state.code}", by_language=True))
    return result.page([service.item_out(row, english=reading.english) for row in result.rows])


@router.get(
    "/v1/record-items/{item_id}",
    operation_id="get_record_item",
    summary="One version of one item of the record",
    dependencies=[Public],
)
async def get_record_item(reply: ReplyDep, item_id: uuid.UUID) -> RecordItemOut:
    """The item with all it rests on, also a version that was replaced. 404 when its publication has ended."""
    found = await service.item(reply.session, item_id, reply.today)
    reply.response.headers.update(cached("register", f"enterprise:{found.code}", by_language=True))
    return service.item_out(found, english=reply.english)


@router.get(
    "/v1/enterprises/{code}/item-versions",
    operation_id="list_enterprise_item_versions",
    summary="All versions of all items of an enterprise, shown or not",
)
async def list_enterprise_item_versions(
    reply: ReplyDep, paging: Paging, caller: RegistryOfficer, code: Code, kind: KindQuery = None
) -> Page[RecordItemOut]:
    """For officers of its region and their superiors: nothing that ever stood on the record is missing here."""
    enterprise = await service.for_officer(reply.session, caller, code)
    statement = queries.versions_of(enterprise.code, kind)
    keys = (RecordItem.recorded_at.desc(), RecordItem.id.desc())
    result = await reply.page_of(statement, keys, paging)
    return result.page([service.item_out(row, english=reply.english) for row in result.rows])


@router.get(
    "/v1/record-item-kinds",
    operation_id="list_record_item_kinds",
    summary="The kinds of record items",
    dependencies=[Public],
)
async def list_record_item_kinds(reply: ReplyDep) -> list[ItemKindOut]:
    """Each kind in words, who answers for it, why and how soon it is public, and the JSON schema of its content."""
    reply.response.headers.update(cached("record-item-kinds", by_language=True))
    return service.kinds_out(english=reply.english, today=reply.today)
