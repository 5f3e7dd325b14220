"""The identity provider, with people who come by browser and clients who come by themselves."""

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select, text
from stdnum.cn import ric

from shared.local.demo import totp_secret
from shared.outbox import OutboxEvent
from svc_sso import demo
from tests.support.apps import ServiceClient, running_service
from tests.support.databases import Emptied, emptied
from tests.support.kept import Kept
from tests.support.servers import Servers

SECRETS = {"gateway": "gateway-secret-of-the-tests", "svc-services": "services-secret-of-the-tests"}
SECRETS |= {"svc-complaints": "complaints-secret-of-the-tests"}
CALLBACK = "http://localhost:8000/session/callback"
PASSWORD = "correct horse battery"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"

DEMO_STAFF = {account[0] for account in demo.STAFF_ACCOUNTS}
STEPS: dict[str, int] = {}

_numbers = itertools.count(1)


def id_number() -> str:
    """A fresh valid resident identity number, nobody's of the demonstration."""
    days, number = divmod(next(_numbers), 1000)
    head = f"421303{date(1970, 1, 1) + timedelta(days):%Y%m%d}{number:03d}"
    return head + str(ric.calc_check_digit(head + "0"))


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Browser:
    """One browser: cookies of its own, an address of its own."""

    http: httpx.AsyncClient
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    secret: str = ""
    enrolled_at: int = 0

    def request(self, **changes: str | None) -> dict[str, str]:
        params: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "gateway",
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": "st-1",
            "nonce": "no-1",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (params | changes).items() if value is not None}

    async def authorize(self, **changes: str | None) -> httpx.Response:
        return await self.http.get("/oauth2/authorize", params=self.request(**changes))

    async def form(self, **changes: str | None) -> dict[str, str]:
        sent = await self.authorize(**changes)
        assert sent.status_code == 303, sent.text
        shown = await self.http.get(sent.headers["location"])
        assert shown.status_code == 200, shown.text
        return hidden(shown.text)

    async def enter(self, username: str, password: str, **changes: str | None) -> httpx.Response:
        fields = await self.form(**changes)
        shown = await self.http.post("/oauth2/login", data={**fields, "username": username, "password": password})
        if 'id="code"' in shown.text and username in DEMO_STAFF:
            shown = await self.second(shown, totp_secret(username))
        return shown

    async def enrol(self, shown: httpx.Response) -> httpx.Response:
        """Sets up the authenticator app whose secret a page shows."""
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', shown.text)
        assert found is not None, shown.text
        self.secret = found[1].replace(" ", "")
        return await self.second(shown, self.secret)

    async def enrol_on_page(self, shown: httpx.Response) -> httpx.Response:
        """The same on the own page; what the page answers."""
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', shown.text)
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert found is not None, shown.text
        assert csrf is not None
        self.secret, self.enrolled_at = found[1], int(time.time()) // 30 - 1
        STEPS[self.secret] = self.enrolled_at
        code = pyotp.TOTP(self.secret).generate_otp(self.enrolled_at)
        data = {"csrf": csrf[1], "act": "authenticator", "code": code}
        return await self.http.post("/account/factors", data=data)

    async def second(self, shown: httpx.Response, secret: str) -> httpx.Response:
        """Answers the page which asks for a code; a code is taken once, so each is of a step not used before."""
        step = max(int(time.time()) // 30 - 1, STEPS.get(secret, 0) + 1)
        if step > int(time.time()) // 30 + 1:
            await asyncio.sleep((step - 1) * 30 - time.time())
        STEPS[secret] = step
        data = hidden(shown.text) | {"code": pyotp.TOTP(secret).generate_otp(step)}
        return await self.http.post("/oauth2/login", data=data)

    async def code(self, username: str, password: str = PASSWORD, **changes: str | None) -> str:
        return code_in(await self.enter(username, password, **changes))


def query_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def code_in(response: httpx.Response) -> str:
    assert response.headers["location"].startswith(CALLBACK)
    return query_of(response)["code"]


@dataclass
class Provider:
    """The running service, and what tests do with it."""

    client: ServiceClient
    open_browser: Callable[..., Browser]

    async def account(self, **changes: Any) -> dict[str, Any]:
        body = {
            "username": f"zhang.{secrets.token_hex(4)}",
            "password": PASSWORD,
            "name": "张伟",
            "id_number": id_number(),
            "phone": "13812341234",
        }
        answer = await self.client.post("/v1/accounts", json=body | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def token(self, client: str = "gateway", **form: str) -> httpx.Response:
        return await self.client.post("/oauth2/token", data=form, auth=(client, SECRETS[client]))

    async def redeem(self, browser: Browser, code: str, **changes: str) -> httpx.Response:
        form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": browser.verifier} | changes
        return await self.token(grant_type="authorization_code", **form)

    async def login(self, username: str, password: str = PASSWORD, browser: Browser | None = None) -> dict[str, Any]:
        browser = browser or self.open_browser()
        answer = await self.redeem(browser, await browser.code(username, password))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def exchange(self, token: str, audience: str, client: str = "gateway") -> httpx.Response:
        return await self.token(
            client, grant_type=EXCHANGE, subject_token=token, subject_token_type=ACCESS_TOKEN, audience=audience
        )

    async def headers(self, username: str, password: str = PASSWORD) -> dict[str, str]:
        """What the gateway would send on for this person after a log-in."""
        tokens = await self.login(username, password)
        exchanged = await self.exchange(tokens["access_token"], "sso")
        return {"Authorization": f"Bearer {exchanged.json()['access_token']}"}

    async def claims(self, token: str) -> dict[str, Any]:
        keys = KeySet.import_key_set((await self.client.get("/oauth2/jwks")).json())
        return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)

    async def demo(self) -> None:
        async with self.client.sessions.begin() as session:
            await demo.load(session, population=0)

    async def events(self, type_: str) -> list[dict[str, Any]]:

        async with self.client.sessions() as session:
            rows = await session.scalars(select(OutboxEvent).where(OutboxEvent.type == type_).order_by(OutboxEvent.id))
            return [dict(row.data) for row in rows]

    async def until_waiting(self, count: int) -> None:
        """Until so many transactions wait for another one's lock."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with asyncio.timeout(5), self.client.sessions() as session:
            while await session.scalar(text(waiting)) != count:
                await session.rollback()
                await asyncio.sleep(0.02)


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem = dict(response.json())
    assert (response.status_code, problem.get("code")) == (status, code), problem
    assert response.headers["content-type"] == "application/problem+json"
    return problem


def oauth_refused(response: httpx.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error), response.text
    assert response.headers["cache-control"] == "no-store"


@contextlib.asynccontextmanager
async def running_provider(servers: Servers, folder: Path, **changes: Any) -> AsyncIterator[Provider]:
    """A provider with a database of its own; a module of tests which don't disturb each other may share one.

    Without its worker: tests call sweeps themselves. `changes` are settings by field name.
    """
    STEPS.clear()
    settings = {"client_secrets": json.dumps(SECRETS), "inline_worker": False} | changes
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(running_service(servers, "sso", folder, **settings))
        addresses = itertools.count(1)

        def open_browser(address: str | None = None) -> Browser:
            headers = {"X-Forwarded-For": address or f"192.0.2.{next(addresses)}", "User-Agent": "Test browser"}
            transport = httpx.ASGITransport(app=client.app, raise_app_exceptions=False)
            http = httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=headers)
            stack.push_async_callback(http.aclose)
            return Browser(http)

        yield Provider(client, open_browser)


@contextlib.asynccontextmanager
async def kept_running(servers: Servers, folder: Path) -> AsyncIterator[tuple[Provider, Emptied]]:
    """A provider with its tables, for many tests."""
    async with running_provider(servers, folder) as provider, emptied(provider.client.database) as database:
        yield provider, database


@pytest.fixture(scope="module")
async def shared_world(servers: Servers, kept: Kept) -> AsyncIterator[tuple[Provider, Emptied]]:
    """What tests share: the provider and its tables, as new after the tests of a module."""
    provider, database = await kept.get("sso", lambda folder: kept_running(servers, folder))
    STEPS.clear()
    yield provider, database
    await database.begin_anew()


@pytest.fixture(scope="module")
def kept_sso(shared_world: tuple[Provider, Emptied]) -> Provider:
    """The shared provider for tests which look only at accounts of their own: nothing is emptied between them."""
    return shared_world[0]


@pytest.fixture
async def sso(shared_world: tuple[Provider, Emptied]) -> AsyncIterator[Provider]:
    """The shared provider, as new before the next test."""
    provider, database = shared_world
    STEPS.clear()
    yield provider
    await database.empty()
