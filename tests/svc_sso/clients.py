"""Clients of others at the provider: agencies' systems and applications, with keys of their own."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key

from shared.proofs import AsymmetricRegistry
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH
from svc_sso.credentials.rules import digest
from tests.svc_sso.conftest import Provider

ISSUER = "http://localhost:8000"
TOKEN_URL = f"{ISSUER}/oauth2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REDIRECT = "https://agency.example/callback"
REGISTRY = AsymmetricRegistry(
    algorithms=["ES256", "PS256", "EdDSA", "RS256", "HS256", "ES384"], strict_check_header=False
)


@dataclass
class Machine:
    """One registered client with its key."""

    sso: Provider
    id: str
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1"}, private=True))
    secret: str = "a-secret-of-some-agency"

    def assertion(self, *, key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A client assertion; `changes` replace claims, None leaves one out."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.id, "sub": self.id, "aud": ISSUER, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60,
        }  # fmt: skip
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        protected = {"alg": "ES256", "kid": "k1"} | (header or {})
        protected = {name: value for name, value in protected.items() if value is not None}
        return jwt.encode(protected, claims, key or self.key, registry=REGISTRY, default_type=None)

    def proof(self, assertion: str | None = None) -> dict[str, str]:
        """The parameters by which it proves itself."""
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion or self.assertion()}

    async def post(self, path: str, headers: Any = None, **form: str) -> httpx.Response:
        return await self.sso.client.post(path, data={**self.proof(), **form}, headers=headers)

    async def token(self, headers: Any = None, **form: str) -> httpx.Response:
        return await self.post("/oauth2/token", headers, **form)


async def register(sso: Provider, kind: str = "agency", **changes: Any) -> Machine:
    """A client of its own name, by default an agency's which proves itself by a key."""
    machine = Machine(sso, f"{kind}-{uuid.uuid4().hex[:8]}")
    keys = [machine.key.as_dict(private=False)]
    values: dict[str, Any] = {
        "kind": kind,
        "name": "税务局",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": keys},
        "secret_hash": digest(machine.secret),
        "audience": "sso",
        "grant_types": [AUTHORIZATION_CODE, REFRESH, CLIENT_CREDENTIALS],
        "permissions": ["gateway:webhooks:manage"],
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": [],
    }
    async with sso.client.sessions.begin() as session:
        session.add(Client(id=machine.id, **(values | changes)))
    return machine
