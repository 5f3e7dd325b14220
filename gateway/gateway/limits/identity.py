"""Whom a token belongs to, for counting. What he may do is the services' business, and they check the token themselves.

A token that does not hold is counted by its address and passed on: the service refuses it, in its own words.
"""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass

from joserfc import jwt

from gateway.routes import SERVICES
from shared.auth import LEEWAY_SECONDS, Caller, TokenVerifier
from shared.errors import DomainError

MOST_BAD = 10_000
BAD_SECONDS = 30.0
LONGEST_KEPT = 2048
SCHEMES = frozenset({b"bearer", b"dpop"})


@dataclass(slots=True)
class Who:
    """The person and the client that a call is counted for, as far as they are known."""

    person: str | None = None
    client: str | None = None


NOBODY = Who()


class AnyAudienceVerifier(TokenVerifier):
    """Takes tokens for any of our services."""

    def __init__(self, issuer: str, audiences: list[str], jwks_url: str) -> None:
        super().__init__(issuer, audiences[0], jwks_url)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "values": audiences},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )


def any_audience(issuer: str, jwks_url: str) -> TokenVerifier:
    """What verifies tokens for any of our services."""
    return AnyAudienceVerifier(issuer, [*SERVICES, "gateway"], jwks_url)


class Identities:
    """Verified tokens, kept until they run out; bad ones for half a minute."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self.verifier = verifier
        self._known: OrderedDict[bytes, tuple[float, Who]] = OrderedDict()

    def known(self, authorization: bytes) -> Who | None:
        """Whose token that is, without waiting; None when it must be looked at first."""
        kept = self._known.get(_key_of(authorization))
        return kept[1] if kept is not None and kept[0] > time.time() else None

    async def find(self, authorization: bytes) -> Who:
        """Whose token that is; nobody's when it does not hold or can't be verified at the moment."""
        known = self.known(authorization)
        if known is not None:
            return known
        scheme, _, token = authorization.partition(b" ")
        who, until = NOBODY, time.time() + BAD_SECONDS
        if scheme.lower() in SCHEMES:
            try:
                caller = await self.verifier.verify(token.strip().decode("ascii", "replace"))
                who, until = who_of(caller), time.time() + 300.0
            except DomainError as exc:
                if exc.status != 401:
                    return NOBODY
        self._known[_key_of(authorization)] = (until, who)
        if len(self._known) > MOST_BAD:
            self._known.popitem(last=False)
        return who


def _key_of(authorization: bytes) -> bytes:
    """By what a token is remembered: itself, or its hash when it is so long that many of them would fill the memory."""
    return authorization if len(authorization) <= LONGEST_KEPT else hashlib.sha256(authorization).digest()


def who_of(caller: Caller) -> Who:
    """A client by itself, or a person by way of a client."""
    by_itself = caller.kind == "system" or caller.subject == caller.client_id
    return Who(None if by_itself else caller.subject, caller.client_id)
