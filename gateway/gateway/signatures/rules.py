"""What a signed call must cover and how its signature is checked (RFC 9421, RFC 9530); the time is an argument."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from gateway.signatures.errors import (
    DigestMismatch,
    SignatureIncomplete,
    SignatureMalformed,
    SignatureRefused,
    SignatureTime,
)
from gateway.signatures.fields import InnerList, Item, dictionary, written

TAG = "yiwang"
SHORTEST_NONCE, LONGEST_NONCE = 16, 128
ALGORITHMS = {"EC": "ecdsa-p256-sha256", "OKP": "ed25519", "RSA": "rsa-pss-sha512"}
DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
KNOWN_PARAMS = frozenset({"created", "expires", "nonce", "alg", "keyid", "tag"})


@dataclass(frozen=True)
class Call:
    """A request as its signer saw it: `origin` is the public one, `fields` the header, names in lower case."""

    method: str
    origin: str
    path: str
    query: str
    fields: Sequence[tuple[str, str]]
    has_body: bool

    def field(self, name: str) -> str | None:
        """All values of a header field, joined (RFC 9421, 2.1)."""
        values = [value.strip(" \t") for known, value in self.fields if known == name]
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Signature:
    """One signature of a call, with what it claims of itself."""

    covered: InnerList
    value: bytes
    client_id: str
    kid: str
    created: int
    nonce: str


def signature_of(call: Call) -> Signature:
    """The one signature which is meant for this platform. Raises SignatureMalformed, SignatureIncomplete."""
    inputs = dictionary(call.field("signature-input") or "")
    meant = {
        label: entry
        for label, entry in inputs.items()
        if isinstance(entry, InnerList) and entry.params.get("tag") == TAG
    }
    if len(meant) != 1:
        raise SignatureMalformed(f'Exactly one signature carries tag="{TAG}".')
    ((label, covered),) = meant.items()
    value = dictionary(call.field("signature") or "").get(label)
    if not isinstance(value, Item) or not isinstance(value.value, bytes):
        raise SignatureMalformed(f"The field Signature holds no bytes for {label}.")
    return _signature(covered, value.value)


def _signature(covered: InnerList, value: bytes) -> Signature:
    params = covered.params
    unknown = params.keys() - KNOWN_PARAMS
    if unknown:
        raise SignatureMalformed(f"Unknown parameters: {', '.join(sorted(unknown))}.")
    created, nonce, keyid = params.get("created"), params.get("nonce"), params.get("keyid")
    if type(created) is not int or not isinstance(nonce, str) or not isinstance(keyid, str):
        raise SignatureIncomplete("A signature carries created, nonce and keyid.")
    if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE:
        raise SignatureMalformed(f"A nonce has {SHORTEST_NONCE} to {LONGEST_NONCE} characters.")
    client_id, slash, kid = keyid.partition("/")
    if not slash:
        raise SignatureMalformed('A keyid reads "client/kid".')
    return Signature(covered, value, client_id, kid, created, nonce)


def check_coverage(signature: Signature, call: Call) -> None:
    """Refuses a signature which leaves open what is done, where, or with which body. Raises SignatureIncomplete."""
    covered = {item.value for item in signature.covered.items}
    missing = {"@method"} - covered
    if "@target-uri" not in covered:
        wanted = {"@authority", "@path"} | ({"@query"} if call.query else set())
        missing |= wanted - covered
    if call.has_body:
        missing |= {"content-digest"} - covered
    if missing:
        raise SignatureIncomplete(missing=sorted(str(name) for name in missing))


def check_time(signature: Signature, now: float, skew: int) -> None:
    """Refuses a signature made more than `skew` seconds ago or ahead, or past its own end. Raises SignatureTime."""
    if abs(now - signature.created) > skew:
        raise SignatureTime(f"Signatures are taken {skew} seconds before and after the platform's time.", now=int(now))
    expires = signature.covered.params.get("expires")
    if expires is not None and (type(expires) is not int or expires < now or expires <= signature.created):
        raise SignatureTime("The signature has run out by itself.", now=int(now))


def base_of(covered: InnerList, call: Call) -> bytes:
    """What was signed (RFC 9421, 2.5). Raises SignatureMalformed for what can't be rebuilt here."""
    lines, seen = [], set()
    for item in covered.items:
        name = written(item)
        if name in seen or not isinstance(item.value, str) or item.params:
            raise SignatureMalformed(f"The component {name} is repeated, or has parameters, which are not used here.")
        seen.add(name)
        lines.append(f"{name}: {_component(item.value, call)}")
    return "\n".join([*lines, f'"@signature-params": {covered}']).encode()


def _component(name: str, call: Call) -> str:
    scheme, _, authority = call.origin.partition("://")
    query = f"?{call.query}" if call.query else ""
    derived = {
        "@method": call.method,
        "@target-uri": f"{call.origin}{call.path}{query}",
        "@authority": authority.lower(),
        "@scheme": scheme,
        "@request-target": call.path + query,
        "@path": call.path,
        "@query": query or "?",
    }
    if name in derived:
        return derived[name]
    value = call.field(name) if not name.startswith("@") and name == name.lower() else None
    if value is None:
        raise SignatureMalformed(f"The component {name} is not part of this call.")
    return value


def check_signature(base: bytes, signature: Signature, key: Mapping[str, Any]) -> None:
    """Refuses a signature which was not made over `base` with the private half of `key`. Raises SignatureRefused."""
    algorithm = ALGORITHMS[str(key["kty"])]
    if signature.covered.params.get("alg", algorithm) != algorithm or key.get("alg") == "RS256":
        raise SignatureRefused(f"This key signs by {algorithm}.")
    try:
        verify(key, signature.value, base)
    except (InvalidSignature, ValueError) as exc:
        raise SignatureRefused from exc


def verify(key: Mapping[str, Any], value: bytes, base: bytes) -> None:
    """Checks a signature with a public JWK; the algorithm follows from the kind of key, never from the message.

    Raises InvalidSignature, and ValueError for a signature of another length.
    """
    if key["kty"] == "EC":
        if len(value) != 64:
            raise ValueError("r and s have 32 bytes each")
        numbers = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
        der = encode_dss_signature(int.from_bytes(value[:32]), int.from_bytes(value[32:]))
        numbers.public_key().verify(der, base, ec.ECDSA(SHA256()))
    elif key["kty"] == "OKP":
        ed25519.Ed25519PublicKey.from_public_bytes(_bytes(key["x"])).verify(value, base)
    else:
        public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        pss = padding.PSS(mgf=padding.MGF1(SHA512()), salt_length=64)
        public.verify(value, base, pss, SHA512())


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text))


class Digests:
    """The digests which Content-Digest states, computed while the body passes."""

    def __init__(self, stated: str | None) -> None:
        members = dictionary(stated or "")
        self._stated = {name: item.value for name, item in members.items() if isinstance(item, Item)}
        self._running = {name: make() for name, make in DIGESTS.items() if name in self._stated}
        if not self._running:
            raise DigestMismatch(f"Content-Digest states one of: {', '.join(DIGESTS)} (RFC 9530).")

    def add(self, part: bytes) -> None:
        """Takes in the next bytes of the body."""
        for digest in self._running.values():
            digest.update(part)

    def check(self) -> None:
        """Refuses a body whose digest is another. Raises DigestMismatch."""
        for name, digest in self._running.items():
            stated = self._stated[name]
            if not isinstance(stated, bytes) or not hmac.compare_digest(digest.digest(), stated):
                raise DigestMismatch(f"The {name} digest is another.")
