"""Granting, giving back and ending mandates (授权). Only the legal representative grants; he sees and revokes all."""

import time
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import ACRS, Caller, StepUpRequired, at_least
from shared.events.sso import AccessChangedV1, MandateExpiredV1, MandateGrantedV1, MandateRevokedV1
from shared.outbound import DependencyUnavailable, Outbound, UpstreamProblem
from svc_sso.access import MFA, STEP_UP_SECONDS
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON, normalized_username
from svc_sso.factors import queries as factors
from svc_sso.mandates import rules
from svc_sso.mandates.errors import (
    AgentNotChecked,
    AgentUnknown,
    MandateExists,
    MandateOver,
    MandateUnknown,
    OwnMandate,
)
from svc_sso.mandates.schemas import MandateIn, MandateOut, shown
from svc_sso.organisations import queries
from svc_sso.organisations import service as organisations
from svc_sso.organisations.models import Mandate
from svc_sso.settings import Settings
from svc_sso.verifications.rules import TWO_FACTOR, reaches

BATCH = 100


async def check_step_up(session: AsyncSession, caller: Caller) -> None:
    """Refuses a log-in older than 20 minutes, or without the second factor of someone who has one (RFC 9470)."""
    owned = await factors.owned(session, uuid.UUID(caller.subject))
    wanted = MFA if owned.any else ACRS[0]
    old = time.time() - (caller.auth_time or 0) > STEP_UP_SECONDS
    if old or not at_least(caller.acr, wanted):
        raise StepUpRequired(wanted, STEP_UP_SECONDS)


async def catalogue(outbound: Outbound) -> dict[str, tuple[str, str]]:
    """What a mandate may name today, by code, with names in Chinese and English. Raises DependencyUnavailable."""
    known, cursor = dict(rules.BESIDE_CATALOGUE), ""
    while True:
        params = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        try:
            page = await outbound.get("services", "/v1/matters", params=params, anonymous=True)
        except UpstreamProblem as problem:
            raise DependencyUnavailable("事项目录暂不能答复 / the catalogue can't answer") from problem
        known |= {str(one["code"]): (str(one["name"]), str(one["name_en"])) for one in page["items"]}
        cursor = page.get("next_cursor")
        if not cursor:
            return known


async def check_matters(outbound: Outbound, asked: Sequence[str] | None) -> None:
    """Refuses codes of no matter; the catalogue is asked only about what must stand in it. Raises MatterUnknown."""
    if asked and not rules.BESIDE_CATALOGUE.keys() >= set(asked):
        rules.check_matters(asked, await catalogue(outbound))


async def grant(
    session: AsyncSession, settings: Settings, caller: Caller, place: tuple[str, date], body: MandateIn
) -> Mandate:
    """A new mandate; `place` is the enterprise's credit code and today. One agent has one at a time."""
    code, today = place
    organisation = await organisations.represented(session, caller, code, lock=True)
    starts_on = body.starts_on or today
    rules.check_period(starts_on, body.ends_on, today, settings.mandate_days)
    agent = await _agent(session, body)
    if agent.id == organisation.representative_id:
        raise OwnMandate
    if not reaches(agent.trust_level, TWO_FACTOR):
        raise AgentNotChecked
    if await queries.is_open(session, code, agent.id):
        raise MandateExists
    row = Mandate(
        organisation_code=code,
        agent_id=agent.id,
        granted_by=uuid.UUID(caller.subject),
        matters=sorted(set(body.matters)) if body.matters is not None else None,
        starts_on=starts_on,
        ends_on=body.ends_on,
    )
    session.add(row)
    await session.flush()
    await _note(session, caller, row, "granted", {})
    facts = {"organisation_code": code, "agent_id": agent.id, "matters": row.matters}
    await outbox.publish(
        session, MandateGrantedV1(mandate_id=row.id, starts_on=row.starts_on, ends_on=row.ends_on, **facts)
    )
    await outbox.publish(session, AccessChangedV1(account_id=agent.id, revokes=False))
    return row


