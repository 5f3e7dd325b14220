"""Proofs of possession (DPoP, RFC 9449): a token which is bound to a key is of no use to whoever has only the token."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from shared import errors

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
PROOF_TYPE = "dpop+jwt"
LONGEST = 8192
TOLERANCE_SECONDS = 60
"""How far the `iat` of a proof may lie from our clock, in both directions."""
REMEMBERED = 200_000
KINDS: dict[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
SMALLEST_RSA_BITS = 2048
PORTS = {"http": 80, "https": 443}


class _EdDSA(type(jws.JWSRegistry.algorithms["EdDSA"])):  # type: ignore[misc]
    # RFC 9864 renames it to Ed25519; clients will go on writing the old name for years.
    security_warning = None


class AsymmetricRegistry(jws.JWSRegistry):
    """What clients sign with: no MAC, no RSASSA-PKCS1-v1_5 (FAPI 2.0, 5.4.1); a header may hold an RSA key."""

    algorithms = jws.JWSRegistry.algorithms | {"EdDSA": _EdDSA()}
    max_header_length = 4096


class InvalidProof(errors.Unauthenticated):
    code, title, title_zh = "invalid_dpop_proof", "The proof of possession does not hold", "密钥持有证明无效"

    def __init__(self, detail: str) -> None:
        challenge = f'DPoP realm="yiwang", error="invalid_dpop_proof", algs="{" ".join(ALGORITHMS)}"'
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


REGISTRY = AsymmetricRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True)
class Proof:
    """A proof which holds: the thumbprint of its key (RFC 7638), and what makes it recognisable until `until`."""

    jkt: str
    spent: bytes
    until: float


def read(proof: str, method: str, url: str, *, token: str | None = None, now: float | None = None) -> Proof:
    """The proof for a request of `method` to `url`, made for `token` when one is given. Raises InvalidProof.

    That it was not used before is for the caller to see: `Replays`, or a table which several processes share.
    """
    now = time.time() if now is None else now
    if len(proof) > LONGEST:
        raise InvalidProof("The proof is too long.")
    try:
        key = _key_of(proof)
        decoded = jwt.decode(proof, key, registry=REGISTRY)
        claims = dict(decoded.claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise InvalidProof("The proof is not a JWT signed by the key which it holds.") from exc
    fault = _fault(claims, method, url, now) or _fault_of_token(claims, token)
    if fault:
        raise InvalidProof(fault)
    jkt = str(key.thumbprint())
    spent = hashlib.sha256(f"{jkt}\0{claims['jti']}".encode()).digest()
    return Proof(jkt, spent, float(claims["iat"]) + TOLERANCE_SECONDS)


def _key_of(proof: str) -> Key:
    head = proof.split(".", 1)[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    jwk: dict[str, Any] = header["jwk"]
    if header["typ"].lower() != PROOF_TYPE or header["alg"] not in ALGORITHMS:
        raise ValueError("no proof")
    return import_public(jwk)


def import_public(jwk: dict[str, Any]) -> Key:
    """A public key which a client shows. Raises ValueError, KeyError, TypeError, JoseError, also for a weak one."""
    if PRIVATE & jwk.keys() or (jwk["kty"] == "RSA" and len(jwk["n"]) * 6 < SMALLEST_RSA_BITS):
        raise ValueError("a private, symmetric or weak key")
    return KINDS[jwk["kty"]].import_key({name: jwk[name] for name in jwk if name not in {"use", "key_ops"}})


def _fault(claims: dict[str, Any], method: str, url: str, now: float) -> str | None:
    jti, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 512 or not jti.isprintable():
        return "The proof has no jti."
    timely = not isinstance(issued, bool) and isinstance(issued, int | float) and abs(now - issued) <= TOLERANCE_SECONDS
    if not timely:
        return "The proof was not made now."
    if claims.get("htm") != method:
        return "The proof is for another method."
    htu = claims.get("htu")
    address = normalized(htu) if isinstance(htu, str) else None
    if address is None or address != normalized(url):
        return "The proof is for another address."
    return None


def _fault_of_token(claims: dict[str, Any], token: str | None) -> str | None:
    if token is None:
        return None
    ath = claims.get("ath")
    return None if isinstance(ath, str) and hmac.compare_digest(ath, hash_of(token)) else "The proof has another ath."


def hash_of(token: str) -> str:
    """The `ath` of a token: its SHA-256 in base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def normalized(url: str) -> str | None:
    """An address without query and fragment, compared as RFC 3986, 6.2.2 and 6.2.3 have it; None for what is none."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        port = parts.port or PORTS[scheme]
        path = quote(unquote(parts.path or "/"))
    except (ValueError, KeyError):
        return None
    if parts.username is not None or not parts.hostname:
        return None
    return f"{scheme}://{parts.hostname}:{port}{path}"


class Replays:
    """The proofs which one process has seen lately, at most 200,000: then the oldest are forgotten first."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self.size = size
        self._seen: dict[bytes, float] = {}

    def spend(self, proof: Proof, now: float | None = None) -> None:
        """Notes a proof. Raises InvalidProof when it came before."""
        now = time.time() if now is None else now
        if proof.spent in self._seen:
            raise InvalidProof("The proof was used before.")
        while self._seen and (len(self._seen) >= self.size or next(iter(self._seen.values())) < now):
            del self._seen[next(iter(self._seen))]
        self._seen[proof.spent] = now + 2 * TOLERANCE_SECONDS
