"""Keys rotate without a rejected token; discovery tells the truth."""

import asyncio
import json

from sqlalchemy import text

from shared.clock import now
from svc_sso.keys.service import ensure_keys, rotate
from tests.svc_sso.conftest import SECRETS, Provider


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
