"""Clients hear of every log-in that ends, however it ends, as soon as they can be reached (back-channel logout)."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import select, text, update

from shared.audit import SYSTEM
from shared.clock import now
from shared.worker import sweep_once
from svc_sso.backchannel import handlers
from svc_sso.backchannel.rules import LOGOUT_EVENT, is_callable, may_call
from svc_sso.backchannel.service import tell_due
from svc_sso.grants.models import Grant
from svc_sso.notices.models import LogoutNotice
from svc_sso.notices.rules import GIVE_UP_AFTER, next_gap
from svc_sso.sessions import service as sessions
from svc_sso.sessions.handlers import SWEEPS
from svc_sso.sessions.models import LoginSession
from tests.gateway.support import served
from tests.support.apps import ServiceClient
from tests.svc_sso.agency import Office, RelyingParty, decoded
from tests.svc_sso.conftest import SECRETS, refused

T0 = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "gap"),
    [(0, 2), (12, 2), (60, 5), (600, 50), (3600, 300), (6 * 3600, 900), (23 * 3600, 900)],
)
def test_the_gap_grows_with_the_outage_and_stays_a_small_part_of_it(passed: int, gap: int) -> None:
    assert next_gap(T0, T0 + timedelta(seconds=passed)) == timedelta(seconds=gap)


def test_after_a_day_it_is_given_up() -> None:
    assert next_gap(T0, T0 + GIVE_UP_AFTER) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255",
    ],
)  # fmt: skip
def test_private_addresses_are_never_called(address: str) -> None:
    assert not may_call(address, ())


def test_public_addresses_and_allowed_networks_are_called() -> None:
    assert may_call("93.184.216.34", ())
    assert may_call("2606:2800:220:1::1", ())
    assert may_call("10.1.2.3", (ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize(
    ("uri", "callable_"),
    [
        ("https://rp.example.cn/bcl", True),
        ("http://rp.example.cn/bcl", False),
        ("https://user:pw@rp.example.cn/", False),
        ("https://rp.example.cn/#x", False),
        ("ftp://rp.example.cn/", False),
        ("https://rp.example.cn:99999/", False),
        ("https:///path", False),
        ("https://rp.example.cn/a b", False),
    ],
)
def test_only_plain_https_addresses_are_called(uri: str, callable_: bool) -> None:
    assert is_callable(uri, plain_http=False) is callable_


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
        async with self.client.sessions() as session:
            return list(await session.scalars(select(LogoutNotice).order_by(LogoutNotice.id)))

    async def set(self, **values: Any) -> None:
        async with self.client.sessions.begin() as session:
            await session.execute(update(LogoutNotice).values(**values))

    async def end(self, session_id: uuid.UUID, reason: str = "logged_out") -> None:
        async with self.client.sessions.begin() as session:
            row = await session.get(LoginSession, session_id)
            await sessions.end(session, row, SYSTEM, reason, now())

    async def tell(self) -> int:
        return await tell_due(self.client.runtime)

    @property
    def deliveries(self) -> str:
        return f"/v1/clients/{self.registered['id']}/logout-deliveries"


@pytest.fixture
async def world(service_app: Callable[..., Awaitable[ServiceClient]]) -> AsyncIterator[World]:
    """Without a worker: what happens in the background is called by the tests one by one."""
    settings = {"backchannel_networks": ["127.0.0.0/8"], "backchannel_plain_http": True, "inline_worker": False}
    client = await service_app("sso", client_secrets=json.dumps(SECRETS), **settings)
    office, party = Office(client), RelyingParty()
    admin = await office.administrator()
    async with served(party) as port:
        registered = await office.register(
            admin, redirect_uris=["https://rp.example.cn/cb"], backchannel_logout_uri=f"http://127.0.0.1:{port}/bcl"
        )
        yield World(client, office, admin, party, registered)


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
    await world.log_in((await world.office.account()).id)
    async with world.client.sessions.begin() as session:
        await session.execute(text(f"UPDATE login_sessions SET {change}"))
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
        one = select(LogoutNotice.id).limit(1).scalar_subquery()
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
        await session.execute(text("UPDATE clients SET backchannel_logout_uri = :u WHERE kind = 'agency'"), {"u": uri})
    await world.end(await world.log_in((await world.office.account()).id))
    await world.tell()
    (notice,) = await world.notices()
    assert notice.state == "pending"
    assert notice.last_error


async def test_a_private_address_is_not_called_unless_it_is_allowed(
    service_app: Callable[..., Awaitable[ServiceClient]],
) -> None:
    client = await service_app("sso", client_secrets=json.dumps(SECRETS), backchannel_plain_http=True)
    office, party = Office(client), RelyingParty()
    admin = await office.administrator()
    async with served(party) as port:
        uri = f"http://127.0.0.1:{port}/bcl"
        registered = await office.register(admin, redirect_uris=["https://rp.cn/cb"], backchannel_logout_uri=uri)
        world = World(client, office, admin, party, registered)
        await world.end(await world.log_in((await office.account()).id))

        async def tried() -> bool:
            return bool((await world.notices())[0].tries)

        await eventually(tried)  # by the worker of the service itself
        assert "SSO_BACKCHANNEL_NETWORKS" in ((await world.notices())[0].last_error or "")
        assert party.calls == []


async def test_a_client_that_was_down_hears_of_it_after_its_return(
    service_app: Callable[..., Awaitable[ServiceClient]],
) -> None:
    """The worker of the service, a server that is really gone and comes back on its port."""
    settings = {"backchannel_networks": ["127.0.0.0/8"], "backchannel_plain_http": True}
    client = await service_app("sso", client_secrets=json.dumps(SECRETS), **settings)
    office, party = Office(client), RelyingParty()
    admin = await office.administrator()
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(served(party))
        registered = await office.register(
            admin, redirect_uris=["https://rp.cn/cb"], backchannel_logout_uri=f"http://127.0.0.1:{port}/bcl"
        )
        world = World(client, office, admin, party, registered)
        account = await office.account()
        first, second = await world.log_in(account.id), await world.log_in(account.id)
        await world.end(first)

        async def told_once() -> bool:
            return len(party.calls) == 1

        await eventually(told_once)
    await world.end(second)

    async def failed_twice() -> bool:
        return (await world.notices())[1].tries >= 2

    await eventually(failed_twice, 15)
    async with served(party, port=port):

        async def told() -> bool:
            return len(party.calls) == 2

        await eventually(told, 15)


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens in the worker
            await asyncio.sleep(0.05)
