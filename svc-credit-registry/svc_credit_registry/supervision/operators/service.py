"""Entering sites, checking them, closing them."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.http import check_version
from svc_credit_registry.cases.service import unit_of
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.supervision.operators import queries, rules
from svc_credit_registry.supervision.operators.errors import NotYourOperator, SiteTaken, SiteUnknown
from svc_credit_registry.supervision.operators.models import OnlineSite
from svc_credit_registry.supervision.operators.rules import Act, Mark, OperatorKind
from svc_credit_registry.supervision.operators.schemas import ClosureIn, OperatorVerificationIn, SiteIn

ACTS = {"verified": Act.VERIFY, "refuted": Act.REFUTE}
Held = tuple[OnlineSite, Enterprise]


async def enter(session: AsyncSession, caller: Caller, body: SiteIn, today: date) -> Held:
    """Registers a site. 409 when it is another's (or the operator's) already, 403 outside the caller's region."""
    enterprise = await enterprises.find(session, body.code)
    _check_region(caller, enterprise)
    domain = rules.domain_of(body.address) if body.address else None
    rules.check_identified(body.kind, domain, body.platform, body.account)
    rules.check_period(body.opened_on, None, today)
    if await queries.taken(session, body.kind, domain, (body.platform, body.account)):
        raise SiteTaken(domain or f"{body.platform} {body.account}")
    row = OnlineSite(
        code=enterprise.code,
        kind=body.kind,
        name=body.name,
        address=body.address,
        domain=domain,
        platform=body.platform,
        account=body.account,
        icp_number=rules.icp_number_of(body.icp_number) if body.icp_number else None,
        opened_on=body.opened_on,
        producer=unit_of(caller),
    )
    session.add(row)
    await session.flush()
    await _note(session, caller, row, "entered", today, None)
    return row, enterprise


def _check_region(caller: Caller, enterprise: Enterprise) -> None:
    if not caller.covers(enterprise.region):
        raise NotYourOperator(f"{enterprise.code}: {enterprise.region}")


async def found(session: AsyncSession, site_id: uuid.UUID) -> Held:
    """A site and its operator; 404 when there is none."""
    row = await queries.by_id(session, site_id)
    if row is None:
        raise SiteUnknown
    return row[0], row[1]


async def _held(session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int]) -> Held:
    row = await queries.by_id(session, place[0], lock=True)
    if row is None:
        raise SiteUnknown
    _check_region(caller, row[1])
    check_version(row[0], place[1])
    return row[0], row[1]


async def verify(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: OperatorVerificationIn, today: date
) -> Held:
    """Marks whether the site is the operator's. 412 for a stale version, 409 for a closed site or one taken since."""
    row, enterprise = await _held(session, caller, place)
    before, mark = row.mark, rules.marked(Mark(row.mark), ACTS[body.outcome], row.closed_on)
    comes_back = before == Mark.REFUTED and mark is Mark.VERIFIED
    if comes_back and await queries.taken(session, OperatorKind(row.kind), row.domain, (row.platform, row.account)):
        raise SiteTaken(row.name)
    row.mark, row.checked_on, row.checked_by = mark, today, caller.unit
    await session.flush()
    await _note(session, caller, row, body.outcome, today, body.reason)
    return row, enterprise


async def close(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: ClosureIn, today: date
) -> Held:
    """Notes since when a site is closed; it stays readable. 409 for one closed before."""
    row, enterprise = await _held(session, caller, place)
    rules.marked(Mark(row.mark), Act.VERIFY, row.closed_on)
    rules.check_period(row.opened_on, body.closed_on, today)
    row.closed_on = body.closed_on
    await session.flush()
    await _note(session, caller, row, "closed", today, body.reason)
    return row, enterprise


async def _note(
    session: AsyncSession, caller: Caller, row: OnlineSite, what: str, today: date, reason: str | None
) -> None:
    after = {
        "code": row.code, "kind": row.kind, "name": row.name, "domain": row.domain, "platform": row.platform,
        "account": row.account, "mark": row.mark, "closed_on": row.closed_on,
    }  # fmt: skip
    await audit.record(
        session, caller, action=f"online_site.{what}", object_type="online_site", object_id=row.id, after=after,
        reason=reason,
    )  # fmt: skip
    await feed.changed(session, row.code, rules.PART, day=today)
