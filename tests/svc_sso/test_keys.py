"""Keys rotate without a rejected token; discovery tells the truth."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.clock import now
from svc_sso.keys.errors import TooFresh
from svc_sso.keys.service import ensure_keys, rotate
from svc_sso.rotate_keys import run
from svc_sso.settings import Settings
from tests.support.servers import Servers
from tests.svc_sso.conftest import SECRETS, Provider, oauth_refused, running_provider


@pytest.fixture
async def sso(servers: Servers, tmp_path: Path) -> AsyncIterator[Provider]:
    """One for each test: keys are what no other test must have touched."""
    async with running_provider(servers, tmp_path) as provider:
        yield provider


async def kids(sso: Provider) -> list[str]:
    return [key["kid"] for key in (await sso.client.get("/oauth2/jwks")).json()["keys"]]


async def test_the_key_set_is_public_distinct_and_ahead_of_time(sso: Provider) -> None:
    keys = (await sso.client.get("/oauth2/jwks")).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) == 4
    assert sorted((key["kty"], key["alg"], key["use"], key.get("crv")) for key in keys) == [
        *2 * [("EC", "ES256", "sig", "P-256")],
        *2 * [("RSA", "RS256", "sig", None)],
    ]
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


async def test_a_rotation_rejects_no_token(sso: Provider) -> None:
    account = await sso.account()
    before = await sso.login(account["username"])
    known = await kids(sso)
    async with sso.client.sessions.begin() as session:
        signing = await rotate(session, now())
    assert signing in known
    sso.client.app.state.issuer.keys.read_at = float("-inf")
    after = await sso.login(account["username"])
    assert set(known) < set(await kids(sso))
    for tokens in (before, after):
        assert (await sso.exchange(tokens["access_token"], "sso")).status_code == 200
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert (await sso.client.get("/v1/me", headers=bearer)).status_code == 200
    async with sso.client.sessions.begin() as session:
        await session.execute(
            text("UPDATE signing_keys SET retired_at = now() - interval '25 h' WHERE retired_at > 'epoch'")
        )
    sso.client.app.state.issuer.keys.read_at = float("-inf")
    assert len(await kids(sso)) == 4


def settings_of(sso: Provider) -> Settings:
    """The settings of the provider under test."""
    assert isinstance(sso.client.settings, Settings)
    return sso.client.settings


async def test_a_key_signs_only_when_everybody_knows_it(sso: Provider) -> None:
    known = await kids(sso)
    with pytest.raises(TooFresh):
        await run(settings_of(sso))
    assert await kids(sso) == known
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE signing_keys SET created_at = now() - interval '24 h'"))
    assert await run(settings_of(sso)) in known
    assert await run(settings_of(sso), at_once=True) not in known


async def test_in_an_emergency_what_a_leaked_key_signed_is_refused(sso: Provider) -> None:
    account = await sso.account()
    before = await sso.login(account["username"])
    known = await kids(sso)
    assert await run(settings_of(sso), emergency=True) not in known
    sso.client.app.state.issuer.keys.read_at = float("-inf")
    assert not set(known) & set(await kids(sso))
    oauth_refused(await sso.exchange(before["access_token"], "services"), "invalid_request")
    renewed = await sso.token(grant_type="refresh_token", refresh_token=before["refresh_token"])
    token = renewed.json()["access_token"]
    assert (await sso.exchange(token, "services")).status_code == 200
    assert (await sso.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200
    old = {"Authorization": f"Bearer {before['access_token']}"}
    assert (await sso.client.get("/v1/me", headers=old)).status_code == 401


async def test_processes_which_start_at_once_make_the_keys_once(sso: Provider) -> None:
    async with sso.client.sessions.begin() as session:
        await session.execute(text("DELETE FROM signing_keys"))

    async def start() -> None:
        async with sso.client.sessions.begin() as session:
            await ensure_keys(session)

    await asyncio.gather(*(start() for _ in range(4)))
    async with sso.client.sessions() as session:
        states = (await session.execute(text("SELECT status FROM signing_keys ORDER BY 1"))).scalars().all()
        stored = (await session.execute(text("SELECT private_jwk FROM signing_keys LIMIT 1"))).scalar_one()
    assert states == ["current", "current", "next", "next"]
    assert b'"d"' not in bytes(stored)


async def test_discovery_is_true(sso: Provider) -> None:
    document = (await sso.client.get("/.well-known/openid-configuration")).json()
    assert document == (await sso.client.get("/.well-known/oauth-authorization-server")).json()
    assert document["issuer"] == "http://localhost:8000"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    served = set(sso.client.app.openapi()["paths"])
    for name, value in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.removeprefix("http://localhost:8000") in served, name


async def test_secrets_are_kept_as_hashes_and_change_with_the_settings(sso: Provider) -> None:
    async with sso.client.sessions() as session:
        rows = (await session.execute(text("SELECT id, secret_hash, redirect_uris FROM clients ORDER BY id"))).all()
    assert [row[0] for row in rows] == sorted(SECRETS)
    assert all(SECRETS[row[0]].encode() not in bytes(row[1]) for row in rows)
    assert json.dumps(rows[0][2]) == '["http://localhost:8000/session/callback"]'
