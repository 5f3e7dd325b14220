"""Secrets and signatures of Standard Webhooks 1.0: `v1` by HMAC-SHA256, `v1a` by Ed25519."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET_PREFIX, PUBLIC_PREFIX = "whsec_", "whpk_"
SECRET_BYTES = 32


@dataclass(frozen=True)
class SigningKeys:
    """One generation: the secret which both sides know, and the private key whose public half the receiver knows."""

    secret: str
    signing_key: str

    @property
    def public_key(self) -> str:
        public = _private(self.signing_key).public_key().public_bytes_raw()
        return PUBLIC_PREFIX + base64.b64encode(public).decode()


def new_keys() -> SigningKeys:
    """Fresh keys: a secret of 32 random bytes, a seed of the same length."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return SigningKeys(secret, base64.b64encode(secrets.token_bytes(32)).decode())


def signatures(keys: Sequence[SigningKeys], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1` and one `v1a` for each generation that still counts."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    parts = ["v1," + base64.b64encode(_mac(each.secret, signed)).decode() for each in keys]
    parts += ["v1a," + base64.b64encode(_private(each.signing_key).sign(signed)).decode() for each in keys]
    return " ".join(parts)


def _mac(secret: str, signed: bytes) -> bytes:
    return hmac.new(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256).digest()


def _private(signing_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(signing_key))
