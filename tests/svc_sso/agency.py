"""An agency beside the provider: its keys, its registration, its little server which is told of log-outs."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.types import Receive, Scope, Send

from shared.audit import SYSTEM
from shared.clock import now
from svc_sso.access import MFA
from svc_sso.accounts.models import Account
from svc_sso.accounts.service import keep_new
from svc_sso.tokens.rules import ACCESS_TYPE, Login, Subject, access_claims
from svc_sso.tokens.service import new_issue, sign
from tests.support.apps import ServiceClient

ADMINISTER = "sso:accounts:administer"
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA"  # of no password: nobody logs in by it


def key(kid: str = "k1") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid}, private=True)


def public(made: ECKey) -> dict[str, Any]:
    return dict(made.as_dict(private=False))


def registration(**changes: Any) -> dict[str, Any]:
    """A body for POST /v1/clients; None leaves a field out."""
    body: dict[str, Any] = {
        "id": f"tax-{uuid.uuid4().hex[:8]}",
        "kind": "agency",
        "name": "随州市税务局",
        "owner_unit": "TAX-421300",
        "keys": [public(key())],
        "permissions": ["sso:clients:self", "gateway:calls:sign"],
        "contacts": ["it@tax.example.cn"],
        "quota_per_minute": 120,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


@dataclass
class Office:
    """The provider's API as administrators, agencies and responsible people call it, with tokens it signed itself."""

    client: ServiceClient

    async def token(
        self, sub: str, permissions: list[str], *, kind: str = "staff", client_id: str = "gateway", acr: str = MFA
    ) -> str:
        issuer = self.client.app.state.issuer
        issue = new_issue(issuer, client_id, "sso", "", lifetime=300)
        at = int(time.time())
        login = None if kind == "system" else Login(str(uuid.uuid4()), acr, at, at + 3600)
        claims = access_claims(issue, Subject(sub, kind, frozenset(permissions)), login, None)
        async with self.client.sessions() as session:
            return await sign(session, issuer, ACCESS_TYPE, claims)

    async def headers(self, sub: str, permissions: list[str], **how: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(sub, permissions, **how)}"}

    async def account(self, *roles: str) -> Account:
        """A member of staff, made without a password."""
        made = Account(
            kind="staff", username=f"staff-{uuid.uuid4().hex[:8]}", name="王芳", unit="HQ", region="100000",
            roles=list(roles),
        )  # fmt: skip
        async with self.client.sessions.begin() as session:
            await keep_new(session, made, HASH, now(), by=SYSTEM)
        return made

    async def administrator(self) -> dict[str, str]:
        account = await self.account("security_admin")
        return await self.headers(str(account.id), [ADMINISTER])

    async def own(self, client_id: str, *permissions: str) -> dict[str, str]:
        """What an agency calls with about itself."""
        held = list(permissions or ("sso:clients:self",))
        return await self.headers(client_id, held, kind="system", client_id=client_id)

    async def register(self, admin: dict[str, str], **changes: Any) -> dict[str, Any]:
        answer = await self.client.post("/v1/clients", json=registration(**changes), headers=admin)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@dataclass
class RelyingParty:
    """A client's server: takes logout tokens, or does what a test tells it instead."""

    answer: Callable[[], tuple[int, dict[str, str]]] = field(default=lambda: (200, {}))
    calls: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                await send({"type": f"{(await receive())['type']}.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        form = parse_qs(body.decode())
        self.calls.append({"method": scope["method"], "path": scope["path"], "headers": headers, "form": form})
        status, extra = self.answer()
        sent = [(name.encode(), value.encode()) for name, value in extra.items()]
        await send({"type": "http.response.start", "status": status, "headers": [*sent, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    @property
    def tokens(self) -> list[str]:
        return [call["form"]["logout_token"][0] for call in self.calls]


async def decoded(client: httpx.AsyncClient, token: str, algorithm: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token of the provider, checked with its published keys."""
    keys = KeySet.import_key_set((await client.get("/oauth2/jwks")).json())
    read = jwt.decode(token, keys, algorithms=[algorithm])
    return dict(read.header), dict(json.loads(json.dumps(read.claims)))
