"""What `/session` answers."""

from datetime import datetime

from pydantic import BaseModel, Field


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


class SessionOut(BaseModel):
    """The session of this browser; `authenticated` false is an answer like any other."""

    authenticated: bool
    account: AccountOut | None = None
    expires_at: datetime | None = Field(default=None, description="The session ends then, or earlier by disuse")
    csrf: dict[str, str] = Field(
        default={"header": "X-CSRF", "value": "1"}, description="The header that unsafe calls must carry"
    )


class LogoutOut(BaseModel):
    """The session is gone here; `everywhere` says whether the identity provider has confirmed it yet."""

    everywhere: bool
