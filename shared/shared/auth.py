"""Who calls, and whether he may. A route shows its access in its signature; without one it does not start.

Every service verifies the token itself (RFC 9068: `at+jwt`, signature, issuer, audience, expiry) with cached keys, and
never trusts a header that says who the caller is. A token seen a moment ago is not verified again before it expires.
"""

import asyncio
import base64
import json
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared import errors, proofs
from shared.address import public_path
from shared.codes.regions import covers
from shared.revocations import Revocations

log = logging.getLogger(__name__)

ALGORITHMS = ["ES256"]
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type (RFC 9068), no secret
LEEWAY_SECONDS = 5
REFETCH_SECONDS = 30
CACHE_SIZE = 20_000
TOKEN_LIMIT = 8192

TRUST_LEVELS = ("self_declared", "two_factor", "in_person")
"""How well a natural person's identity was checked, the weakest first."""

ACRS = ("urn:yiwang:acr:password", "urn:yiwang:acr:mfa", "urn:yiwang:acr:passkey")
"""How a person has logged in, the weakest first."""

bearer_scheme = HTTPBearer(auto_error=False, description="Access token of svc-sso; browsers use the session cookie")


class InvalidToken(errors.Unauthenticated):
    code, title, title_zh = "invalid_token", "The access token is not valid", "访问令牌无效"


class StepUpRequired(errors.Unauthenticated):
    """The log-in is too weak or too long ago for this act (RFC 9470); logging in again as asked for mends it."""

    code, title, title_zh = "step_up_required", "Please confirm who you are", "请再次验证身份"

    def __init__(self, acr: str | None, max_age: int | None) -> None:
        asked: dict[str, str | int | None] = {"acr_values": acr, "max_age": max_age}
        wanted = "".join(f', {name}="{value}"' for name, value in asked.items() if value is not None)
        challenge = f'Bearer realm="yiwang", error="insufficient_user_authentication"{wanted}'
        super().__init__(headers={"WWW-Authenticate": challenge}, acr_values=acr, max_age=max_age)


def at_least(acr: str | None, wanted: str) -> bool:
    """Whether a log-in of class `acr` is as strong as `wanted` or stronger; an unknown class is none."""
    return acr in ACRS and ACRS.index(acr) >= ACRS.index(wanted)


@dataclass(frozen=True)
class Caller:
    """Who calls, as the access token says it. `subject` is the person's or client's id, never a name."""

    subject: str
    kind: str
    permissions: frozenset[str] = frozenset()
    unit: str | None = None
    region: str | None = None
    session_id: str | None = None
    client_id: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: float | None = None
    org: str | None = None
    mandate: str | None = None
    matters: frozenset[str] | None = None
    trust_level: str | None = None
    actor: str | None = None
    jkt: str | None = None
    issued_at: float = field(default=0.0, compare=False)
    token: str = field(default="", repr=False, compare=False)

    def has(self, permission: str) -> bool:
        """Whether the caller holds `permission`."""
        return permission in self.permissions

    def acts_for(self, org: str, matter: str) -> bool:
        """Whether the caller acts for the enterprise with this code now, and in this matter (`matters` None: all)."""
        return self.org == org and (self.matters is None or matter in self.matters)

    def is_trusted(self, level: str) -> bool:
        """Whether the person's identity was checked as well as `level` demands, or better."""
        return TRUST_LEVELS.index(self.trust_level or TRUST_LEVELS[0]) >= TRUST_LEVELS.index(level)

    def covers(self, region: str) -> bool:
        """Whether `region` lies within the region of the caller's unit; never for those without a unit."""
        return self.region is not None and covers(self.region, region)


def caller_of(claims: dict[str, Any], token: str) -> Caller:
    """The caller which verified claims describe."""
    act = claims.get("act")
    return Caller(
        subject=str(claims["sub"]),
        kind=str(claims.get("kind", "person")),
        permissions=frozenset(claims.get("permissions") or ()),
        unit=claims.get("unit"),
        region=claims.get("region"),
        session_id=claims.get("sid"),
        client_id=claims.get("client_id"),
        acr=claims.get("acr"),
        amr=tuple(claims.get("amr") or ()),
        auth_time=float(claims["auth_time"]) if "auth_time" in claims else None,
        org=claims.get("org"),
        mandate=claims.get("mandate"),
        matters=frozenset(claims["matters"]) if claims.get("matters") is not None else None,
        trust_level=claims.get("trust_level"),
        actor=str(act["sub"]) if isinstance(act, dict) and "sub" in act else None,
        jkt=jkt_of(claims),
        issued_at=float(claims.get("iat", 0)),
        token=token,
    )


