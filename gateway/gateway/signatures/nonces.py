"""Taking a nonce once, in all processes, and forgetting it when no signature with it is taken any more."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.sessions.store import outage_refused
from gateway.signatures.errors import SignatureReplayed
from gateway.signatures.models import SignatureNonce
from gateway.signatures.rules import Signature
from shared.db import Sessions
from shared.inbox import Sweep, SweepContext

MARGIN_SECONDS = 60  # clocks of several machines differ


async def take(sessions: Sessions, signature: Signature, skew: int) -> None:
    """Uses up the nonce of a signature that holds. Raises SignatureReplayed; Unavailable without the database, for a
    call that can't be told from its repetition is not let through."""
    row = {
        "client_id": signature.client_id,
        "nonce_hash": hashlib.sha256(signature.nonce.encode()).digest(),
        "expires_at": datetime.fromtimestamp(signature.created + skew + MARGIN_SECONDS, UTC),
    }
    query = insert(SignatureNonce).values(**row).on_conflict_do_nothing().returning(SignatureNonce.client_id)
    async with outage_refused(), sessions.begin() as session:
        if await session.scalar(query) is None:
            raise SignatureReplayed


async def forget(session: AsyncSession, context: SweepContext) -> int:
    """Drops nonces whose signatures are too old by themselves."""
    await session.execute(delete(SignatureNonce).where(SignatureNonce.expires_at < context.now))
    return 0


SWEEPS = [Sweep("signatures.forget", every=60.0, run=forget)]
