"""Ordering an enterprise to publish, and seeing whether it did."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.errors import DomainError
from svc_credit_registry.listing.grounds.rules import NOT_PUBLISHED, ListKind
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.rules import Evidence
from svc_credit_registry.listing.proposals import service as proposals
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.reporting.immediate_information import queries as information
from svc_credit_registry.reporting.immediate_information.models import ImmediateInformation
from svc_credit_registry.reporting.immediate_information.rules import MATTER
from svc_credit_registry.reporting.publication_orders import queries, rules
from svc_credit_registry.reporting.publication_orders.errors import (
    NotWhatWasOrdered,
    NotYourRegion,
    OrderProposed,
    OrderRepeated,
    OrderUnknown,
)
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder
from svc_credit_registry.reporting.publication_orders.rules import State
from svc_credit_registry.reporting.publication_orders.schemas import OrderIn, ReviewIn

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
    """The enterprise names what it has published; the officers see it at once, and may find that it is not what was
    ordered. 422 when that is of another kind, older than the order, or named for another one.
    """
    found = await queries.find(session, order_id, lock=True)
    if found is None or not caller.acts_for(found.code, MATTER):
        raise OrderUnknown
    rules.check_open(found.state)
    # Locked, so that of two orders for which it is named at once the second sees the first.
    published = await information.find(session, information_id, lock=True)
    if published is None or published.code != found.code:
        raise NotWhatWasOrdered
    latest = (await information.revisions(session, [published.id]))[published.id][-1]
    other = await queries.fulfilled_by(session, published.id)
    used_for = other.number if other else None
    rules.check_fulfilment(found.type, found.ordered_on, published.type, latest.published_on, used_for)
    found.state, found.information_id, found.fulfilled_on = State.FULFILLED, published.id, today
    found.rejected_reason = None
    await session.flush()
    await _audit(session, caller, found, "fulfilled")
    if found.entry_id is not None:
        text = f"{found.number}：企业于{today}逾期公示，见{published.number} / published late"
        await lists.remark(session, caller, found.entry_id, text, today)
    return found


async def review(
    session: AsyncSession, caller: Caller, order_id: uuid.UUID, body: ReviewIn, today: date
) -> PublicationOrder:
    """The unit finds that what was named is what was ordered; or not, and the order is open again with its last day.

    If that is over, and what was named has ended the proposal to which the order led, it leads to another one.
    """
    found = await read(session, caller, order_id, lock=True)
    if caller.region != found.region or not caller.has(HANDLE):
        raise NotYourRegion
    rules.check_review(found.state, found.reviewed_on)
    if body.accepted:
        found.reviewed_on = today
    else:
        found.state, found.rejected_reason = State.OPEN, body.reason
        found.information_id, found.fulfilled_on = None, None
        if found.entry_id is None or not await lists.is_open(session, found.entry_id):
            found.proposed_on, found.entry_id = None, None
    await session.flush()
    await _audit(session, caller, found, "accepted" if body.accepted else "rejected", body.reason)
    return found


async def propose_listing(session: AsyncSession, found: PublicationOrder, today: date) -> None:
    """An order that expired unfulfilled: its enterprise is proposed for the list, which an officer then decides.

    Where it can't be proposed, for it is listed on this ground already or no longer in business, the order says so.
    """
    enterprise = await enterprises.find(session, found.code)
    evidence = Evidence(verified_on=today, ordered_until=found.due_on)
    facts = rules.facts(found.number, found.matter, found.ordered_on, found.due_on)
    proposal = proposals.Proposal(ListKind.ABNORMAL, NOT_PUBLISHED, facts, evidence, enterprise.region)
    found.proposed_on, found.proposal_note = today, None
    try:
        entry = await proposals.open_proposal(session, audit.SYSTEM, enterprise, proposal, today)
        found.entry_id = entry.id
    except DomainError as refused:
        found.proposal_note = f"{refused.title_zh} / {refused.title}"
    await session.flush()
    await _audit(session, audit.SYSTEM, found, "expired", found.proposal_note)


async def information_of(session: AsyncSession, found: PublicationOrder) -> ImmediateInformation | None:
    """What the enterprise named to have fulfilled an order."""
    return await information.find(session, found.information_id) if found.information_id else None


async def withdraw(session: AsyncSession, caller: Caller, order_id: uuid.UUID, reason: str) -> PublicationOrder:
    """The unit takes its order back."""
    found = await read(session, caller, order_id, lock=True)
    if caller.region != found.region:
        raise NotYourRegion
    rules.check_open(found.state)
    if found.entry_id is not None and await lists.is_proposed(session, found.entry_id):
        raise OrderProposed
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
