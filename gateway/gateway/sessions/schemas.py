"""What `/session` answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from gateway.sessions.models import BrowserSession
from shared.auth import ACRS


class CallbackQuery(BaseModel):
    """What comes back from the identity provider by way of the browser (RFC 6749, 4.1.2; `iss` RFC 9207)."""

    state: str | None = None
    code: str | None = None
    iss: str | None = None
    error: str | None = None


class AccountOut(BaseModel):
    """Who is logged in."""

    subject: str
    kind: str = Field(examples=["person"])
    name: str
    permissions: list[str]
    unit: str | None = None
    region: str | None = None


class StepUpQuery(BaseModel):
    """Where to go after a log-in, and how strong and fresh it must be (RFC 9470)."""

    return_to: str | None = None
    acr_values: Literal[ACRS] | None = Field(default=None, description="The least class of log-in")  # type: ignore[valid-type]
    max_age: int | None = Field(default=None, ge=0, le=86_400, description="Seconds ago at most")


class ActingFor(BaseModel):
    """The enterprise for which the person acts in this session."""

    code: str
    name: str
    mandate: str | None = Field(default=None, description="An agent's mandate; null for the legal representative")


class SessionOut(BaseModel):
    """The session of this browser; `authenticated` false is an answer like any other."""

    authenticated: bool
    account: AccountOut | None = None
    acting_for: ActingFor | None = Field(
        default=None, description="Null: for himself. `GET /api/sso/v1/me/organisations` names the choices"
    )
    expires_at: datetime | None = Field(default=None, description="The session ends then, or earlier by disuse")
    csrf: dict[str, str] = Field(
        default={"header": "X-CSRF", "value": "1"}, description="The header that unsafe calls must carry"
    )


def shown(row: BrowserSession) -> SessionOut:
    """A session as its person sees it."""
    account = AccountOut(
        subject=row.subject,
        kind=row.kind,
        name=row.display_name,
        permissions=row.permissions,
        unit=row.unit,
        region=row.region,
    )
    acting = ActingFor(code=row.org, name=row.org_name or row.org, mandate=row.mandate) if row.org else None
    return SessionOut(authenticated=True, account=account, acting_for=acting, expires_at=row.expires_at)


class LogoutOut(BaseModel):
    """The session is gone here; `everywhere` says whether the identity provider has confirmed it yet."""

    everywhere: bool
