"""When things are forgotten."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.retention import service
from svc_sso.retention.rules import DEVICES
from svc_sso.settings import Settings

BATCH = 200


def _settings(context: SweepContext) -> Settings:
    assert isinstance(context.runtime.settings, Settings)
    return context.runtime.settings


async def forget_sessions(session: AsyncSession, context: SweepContext) -> int:
    """Forgets log-ins, grants, codes and notices some weeks after the log-in ended."""
    kept = timedelta(days=_settings(context).ended_days)
    return await service.forget_sessions(session, context.now - kept, BATCH)


async def forget_history(session: AsyncSession, context: SweepContext) -> int:
    """Forgets attempts to sign in, and browsers which never came back."""
    await service.forget_devices(session, context.now - DEVICES)
    kept = timedelta(days=_settings(context).history_days)
    return await service.forget_history(session, context.now - kept, BATCH)


SWEEPS = [
    Sweep("forget ended log-ins", every=600.0, run=forget_sessions),
    Sweep("forget old sign-ins", every=3600.0, run=forget_history),
]
