"""What this process knows of the sessions of browsers, so that most calls need neither database nor provider.

Knowledge of a session is at most `session_recheck_seconds` old: what ended anywhere is ended here within 2 s, however
many gateways run. A service's token is kept 120 s at most, renewed before it runs out, and asked for once however many
calls want it. The person's own access token is renewed under the lock of its row: a refresh token is never used twice.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import SessionExpired
from gateway.sessions import queries, rules
from gateway.sessions.models import BrowserSession
from gateway.sessions.provider import Provider, SubjectUnfit, Tokens
from gateway.sessions.service import keep_tokens, renewed_caller
from gateway.settings import GatewaySettings
from shared.auth import Caller
from shared.clock import now
from shared.db import Sessions
from shared.errors import DomainError, Unavailable
from shared.problems import is_outage

log = logging.getLogger(__name__)

T = TypeVar("T")
SEEN_SECONDS = 60  # the time of last use is written this often, not at every call
MAX_HELD = 50_000
MARGIN_SECONDS = 15
DUE_SHARE = 0.7


@contextlib.asynccontextmanager
async def outage_refused() -> AsyncIterator[None]:
    """A database that is away refuses the call; it never makes anyone anonymous or logged in."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as exc:
        if not is_outage(exc):
            raise
        raise Unavailable(headers={"Retry-After": "2"}, dependency="database") from exc


class HeldSession:
    """One session as this process knows it."""

    __slots__ = ("access", "access_count", "checked", "id", "key", "org", "recheck", "subject", "tokens")

    def __init__(self, key: bytes, session_id: uuid.UUID, subject: str, access_count: int, recheck: float) -> None:
        self.key, self.id, self.subject, self.access_count = key, session_id, subject, access_count
        self.recheck = recheck
        self.org: str | None = None
        self.checked = time.monotonic()
        self.access: tuple[str, float] | None = None
        self.tokens: dict[str, tuple[bytes, float, float]] = {}  # service: token, renew at, stop at

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.checked < self.recheck

    @property
    def due(self) -> bool:
        """Whether to look again soon, while what is known may still be used: so nobody waits for the look."""
        return time.monotonic() - self.checked > self.recheck * DUE_SHARE

    def token(self, service: str) -> bytes | None:
        """A token that need not be renewed yet."""
        kept = self.tokens.get(service)
        return kept[0] if kept is not None and time.monotonic() < kept[1] else None

    def usable(self, service: str) -> bytes | None:
        """A token that can still be used while it is renewed."""
        kept = self.tokens.get(service)
        return kept[0] if kept is not None and time.monotonic() < kept[2] else None

    def refused(self, service: str) -> None:
        """The service did not take the token: the next call asks for another."""
        self.tokens.pop(service, None)

    def changed(self) -> None:
        """The person has just changed something about himself: the next calls are made with what he may do now."""
        self.tokens.clear()


@dataclass(frozen=True, slots=True)
class Renewed:
    """Tokens which the provider has given at `at` for the refresh token `used`, and whom they are about."""

    used: str
    tokens: Tokens
    caller: Caller
    at: datetime

    def keep_in(self, row: BrowserSession) -> None:
        """Puts them into the session, unless it has gone on without them."""
        if row.refresh_token == self.used:
            keep_tokens(row, self.tokens, self.caller, self.at)


