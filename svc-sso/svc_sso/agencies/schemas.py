"""Bodies about clients."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_sso.clients.models import Client

Address = Annotated[str, StringConstraints(min_length=8, max_length=2000)]
Addresses = Annotated[list[Address], Field(max_length=20)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
Contacts = Annotated[list[Contact], Field(max_length=5)]
Permissions = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)]
PerMinute = Annotated[int, Field(ge=1, le=1_000_000, description="Calls a minute; left out: the gateway's usual quota")]
PerDay = Annotated[int, Field(ge=1, le=1_000_000_000, description="Calls a day; left out: the gateway's usual quota")]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z][A-Z0-9-]{1,31}$")]
Org = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Jwk = dict[str, Any]
Method = Literal["private_key_jwt", "client_secret_basic", "client_secret_post"]
PRIVATE_KEY_JWT: Method = "private_key_jwt"


class ClientIn(BaseModel):
    """An agency's system or an application which is registered."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=3, max_length=63, examples=["tax-suizhou"])
    kind: Literal["agency", "application"] = Field(description="agency: acts as itself; application: only for people")
    name: Name = Field(description="What people read when they are asked to agree", examples=["随州市税务局"])
    owner_unit: Unit | None = Field(default=None, description="The unit which it belongs to")
    owner_org: Org | None = Field(default=None, description="Or the organisation: its unified social credit code")
    responsible_id: uuid.UUID | None = Field(default=None, description="The account of the person who answers for it")
    token_endpoint_auth_method: Method = PRIVATE_KEY_JWT
    keys: Annotated[list[Jwk], Field(max_length=6, description="Public keys (RFC 7517), each with a kid")] = Field(
        default_factory=list
    )
    permissions: Permissions = Field(default_factory=list, description="Out of GET /v1/client-permissions")
    redirect_uris: Addresses = Field(default_factory=list)
    post_logout_redirect_uris: Addresses = Field(default_factory=list)
    contacts: Contacts = Field(default_factory=list, description="Mailboxes or telephones of the office in charge")
    quota_per_minute: PerMinute | None = None
    quota_per_day: PerDay | None = None
    dpop_bound: bool = Field(default=False, description="Its tokens are bound to a key (RFC 9449)")
    require_pushed_authorization_requests: bool = False
    id_token_signed_response_alg: Literal["RS256", "ES256"] = "RS256"  # noqa: S105 - an algorithm
    backchannel_logout_uri: Address | None = Field(default=None, description="Is told of every log-in that ends")
    backchannel_logout_session_required: bool = True


class ClientPatch(BaseModel):
    """What changes of a client; fields left out stay. Null removes owner, responsible person, quotas and the address
    for log-outs, and changes nothing else. The client itself changes `contacts` and sets `disabled`.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    owner_unit: Unit | None = None
    owner_org: Org | None = None
    responsible_id: uuid.UUID | None = None
    permissions: Permissions | None = None
    redirect_uris: Addresses | None = None
    post_logout_redirect_uris: Addresses | None = None
    contacts: Contacts | None = None
    quota_per_minute: PerMinute | None = None
    quota_per_day: PerDay | None = None
    dpop_bound: bool | None = None
    require_pushed_authorization_requests: bool | None = None
    id_token_signed_response_alg: Literal["RS256", "ES256"] | None = None
    backchannel_logout_uri: Address | None = None
    backchannel_logout_session_required: bool | None = None
    disabled: bool | None = None


class ClientOut(BaseModel):
    """A client as its owner and the security administrator see it; secrets are never shown."""

    id: str
    kind: str
    name: str
    owner_unit: str | None
    owner_org: str | None
    responsible_id: uuid.UUID | None
    token_endpoint_auth_method: str
    keys: list[Jwk]
    grant_types: list[str]
    permissions: list[str]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    contacts: list[str]
    quota_per_minute: int | None
    quota_per_day: int | None
    dpop_bound: bool
    require_pushed_authorization_requests: bool
    id_token_signed_response_alg: str
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    previous_secret_until: datetime | None = Field(description="Until when the secret before the present one holds")
    last_used_at: datetime | None = Field(description="When it last got a token, to a minute")
    disabled: bool
    created_at: datetime
    updated_at: datetime
    version: int


class ClientCreated(ClientOut):
    """A new client; its secret, when it has one, is shown this once."""

    client_secret: str | None


class KeyIn(BaseModel):
    """A public key to be added."""

    model_config = ConfigDict(extra="forbid")

    key: Jwk = Field(description="JSON Web Key (RFC 7517): EC P-256, OKP Ed25519 or RSA from 2048 bits, with a kid")


class SecretIn(BaseModel):
    """How long the old secret goes on beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(default=24, ge=0, le=168)


class SecretOut(BaseModel):
    """A new secret, shown this once."""

    client_secret: str
    previous_secret_until: datetime | None


class PermissionOut(BaseModel):
    """One permission that an agency's client can be given."""

    code: str
    title: str
    title_en: str


class DirectoryEntry(BaseModel):
    """What the gateway must know of a client."""

    client_id: str
    kind: str
    disabled: bool
    permissions: list[str]
    keys: list[Jwk]
    quota_per_minute: int | None
    quota_per_day: int | None


class DirectoryOut(BaseModel):
    """All clients but the platform's own."""

    items: list[DirectoryEntry]


class ClientTokenIn(BaseModel):
    """For whom the gateway asks, after a signed call."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(min_length=1, max_length=64)
    audience: str = Field(min_length=1, max_length=32)


class ClientTokenOut(BaseModel):
    """A token of that client."""

    access_token: str
    expires_in: int = Field(description="Seconds")


def keys_of(client: Client) -> list[Jwk]:
    """The public keys of a client."""
    found = (client.jwks or {}).get("keys", [])
    return [dict(key) for key in found] if isinstance(found, list) else []


SAME = (
    "id", "kind", "name", "owner_unit", "owner_org", "responsible_id", "token_endpoint_auth_method", "grant_types",
    "permissions", "redirect_uris", "post_logout_redirect_uris", "contacts", "quota_per_minute", "quota_per_day",
    "dpop_bound", "require_pushed_authorization_requests", "id_token_signed_response_alg", "backchannel_logout_uri",
    "backchannel_logout_session_required", "previous_secret_until", "last_used_at", "created_at", "updated_at",
    "version",
)  # fmt: skip


def shown(client: Client) -> ClientOut:
    """A client without its secrets."""
    same = {name: getattr(client, name) for name in SAME}
    return ClientOut(**same, keys=keys_of(client), disabled=client.disabled_at is not None)


def entry(client: Client) -> DirectoryEntry:
    """A client as the gateway's directory holds it."""
    return DirectoryEntry(
        client_id=client.id,
        kind=client.kind,
        disabled=client.disabled_at is not None,
        permissions=sorted(client.permissions),
        keys=keys_of(client),
        quota_per_minute=client.quota_per_minute,
        quota_per_day=client.quota_per_day,
    )
