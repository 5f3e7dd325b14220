"""Refreshes of many clients at once, in one transaction: each as the token endpoint would do it, by the same rules.

Only the plain case is done here: a client which proves itself by Basic, a family which stands, a token which was not
used. Everything else, and every refusal, is left to the token endpoint, as if nobody had looked.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
from sqlalchemy.dialects.postgresql import JSONB

from shared.clock import now as clock
from shared.db import Base
from shared.privacy import keyring
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.rules import REFRESH
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.grants.models import Grant
from svc_sso.grants.rules import has_run_out
from svc_sso.grants.service import Issuing, compose
from svc_sso.renewals.queries import SPEND, TAKE
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import TOUCH_EVERY
from svc_sso.sessions.service import is_live
from svc_sso.tokens.service import Issuer

log = logging.getLogger(__name__)

REPLAY = "refresh_tokens.replay"
MOST = 32


@dataclass(frozen=True)
class Renewal:
    """A refresh which is asked for: by whom, proved by which secret, for which token; both only as hashes."""

    client_id: str
    secret_hash: bytes
    token_hash: bytes


@dataclass(frozen=True)
class Made:
    """A refresh which was done, as it is written down."""

    issuing: Issuing
    old: bytes
    next: bytes
    answer: str
    body: bytes


@dataclass
class Renewals:
    """Collects refreshes while a transaction is under way, and does them in the next."""

    dsn: str
    issuer: Issuer
    _waiting: list[tuple[Renewal, asyncio.Future[bytes | None]]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _connection: Any = None

    async def renew(self, asked: Renewal) -> bytes | None:
        """The body of the answer, once it is durable; None when the token endpoint has to look at it."""
        done: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers: dict[bytes, bytes] = {}
            try:
                answers = await self._renew_all({asked.token_hash: asked for asked, _ in reversed(batch)})
            except Exception:
                log.exception("refreshes are left to the token endpoint")
                await self.close()
            for asked, done in batch:
                if not done.done():
                    done.set_result(answers.pop(asked.token_hash, None))

    async def _renew_all(self, asked: dict[bytes, Renewal]) -> dict[bytes, bytes]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=10)
        async with self._connection.transaction():
            rows = await self._connection.fetch(TAKE, list(asked))
            now = clock()
            found = [made for row in rows if (made := self._made(row, asked[row["token_hash"]], now)) is not None]
            if found:
                await self._connection.execute(SPEND, *_columns(found, now))
        return {made.old: made.body for made in found}

    def _made(self, row: Mapping[str, Any], asked: Renewal, now: datetime) -> Made | None:
        client = cast("Client", record_of(Client, row["client_row"]))
        grant = cast("Grant", record_of(Grant, row["grant_row"]))
        login = cast("LoginSession", record_of(LoginSession, row["session_row"]))
        if client.id != asked.client_id or not hmac.compare_digest(client.secret_hash or b"", asked.secret_hash):
            return None
        stands = is_live(login, now) and not has_run_out(grant.created_at, grant.used_at, now)
        if not stands or REFRESH not in client.grant_types or not self.issuer.keys.is_fresh:
            return None
        account = cast("Account", record_of(Account, row["account_row"]))
        next_token = new_secret()
        issuing = Issuing(client, grant, account, login, row["nonce"], grant.scope)
        answer = compose(self.issuer, issuing, next_token)
        body = json.dumps(answer.model_dump(exclude_none=True), separators=(",", ":")).encode()
        return Made(issuing, asked.token_hash, digest(next_token), answer.model_dump_json(), body)

    async def close(self) -> None:
        """Ends the connection; the next refresh opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _columns(found: list[Made], now: datetime) -> tuple[Any, ...]:
    ring, issuings = keyring(), [made.issuing for made in found]
    return (
        now,
        [made.old for made in found],
        [ring.encrypt(made.answer, REPLAY) for made in found],
        [issuing.grant.id for issuing in issuings],
        [made.next for made in found],
        [issuing.nonce for issuing in issuings],
        [issuing.login.id for issuing in issuings],
        TOUCH_EVERY,
    )


def record_of(model: type[Base], record: Mapping[str, Any]) -> SimpleNamespace:
    """A row as its model has it, to be read only; encrypted columns stay as they are."""
    return SimpleNamespace(
        **{
            name: json.loads(value) if name in JSON_COLUMNS[model] and value is not None else value
            for name, value in record.items()
        }
    )


JSON_COLUMNS: dict[type[Base], frozenset[str]] = {
    model: frozenset(column.name for column in model.__table__.columns if isinstance(column.type, JSONB))
    for model in (Account, Client, Grant, LoginSession)
}
