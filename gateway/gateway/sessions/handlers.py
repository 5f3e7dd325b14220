"""What the gateway does when the identity provider tells of an end or a change, and what it clears away by itself."""

from datetime import timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.sessions import queries
from gateway.sessions.models import BrowserSession, PendingLogin
from gateway.sessions.provider import Provider
from gateway.sessions.service import tell_provider
from gateway.settings import GatewaySettings
from shared.clock import now
from shared.events.sso import AccessChangedV1, SessionEndedV1
from shared.inbox import HandlerContext, Sweep, SweepContext, Work, handles

BATCH = 20


@handles(SessionEndedV1)
async def on_session_ended(session: AsyncSession, event: SessionEndedV1, context: HandlerContext) -> None:
    """A log-in ended at the provider: its browser is logged out here. Every process sees the missing row within 2 s."""
    query = delete(BrowserSession).where(BrowserSession.provider_session == str(event.session_id))
    await session.execute(query)


@handles(AccessChangedV1)
async def on_access_changed(session: AsyncSession, event: AccessChangedV1, context: HandlerContext) -> None:
    """What a person may do changed: all tokens made before are dropped, in every process, and made anew."""
    query = update(BrowserSession).where(BrowserSession.subject == str(event.account_id))
    await session.execute(query.values(access_count=BrowserSession.access_count + 1, access_expires_at=now()))


async def tell_of_ends(session: AsyncSession, context: SweepContext) -> int:
    """Tells the provider of log-outs that it could not be told of when they happened; how many it knows now."""
    provider = Provider(_settings(context), context.runtime.outbound.client)
    rows = await queries.waiting_for_provider(session, BATCH)
    told = 0
    for row in rows:
        if not await tell_provider(session, provider, row):
            break
        told += 1
    return told


async def forget_old(session: AsyncSession, context: SweepContext) -> int:
    """Marks sessions ended that ran out, so that the provider hears of it, and drops log-ins nobody finished."""
    await session.execute(delete(PendingLogin).where(PendingLogin.expires_at < context.now))
    idle = context.now - timedelta(minutes=_settings(context).session_idle_minutes)
    over = or_(BrowserSession.expires_at < context.now, BrowserSession.last_seen_at < idle)
    query = update(BrowserSession).where(BrowserSession.ended_at.is_(None), over).values(ended_at=context.now)
    ended = await session.execute(query.returning(BrowserSession.id))
    return len(ended.all())


def _settings(context: SweepContext) -> GatewaySettings:
    assert isinstance(context.runtime.settings, GatewaySettings)
    return context.runtime.settings


WORK = Work(
    handlers=[on_session_ended, on_access_changed],
    sweeps=[
        Sweep("sessions.tell", every=5.0, run=tell_of_ends),
        Sweep("sessions.forget", every=60.0, run=forget_old),
    ],
)
