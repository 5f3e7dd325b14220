"""Ordering an enterprise to publish, and seeing whether it did."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.reporting.immediate_information import queries as information
from svc_credit_registry.reporting.immediate_information.rules import MATTER
from svc_credit_registry.reporting.publication_orders import queries, rules
from svc_credit_registry.reporting.publication_orders.errors import (
    NotWhatWasOrdered,
    NotYourRegion,
    OrderRepeated,
    OrderUnknown,
)
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder
from svc_credit_registry.reporting.publication_orders.rules import State
from svc_credit_registry.reporting.publication_orders.schemas import OrderIn

HANDLE = "credit-registry:filings:handle"


async def order(session: AsyncSession, caller: Caller, body: OrderIn, today: date) -> PublicationOrder:
    """Orders an enterprise of the caller's own region to publish within the term; 409 when that is ordered already."""
    enterprise = await enterprises.find(session, body.code)
    if caller.region != enterprise.region or caller.unit is None:
        raise NotYourRegion
    if await queries.open_for(session, enterprise.code, body.type, body.matter):
        raise OrderRepeated
    made = PublicationOrder(
        number=rules.number_for(enterprise.region, today, await queries.next_serial(session)),
        state=State.OPEN,
        code=enterprise.code,
        region=enterprise.region,
        unit=caller.unit,
        officer_id=caller.subject,
        ordered_on=today,
        due_on=rules.deadline(today).due_on,
        type=body.type,
        matter=body.matter,
    )
    session.add(made)
    await session.flush()
    await _audit(session, caller, made, "ordered")
    return made


async def read(session: AsyncSession, caller: Caller, order_id: uuid.UUID, *, lock: bool = False) -> PublicationOrder:
    """An order, for the enterprise and for officers of its region and above; 404 for everybody else."""
    found = await queries.find(session, order_id, lock=lock)
    if found is None:
        raise OrderUnknown
    if caller.acts_for(found.code, MATTER) or (caller.has(HANDLE) and caller.covers(found.region)):
        return found
    raise OrderUnknown


async def fulfil(
    session: AsyncSession, caller: Caller, order_id: uuid.UUID, information_id: uuid.UUID, today: date
) -> PublicationOrder:
    """The enterprise names what it has published; 422 when that is of another kind, or older than the order."""
    found = await queries.find(session, order_id, lock=True)
    if found is None or not caller.acts_for(found.code, MATTER):
        raise OrderUnknown
    rules.check_open(found.state)
    published = await information.find(session, information_id)
    if published is None or (published.code, published.type) != (found.code, found.type):
        raise NotWhatWasOrdered
    if published.filed_on < found.ordered_on:
        raise NotWhatWasOrdered(f"公示于{published.filed_on}，早于责令日 / published before it was ordered")
    found.state, found.information_id, found.fulfilled_on = State.FULFILLED, published.id, today
    await session.flush()
    await _audit(session, caller, found, "fulfilled")
    return found


async def withdraw(session: AsyncSession, caller: Caller, order_id: uuid.UUID, reason: str) -> PublicationOrder:
    """The unit takes its order back."""
    found = await read(session, caller, order_id, lock=True)
    if caller.region != found.region:
        raise NotYourRegion
    rules.check_open(found.state)
    found.state, found.withdrawn_reason = State.WITHDRAWN, reason
    await session.flush()
    await _audit(session, caller, found, "withdrawn", reason)
    return found


async def _audit(
    session: AsyncSession, caller: Caller, found: PublicationOrder, act: str, reason: str | None = None
) -> None:
    await audit.record(
        session,
        caller,
        action=f"publication_order.{act}",
        object_type="publication_order",
        object_id=found.id,
        after={"number": found.number, "code": found.code, "state": found.state, "due_on": found.due_on},
        reason=reason,
    )
