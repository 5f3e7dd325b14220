"""Trademarks, looked up by everybody."""

from typing import Annotated, Any

from fastapi import Query

from shared.auth import Public
from shared.http import Page, Paging, Router, cached
from svc_credit_registry.discovery.trademarks import queries
from svc_credit_registry.discovery.trademarks.rules import STATE_LABELS
from svc_credit_registry.discovery.trademarks.schemas import TrademarkOut
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["search"], dependencies=[Public])


@router.get("/v1/trademarks", operation_id="search_trademarks", summary="Trademarks by mark or number")
async def search_trademarks(
    reply: ReplyDep,
    paging: Paging,
    q: Annotated[str, Query(min_length=1, max_length=100, description="A part of the mark, or the whole number")],
    of_class: Annotated[int | None, Query(alias="class", ge=1, le=45, description="Of the Nice Agreement")] = None,
) -> Page[TrademarkOut]:
    """The trademarks that are on the records of enterprises: the whole mark before its beginning before any part of it,
    valid ones first. Width, case, spaces and traditional characters make no difference.
    """
    found = await reply.page_of(queries.found(q, of_class, reply.today), queries.order(q), paging)
    reply.response.headers.update(cached("register", "enterprises", by_language=True))
    return found.page([_out(row[0], row[1], english=reply.english) for row in found.rows])


def _out(item: RecordItem, holder: str, *, english: bool) -> TrademarkOut:
    content: dict[str, Any] = dict(item.content)
    plain = {name: content.get(name) for name in ("number", "mark", "classes", "goods", "registered_on", "valid_until")}
    return TrademarkOut(
        **plain,
        id=item.id,
        state=content["state"],
        state_label=STATE_LABELS[content["state"]][english],
        code=item.code,
        holder=holder,
        item_url=f"/v1/enterprises/{item.code}/items?kind=trademark",
    )