async def _agent(session: AsyncSession, body: MandateIn) -> Account:
    agent = await accounts.by_username(session, normalized_username(body.agent_username))
    if agent is None or agent.kind != PERSON or agent.disabled_at is not None or agent.name != body.agent_name:
        raise AgentUnknown
    return agent


async def seen(session: AsyncSession, caller: Caller, code: str, mandate_id: uuid.UUID) -> Mandate:
    """A mandate, for whoever represents the enterprise now and for its agent. Raises MandateUnknown for all others."""
    row = await session.get(Mandate, mandate_id)
    if row is None or row.organisation_code != code:
        raise MandateUnknown
    if str(row.agent_id) != caller.subject:
        await organisations.represented(session, caller, code)
    return row


async def revoke(
    session: AsyncSession, caller: Caller, place: tuple[str, uuid.UUID], reason: str | None, now: datetime
) -> Mandate:
    """The representative takes a mandate back, whoever granted it."""
    code, mandate_id = place
    await organisations.represented(session, caller, code)
    row = await queries.locked_mandate(session, mandate_id)
    if row is None or row.organisation_code != code:
        raise MandateUnknown
    await _end(session, caller, row, (rules.REVOKED, now), reason)
    return row


async def decline(session: AsyncSession, caller: Caller, mandate_id: uuid.UUID, now: datetime) -> Mandate:
    """The agent gives a mandate back."""
    row = await queries.locked_mandate(session, mandate_id)
    if row is None or str(row.agent_id) != caller.subject:
        raise MandateUnknown
    await _end(session, caller, row, (rules.DECLINED, now), None)
    return row


async def _end(session: AsyncSession, caller: Caller, row: Mandate, end: tuple[str, datetime], why: str | None) -> None:
    """Ends a mandate; tokens under it are refused everywhere from now on."""
    if row.ended_at is not None:
        raise MandateOver
    before = _told(row)
    row.ended_reason, row.ended_at = end
    await session.flush()
    await _note(session, caller, row, end[0], before, why)
    facts = {"mandate_id": row.id, "organisation_code": row.organisation_code, "agent_id": row.agent_id}
    over = MandateExpiredV1(**facts) if end[0] == rules.EXPIRED else MandateRevokedV1(reason=end[0], **facts)
    await outbox.publish(session, over)
    await outbox.publish(session, AccessChangedV1(account_id=row.agent_id))


async def end_over(session: AsyncSession, today: date, now: datetime) -> int:
    """Ends mandates whose last day has passed, and those of closed accounts; how many."""
    rows = await queries.over(session, today, BATCH)
    for row, closed_at in rows:
        reason = rules.ACCOUNT_CLOSED if closed_at is not None else rules.EXPIRED
        await _end(session, audit.SYSTEM, row, (reason, now), None)
    return len(rows)


async def shown_all(session: AsyncSession, rows: Sequence[Mandate], today: date) -> list[MandateOut]:
    """Mandates with their agents' names."""
    wanted = {row.agent_id for row in rows}
    found = await session.scalars(select(Account).where(Account.id.in_(wanted)))
    agents = {account.id: account for account in found}
    return [shown(row, agents[row.agent_id], today) for row in rows]


async def _note(
    session: AsyncSession, caller: Caller, row: Mandate, act: str, before: dict[str, object], why: str | None = None
) -> None:
    await audit.record(
        session,
        caller,
        action=f"mandate.{act}",
        object_type="mandate",
        object_id=row.id,
        before=before,
        after=_told(row),
        reason=why,
    )


def _told(row: Mandate) -> dict[str, object]:
    names = ("organisation_code", "agent_id", "granted_by", "matters", "starts_on", "ends_on", "ended_reason")
    return {name: getattr(row, name) for name in names}
