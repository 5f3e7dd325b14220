"""Telling clients of ended log-ins: signed, one POST each, again and again until they have heard it.

Nothing of the database is held while a client is called. Each try carries a fresh token, for a client may have kept the
`jti` of one whose answer was lost.
"""

import asyncio
import functools
import logging
import secrets
import socket
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import now as clock
from shared.errors import NotFound
from shared.runtime import Runtime
from shared.telemetry import REGISTRY
from svc_sso.backchannel import queries
from svc_sso.backchannel.rules import DELIVERED as GOOD
from svc_sso.backchannel.rules import LOGOUT_TYPE, Network, is_callable, logout_claims, may_call
from svc_sso.notices.models import LogoutNotice
from svc_sso.notices.rules import DELIVERED, FAILED, PENDING, next_gap
from svc_sso.settings import Settings
from svc_sso.tokens.service import Issuer, sign

log = logging.getLogger(__name__)

BATCH = 40
AT_ONCE = 10
CONNECT_SECONDS, TOTAL_SECONDS = 3.0, 8.0
LEASE = timedelta(seconds=45)  # longer than the slowest batch: who dies while telling is followed by the next try
FORM = "application/x-www-form-urlencoded"

TOLD = Counter("logout_notices_total", "Calls to clients about ended log-ins", ["outcome"], registry=REGISTRY)


class Unreachable(Exception):
    """The client could not be called, or may not be; the text says why."""


@dataclass(frozen=True)
class Call:
    """One try: where to, with which token."""

    notice_id: uuid.UUID
    client_id: str
    uri: str
    token: str


@dataclass(frozen=True)
class Result:
    """What came of a try: a status, or why there was none."""

    call: Call
    status: int | None = None
    error: str | None = None

    @property
    def delivered(self) -> bool:
        """Whether the client has taken it."""
        return self.status in GOOD


async def tell_due(runtime: Runtime) -> int:
    """Tells what is due; how many calls were made."""
    assert isinstance(runtime.settings, Settings)
    settings = runtime.settings
    async with runtime.sessions.begin() as session:
        calls = await _claim(session, Issuer(settings.issuer), clock())
    if not calls:
        return 0
    turn = asyncio.Semaphore(AT_ONCE)
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    async with httpx.AsyncClient(verify=_tls(), timeout=timeout, trust_env=False) as client:
        results = await asyncio.gather(*(_tell(client, settings, call, turn) for call in calls))
    async with runtime.sessions.begin() as session:
        await _settle(session, results, clock())
    return len(results)


async def _claim(session: AsyncSession, issuer: Issuer, now: datetime) -> list[Call]:
    calls = []
    for notice, client in await queries.due(session, now, BATCH):
        if client.disabled_at is not None or client.backchannel_logout_uri is None:
            notice.state, notice.last_error = FAILED, "the client is disabled or has no address any more"
            continue
        notice.next_try_at = now + LEASE
        claims = logout_claims(
            issuer.name, client.id, str(notice.session_id), str(notice.account_id), int(now.timestamp()),
            secrets.token_urlsafe(16),
        )  # fmt: skip
        token = await sign(session, issuer, LOGOUT_TYPE, claims, client.id_token_signed_response_alg)
        calls.append(Call(notice.id, client.id, client.backchannel_logout_uri, token))
    return calls


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _tell(client: httpx.AsyncClient, settings: Settings, call: Call, turn: asyncio.Semaphore) -> Result:
    async with turn:
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return Result(call, await _post(client, settings, call))
        except TimeoutError:
            return Result(call, error="no answer in time")
        except Unreachable as exc:
            return Result(call, error=str(exc))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            return Result(call, error=f"{type(exc).__name__}: {exc}")


async def _post(client: httpx.AsyncClient, settings: Settings, call: Call) -> int:
    """The status of the answer; its body is not read, and no redirect is followed.

    The name is resolved here and the address found is the one called, so no name can change its mind in between.
    """
    if not is_callable(call.uri, plain_http=settings.backchannel_plain_http):
        raise Unreachable("the address is not one that is called: https, without a fragment")
    url = httpx.URL(call.uri)
    address = await _resolved(url, settings.networks)
    headers = {"Host": url.netloc.decode(), "Content-Type": FORM, "Accept": "application/json", "Connection": "close"}
    body = httpx.QueryParams({"logout_token": call.token})
    request = client.build_request(
        "POST", url.copy_with(host=address), content=str(body), headers=headers, extensions={"sni_hostname": url.host}
    )
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer.status_code


async def _resolved(url: httpx.URL, allowed: tuple[Network, ...]) -> str:
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(may_call(address, allowed) for address in addresses):
        raise Unreachable("the address leads into a private network (SSO_BACKCHANNEL_NETWORKS allows one)")
    return addresses[0]


async def _settle(session: AsyncSession, results: Sequence[Result], now: datetime) -> None:
    for result in sorted(results, key=lambda result: result.call.notice_id):
        notice = await session.get(LogoutNotice, result.call.notice_id, with_for_update=True, populate_existing=True)
        if notice is None or notice.state == DELIVERED:
            continue
        notice.tries += 1
        notice.last_tried_at, notice.last_status = now, result.status
        notice.last_error = result.error[:200] if result.error else None
        if result.delivered:
            notice.state, notice.delivered_at = DELIVERED, now
        else:
            _put_off(notice, now)
        TOLD.labels(notice.state).inc()
    await session.flush()
    for client_id in sorted({result.call.client_id for result in results if result.delivered}):
        await queries.hurry(session, client_id, now)


def _put_off(notice: LogoutNotice, now: datetime) -> None:
    gap = next_gap(notice.since, now)
    if gap is None:
        notice.state = FAILED
        log.warning("a client was not told of an ended log-in", extra={"client_id": notice.client_id})
    else:
        notice.state, notice.next_try_at = PENDING, now + gap


async def replay(
    session: AsyncSession, caller: Caller, client_id: str, notice_id: uuid.UUID, now: datetime
) -> LogoutNotice:
    """Tells a client once more, from the beginning, whatever came of it before. Raises NotFound."""
    notice = await session.get(LogoutNotice, notice_id, with_for_update=True)
    if notice is None or notice.client_id != client_id:
        raise NotFound
    before = {"state": notice.state, "tries": notice.tries}
    notice.state, notice.tries, notice.since, notice.next_try_at, notice.delivered_at = PENDING, 0, now, now, None
    await session.flush()
    await audit.record(
        session, caller, action="logout_notice.replayed", object_type="client", object_id=client_id, before=before,
        after={"notice": str(notice.id), "session": str(notice.session_id)},
    )  # fmt: skip
    return notice
