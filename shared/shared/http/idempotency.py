"""Repeated requests (draft-ietf-httpapi-idempotency-key-header-07): the answer to a key is kept with the change itself.

The key's row is written in the transaction of the request, so either both are there or neither: a client which lost the
answer repeats the request and gets the same answer, whatever died in between.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared import errors
from shared.auth import Caller
from shared.db import Base, Json
from shared.privacy import EncryptedText

KEY = re.compile(r'^"?([\x21\x23-\x7e]{1,128})"?$')
KEPT_HEADERS = ("content-type", "location", "etag", "link")

REQUIRED, OPTIONAL, NONE = "required", "optional", "none"
IDEMPOTENCY_OPTIONAL: dict[str, Any] = {"x-idempotency": OPTIONAL}
IDEMPOTENCY_NONE: dict[str, Any] = {"x-idempotency": NONE}


class MissingKey(errors.BadRequest):
    code, title, title_zh = "idempotency_key_missing", "Send an Idempotency-Key", "缺少幂等键"


class BadKey(errors.BadRequest):
    code, title, title_zh = "idempotency_key_invalid", "The Idempotency-Key is malformed", "幂等键格式有误"


class KeyReused(errors.Invalid):
    code, title, title_zh = "idempotency_key_reused", "This key was used for another request", "幂等键已用于其他请求"


class StillRunning(errors.Conflict):
    code, title, title_zh = "request_in_progress", "The first request is still running", "首次请求仍在处理"


class IdempotentAnswer(Base):
    """The answer which was given to a key: kept for a day, encrypted as the data in it are, replayed word for word."""

    __tablename__ = "idempotent_answers"

    caller: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    headers: Mapped[Json]
    body: Mapped[str] = mapped_column(EncryptedText("idempotent_answers.body"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


def policy_of(methods: set[str], extra: dict[str, Any] | None) -> str:
    """Whether a route demands, allows or ignores the key: every POST demands it unless the route says otherwise."""
    declared = (extra or {}).get("x-idempotency")
    return str(declared) if declared else REQUIRED if "POST" in methods else NONE


def parameter(policy: str) -> dict[str, Any]:
    """The header's entry in the OpenAPI document."""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": policy == REQUIRED,
        "description": "One value for one intent; repeat the request with the same value after a lost answer.",
        "schema": {"type": "string", "maxLength": 130},
    }


def read_key(request: Request, policy: str) -> str | None:
    """The key of a request; 400 when it is missing where it is required, or malformed."""
    given = request.headers.get("idempotency-key")
    if given is None:
        if policy == REQUIRED:
            raise MissingKey("Send a fresh Idempotency-Key, for instance a UUID, and repeat it when you retry.")
        return None
    match = KEY.match(given.strip())
    if match is None:
        raise BadKey("The key has up to 128 visible ASCII characters.")
    return match[1]


async def fingerprint_of(request: Request, caller: Caller | None) -> str:
    """What makes two requests the same: address, body and the caller's access.

    Who has lost a right gets no answer from the time when he had it; who has won one does not act twice.
    """
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if caller is not None:
        access = (sorted(caller.permissions), caller.unit, caller.region, caller.org)
        digest.update(f"{access}\n".encode())
    digest.update(await request.body())
    return digest.hexdigest()


async def find(session: AsyncSession, identity: tuple[str, str, str], fingerprint: str) -> Response | None:
    """The answer given before, or None for a new key, which then is locked until the transaction ends."""
    lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended("|".join(identity), 17)))
    if not await session.scalar(lock):
        raise StillRunning(headers={"Retry-After": "1"})
    stored = await session.get(IdempotentAnswer, identity)
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise KeyReused("Use a fresh Idempotency-Key for a new request.")
    headers = {str(k): str(v) for k, v in stored.headers.items()} | {"Idempotency-Replayed": "true"}
    return Response(stored.body, status_code=stored.status, headers=headers)


def remember(session: AsyncSession, identity: tuple[str, str, str], fingerprint: str, response: Response) -> None:
    """Keeps the answer in the transaction of the change."""
    caller, operation, key = identity
    kept: Json = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    session.add(
        IdempotentAnswer(
            caller=caller,
            operation=operation,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            headers=kept,
            body=bytes(response.body).decode(),
        )
    )


async def forget_old(session: AsyncSession, now: datetime, hours: int) -> int:
    """Drops answers past their time; the number dropped."""
    old = IdempotentAnswer.created_at < now - timedelta(hours=hours)
    result = await session.execute(delete(IdempotentAnswer).where(old).returning(IdempotentAnswer.key))
    return len(result.all())
