"""Bodies of the OAuth endpoints (RFC 6749, 7662, 8693)."""

from typing import Any

from pydantic import BaseModel, Field


class TokenOut(BaseModel):
    """Tokens which were issued."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a kind of token, no token
    expires_in: int = Field(description="Seconds")
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None
    issued_token_type: str | None = Field(default=None, description="Token exchange only")


class OAuthErrorOut(BaseModel):
    """A refusal in the form of RFC 6749, section 5.2."""

    error: str
    error_description: str


class IntrospectionOut(BaseModel):
    """What is known of a token (RFC 7662); only `active` when it does not hold."""

    active: bool
    iss: str | None = None
    aud: str | None = None
    sub: str | None = None
    client_id: str | None = None
    scope: str | None = None
    exp: int | None = None
    iat: int | None = None
    jti: str | None = None
    sid: str | None = None
    acr: str | None = None
    kind: str | None = None
    token_type: str | None = None
    act: dict[str, Any] | None = None


class UserInfoOut(BaseModel):
    """Claims about the person (OpenID Connect Core 5.3); those beyond `sub` for the scope `profile`."""

    sub: str
    name: str | None = None
    preferred_username: str | None = None
    updated_at: int | None = None
    kind: str | None = None
    roles: list[str] | None = None
    permissions: list[str] | None = None
    unit: str | None = None
    region: str | None = None
