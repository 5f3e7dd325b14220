"""Making, rotating and handing out the keys that sign tokens."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey, KeySet, RSAKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.audit import SYSTEM
from shared.clock import now as clock
from svc_sso.keys import queries
from svc_sso.keys.errors import TooFresh
from svc_sso.keys.models import SigningKey
from svc_sso.keys.rules import ALGORITHMS, CURRENT, CURVE, ES256, NEXT, RETIRED, REVOKED, RS256, RSA_BITS, may_sign

KEY_LOCK = 7_205_001
CACHE_SECONDS = 15.0
KINDS: dict[str, type[ECKey] | type[RSAKey]] = {ES256: ECKey, RS256: RSAKey}


@dataclass
class KeyCache:
    """The keys as read a moment ago: a rotation is noticed within 15 s, long before its key is needed."""

    signing: dict[str, ECKey | RSAKey] = field(default_factory=dict)
    public: KeySet = field(default_factory=lambda: KeySet([]))
    read_at: float = float("-inf")

    @property
    def is_fresh(self) -> bool:
        """Whether the keys need not be read again yet."""
        return bool(self.signing) and time.monotonic() - self.read_at < CACHE_SECONDS


async def load(session: AsyncSession, cache: KeyCache) -> KeyCache:
    """The cache, read again from the database when it is old."""
    if not cache.is_fresh:
        rows = await queries.published(session, clock())
        for row in rows:
            if row.status == CURRENT:
                cache.signing[row.algorithm] = _private_key(row)
        cache.public = KeySet([KINDS[row.algorithm].import_key(public_jwk(row)) for row in rows])
        cache.read_at = time.monotonic()
    return cache


_private_keys: dict[str, ECKey | RSAKey] = {}


def _private_key(row: SigningKey) -> ECKey | RSAKey:
    """The private half, parsed once in a process: checking an RSA key takes long."""
    if row.kid not in _private_keys:
        if len(_private_keys) >= 2 * len(ALGORITHMS):
            _private_keys.clear()
        _private_keys[row.kid] = KINDS[row.algorithm].import_key(json.loads(row.private_jwk))
    return _private_keys[row.kid]


def public_jwk(row: SigningKey) -> dict[str, Any]:
    """The public half of a key, as the key set shows it."""
    return {str(name): value for name, value in row.public_jwk.items()}


async def ensure_keys(session: AsyncSession) -> None:
    """Makes the first keys and those after them; several processes which start at once make them once."""
    await session.execute(select(func.pg_advisory_xact_lock(KEY_LOCK)))
    for algorithm in ALGORITHMS:
        for status in (CURRENT, NEXT):
            if await queries.by_status(session, status, algorithm) is None:
                await _make(session, status, algorithm)


async def rotate(session: AsyncSession, now: datetime, ahead: timedelta = timedelta(0)) -> str:
    """Retires the current keys, lets the next ones sign, makes new next ones; the kid that signs access tokens now.

    The next keys must have been published for `ahead`. The old ones stay published until their tokens are over.
    Raises TooFresh.
    """
    await ensure_keys(session)
    return await _succeed(session, now, RETIRED, ahead)


async def replace(session: AsyncSession, now: datetime) -> str:
    """For an emergency: revokes the current and the next keys, whose tokens are refused from now on, and signs with
    fresh ones; the kid that signs access tokens now.
    """
    await ensure_keys(session)
    for algorithm in ALGORITHMS:
        leaked = await queries.by_status(session, NEXT, algorithm)
        if leaked is not None:
            leaked.status, leaked.retired_at = REVOKED, now
            await session.flush()
        await _make(session, NEXT, algorithm)
    return await _succeed(session, now, REVOKED, timedelta(0))


async def _succeed(session: AsyncSession, now: datetime, fate: str, ahead: timedelta) -> str:
    signing = ""
    for algorithm in reversed(ALGORITHMS):
        signing = await _succeed_one(session, algorithm, now, fate, ahead)
    return signing


async def _succeed_one(session: AsyncSession, algorithm: str, now: datetime, fate: str, ahead: timedelta) -> str:
    old = await queries.by_status(session, CURRENT, algorithm)
    new = await queries.by_status(session, NEXT, algorithm)
    assert old is not None
    assert new is not None
    if not may_sign(new.created_at, now, ahead):
        raise TooFresh(new.created_at + ahead)
    old.status, old.retired_at = fate, now
    await session.flush()
    new.status = CURRENT
    await session.flush()
    await _make(session, NEXT, algorithm)
    change = {"current": new.kid, "algorithm": algorithm}
    before = {"current": old.kid, "fate": fate}
    await audit.record(
        session, SYSTEM, action="key.rotated", object_type="signing_key", object_id=new.id, before=before, after=change
    )
    return new.kid


def _generated(kid: str, algorithm: str) -> ECKey | RSAKey:
    about = {"kid": kid, "use": "sig", "alg": algorithm}
    if algorithm == RS256:
        return RSAKey.generate_key(RSA_BITS, about, private=True)  # type: ignore[arg-type]
    return ECKey.generate_key(CURVE, about, private=True)  # type: ignore[arg-type]


async def _make(session: AsyncSession, status: str, algorithm: str) -> None:
    kid = uuid.uuid4().hex[:16]
    key = await asyncio.to_thread(_generated, kid, algorithm)
    row = SigningKey(
        kid=kid,
        algorithm=algorithm,
        status=status,
        private_jwk=json.dumps(key.as_dict(private=True)),
        public_jwk=dict(key.as_dict(private=False)),
    )
    session.add(row)
    await session.flush()
    after = {"kid": kid, "algorithm": algorithm}
    await audit.record(session, SYSTEM, action="key.made", object_type="signing_key", object_id=row.id, after=after)
