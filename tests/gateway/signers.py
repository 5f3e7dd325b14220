"""An agency that signs its calls by an independent library, and the gateway it calls."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.types import Scope

from tests.gateway.provider import Provider
from tests.gateway.support import Upstream
from tests.support.tokens import ISSUER, SignToken

CLIENT, KID = "tax-suizhou", "k1"
URL = f"{ISSUER}/api/complaints/v1/complaints"
MAKERS = {
    "EC": (algorithms.ECDSA_P256_SHA256, lambda: ECKey.generate_key("P-256", {"kid": KID}, private=True)),
    "OKP": (algorithms.ED25519, lambda: OKPKey.generate_key("Ed25519", {"kid": KID}, private=True)),
    "RSA": (algorithms.RSA_PSS_SHA512, lambda: RSAKey.generate_key(2048, {"kid": KID}, private=True)),
}


class Registry(Provider):
    """A provider which also keeps the directory of clients and makes tokens for them."""

    def __init__(self, sign: SignToken) -> None:
        super().__init__(sign)
        self.clients: dict[str, dict[str, Any]] = {}
        self.issued: list[dict[str, str]] = []

    def register(self, key: Any, **changes: Any) -> None:
        entry = {
            "client_id": CLIENT, "kind": "agency", "disabled": False, "permissions": ["gateway:calls:sign"],
            "keys": [key.as_dict(private=False)], "quota_per_minute": None, "quota_per_day": None,
        }  # fmt: skip
        self.clients[CLIENT] = entry | changes

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        if scope["path"] == "/v1/internal/clients":
            return 200, {"items": list(self.clients.values())}
        if scope["path"] == "/v1/internal/client-tokens":
            asked = json.loads(body)
            self.issued.append(asked)
            claims = {"sub": asked["client_id"], "client_id": asked["client_id"], "sid": None, "kind": "system"}
            token = self.sign(aud=asked["audience"], act={"sub": "gateway"}, **claims)
            return 200, {"access_token": token, "expires_in": 120}
        if b"client_credentials" in body:
            return 200, {"access_token": self.sign(aud="sso", sub="gateway"), "expires_in": 300, "token_type": "Bearer"}
        return super()._answer(scope, body)


@dataclass
class Station:
    """A gateway with a registry of clients and a service behind it, and an agency which signs."""

    port: int
    other_port: int
    app: Any
    registry: Registry
    service: Upstream
    kind: str = "EC"
    key: Any = None
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=20))

    async def use(self, kind: str, **changes: Any) -> None:
        """Registers a new key, of which both gateways know before anything is sent; forgets what came before."""
        self.kind, self.key = kind, MAKERS[kind][1]()
        self.registry.register(self.key, **changes)
        await self.app.own.state.directory._read()
        self.app.door.tokens.forget(CLIENT)
        self.app.door.tokens._changed.clear()
        self.registry.issued.clear()
        self.service.received.clear()

    def signed(
        self, method: str = "POST", url: str = URL, body: bytes | None = b'{"a":1}', **how: Any
    ) -> httpx.Request:
        """A request signed by the independent library; `how` changes what it signs."""
        headers = how.pop("headers", {"content-type": "application/json"})
        content = {"content": body} if method != "GET" else {}
        request = httpx.Request(method, url, headers=headers, **content)  # type: ignore[arg-type]
        covered = how.pop("covered", ("@method", "@target-uri"))
        options = {
            "key_id": f"{CLIENT}/{KID}", "nonce": secrets.token_urlsafe(24), "tag": "yiwang", "label": "yiwang",
            "covered_component_ids": covered,
        }  # fmt: skip
        if method != "GET":
            options["body"] = body
        signer = HTTPMessageSigner(signature_algorithm=MAKERS[self.kind][0], key_resolver=Resolver(self.key))
        signer.sign(request, **(options | how))
        return request

    async def send(self, request: httpx.Request, port: int | None = None, **changes: Any) -> httpx.Response:
        """The request, sent to the gateway wherever it was signed for."""
        url = str(changes.get("url", request.url)).replace(ISSUER, f"http://127.0.0.1:{port or self.port}")
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        headers |= changes.get("headers", {})
        content = changes.get("content", request.content)
        return await self.http.request(changes.get("method", request.method), url, headers=headers, content=content)


class Resolver(HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> bytes:
        return bytes(self.key.as_pem(private=True))

    def resolve_public_key(self, key_id: str) -> bytes:
        return bytes(self.key.as_pem(private=False))
