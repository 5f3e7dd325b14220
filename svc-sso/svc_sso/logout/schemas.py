"""Bodies about log-ins of others."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from svc_sso.sessions.models import LoginSession


class AccountSessionOut(BaseModel):
    """An open log-in of an account, as the security administrator sees it."""

    id: uuid.UUID
    acr: str = Field(description="How well the person's identity was checked at the log-in")
    authenticated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str


class EndedOut(BaseModel):
    """What an administrator ended."""

    ended: int = Field(description="How many log-ins were open and are over now")


def shown(row: LoginSession) -> AccountSessionOut:
    """An open log-in."""
    return AccountSessionOut.model_validate(row, from_attributes=True)
