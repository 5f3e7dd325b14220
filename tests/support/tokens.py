"""Access tokens as svc-sso would sign them, made with a key of the tests."""

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "http://localhost:8000"
KEY_FILE = "signing-key.json"

PASSWORD = {"acr": "urn:yiwang:acr:password", "amr": ["pwd"]}
TWO_FACTORS = {"acr": "urn:yiwang:acr:mfa", "amr": ["pwd", "otp", "mfa"]}

SignToken = Callable[..., str]


def write_keys(folder: Path) -> None:
    """Makes a signing key and, beside it, the key set in which services look for its public half."""
    key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"}, private=True)
    (folder / KEY_FILE).write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")


def signer(folder: Path) -> SignToken:
    """A function which signs claims; see `sign_token` in tests/conftest.py."""
    key = ECKey.import_key(json.loads((folder / KEY_FILE).read_text(encoding="utf-8")))

    def sign(*, header: dict[str, Any] | None = None, lifetime: float = 300, **claims: Any) -> str:
        now = int(time.time())
        standard: dict[str, Any] = {
            "iss": ISSUER,
            "sub": str(uuid.uuid4()),
            "client_id": "gateway",
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime),
            "jti": str(uuid.uuid4()),
            "sid": str(uuid.uuid4()),
            **(TWO_FACTORS if claims.get("kind") == "staff" else PASSWORD),
            "auth_time": now,
            "scope": "openid",
            "kind": "person",
            "permissions": [],
        }
        merged = {name: value for name, value in {**standard, **claims}.items() if value is not None}
        protected = {"alg": "ES256", "typ": "at+jwt", "kid": "test", **(header or {})}
        return jwt.encode(protected, merged, key)

    return sign
