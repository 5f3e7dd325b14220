"""What an assertion must say by which a client proves itself (RFC 7521, 7523; FAPI 2.0 Security Profile, 5.3.3).

Agencies' systems are held to FAPI 2.0: `aud` is the issuer and nothing else, so that an assertion which some other
server has asked for is of no use here, and it is short-lived. Applications may also name the token endpoint, as
OpenID Connect Core 9 has it and older libraries do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from svc_sso.clients.rules import AGENCY

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
LONGEST = 8192
LONGEST_JTI = 512
SKEW_SECONDS = 30
"""How far `nbf` and `iat` may lie ahead of our clock."""
LATE_SECONDS = 5
AHEAD_SECONDS = {AGENCY: 300}
AHEAD_OTHERS = 3600
KEPT_AFTER_END = timedelta(minutes=5)
KEY_TYPES = {"ES256": "EC", "PS256": "RSA", "EdDSA": "OKP", "Ed25519": "OKP"}


@dataclass(frozen=True)
class Expected:
    """Whose assertion it must be, and whom it may be for."""

    client_id: str
    kind: str
    issuer: str
    token_endpoint: str


def fault_of(claims: Mapping[str, Any], expected: Expected, now: float) -> str | None:
    """What is wrong with the claims of an assertion, None when they hold."""
    if claims.get("iss") != expected.client_id or claims.get("sub") != expected.client_id:
        return "iss and sub must be the client_id"
    if not _is_for_us(claims.get("aud"), expected):
        return "aud must be the issuer"
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI or not jti.isprintable():
        return "jti is missing"
    return _fault_of_times(claims, AHEAD_SECONDS.get(expected.kind, AHEAD_OTHERS), now)


def _is_for_us(audience: object, expected: Expected) -> bool:
    if expected.kind == AGENCY:
        return isinstance(audience, str) and audience == expected.issuer
    named = audience if isinstance(audience, list) else [audience]
    return len(named) == 1 and named[0] in (expected.issuer, expected.token_endpoint)


def _fault_of_times(claims: Mapping[str, Any], ahead: int, now: float) -> str | None:
    expires = _instant(claims.get("exp"))
    if expires is None or expires <= now - LATE_SECONDS:
        return "exp is missing or past"
    if expires > now + ahead + SKEW_SECONDS:
        return "exp is too far ahead"
    for name in ("nbf", "iat"):
        at = _instant(claims[name]) if name in claims else now
        if at is None or at > now + SKEW_SECONDS:
            return f"{name} is in the future"
    return None


def _instant(value: object) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < 2**53 else None  # type: ignore[arg-type]


def fitting(keys: list[dict[str, Any]], algorithm: str, kid: object) -> list[dict[str, Any]]:
    """The registered keys which may have made a signature: by `kid` where one is named, and by their type."""
    right = [key for key in keys if key.get("kty") == KEY_TYPES.get(algorithm)]
    right = [key for key in right if key.get("alg", algorithm) in (algorithm, "EdDSA", "Ed25519")]
    return right if kid is None else [key for key in right if key.get("kid") == kid]