def jkt_of(claims: dict[str, Any]) -> str | None:
    """The thumbprint of the key which a token is bound to (RFC 9449, 6.1), None for a token of its bearer."""
    cnf = claims.get("cnf")
    return str(cnf["jkt"]) if isinstance(cnf, dict) and "jkt" in cnf else None


class TokenVerifier:
    """Verifies access tokens for one audience with the issuer's published keys.

    An unknown `kid` makes at most one refetch in 30 s, so neither a rotated key nor a flood of made-up ones hurts; when
    the issuer is away the keys known so far go on working.
    """

    def __init__(self, issuer: str, audience: str, jwks_url: str, revocations: Revocations | None = None) -> None:
        self.issuer, self.audience, self.jwks_url = issuer, audience, jwks_url
        self.origin = issuer.rstrip("/")
        self.replays = proofs.Replays()
        self.revocations = revocations or Revocations()
        self._keys = KeySet([])
        self._kids: frozenset[str] = frozenset()
        self._fetched = float("-inf")
        self._lock = asyncio.Lock()
        self._seen: dict[str, tuple[float, Caller]] = {}
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Caller:
        """The caller of `token`; 401 when anything about it is wrong."""
        known = self._seen.get(token)
        if known is not None and known[0] > time.time():
            caller = known[1]
        else:
            caller = await self._read(token)
        if self.revocations.refuses(caller):
            raise InvalidToken("The log-in behind this token has ended, or what its holder may do has changed.")
        return caller

    async def _read(self, token: str) -> Caller:
        if len(token) > TOKEN_LIMIT:
            raise InvalidToken("The token is too long.")
        claims = await self._decode(token)
        caller = caller_of(claims, token)
        if len(self._seen) >= CACHE_SIZE:
            self._seen.clear()
        self._seen[token] = (float(claims["exp"]), caller)
        return caller

    async def _decode(self, token: str) -> dict[str, Any]:
        await self._know_key_of(token)
        try:
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            if str(decoded.header.get("typ", "")).lower() != TOKEN_TYPE:
                raise InvalidToken("This is not an access token.")
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as exc:
            raise InvalidToken("Wrong signature, issuer, audience or time.") from exc
        return dict(decoded.claims)

    async def _know_key_of(self, token: str) -> None:
        kid = _kid_of(token)
        if kid in self._kids:
            return
        async with self._lock:
            if kid not in self._kids and time.monotonic() - self._fetched > REFETCH_SECONDS:
                before = self._kids
                await self._refetch()
                if before - self._kids:
                    self._seen.clear()  # a key was withdrawn: what it has signed counts no more, seen before or not
        if kid not in self._kids:
            if not self._kids:
                raise errors.Unavailable(headers={"Retry-After": "2"}, dependency="sso")
            raise InvalidToken("The key of the token is not known.")

    async def _refetch(self) -> None:
        # The first fetch was not forced by a token and does not count: a key may be rotated the moment after it.
        self._fetched = time.monotonic() if self._kids else float("-inf")
        try:
            document = await _read(self.jwks_url)
            self._keys = KeySet.import_key_set(document)  # type: ignore[arg-type]
            self._kids = frozenset(str(k.kid) for k in self._keys.keys)
        except (httpx.HTTPError, OSError, ValueError, JoseError) as exc:
            log.warning("the issuer's keys can't be had", exc_info=exc)


def _kid_of(token: str) -> str:
    try:
        head = token.split(".", 1)[0]
        header = json.loads(_b64(head))
        return str(header["kid"])
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise InvalidToken("This is not a signed token.") from exc


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def _read(url: str) -> dict[str, Any]:
    if url.startswith("file://"):
        text = await asyncio.to_thread(Path(url.removeprefix("file://")).read_text)
        return dict(json.loads(text))
    async with httpx.AsyncClient(timeout=3) as client:
        response = await client.get(url)
        response.raise_for_status()
        return dict(response.json())


