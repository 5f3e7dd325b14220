"""Bodies about sessions."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from svc_sso.sessions.models import LoginSession


class SessionOut(BaseModel):
    """One of the own log-ins."""

    id: uuid.UUID
    current: bool = Field(description="Whether this call belongs to it")
    authenticated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str


def shown(row: LoginSession, current: str | None) -> SessionOut:
    """A session as its owner sees it."""
    return SessionOut(
        id=row.id,
        current=str(row.id) == current,
        authenticated_at=row.authenticated_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        address=row.address,
        user_agent=row.user_agent,
    )
