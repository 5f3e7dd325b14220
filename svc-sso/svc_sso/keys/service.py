"""Making, rotating and handing out the keys that sign tokens."""

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey, KeySet
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.audit import SYSTEM
from shared.clock import now as clock
from svc_sso.keys import queries
from svc_sso.keys.models import SigningKey
from svc_sso.keys.rules import ALGORITHM, CURRENT, CURVE, NEXT, RETIRED

KEY_LOCK = 7_205_001
CACHE_SECONDS = 15.0


@dataclass
class KeyCache:
    """The keys as read a moment ago: a rotation is noticed within 15 s, long before its key is needed."""

    signing: ECKey | None = None
    public: KeySet = field(default_factory=lambda: KeySet([]))
    read_at: float = float("-inf")

    @property
    def is_fresh(self) -> bool:
        """Whether the keys need not be read again yet."""
        return self.signing is not None and time.monotonic() - self.read_at < CACHE_SECONDS


async def load(session: AsyncSession, cache: KeyCache) -> KeyCache:
    """The cache, read again from the database when it is old."""
    if not cache.is_fresh:
        rows = await queries.published(session, clock())
        for row in rows:
            if row.status == CURRENT:
                cache.signing = ECKey.import_key(json.loads(row.private_jwk))
        cache.public = KeySet([ECKey.import_key(public_jwk(row)) for row in rows])
        cache.read_at = time.monotonic()
    return cache


def public_jwk(row: SigningKey) -> dict[str, Any]:
    """The public half of a key, as the key set shows it."""
    return {str(name): value for name, value in row.public_jwk.items()}


async def ensure_keys(session: AsyncSession) -> None:
    """Makes the first key and the one after it; several processes which start at once make them once."""
    await session.execute(select(func.pg_advisory_xact_lock(KEY_LOCK)))
    for status in (CURRENT, NEXT):
        if await queries.by_status(session, status) is None:
            await _make(session, status)


async def rotate(session: AsyncSession, now: datetime) -> str:
    """Retires the current key, lets the next one sign, makes a new next one; the kid that signs from now on."""
    await ensure_keys(session)
    old, new = await queries.by_status(session, CURRENT), await queries.by_status(session, NEXT)
    assert old is not None
    assert new is not None
    old.status, old.retired_at = RETIRED, now
    await session.flush()
    new.status = CURRENT
    await session.flush()
    await _make(session, NEXT)
    change = {"current": new.kid}
    before = {"current": old.kid}
    await audit.record(
        session, SYSTEM, action="key.rotated", object_type="signing_key", object_id=new.id, before=before, after=change
    )
    return new.kid


async def _make(session: AsyncSession, status: str) -> None:
    kid = uuid.uuid4().hex[:16]
    key = ECKey.generate_key(CURVE, {"kid": kid, "use": "sig", "alg": ALGORITHM}, private=True)
    row = SigningKey(
        kid=kid,
        status=status,
        private_jwk=json.dumps(key.as_dict(private=True)),
        public_jwk=dict(key.as_dict(private=False)),
    )
    session.add(row)
    await session.flush()
    await audit.record(
        session, SYSTEM, action="key.made", object_type="signing_key", object_id=row.id, after={"kid": kid}
    )
