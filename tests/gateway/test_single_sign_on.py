"""The gateway and svc-sso together: one log-in, one log-out, through the real pages and the real broker."""

import asyncio
import html
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from svc_sso.main import create_app
from tests.gateway.conftest import StartGateway
from tests.gateway.place import CSRF, eventually
from tests.gateway.support import Upstream, answering, served, upstream
from tests.support.apps import settings_for
from tests.support.databases import fresh_database
from tests.support.proofs import make_proof, new_key
from tests.support.servers import Servers
from tests.support.tokens import ISSUER

PASSWORD = "Sui-zhou-2026-lake"
CLIENT_SECRET = "a-secret-of-the-tests"
API = "/api/complaints/v1/complaints"


@dataclass
class House:
    """A gateway, the identity provider and one service."""

    port: int
    second_port: int
    sso_port: int
    service: Upstream
    gateway: Any

    def browser(self, port: int | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port or self.port}", timeout=20)


@pytest.fixture
async def house(
    servers: Servers, start_gateway: StartGateway, gateways: list[Any], tmp_path: Path
) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        prefix = f"t{uuid.uuid4().hex[:10]}"
        databases = {
            name: servers.sqlalchemy_url(await stack.enter_async_context(fresh_database(servers, name)))
            for name in ("sso", "gateway")
        }
        sso_settings: Any = settings_for(
            servers, "svc_sso", tmp_path, database_url=databases["sso"], nats_prefix=prefix,
            client_secrets=f'{{"gateway": "{CLIENT_SECRET}"}}',
        )  # fmt: skip
        sso_port = await stack.enter_async_context(served(create_app(sso_settings)))
        service = await stack.enter_async_context(upstream(answering(b'{"items":[]}')))
        sso = f"http://127.0.0.1:{sso_port}"
        options = {
            "database_url": databases["gateway"], "nats_prefix": prefix, "inline_worker": True,
            "token_url": f"{sso}/oauth2/token", "jwks_url": f"{sso}/oauth2/jwks", "client_secret": CLIENT_SECRET,
        }  # fmt: skip
        urls = {"sso": sso, "complaints": service.url}
        port, second_port = [await start_gateway(urls, **options) for _ in range(2)]
        yield House(port, second_port, sso_port, service, gateways[0])


async def open_account(browser: httpx.AsyncClient) -> str:
    """A new citizen's user name."""
    username = f"zhang{uuid.uuid4().hex[:8]}"
    body = {
        "username": username,
        "password": PASSWORD,
        "name": "张伟",
        "id_number": "110101199003070097",
        "phone": "13800138000",
    }
    answer = await browser.post("/api/sso/v1/accounts", json=body, headers={"Idempotency-Key": f'"{uuid.uuid4()}"'})
    assert answer.status_code == 201, answer.text
    return username


