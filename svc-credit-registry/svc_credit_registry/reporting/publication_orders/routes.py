"""Orders to publish over HTTP."""

import uuid
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import ColumnElement

from shared.http import Page, Paging, Router, set_etag
from svc_credit_registry.access import AnyCaller, FilingOfficer
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.reporting.immediate_information.service import org_of
from svc_credit_registry.reporting.publication_orders import queries, rules, service
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder
from svc_credit_registry.reporting.publication_orders.schemas import (
    FulfillingOut,
    FulfilmentIn,
    OrderIn,
    OrderOut,
    ReviewIn,
    WithdrawalIn,
)

router = Router(prefix="/v1", tags=["filings"])


@router.post(
    "/publication-orders", operation_id="order_publication", status_code=201, summary="责令公示 Order to publish"
)
async def order(reply: ReplyDep, caller: FilingOfficer, body: OrderIn) -> OrderOut:
    """The county's unit orders an enterprise in writing to publish within 10 days what it has not."""
    made = await service.order(reply.session, caller, body, reply.today)
    reply.response.headers["Location"] = f"/v1/publication-orders/{made.id}"
    return _answer(reply, made)


@router.get(
    "/publication-orders", operation_id="list_own_publication_orders", summary="本企业责令公示 Orders one was given"
)
async def list_own(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[OrderOut]:
    """The orders to the enterprise for which the caller acts, the latest first."""
    keys: list[ColumnElement[Any]] = [PublicationOrder.created_at.desc(), PublicationOrder.id.desc()]
    found = await reply.page_of(queries.of_enterprise(org_of(caller)), keys, paging)
    return found.page([_order_out(row, reply) for row in found.rows])


@router.get(
    "/publication-orders/queue", operation_id="list_open_publication_orders", summary="责令公示台账 Open orders"
)
async def queue(
    reply: ReplyDep,
    caller: FilingOfficer,
    paging: Paging,
    expired: Annotated[bool, Query(description="Only those whose last day has passed")] = False,
    fulfilled: Annotated[bool, Query(description="Those said to be fulfilled instead, not reviewed yet")] = False,
) -> Page[OrderOut]:
    """Open orders of the officer's region and below; or what their enterprises say they have published since."""
    keys: list[ColumnElement[Any]] = [PublicationOrder.due_on.asc(), PublicationOrder.id.asc()]
    open_ones = queries.queue(caller.region, reply.today if expired else None)
    found = await reply.page_of(queries.to_review(caller.region) if fulfilled else open_ones, keys, paging)
    return found.page([_order_out(row, reply) for row in found.rows])


@router.get("/publication-orders/{order_id}", operation_id="get_publication_order", summary="责令公示 One order")
async def show(reply: ReplyDep, caller: AnyCaller, order_id: uuid.UUID) -> OrderOut:
    """One order with what fulfilled it, for the enterprise and the officers of its region."""
    found = await service.read(reply.session, caller, order_id)
    information = await service.information_of(reply.session, found)
    shown = FulfillingOut.model_validate(information) if information else None
    return _answer(reply, found).model_copy(update={"information": shown})


@router.post(
    "/publication-orders/{order_id}/fulfilment", operation_id="fulfil_publication_order", summary="履行 Fulfil an order"
)
async def fulfil(reply: ReplyDep, caller: AnyCaller, order_id: uuid.UUID, body: FulfilmentIn) -> OrderOut:
    """The enterprise names the immediate information which it has published since."""
    return _answer(reply, await service.fulfil(reply.session, caller, order_id, body.information_id, reply.today))


@router.post(
    "/publication-orders/{order_id}/review", operation_id="review_publication_order", summary="核对履行情况 Review"
)
async def review(reply: ReplyDep, caller: FilingOfficer, order_id: uuid.UUID, body: ReviewIn) -> OrderOut:
    """The unit finds that what the enterprise named is what was ordered; if not, the order is open again, and its last
    day stays. 409 when nothing waits for it.
    """
    return _answer(reply, await service.review(reply.session, caller, order_id, body, reply.today))


@router.post(
    "/publication-orders/{order_id}/withdrawal", operation_id="withdraw_publication_order", summary="撤销 Withdraw"
)
async def withdraw(reply: ReplyDep, caller: FilingOfficer, order_id: uuid.UUID, body: WithdrawalIn) -> OrderOut:
    """The unit takes its order back, with the reason; 409 while the proposal to which it led is undecided."""
    return _answer(reply, await service.withdraw(reply.session, caller, order_id, body.reason))


def _answer(reply: Reply, found: PublicationOrder) -> OrderOut:
    set_etag(reply.response, found)
    return _order_out(found, reply)


def _order_out(found: PublicationOrder, reply: Reply) -> OrderOut:
    state = rules.state_on(found.state, found.due_on, reply.today)
    values = copied(found, OrderOut)
    return OrderOut.model_validate(
        values
        | {
            "state": state,
            "state_label": rules.STATE_LABELS[state][reply.english],
            "basis": rules.deadline(found.ordered_on).basis,
            "late": found.due_on < (found.fulfilled_on or reply.today) and state != "withdrawn",
        }
    )
