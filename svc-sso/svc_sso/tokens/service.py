"""Signing tokens and reading them back."""

import base64
import functools
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import TOKEN_LIMIT, TokenVerifier
from shared.runtime import Runtime
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON, permissions_of
from svc_sso.keys.rules import ALGORITHMS, ES256
from svc_sso.keys.service import KeyCache, load
from svc_sso.sessions.models import LoginSession
from svc_sso.tokens.rules import ACCESS_TYPE, ID_TYPE, Issue, Login, Subject

FAMILY_SEPARATOR = "."
COUNTRY_CODE = "+86"


@dataclass(frozen=True)
class Issuer:
    """The identity provider as the signer of tokens."""

    name: str
    keys: KeyCache = field(default_factory=KeyCache)
    origin: str = ""

    @property
    def address(self) -> str:
        """The platform's address as clients know it, without a slash at its end."""
        return self.origin or self.name.rstrip("/")

    @property
    def token_endpoint(self) -> str:
        """The address of the token endpoint."""
        return f"{self.address}/oauth2/token"


def new_issue(issuer: Issuer, client_id: str, audience: str, scope: str, **how: Any) -> Issue:
    """An issue at this moment; `lifetime` in seconds, `family` is the grant which its `jti` names, `jkt` the key which
    the token is bound to.
    """
    family: uuid.UUID | None = how.get("family")
    unique = secrets.token_urlsafe(16)
    jti = f"{family.hex}{FAMILY_SEPARATOR}{unique}" if family else unique
    return Issue(issuer.name, client_id, audience, scope, int(time.time()), int(how["lifetime"]), jti, how.get("jkt"))


def family_of(claims: dict[str, Any]) -> uuid.UUID | None:
    """The grant which a token came from, None for a machine's own token."""
    head, separator, _ = str(claims.get("jti", "")).partition(FAMILY_SEPARATOR)
    try:
        return uuid.UUID(head) if separator else None
    except ValueError:
        return None


def subject_of(account: Account) -> Subject:
    """What a token says of an account."""
    permissions = permissions_of(account.kind, account.roles)
    level = account.trust_level if account.kind == PERSON else None
    return Subject(str(account.id), account.kind, permissions, account.unit, account.region, level)


def login_of(row: LoginSession) -> Login:
    """What a token says of a log-in."""
    began, until = int(row.authenticated_at.timestamp()), int(row.expires_at.timestamp())
    return Login(str(row.id), row.acr, began, until, tuple(row.amr))


def told_of(account: Account) -> dict[str, Any]:
    """What may be told of a person, under the names of OpenID Connect Core 5.1; what is not known is not there."""
    known: dict[str, Any] = {
        "name": account.name,
        "preferred_username": account.username,
        "updated_at": int(account.updated_at.timestamp()),
        "kind": account.kind,
        "roles": sorted(account.roles),
        "permissions": sorted(permissions_of(account.kind, account.roles)),
        "unit": account.unit,
        "region": account.region,
        "trust_level": account.trust_level if account.kind == PERSON else None,
    }
    if account.phone:
        known |= {"phone_number": COUNTRY_CODE + account.phone, "phone_number_verified": False}
    if account.email:
        known |= {"email": account.email, "email_verified": False}
    if account.address:
        known["address"] = {"formatted": account.address, "country": "CN"}
    return {name: value for name, value in known.items() if value is not None}


async def sign(session: AsyncSession, issuer: Issuer, kind: str, claims: dict[str, Any], algorithm: str = ES256) -> str:
    """`claims` as a token of type `kind`, signed with the current key of `algorithm`."""
    return sign_with(await load(session, issuer.keys), kind, claims, algorithm)


def sign_with(keys: KeyCache, kind: str, claims: dict[str, Any], algorithm: str = ES256) -> str:
    """The same with keys which were loaded."""
    return seal(keys, kind, json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode(), algorithm).decode()


def seal(keys: KeyCache, kind: str, claims: bytes, algorithm: str = ES256) -> bytes:
    """The same for claims which are JSON already. What verifies is joserfc; signing is one call."""
    key = keys.signing[algorithm]
    text = _head(algorithm, kind, str(key.kid)) + encoded(claims)
    private: Any = key.private_key
    if algorithm == ES256:
        r, s = decode_dss_signature(private.sign(text, ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    else:
        signature = private.sign(text, PKCS1v15(), SHA256())
    return text + b"." + encoded(signature)


@functools.lru_cache(maxsize=64)
def _head(algorithm: str, kind: str, kid: str) -> bytes:
    header = {"alg": algorithm, "typ": kind, "kid": kid}
    return encoded(json.dumps(header, separators=(",", ":")).encode()) + b"."


def encoded(raw: bytes) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


async def read(
    session: AsyncSession, issuer: Issuer, token: str, kind: str, *, expired: bool = False
) -> dict[str, Any] | None:
    """The claims of one of our own tokens, None when anything about it is wrong; `expired` takes old ones too.

    Only the published keys count, access tokens only by ES256: `jwk`, `jku`, `x5u` in a header are never looked at.
    """
    if len(token) > TOKEN_LIMIT:
        return None
    cache = await load(session, issuer.keys)
    try:
        decoded = jwt.decode(token, cache.public, algorithms=ALGORITHMS if kind == ID_TYPE else [ES256])
        claims = dict(decoded.claims)
        holds = expired or float(claims["exp"]) > time.time()
        right = hmac.compare_digest(str(decoded.header.get("typ", "")).lower(), kind.lower())
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return claims if holds and right and claims.get("iss") == issuer.name else None


async def read_access(session: AsyncSession, issuer: Issuer, token: str) -> dict[str, Any] | None:
    """The claims of an access token of any audience."""
    return await read(session, issuer, token, ACCESS_TYPE)


class OwnVerifier(TokenVerifier):
    """Verifies access tokens for this service with the keys in its own database: it does not call itself."""

    def __init__(self, issuer: Issuer, audience: str, runtime: Runtime) -> None:
        super().__init__(issuer.name, audience, "", runtime.revocations)
        self.issuer_, self.sessions, self.origin = issuer, runtime.sessions, issuer.address

    async def _refetch(self) -> None:
        async with self.sessions() as session:
            cache = await load(session, self.issuer_.keys)
        self._keys = cache.public
        self._kids = frozenset(str(key.kid) for key in cache.public.keys)
        self._fetched = time.monotonic()
