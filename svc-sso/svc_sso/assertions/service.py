"""Reading client assertions, and letting each of them, and each proof of possession, count once."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from shared.proofs import AsymmetricRegistry, Proof, import_public
from svc_sso.assertions import queries
from svc_sso.assertions.models import SpentId
from svc_sso.assertions.rules import ALGORITHMS, KEPT_AFTER_END, LONGEST, Expected, fault_of, fitting
from svc_sso.clients.errors import InvalidClient, OAuthError
from svc_sso.clients.models import Client

REGISTRY = AsymmetricRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
UNREADABLE = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def subject_in(assertion: str) -> str:
    """Whom an assertion claims to be from, not checked in any way. Raises InvalidClient."""
    if len(assertion) > LONGEST:
        raise InvalidClient
    try:
        return str(_part(assertion, 1)["sub"])
    except UNREADABLE as exc:
        raise InvalidClient from exc


def _part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    part: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return part


async def check(session: AsyncSession, client: Client, expected: Expected, assertion: str, now: datetime) -> None:
    """Lets pass an assertion signed by one of the client's keys, once. Raises InvalidClient.

    `jwk`, `jku` and `x5u` in its header are never looked at: only registered keys count.
    """
    try:
        claims = _verified(client, assertion)
    except UNREADABLE as exc:
        raise InvalidClient from exc
    if fault_of(claims, expected, now.timestamp()) is not None:
        raise InvalidClient
    spent = hashlib.sha256(f"{client.id}\0{claims['jti']}".encode()).digest()
    until = datetime.fromtimestamp(float(claims["exp"]), UTC) + KEPT_AFTER_END
    if not await queries.spend(session, spent, until):
        raise InvalidClient


def _verified(client: Client, assertion: str) -> dict[str, Any]:
    header = _part(assertion, 0)
    algorithm = header["alg"]
    if algorithm not in ALGORITHMS or "crit" in header:
        raise ValueError("an algorithm which is not taken")
    keys = client.jwks["keys"] if client.jwks else []
    assert isinstance(keys, list)
    for jwk in fitting(keys, algorithm, header.get("kid")):
        key = _imported(jwk)
        try:
            return dict(jwt.decode(assertion, key, registry=REGISTRY).claims)
        except JoseError:
            continue
    raise ValueError("no key of the client fits")


_imported_keys: dict[str, Key] = {}


def _imported(jwk: dict[str, Any]) -> Key:
    """The key, parsed once: it is the same for as long as its text is."""
    text = json.dumps(jwk, sort_keys=True)
    key = _imported_keys.get(text)
    if key is None:
        if len(_imported_keys) >= 1000:
            _imported_keys.clear()
        key = _imported_keys[text] = import_public({name: jwk[name] for name in jwk if name != "alg"})
    return key


async def spend_proof(session: AsyncSession, proof: Proof) -> None:
    """Lets a proof of possession count once, in all processes of the provider. Raises OAuthError."""
    if not await queries.spend(session, proof.spent, datetime.fromtimestamp(proof.until, UTC) + KEPT_AFTER_END):
        raise OAuthError("invalid_dpop_proof", "The proof was used before.")


async def forget(session: AsyncSession, now: datetime) -> int:
    """Drops what has run out and would be refused anyway; how many."""
    result = await session.execute(delete(SpentId).where(SpentId.expires_at < now).returning(SpentId.expires_at))
    return len(result.all())
