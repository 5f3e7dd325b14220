"""Bodies of the OAuth endpoints (RFC 6749, 7662, 8693)."""

from typing import Any

from pydantic import BaseModel, Field


class TokenOut(BaseModel):
    """Tokens which were issued."""

    access_token: str
    token_type: str = Field(default="Bearer", description="Bearer, or DPoP for a token which is bound to a key")
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
    nbf: int | None = None
    jti: str | None = None
    sid: str | None = None
    acr: str | None = None
    amr: list[str] | None = None
    auth_time: int | None = None
    kind: str | None = None
    permissions: list[str] | None = None
    org: str | None = None
    mandate: str | None = None
    matters: list[str] | None = None
    token_type: str | None = Field(default=None, description="Bearer or DPoP; of a refresh token nothing")
    cnf: dict[str, Any] | None = Field(default=None, description="The key which the token is bound to (RFC 9449, 6.2)")
    act: dict[str, Any] | None = None


class UserInfoOut(BaseModel):
    """Claims about the person (OpenID Connect Core 5.3), by scope and by what was asked for one by one."""

    sub: str
    name: str | None = None
    preferred_username: str | None = None
    updated_at: int | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = Field(default=None, examples=["+8613812341234"])
    phone_number_verified: bool | None = None
    address: dict[str, str] | None = None
    kind: str | None = Field(default=None, description="This and the rest for the platform's own clients only")
    roles: list[str] | None = None
    permissions: list[str] | None = None
    unit: str | None = None
    region: str | None = None
    trust_level: str | None = None


class PushedOut(BaseModel):
    """The name of a pushed request (RFC 9126, 2.2)."""

    request_uri: str
    expires_in: int = Field(description="Seconds")