class SessionStore:
    """The credentials of the data plane (gateway.proxy.plane.Credentials)."""

    def __init__(self, settings: GatewaySettings, sessions: Sessions, provider: Provider) -> None:
        self.settings, self.sessions, self.provider = settings, sessions, provider
        self._held: dict[bytes, HeldSession] = {}
        self._flights: dict[object, asyncio.Future[Any]] = {}
        self._unkept: dict[uuid.UUID, Renewed] = {}  # by session; of an outage as many as there were connections

    def expired_cookie(self) -> bytes:
        secure = "; Secure" if self.settings.secure else ""
        return f"{self.settings.session_cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}".encode()

    @staticmethod
    def key_of(cookie: bytes) -> bytes:
        """By what a session is known here instead of by its cookie."""
        return rules.hash_of(cookie)

    def known(self, cookie: bytes) -> HeldSession | None:
        """What is known of a cookie's session, fresh or not; looked up again in the background when that is due."""
        return self.known_by(rules.hash_of(cookie))

    def known_by(self, key: bytes) -> HeldSession | None:
        """The same for the hash of a cookie."""
        held = self._held.get(key)
        if held is not None and held.due:
            self._start(key, lambda: self._look_up(key))
        return held

    async def find(self, cookie: bytes) -> HeldSession | None:
        """The session of a cookie after a look into the database; None when there is none any more."""
        key = rules.hash_of(cookie)
        return await self._once(key, lambda: self._look_up(key))

    async def token(self, held: HeldSession, service: str) -> bytes:
        """A token of the session's person for `service`. Raises SessionExpired, DependencyUnavailable."""
        # By `held`, not by its id: after a change of context or of rights nobody waits for a token of before.
        renewal = self._start((held, service), lambda: self._exchange(held, service))
        usable = held.usable(service)
        return usable if usable is not None else await asyncio.shield(renewal)

    def forget(self, key: bytes) -> None:
        """Drops what is known of a session that has just ended here."""
        self._held.pop(key, None)

    def forget_subject(self, subject: str) -> None:
        """Drops what is known of a person's sessions: the next call looks again."""
        for key in [key for key, held in self._held.items() if held.subject == subject]:
            del self._held[key]

    def forget_everyone(self) -> None:
        self._held.clear()

    async def _look_up(self, key: bytes) -> HeldSession | None:
        at = now()
        async with outage_refused(), self.sessions() as session, session.begin():
            row = await queries.standing_of(session, key)
            idle = timedelta(minutes=self.settings.session_idle_minutes)
            if row is None or rules.is_over(at, expires_at=row[5], last_seen_at=row[4], idle=idle):
                self._held.pop(key, None)
                return None
            if at - row[4] > timedelta(seconds=SEEN_SECONDS):
                await queries.seen(session, row[0], at)
        held = self._held.get(key)
        if held is None or held.access_count != row[3]:
            if len(self._held) >= MAX_HELD:
                self._held.clear()
            held = self._held[key] = HeldSession(key, row[0], row[1], row[3], self.settings.session_recheck_seconds)
            held.org = row[6]
        held.checked = time.monotonic()
        return held

    async def _exchange(self, held: HeldSession, service: str) -> bytes:
        """A new token for a service. A refused exchange is tried once more with a renewed access token: the person's
        rights may have changed a moment ago, which ends the tokens but not the log-in."""
        tokens = await self._exchanged(held, service, held.org)
        renew, stop = rules.token_times(time.monotonic(), tokens.expires_in)
        token = tokens.access_token.encode("ascii")
        held.tokens[service] = (token, renew, stop)
        return token

    async def own_token(self, held: HeldSession, service: str) -> str:
        """A token of the person himself, whomever he acts for now. Raises SessionExpired, DependencyUnavailable."""
        return (await self._exchanged(held, service, None)).access_token

    async def _exchanged(self, held: HeldSession, service: str, org: str | None) -> Tokens:
        try:
            access = await self._access_token(held)
            try:
                return await self.provider.exchange(access, service, org)
            except (SessionExpired, SubjectUnfit):
                return await self.provider.exchange(await self._renewed(held, access), service, org)
        except SessionExpired:
            await self._drop(held)
            raise

    async def _access_token(self, held: HeldSession) -> str:
        if held.access is not None and held.access[1] > time.monotonic():
            return held.access[0]
        return await self._renewed(held, None)

    async def _renewed(self, held: HeldSession, refused: str | None) -> str:
        return await self._once((held.id, "access"), lambda: self._renew(held, refused))

    async def _renew(self, held: HeldSession, refused: str | None) -> str:
        """The session's access token, refreshed when it must be, by one process at a time.

        New tokens are held until the database has kept them: were the refresh token used again after an outage, the
        provider would take it for stolen and end the log-in.
        """
        at = now()
        async with outage_refused(), self.sessions() as session, session.begin():
            row = await queries.locked(session, held.id)
            if row is None:
                raise SessionExpired
            if (unkept := self._unkept.get(held.id)) is not None:
                unkept.keep_in(row)
            if row.access_token == refused or row.access_expires_at - at <= timedelta(seconds=MARGIN_SECONDS):
                renewed = self._unkept[held.id] = await self._refreshed(row, at)
                renewed.keep_in(row)
            token, left = row.access_token, (row.access_expires_at - at).total_seconds()
        self._unkept.pop(held.id, None)
        held.access = (token, time.monotonic() + left - MARGIN_SECONDS)
        return token

    async def _refreshed(self, row: BrowserSession, at: datetime) -> Renewed:
        if row.refresh_token is None:
            raise SessionExpired
        tokens = await self.provider.refresh(row.refresh_token)
        return Renewed(row.refresh_token, tokens, await renewed_caller(self.provider, row, tokens), at)

    async def _drop(self, held: HeldSession) -> None:
        """The provider has ended this log-in: so it is ended here, in all processes."""
        self._held.pop(held.key, None)
        self._unkept.pop(held.id, None)
        async with outage_refused(), self.sessions() as session, session.begin():
            await queries.forget(session, held.id)

    async def _once(self, key: object, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return await asyncio.shield(self._start(key, work))

    def _start(self, key: object, work: Callable[[], Coroutine[Any, Any, T]]) -> "asyncio.Future[T]":
        """One piece of work for all who ask for the same thing while it is under way."""
        flight: asyncio.Future[T] | None = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.ensure_future(work())
            flight.add_done_callback(lambda done: self._landed(key, done))
        return flight

    def _landed(self, key: object, flight: "asyncio.Future[Any]") -> None:
        self._flights.pop(key, None)
        if not flight.cancelled() and (fault := flight.exception()) is not None and not isinstance(fault, DomainError):
            log.error("a session could not be served", exc_info=fault)
