"""Proofs of possession as a client makes them (RFC 9449), and as an attacker might."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key

from shared.proofs import AsymmetricRegistry


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True)


def jkt(key: Key) -> str:
    return str(key.thumbprint())


def make_proof(key: Key, method: str, url: str, token: str | None = None, **changes: Any) -> str:
    """A proof; `changes` replace claims, None leaves one out; `header` changes the header, `jwk` the key shown."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": changes.pop("jwk", key.as_dict(private=False))}
    header = {name: value for name, value in (header | changes.pop("header", {})).items() if value is not None}
    claims: dict[str, Any] = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
    if token is not None:
        claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    registry = AsymmetricRegistry(algorithms=[header.get("alg", "ES256")], strict_check_header=False)
    return jwt.encode(header, claims, key, registry=registry, default_type=None)


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A JWS whose parts no library would put together."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