async def identify(request: Request) -> Caller | None:
    """The caller of a request, None without a token; 401 when the token is bad. Found once, kept with the request."""
    if hasattr(request.state, "caller"):
        known: Caller | None = request.state.caller
        return known
    caller = await _present(request)
    request.state.caller = caller
    return caller


async def _present(request: Request) -> Caller | None:
    given = request.headers.getlist("authorization")
    if not any(given):
        known = getattr(request.app.state, "visitor", None)  # the gateway knows browsers by their session
        return await known(request) if known is not None else None
    scheme, _, token = given[0].partition(" ")
    token = token.strip()
    if len(given) > 1 or scheme.lower() not in {"bearer", "dpop"} or not token:
        raise InvalidToken("Send `Authorization: Bearer` (or `DPoP`) with an access token, once.")
    verifier: TokenVerifier = request.app.state.runtime.verifier
    caller = await verifier.verify(token)
    if scheme.lower() == "dpop":
        check_possession(request, caller.jkt, token, verifier)
    elif caller.jkt is not None:
        raise InvalidToken("The token is bound to a key: send it as DPoP, with a proof (RFC 9449).")
    return caller


def check_possession(request: Request, jkt: str | None, token: str, verifier: TokenVerifier) -> None:
    """Refuses a request which does not prove that its sender holds the key with the thumbprint `jkt`."""
    given = request.headers.getlist("dpop")
    if len(given) != 1:
        raise proofs.InvalidProof("Send one DPoP header.")
    address = verifier.origin + public_path(request, request.url.path)
    proof = proofs.read(given[0], request.method, address, token=token)
    if proof.jkt != jkt:
        raise proofs.InvalidProof("The token is bound to another key, or to none.")
    verifier.replays.spend(proof)


class AccessRule:
    """The access of a route: a dependency which the architecture tests can see.

    `acr` is the class of log-in which the act demands at least, `max_age` how many seconds it may be ago.
    """

    def __init__(
        self,
        permission: str | None = None,
        *,
        optional: bool = False,
        acr: str | None = None,
        max_age: int | None = None,
    ) -> None:
        self.permission, self.optional, self.acr, self.max_age = permission, optional, acr, max_age

    async def __call__(self, request: Request, _scheme: Annotated[Any, Depends(bearer_scheme)] = None) -> Caller | None:
        caller = await identify(request)
        if caller is None:
            if self.optional:
                return None
            raise errors.Unauthenticated("Log in, or send an access token.")
        self.check(caller)
        return caller

    def check(self, caller: Caller) -> None:
        """Refuses a caller who lacks the permission, or whose log-in is too weak or too old. The right comes first:
        nobody is asked to log in again for what he may not do anyway.
        """
        if self.permission is not None and not caller.has(self.permission):
            raise errors.Forbidden(f"This needs the permission {self.permission}.", permission=self.permission)
        weak = self.acr is not None and not at_least(caller.acr, self.acr)
        old = self.max_age is not None and time.time() - (caller.auth_time or 0) > self.max_age
        if weak or old:
            raise StepUpRequired(self.acr, self.max_age)


def Access(  # noqa: N802 - reads as a type in signatures
    permission: str | None = None, *, acr: str | None = None, max_age: int | None = None
) -> Any:
    """Demands a caller, with `permission` when it is given; for sensitive acts also one who has lately (`max_age`
    seconds) logged in by at least `acr`.
    """
    return Depends(AccessRule(permission, acr=acr, max_age=max_age))


def OptionalAccess() -> Any:  # noqa: N802 - reads as a type in signatures
    """Open to everyone; who has a token is known."""
    return Depends(AccessRule(optional=True))


class PublicRule:
    """Marks a route as open to everyone."""

    async def __call__(self) -> None:
        """Lets everyone through."""


Public = Depends(PublicRule())
AnyCaller = Annotated[Caller, Access()]
MaybeCaller = Annotated[Caller | None, OptionalAccess()]