async def go(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """Follows redirects as a browser does that reaches the public origin at the gateway's port."""
    answer = await browser.get(address.removeprefix(ISSUER))
    while answer.is_redirect:
        answer = await browser.get(answer.headers["location"].removeprefix(ISSUER))
    return answer


async def log_in(browser: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    """The whole way: the gateway's link, the provider's form, back to `/api/hub/v1/status`."""
    form = await go(browser, "/session/login?return_to=/api/hub/v1/status")
    assert 'name="password"' in form.text, form.text
    found = re.findall(r'name="(\w+)" value="([^"]*)"', form.text)
    hidden = {name: html.unescape(value) for name, value in found}
    answer = await browser.post(
        "/oauth2/login",
        data=hidden | {"username": username, "password": password},
        headers={"Origin": ISSUER},
    )
    return await go(browser, answer.headers["location"]) if answer.is_redirect else answer


async def test_one_log_in_serves_every_service_and_one_log_out_ends_it_everywhere(house: House) -> None:
    async with house.browser() as browser, house.browser(house.second_port) as elsewhere:
        username = await open_account(browser)
        landed = await log_in(browser, username)
        assert (landed.status_code, landed.url.path) == (200, "/api/hub/v1/status")
        who = (await browser.get("/session")).json()
        assert who["authenticated"] is True
        assert who["account"]["kind"] == "person"
        assert "complaints:complaints:file" in who["account"]["permissions"]

        elsewhere.cookies = browser.cookies
        for client in (browser, elsewhere):
            assert (await client.get("/api/sso/v1/me")).json()["username"] == username
            assert (await client.post(API, headers=CSRF, json={})).status_code == 200
        token = str(house.service.received[-1].get("authorization")).split()[1]
        async with httpx.AsyncClient() as client:
            keys = KeySet.import_key_set((await client.get(f"http://127.0.0.1:{house.sso_port}/oauth2/jwks")).json())
        claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
        assert (claims["aud"], claims["sub"]) == ("complaints", who["account"]["subject"])
        assert claims["exp"] - claims["iat"] <= 120

        answer = await browser.post("/session/logout", headers=CSRF)
        assert answer.json() == {"everywhere": True}

        async def out() -> bool:
            return (await elsewhere.post(API, headers=CSRF, json={})).status_code == 401

        await eventually(out)
        # The provider's own session is over too: its form is shown again.
        form = await go(browser, "/session/login")
        assert 'name="password"' in form.text


async def test_ending_a_session_in_the_account_ends_it_at_the_gateway(house: House) -> None:
    async with house.browser() as browser, house.browser() as other_device:
        username = await open_account(browser)
        await log_in(browser, username)
        await log_in(other_device, username)
        listed = (await browser.get("/api/sso/v1/me/sessions")).json()["items"]
        (lost,) = [s["id"] for s in listed if not s["current"]]
        ended = await browser.delete(f"/api/sso/v1/me/sessions/{lost}", headers=CSRF)
        assert ended.status_code == 204

        async def out() -> bool:
            return (await other_device.get("/session")).json()["authenticated"] is False

        await eventually(out)
        assert (await browser.get("/session")).json()["authenticated"] is True


async def test_a_wrong_password_makes_no_session(house: House) -> None:
    async with house.browser() as browser:
        username = await open_account(browser)
        refused = await log_in(browser, username, "not-the-password")
        assert refused.status_code == 401
        assert (await browser.get("/session")).json()["authenticated"] is False


async def test_many_tabs_at_once_ask_the_provider_once(house: House) -> None:
    async with house.browser() as browser, house.browser(house.second_port) as elsewhere:
        await log_in(browser, await open_account(browser))
        elsewhere.cookies = browser.cookies
        answers = await asyncio.gather(*(c.get(API) for c in (browser, elsewhere) for _ in range(25)))
        assert {a.status_code for a in answers} == {200}
        tokens = {r.get("authorization") for r in house.service.received}
        assert len(tokens) == 2


async def test_a_token_bound_to_a_key_passes_with_its_proof_only(house: House) -> None:
    key, url = new_key(), f"{ISSUER}/api/sso/v1/me"
    async with house.browser() as client:
        answer = await client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials", "audience": "sso"},
            auth=("gateway", CLIENT_SECRET),
            headers={"DPoP": make_proof(key, "POST", f"{ISSUER}/oauth2/token")},
        )
        assert answer.json().get("token_type") == "DPoP", answer.text
        token = answer.json()["access_token"]

        async def code(scheme: str, *proofs: str) -> str:
            sent = [("Authorization", f"{scheme} {token}"), *(("DPoP", proof) for proof in proofs)]
            return str((await client.get("/api/sso/v1/me", headers=sent)).json()["code"])

        # The token is a machine's, so that only the page of people is closed to it once the proof holds.
        assert await code("DPoP", make_proof(key, "GET", url, token)) == "forbidden"
        assert await code("DPoP", make_proof(key, "GET", f"{ISSUER}/v1/me", token)) == "invalid_dpop_proof"
        assert await code("DPoP", make_proof(new_key(), "GET", url, token)) == "invalid_dpop_proof"
        two = make_proof(key, "GET", url, token), make_proof(key, "GET", url, token)
        assert await code("DPoP", *two) == "invalid_dpop_proof"
        assert await code("DPoP") == "invalid_dpop_proof"
        assert await code("Bearer", make_proof(key, "GET", url, token)) == "invalid_token"
