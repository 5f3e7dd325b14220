"""From a request to a grant: asking, answering within the term, disputing, settling."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.calendar import Deadline
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from shared.http import check_version
from shared.terms import OWN_RULE, in_force
from svc_credit_registry.cases.queries import next_serial
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.sharing.exchange.service import requester_of
from svc_credit_registry.sharing.grants.errors import NotShared
from svc_credit_registry.sharing.grants.models import ResourceGrant
from svc_credit_registry.sharing.grants.rules import Scope
from svc_credit_registry.sharing.resource_requests import rules
from svc_credit_registry.sharing.resource_requests.errors import RequestNotNeeded, RequestUnknown, SameHand
from svc_credit_registry.sharing.resource_requests.models import NUMBERS, ResourceRequest
from svc_credit_registry.sharing.resource_requests.rules import ResourceRequestState, Step
from svc_credit_registry.sharing.resource_requests.schemas import RequestDecisionIn, RequestIn, RequestOut, ScopeIn
from svc_credit_registry.sharing.resources import service as resources
from svc_credit_registry.sharing.resources.rules import Sharing


@dataclass(frozen=True)
class Act:
    """Who acts on which version of which request, on which day."""

    caller: Caller
    request_id: uuid.UUID
    version: int
    today: date


async def submit(session: AsyncSession, caller: Caller, code: str, given: RequestIn, today: date) -> ResourceRequest:
    """A request for a resource that is shared on conditions; its clock begins."""
    resource = await resources.published(session, code)
    if resource.sharing == Sharing.NOT_SHARED:
        raise NotShared(resource.sharing_basis)
    if resource.sharing == Sharing.UNCONDITIONAL:
        raise RequestNotNeeded
    personal = tuple(str(f["name"]) for f in resource.fields if f.get("personal") and f["name"] in given.fields)
    asked = rules.Asked(_scope(given), personal, given.personal_reason, given.valid_from, given.valid_until)
    rules.check(asked, {str(field["name"]) for field in resource.fields}, today)
    due = rules.answer_due(today)
    number = await next_serial(session, NUMBERS)
    row = ResourceRequest(
        **given.model_dump(),
        number=f"GX{today:%Y%m%d}{number:06d}",
        resource_code=code,
        requester=requester_of(caller),
        state=ResourceRequestState.SUBMITTED,
        submitted_on=today,
        deadline=due.to_json(),
        due_on=due.due_on,
    )
    session.add(row)
    await session.flush()
    await _audit(session, caller, "submitted", row, None)
    return row


def _scope(given: ScopeIn) -> Scope:
    return Scope(tuple(given.fields), tuple(given.regions), tuple(given.industries), tuple(given.codes))


async def find(session: AsyncSession, caller: Caller, request_id: uuid.UUID, *, lock: bool = False) -> ResourceRequest:
    """A request for its requester, the producer of the resource and officers; 404 for all others."""
    row = await session.get(ResourceRequest, request_id, with_for_update=lock)
    if row is None:
        raise RequestUnknown
    if resources.is_officer(caller) or requester_of(caller) == row.requester:
        return row
    if requester_of(caller) != (await resources.find(session, row.resource_code)).producer:
        raise RequestUnknown
    return row


async def decide(session: AsyncSession, act: Act, given: RequestDecisionIn) -> ResourceRequest:
    """The answer, by an officer or the producer: a grant, perhaps a narrower one, or a refusal; always with reasons."""
    row = await _held(session, act)
    following = rules.after(row.state, rules.ANSWERS[given.outcome])
    resources.check_giver(act.caller, await resources.find(session, row.resource_code))
    row.state = following
    row.decided_on, row.decided_by, row.reason = act.today, act.caller.subject, given.reason
    await session.flush()
    if row.state == ResourceRequestState.GRANTED:
        await _grant(session, act, row, given)
    await _audit(session, act.caller, str(row.state), row, given.reason)
    return row


async def settle(session: AsyncSession, act: Act, given: RequestDecisionIn) -> ResourceRequest:
    """An officer other than the one who answered settles a dispute, for good."""
    row = await _held(session, act)
    following = rules.after(row.state, rules.SETTLEMENTS[given.outcome])
    if row.decided_by == act.caller.subject:
        raise SameHand
    row.state = following
    row.settled_on, row.settled_by, row.settlement = act.today, act.caller.subject, given.reason
    await session.flush()
    if row.state == ResourceRequestState.GRANTED:
        await _replace_grant(session, act, row, given)
    await _audit(session, act.caller, "settled", row, given.reason)
    return row


async def _replace_grant(session: AsyncSession, act: Act, row: ResourceRequest, given: RequestDecisionIn) -> None:
    """A settlement that grants takes the place of the narrower grant that was disputed, also of one since revoked."""
    before = await _grant_of(session, row)
    if before is None:
        await _grant(session, act, row, given)
        return
    scope = _granted_scope(row, given)
    before.fields, before.regions = list(scope.fields), list(scope.regions)
    before.industries, before.codes = list(scope.industries), list(scope.codes)
    _, before.valid_until = rules.period_of(before.valid_from, given.valid_until or row.valid_until, act.today)
    before.basis, before.case_required, before.granted_by = given.reason, given.case_required, act.caller.subject
    before.revoked_at = before.revoked_by = before.revocation = None
    await session.flush()


async def _grant_of(session: AsyncSession, row: ResourceRequest) -> ResourceGrant | None:
    """The grant that came of a request, locked."""
    query = select(ResourceGrant).where(ResourceGrant.request_id == row.id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def dispute(session: AsyncSession, act: Act, reason: str) -> ResourceRequest:
    """The requester does not accept the answer; the office that coordinates settles it."""
    row = await _held(session, act)
    following = rules.after(row.state, Step.DISPUTE, row.settled_on)
    _check_requester(act, row)
    due = rules.dispute_due(act.today)
    row.state, row.dispute_reason, row.disputed_on = following, reason, act.today
    row.dispute_deadline, row.due_on = due.to_json(), due.due_on
    await session.flush()
    await _audit(session, act.caller, "disputed", row, reason)
    return row


async def withdraw(session: AsyncSession, act: Act) -> ResourceRequest:
    """The requester needs it no more; who holds a grant takes back the dispute about it, and keeps the grant."""
    row = await _held(session, act)
    holds = await _grant_of(session, row) is not None
    following = rules.after(row.state, Step.KEEP_GRANT if holds else Step.WITHDRAW)
    _check_requester(act, row)
    row.state = following
    await session.flush()
    await _audit(session, act.caller, "withdrawn", row, None)
    return row


async def _held(session: AsyncSession, act: Act) -> ResourceRequest:
    row = await find(session, act.caller, act.request_id, lock=True)
    check_version(row, act.version)
    return row


def _check_requester(act: Act, row: ResourceRequest) -> None:
    if requester_of(act.caller) != row.requester:
        raise RequestUnknown


def _granted_scope(row: ResourceRequest, given: RequestDecisionIn) -> Scope:
    asked = Scope(tuple(row.fields), tuple(row.regions), tuple(row.industries), tuple(row.codes))
    said = _scope(given.scope) if given.scope else asked
    granted = Scope(
        said.fields, said.regions or asked.regions, said.industries or asked.industries, said.codes or asked.codes
    )
    rules.check_granted(asked, granted, row.valid_until, given.valid_until or row.valid_until)
    return granted


async def _grant(session: AsyncSession, act: Act, row: ResourceRequest, given: RequestDecisionIn) -> None:
    scope = _granted_scope(row, given)
    begins, ends = rules.period_of(row.valid_from, given.valid_until or row.valid_until, act.today)
    grant = ResourceGrant(
        resource_code=row.resource_code,
        grantee=row.requester,
        request_id=row.id,
        purpose=row.purpose,
        basis=row.case_basis,
        fields=list(scope.fields),
        regions=list(scope.regions),
        industries=list(scope.industries),
        codes=list(scope.codes),
        case_required=given.case_required,
        valid_from=begins,
        valid_until=ends,
        granted_by=act.caller.subject,
    )
    session.add(grant)
    await session.flush()


async def _audit(session: AsyncSession, caller: Caller, act: str, row: ResourceRequest, reason: str | None) -> None:
    after: dict[str, Any] = {"number": row.number, "resource": row.resource_code, "state": row.state}
    await audit.record(
        session, caller, action=f"resource_request.{act}", object_type="resource_request", object_id=row.id,
        after=after, reason=reason,
    )  # fmt: skip


def deadline_of(row: ResourceRequest) -> Deadline:
    """The clock that runs, or ran last."""
    return Deadline.from_json(dict(row.dispute_deadline or row.deadline))


def shown(row: ResourceRequest, today: date, *, english: bool) -> RequestOut:
    """A request as it goes out."""
    label = rules.STATE_LABELS[ResourceRequestState(row.state)][english]
    overdue = ResourceRequestState(row.state) in rules.OPEN and row.due_on < today
    return RequestOut(**copied(row, RequestOut), state_label=label, basis=deadline_of(row).basis, is_overdue=overdue)


def deadlines(row: ResourceRequest, today: date, *, explain: bool, english: bool) -> DeadlinesOut:
    """The clocks of a request, each day of them explained when asked for."""
    clocks = [("answer", "答复", "Answer", row.deadline, row.decided_on)]
    if row.dispute_deadline is not None:
        clocks.append(("dispute", "争议处理", "Settlement", row.dispute_deadline, row.settled_on))
    items = []
    for node, zh, en, kept, met_on in clocks:
        due = Deadline.from_json(dict(kept))
        term = getattr(in_force(rules.TERMS, due.start_on), node)
        items.append(
            DeadlineOut(
                node=node, label=en if english else zh, started_on=due.start_on, due_on=due.due_on,
                working_days=due.days, basis=due.basis, confirmed=term.confirmed and due.basis != OWN_RULE,
                note=term.note, provisional=due.provisional, met_on=met_on,
                is_overdue=(met_on or today) > due.due_on and row.state != ResourceRequestState.WITHDRAWN,
                explanation=days_out(due.explanation, english=english) if explain else None,
            )
        )  # fmt: skip
    return DeadlinesOut(number=row.number, items=items)


def producer_of(caller: Caller) -> str | None:
    """For whose resources a caller answers requests: an officer for all (None), an agency for its own."""
    return None if resources.is_officer(caller) else requester_of(caller)
