"""The platform's own OAuth clients and what each may do."""

from collections.abc import Sequence
from dataclasses import dataclass

AUTHORIZATION_CODE, REFRESH = "authorization_code", "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

FIRST_PARTY, AGENCY, APPLICATION = "first_party", "agency", "application"
BASIC, POST, PRIVATE_KEY_JWT = "client_secret_basic", "client_secret_post", "private_key_jwt"
METHODS = (BASIC, POST, PRIVATE_KEY_JWT)

GATEWAY = "gateway"
SSO = "sso"
USERINFO = "userinfo"
"""The audience of tokens which clients of others get of people: they open userinfo and nothing else."""
AUDIENCES = ("sso", "disclosure", "services", "complaints", "credit-registry", "gateway")
INTERNAL_READ = "internal:read"
OWN_PERMISSIONS = {"svc-services": ("credit-registry:restrictions:check",)}
"""What a service may do in its own name, beside reading: svc-services asks for joint measures before it decides."""
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Registration:
    """What is registered of a client. `audience` is the short name whose tokens it may exchange."""

    client_id: str
    audience: str
    grant_types: Sequence[str]
    permissions: Sequence[str] = ()
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    id_token_signed_response_alg: str = "ES256"  # noqa: S105 - an algorithm, no secret

    @property
    def name(self) -> str:
        """What people are told of one of the platform's own clients: its id."""
        return self.client_id


def audience_of(kind: str, audience: str) -> str:
    """For whom the tokens are which a client gets of people. Only the platform's own clients act for them."""
    return audience if kind == FIRST_PARTY else USERINFO


def audience_at(resource: str, origin: str) -> str:
    """The audience of a resource indicator (RFC 8707): the platform's address, or that of one service's API."""
    base = origin.rstrip("/")
    if resource.rstrip("/") == base:
        return GATEWAY
    head, _, name = resource.rstrip("/").rpartition("/")
    return name if head == f"{base}/api" else ""


def registration_of(client_id: str, origin: str) -> Registration:
    """The registration of one of the platform's clients; the gateway's addresses lie under `origin`."""
    if client_id == GATEWAY:
        return Registration(
            GATEWAY,
            SSO,
            (AUTHORIZATION_CODE, REFRESH, EXCHANGE, CLIENT_CREDENTIALS),
            (INTERNAL_READ,),
            (f"{origin}/session/callback",),
            (f"{origin}/",),
        )
    audience = client_id.removeprefix("svc-")
    permissions = (INTERNAL_READ, *OWN_PERMISSIONS.get(client_id, ()))
    return Registration(client_id, audience, (CLIENT_CREDENTIALS, EXCHANGE), permissions)
