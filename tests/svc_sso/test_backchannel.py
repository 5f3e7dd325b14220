"""Clients hear of every log-in that ends, however it ends, as soon as they can be reached (back-channel logout)."""

import asyncio
import contextlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from shared.audit import SYSTEM
from shared.clock import now
from shared.worker import sweep_once
from svc_sso.backchannel import handlers, service
from svc_sso.backchannel.rules import LOGOUT_EVENT
from svc_sso.backchannel.service import tell_due
from svc_sso.grants.models import Grant
from svc_sso.notices.models import LogoutNotice
from svc_sso.notices.rules import GIVE_UP_AFTER
from svc_sso.sessions import service as sessions
from svc_sso.sessions.handlers import SWEEPS
from svc_sso.sessions.models import LoginSession
from tests.gateway.support import served
from tests.support.apps import ServiceClient, running_service
from tests.support.certificates import certificate
from tests.support.servers import Servers
from tests.svc_sso.agency import Office, RelyingParty, decoded
from tests.svc_sso.conftest import SECRETS, refused

pytestmark = pytest.mark.together


@dataclass
class World:
    """A provider, a client's server, and log-ins of which that client holds grants."""

    client: ServiceClient
    office: Office
    admin: dict[str, str]
    party: RelyingParty
    registered: dict[str, Any]

    async def log_in(self, account_id: uuid.UUID, *, holder: str | None = None) -> uuid.UUID:
        """A log-in of an account with a grant of the client."""
        async with self.client.sessions.begin() as session:
            at = now()
            row = LoginSession(
                account_id=account_id, secret_hash=uuid.uuid4().bytes, acr="urn:yiwang:acr:mfa", authenticated_at=at,
                last_seen_at=at, expires_at=at + timedelta(hours=1), idle_seconds=900, address="", user_agent="",
            )  # fmt: skip
            session.add(row)
            await session.flush()
            for _ in range(2):  # two grants of one client are one notice
                grant = Grant(account_id=account_id, session_id=row.id, client_id=holder or self.registered["id"])
                grant.scope = "openid"
                session.add(grant)
        return row.id

    async def notices(self) -> list[LogoutNotice]:
        mine = LogoutNotice.client_id == self.registered["id"]
        async with self.client.sessions() as session:
            return list(await session.scalars(select(LogoutNotice).where(mine).order_by(LogoutNotice.id)))

    async def set(self, **values: Any) -> None:
        async with self.client.sessions.begin() as session:
            mine = LogoutNotice.client_id == self.registered["id"]
            await session.execute(update(LogoutNotice).where(mine).values(**values))

    async def end(self, session_id: uuid.UUID, reason: str = "logged_out") -> None:
        async with self.client.sessions.begin() as session:
            row = await session.get(LoginSession, session_id)
            await sessions.end(session, row, SYSTEM, reason, now())

    async def tell(self) -> int:
        return await tell_due(self.client.runtime)

    @property
    def deliveries(self) -> str:
        return f"/v1/clients/{self.registered['id']}/logout-deliveries"


