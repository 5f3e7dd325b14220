"""Writing down whom an end must be told to."""

import uuid
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Grants and clients are modules above this one; their tables are named and not imported. A client hears of a log-in
# when it ever got tokens of it, also when it has given them back since: it may still hold a session of its own.
WRITE = text(
    """
    INSERT INTO logout_notices (client_id, session_id, account_id, reason)
    SELECT DISTINCT grants.client_id, login_sessions.id, login_sessions.account_id, login_sessions.ended_reason
    FROM login_sessions
    JOIN grants ON grants.session_id = login_sessions.id
    JOIN clients ON clients.id = grants.client_id
    WHERE clients.backchannel_logout_uri IS NOT NULL AND clients.disabled_at IS NULL
      AND (login_sessions.id = :session_id OR login_sessions.ended_at > :ended_after)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)


async def write(session: AsyncSession, session_id: uuid.UUID) -> None:
    """Notes, in the transaction which ends a log-in, each client that must hear of it."""
    await session.execute(WRITE, {"session_id": session_id, "ended_after": None})


async def write_missing(session: AsyncSession, ended_after: datetime) -> int:
    """Notes those whose tokens were issued in the very moment in which the log-in ended; how many."""
    written = await session.execute(WRITE, {"session_id": None, "ended_after": ended_after})
    return len(written.all())