@pytest.fixture(scope="module")
async def office(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A provider without a worker: what happens in the background is called by the tests one by one."""
    settings = {"backchannel_networks": ["127.0.0.0/8"], "backchannel_plain_http": True, "inline_worker": False}
    folder = tmp_path_factory.mktemp("sso")
    async with running_service(servers, "sso", folder, client_secrets=json.dumps(SECRETS), **settings) as client:
        yield Office(client)


@pytest.fixture
async def world(office: Office) -> AsyncIterator[World]:
    """A client of its own for each test; nothing waits for it afterwards."""
    party, admin = RelyingParty(), await office.administrator()
    async with served(party) as port:
        registered = await office.register(
            admin, redirect_uris=["https://rp.example.cn/cb"], backchannel_logout_uri=f"http://127.0.0.1:{port}/bcl"
        )
        made = World(office.client, office, admin, party, registered)
        yield made
        await made.set(state="failed")


async def test_a_client_is_told_by_a_token_of_the_right_form(world: World) -> None:
    account = await world.office.account()
    sid = await world.log_in(account.id)
    await world.end(sid)
    assert await world.tell() == 1
    (call,) = world.party.calls
    assert (call["method"], call["path"], list(call["form"])) == ("POST", "/bcl", ["logout_token"])
    assert call["headers"]["content-type"] == "application/x-www-form-urlencoded"
    header, claims = await decoded(world.client, world.party.tokens[0], "RS256")
    assert header["typ"] == "logout+jwt"
    assert claims.pop("exp") == claims.pop("iat") + 120
    assert len(claims.pop("jti")) >= 20
    assert claims == {
        "iss": "http://localhost:8000",
        "aud": world.registered["id"],
        "sub": str(account.id),
        "sid": str(sid),
        "events": {LOGOUT_EVENT: {}},
    }
    (notice,) = await world.notices()
    assert (notice.state, notice.tries, notice.last_status) == ("delivered", 1, 200)
    assert await world.tell() == 0


async def test_a_client_that_signs_otherwise_is_told_otherwise(world: World) -> None:
    url = f"/v1/clients/{world.registered['id']}"
    headers = {**world.admin, "If-Match": f'"{world.registered["version"]}"'}
    changed = await world.client.patch(url, json={"id_token_signed_response_alg": "ES256"}, headers=headers)
    assert changed.status_code == 200
    await world.end(await world.log_in((await world.office.account()).id))
    await world.tell()
    assert (await decoded(world.client, world.party.tokens[0], "ES256"))[1]["aud"] == world.registered["id"]


async def test_every_session_of_an_account_is_told_when_the_administrator_ends_all(world: World) -> None:
    account = await world.office.account()
    held = {await world.log_in(account.id) for _ in range(5)}
    await world.log_in(account.id, holder="gateway")  # has no address: hears by events
    rows = (await world.client.get(f"/v1/accounts/{account.id}/sessions", headers=world.admin)).json()["items"]
    assert len(rows) == 6
    answer = await world.client.delete(
        f"/v1/accounts/{account.id}/sessions", params={"reason": "设备遗失"}, headers=world.admin
    )
    assert answer.json() == {"ended": 6}
    assert await world.tell() == 5
    told = {(await decoded(world.client, token, "RS256"))[1]["sid"] for token in world.party.tokens}
    assert told == {str(sid) for sid in held}
    assert {notice.reason for notice in await world.notices()} == {"ended_by_administrator"}


async def test_only_the_security_administrator_ends_other_peoples_sessions(world: World) -> None:
    account = await world.office.account()
    sid = await world.log_in(account.id)
    url = f"/v1/accounts/{account.id}/sessions"
    for permission in ("platform:operations", "platform:audit", "services:applications:handle"):
        other = await world.office.headers(str(account.id), [permission])
        refused(await world.client.get(url, headers=other), 403, "forbidden")
        refused(await world.client.delete(f"{url}/{sid}", headers=other), 403, "forbidden")
    refused(await world.client.delete(f"{url}/{uuid.uuid4()}", headers=world.admin), 404, "session_not_found")
    assert (await world.client.delete(f"{url}/{sid}", headers=world.admin)).status_code == 204
    refused(await world.client.delete(f"{url}/{sid}", headers=world.admin), 404, "session_not_found")
    unknown = f"/v1/accounts/{uuid.uuid4()}/sessions"
    refused(await world.client.delete(unknown, headers=world.admin), 404, "not_found")


@pytest.mark.parametrize("change", ["expires_at = now()", "last_seen_at = now() - interval '16 minutes'"])
async def test_a_session_that_time_ended_is_told_too(world: World, change: str) -> None:
    sid = await world.log_in((await world.office.account()).id)
    async with world.client.sessions.begin() as session:
        await session.execute(text(f"UPDATE login_sessions SET {change} WHERE id = :id"), {"id": sid})
    for sweep in SWEEPS:
        await sweep_once(world.client.runtime, sweep)
    assert await world.tell() == 1
    assert len(world.party.calls) == 1


async def test_a_grant_given_in_the_moment_of_the_end_is_found(world: World) -> None:
    account = await world.office.account()
    sid = await world.log_in(account.id, holder="gateway")
    await world.end(sid)
    async with world.client.sessions.begin() as session:
        session.add(Grant(account_id=account.id, session_id=sid, client_id=world.registered["id"], scope="openid"))
    assert await world.notices() == []
    for sweep in handlers.SWEEPS:
        if sweep.run is handlers.find_missing:
            await sweep_once(world.client.runtime, sweep)
    assert await world.tell() == 1


@pytest.mark.parametrize("status", [400, 404, 500, 503, 302, 307])
async def test_what_is_not_taken_is_tried_again_with_a_fresh_token(world: World, status: int) -> None:
    await world.end(await world.log_in((await world.office.account()).id))
    world.party.answer = lambda: (status, {"location": "http://127.0.0.1:1/"})
    await world.tell()
    (notice,) = await world.notices()
    assert (notice.state, notice.tries, notice.last_status) == ("pending", 1, status)
    assert await world.tell() == 0  # not before its time
    ops = await world.office.headers(str(uuid.uuid4()), ["platform:operations"])
    assert (await world.client.get("/v1/operations/ledger", headers=ops)).json()["waiting"] == {"logout_notices": 1}
    await world.set(next_try_at=now())
    world.party.answer = lambda: (200, {})
    await world.tell()
    (notice,) = await world.notices()
    assert (notice.state, notice.tries) == ("delivered", 2)
    ids = {(await decoded(world.client, token, "RS256"))[1]["jti"] for token in world.party.tokens}
    assert len(ids) == 2


async def test_who_comes_back_hears_of_everything_at_once(world: World) -> None:
    account = await world.office.account()
    for _ in range(6):
        await world.end(await world.log_in(account.id))
    world.party.answer = lambda: (503, {})
    await world.tell()
    world.party.answer = lambda: (200, {})
    async with world.client.sessions.begin() as session:
        mine = select(LogoutNotice.id).where(LogoutNotice.client_id == world.registered["id"])
        one = mine.limit(1).scalar_subquery()
        await session.execute(update(LogoutNotice).where(LogoutNotice.id == one).values(next_try_at=now()))
    assert await world.tell() == 1
    assert await world.tell() == 5
    assert {notice.state for notice in await world.notices()} == {"delivered"}


async def test_after_a_day_it_has_failed_and_can_be_told_again_by_hand(world: World) -> None:
    await world.end(await world.log_in((await world.office.account()).id))
    world.party.answer = lambda: (500, {})
    await world.set(since=now() - GIVE_UP_AFTER)
    await world.tell()
    own = await world.office.own(world.registered["id"])
    (row,) = (await world.client.get(world.deliveries, params={"state": "failed"}, headers=own)).json()["items"]
    assert (row["tries"], row["last_status"]) == (1, 500)
    world.party.answer = lambda: (200, {})
    again = await world.client.post(f"{world.deliveries}/{row['id']}/replay", headers=own)
    assert again.json()["state"] == "pending"
    await world.tell()
    assert [notice.state for notice in await world.notices()] == ["delivered"]
    refused(await world.client.post(f"{world.deliveries}/{uuid.uuid4()}/replay", headers=own), 404, "not_found")


async def test_deliveries_are_shown_to_their_client_and_the_administrator_only(world: World) -> None:
    await world.end(await world.log_in((await world.office.account()).id))
    other = await world.office.register(world.admin)
    stranger = await world.office.own(other["id"])
    refused(await world.client.get(world.deliveries, headers=stranger), 404, "not_found")
    person = await world.office.headers(str((await world.office.account()).id), [])
    refused(await world.client.get(world.deliveries, headers=person), 404, "not_found")
    assert len((await world.client.get(world.deliveries, headers=world.admin)).json()["items"]) == 1


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1/", "http://localhost:9/", "https://no-such-host.invalid/x"])
async def test_who_cannot_be_reached_is_tried_again(world: World, uri: str) -> None:
    async with world.client.sessions.begin() as session:
        query = text("UPDATE clients SET backchannel_logout_uri = :u WHERE id = :id")
        await session.execute(query, {"u": uri, "id": world.registered["id"]})
    await world.end(await world.log_in((await world.office.account()).id))
    await world.tell()
    (notice,) = await world.notices()
    assert notice.state == "pending"
    assert notice.last_error


async def test_a_private_address_is_not_called_unless_it_is_allowed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.client.runtime.settings.__dict__, "networks", ())
    await world.end(await world.log_in((await world.office.account()).id))
    await world.tell()
    (notice,) = await world.notices()
    assert "SSO_BACKCHANNEL_NETWORKS" in (notice.last_error or "")
    assert world.party.calls == []


@pytest.mark.parametrize(("host", "delivered"), [("localhost", True), ("127.0.0.1", False)])
async def test_a_client_is_called_by_https_and_must_be_who_it_says(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, delivered: bool
) -> None:
    """The name is resolved before, and still the certificate must be the one of the name."""
    certificate(tmp_path, "localhost")
    served_by = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served_by.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(service, "_tls", lambda: trusting)
    names: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        names.append(head.lower().split("host: ")[1].split("\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=served_by)
    async with server:
        port = server.sockets[0].getsockname()[1]
        query = text("UPDATE clients SET backchannel_logout_uri = :u WHERE id = :id")
        async with world.client.sessions.begin() as session:
            await session.execute(query, {"u": f"https://{host}:{port}/bcl", "id": world.registered["id"]})
        await world.end(await world.log_in((await world.office.account()).id))
        await world.tell()
    (notice,) = await world.notices()
    assert (notice.state == "delivered") is delivered, notice.last_error
    assert names == ([f"localhost:{port}"] if delivered else [])


async def test_a_client_that_was_down_hears_of_it_after_its_return(servers: Servers, tmp_path: Path) -> None:
    """The worker of the service, and a server that is really gone and comes back on its port."""
    settings = {"backchannel_networks": ["127.0.0.0/8"], "backchannel_plain_http": True}
    async with contextlib.AsyncExitStack() as stack:
        made = running_service(servers, "sso", tmp_path, client_secrets=json.dumps(SECRETS), **settings)
        client = await stack.enter_async_context(made)
        office, party = Office(client), RelyingParty()
        admin, account = await office.administrator(), await office.account()
        async with served(party) as port:
            registered = await office.register(
                admin, redirect_uris=["https://rp.cn/cb"], backchannel_logout_uri=f"http://127.0.0.1:{port}/bcl"
            )
            world = World(client, office, admin, party, registered)
            await world.end(await world.log_in(account.id))

            await eventually(lambda: told(party, 1))
        await world.end(await world.log_in(account.id))

        async def failed() -> bool:
            return (await world.notices())[1].tries >= 1

        await eventually(failed)
        async with served(party, port=port):
            await eventually(lambda: told(party, 2))


async def told(party: RelyingParty, times: int) -> bool:
    return len(party.calls) == times


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens in the worker
            await asyncio.sleep(0.05)
