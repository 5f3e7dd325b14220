"""What tokens say and whom they open for: bound to keys (RFC 9449), told by scope and claim (OpenID Connect Core)."""

import asyncio
import base64
import hashlib
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from sqlalchemy import text

from tests.support.proofs import by_hand, jkt, make_proof, new_key
from tests.svc_sso.clients import ISSUER, TOKEN_URL, register
from tests.svc_sso.conftest import CALLBACK, SECRETS, Provider, oauth_refused

USERINFO_URL = f"{ISSUER}/oauth2/userinfo"
KEY, OTHER = new_key(), new_key()
GATEWAY = ("gateway", SECRETS["gateway"])


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


@pytest.fixture(scope="module")
async def username(sso: Provider) -> str:
    return str((await sso.account())["username"])


async def ask(sso: Provider, key: ECKey | None, **form: str) -> httpx.Response:
    headers = {"DPoP": make_proof(key, "POST", TOKEN_URL)} if key else {}
    return await sso.client.post("/oauth2/token", data=form, auth=GATEWAY, headers=headers)


async def enter(sso: Provider, username: str, key: ECKey | None = None, **changes: str) -> dict[str, Any]:
    """The gateway's tokens after a log-in, by a code which asks for `changes`."""
    browser = sso.open_browser()
    code = await browser.code(username, **changes)
    form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": browser.verifier}
    answer = await ask(sso, key, grant_type="authorization_code", **form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def userinfo(sso: Provider, token: str, key: ECKey | None = None) -> httpx.Response:
    if key is None:
        return await sso.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})
    proof = make_proof(key, "GET", USERINFO_URL, token)
    return await sso.client.get("/oauth2/userinfo", headers={"Authorization": f"DPoP {token}", "DPoP": proof})


async def refresh(sso: Provider, token: str, key: ECKey | None = None) -> httpx.Response:
    return await ask(sso, key, grant_type="refresh_token", refresh_token=token)


async def id_claims(sso: Provider, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await sso.client.get("/oauth2/jwks")).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256", "ES256"]).claims)


async def test_a_bound_token_opens_userinfo_with_its_key_only(sso: Provider, username: str) -> None:
    tokens = await enter(sso, username, KEY)
    token = tokens["access_token"]
    assert tokens["token_type"] == "DPoP"
    assert (await sso.claims(token))["cnf"] == {"jkt": jkt(KEY)}
    assert (await userinfo(sso, token, KEY)).status_code == 200
    for refusal, error in (
        (await userinfo(sso, token), "invalid_token"),
        (await userinfo(sso, token, OTHER), "invalid_dpop_proof"),
        (await sso.client.post("/oauth2/userinfo", data={"access_token": token}), "invalid_token"),
    ):
        assert (refusal.status_code, refusal.json()["error"]) == (401, error)
        assert refusal.headers["www-authenticate"].startswith("DPoP")


async def test_a_proof_at_the_token_endpoint_counts_once(sso: Provider) -> None:
    proof = make_proof(KEY, "POST", TOKEN_URL)
    form = {"grant_type": "client_credentials", "audience": "services"}
    calls = [sso.client.post("/oauth2/token", data=form, auth=GATEWAY, headers={"DPoP": proof}) for _ in range(3)]
    answers = await asyncio.gather(*calls)
    assert sorted(a.status_code for a in answers) == [200, 400, 400]
    for wrong in (make_proof(KEY, "GET", TOKEN_URL), make_proof(KEY, "POST", USERINFO_URL), "made-up"):
        answer = await sso.client.post("/oauth2/token", data=form, auth=GATEWAY, headers={"DPoP": wrong})
        oauth_refused(answer, "invalid_dpop_proof")
    two = [("DPoP", make_proof(KEY, "POST", TOKEN_URL)), ("DPoP", make_proof(KEY, "POST", TOKEN_URL))]
    oauth_refused(await sso.client.post("/oauth2/token", data=form, auth=GATEWAY, headers=two), "invalid_dpop_proof")


async def test_who_is_registered_for_bound_tokens_gets_no_others(sso: Provider) -> None:
    machine = await register(sso, dpop_bound=True)
    oauth_refused(await machine.token(grant_type="client_credentials"), "invalid_dpop_proof")
    headers = {"DPoP": make_proof(KEY, "POST", TOKEN_URL)}
    answer = (await machine.token(headers, grant_type="client_credentials")).json()
    assert answer["token_type"] == "DPoP"
    assert (await sso.claims(answer["access_token"]))["cnf"] == {"jkt": jkt(KEY)}


async def test_a_bound_family_stays_bound(sso: Provider, username: str) -> None:
    tokens = await enter(sso, username, KEY)
    oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_dpop_proof")
    newer = await refresh(sso, tokens["refresh_token"], KEY)
    assert newer.json()["token_type"] == "DPoP"
    assert (await refresh(sso, tokens["refresh_token"], KEY)).json() == newer.json()
    oauth_refused(await refresh(sso, tokens["refresh_token"], OTHER), "invalid_grant")
    oauth_refused(await refresh(sso, newer.json()["refresh_token"], KEY), "invalid_grant")


async def test_an_exchange_for_a_service_needs_the_client_only(sso: Provider, username: str) -> None:
    token = (await enter(sso, username, KEY))["access_token"]
    answer = (await sso.exchange(token, "services")).json()
    assert answer["token_type"] == "Bearer"
    assert "cnf" not in await sso.claims(answer["access_token"])


async def test_an_id_token_says_what_was_asked(sso: Provider, username: str) -> None:
    plain = await enter(sso, username, scope="openid profile phone")
    claims = await id_claims(sso, plain["id_token"])
    told = {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "sid", "acr", "amr", "at_hash"}
    assert set(claims) == told
    half = hashlib.sha256(plain["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (claims["acr"], claims["amr"]) == ("urn:yiwang:acr:password", ["pwd"])
    asked = json.dumps({"id_token": {"name": {"essential": True}, "roles": None, "email": None}})
    more = await id_claims(sso, (await enter(sso, username, claims=asked))["id_token"])
    assert set(more) == told | {"name"}
    assert more["name"] == "张伟"


async def test_a_refreshed_id_token_tells_of_the_same_log_in(sso: Provider, username: str) -> None:
    first = await enter(sso, username)
    async with sso.client.sessions.begin() as session:
        stronger = "acr = 'urn:yiwang:acr:passkey', authenticated_at = authenticated_at + interval '9 s'"
        await session.execute(text(f"UPDATE login_sessions SET {stronger}"))
    before = await id_claims(sso, first["id_token"])
    newer = (await refresh(sso, first["refresh_token"])).json()
    after = await id_claims(sso, newer["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid", "nonce"):
        assert after[name] == before[name], name
    assert after["iat"] >= before["iat"]
    exchanged = (await sso.exchange(newer["access_token"], "services")).json()["access_token"]
    assert (await sso.claims(exchanged))["acr"] == "urn:yiwang:acr:passkey"


async def test_each_client_gets_id_tokens_of_its_algorithm(sso: Provider, username: str) -> None:
    for algorithm in ("RS256", "ES256"):
        async with sso.client.sessions.begin() as session:
            query = text("UPDATE clients SET id_token_signed_response_alg = :alg WHERE id = 'gateway'")
            await session.execute(query, {"alg": algorithm})
        tokens = await enter(sso, username)
        header = json.loads(base64.urlsafe_b64decode(tokens["id_token"].split(".")[0] + "=="))
        assert (header["alg"], header["typ"]) == (algorithm, "JWT")
        published = {key["kid"]: key["alg"] for key in (await sso.client.get("/oauth2/jwks")).json()["keys"]}
        assert published[header["kid"]] == algorithm
        access = json.loads(base64.urlsafe_b64decode(tokens["access_token"].split(".")[0] + "=="))
        assert (access["alg"], access["typ"]) == ("ES256", "at+jwt")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"scope": "openid"}, set()),
        ({"scope": "openid phone"}, {"phone_number", "phone_number_verified"}),
        ({"scope": "phone openid email"}, {"phone_number", "phone_number_verified"}),
        ({"scope": "openid address unknown"}, set()),
        ({"scope": "openid", "claims": '{"userinfo": {"name": {"essential": true}, "x": null}}'}, {"name"}),
        ({"scope": "openid", "claims": '{"id_token": {"name": null}}'}, set()),
        ({"scope": "openid", "claims": '{"userinfo": {"permissions": null, "phone_number": null}}'}, {"phone_number"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
async def test_userinfo_tells_what_was_asked(
    sso: Provider, username: str, asked: dict[str, Any], told: set[str]
) -> None:
    answer = (await userinfo(sso, (await enter(sso, username, **asked))["access_token"])).json()
    assert set(answer) == {"sub"} | told
    if "phone_number" in told:
        assert answer["phone_number"] == "+8613812341234"
        assert answer.get("phone_number_verified", False) is False


async def test_mail_and_address_are_told_once_there_are_any(sso: Provider, username: str) -> None:
    tokens = await enter(sso, username, scope="openid profile email address")
    headers = {"Authorization": f"Bearer {(await sso.exchange(tokens['access_token'], 'sso')).json()['access_token']}"}
    me = await sso.client.get("/v1/me", headers=headers)
    body = {"phone": "13812341234", "email": "zhang@mail.example", "address": "随州市曾都区烈山大道 1 号"}
    changed = await sso.client.patch("/v1/me", json=body, headers=headers | {"If-Match": me.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["email"] == "z****@mail.example"
    answer = (await userinfo(sso, tokens["access_token"])).json()
    assert (answer["email"], answer["email_verified"]) == ("zhang@mail.example", False)
    assert answer["address"] == {"formatted": "随州市曾都区烈山大道 1 号", "country": "CN"}
    cleared = body | {"email": None, "address": None}
    etag = changed.headers["etag"]
    assert (await sso.client.patch("/v1/me", json=cleared, headers=headers | {"If-Match": etag})).status_code == 200
    assert "email" not in (await userinfo(sso, tokens["access_token"])).json()


async def test_a_family_has_limits_of_its_own(sso: Provider, username: str) -> None:
    for column, age in (("created_at", "12 h"), ("used_at", "4 h")):
        tokens = await enter(sso, username)
        sid = (await id_claims(sso, tokens["id_token"]))["sid"]
        async with sso.client.sessions.begin() as session:
            query = f"UPDATE grants SET {column} = now() - interval '{age}' WHERE session_id = '{sid}'"
            await session.execute(text(query))
        oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_grant")


async def test_introspection_of_refresh_tokens(sso: Provider, username: str) -> None:
    async def look(token: str, auth: tuple[str, str] = GATEWAY) -> dict[str, Any]:
        return dict((await sso.client.post("/oauth2/introspect", data={"token": token}, auth=auth)).json())

    tokens = await enter(sso, username, KEY)
    known = await look(tokens["refresh_token"])
    assert (known["active"], known["client_id"], known["cnf"]) == (True, "gateway", {"jkt": jkt(KEY)})
    assert "token_type" not in known
    assert (await look(tokens["access_token"]))["token_type"] == "DPoP"
    assert await look(tokens["refresh_token"], ("svc-services", SECRETS["svc-services"])) == {"active": False}
    await refresh(sso, tokens["refresh_token"], KEY)
    assert await look(tokens["refresh_token"]) == {"active": False}
    machine = (await sso.token(grant_type="client_credentials", audience="services")).json()["access_token"]
    assert (await look(machine))["sub"] == "gateway"


def public_key_as_secret(keys: dict[str, Any]) -> OctKey:
    return OctKey.import_key(json.dumps(keys["keys"][0]))


async def test_made_up_tokens_open_nothing(sso: Provider, username: str) -> None:
    good = (await enter(sso, username))["access_token"]
    keys = (await sso.client.get("/oauth2/jwks")).json()
    header = json.loads(base64.urlsafe_b64decode(good.split(".")[0] + "=="))
    claims = await sso.claims(good)
    stranger, rsa = ECKey.generate_key("P-256", private=True), RSAKey.generate_key(2048, private=True)
    public = stranger.as_dict(private=False)
    deep = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 5000).decode()
    forged = [
        jwt.encode(header | {"jwk": public}, claims, stranger),
        jwt.encode(header | {"jku": "https://evil.example/keys"}, claims, stranger),
        jwt.encode(header | {"x5u": "https://evil.example/pem"}, claims, stranger),
        jwt.encode(header | {"alg": "RS256"}, claims, rsa, algorithms=["RS256"]),
        jwt.encode(header | {"alg": "HS256"}, claims, public_key_as_secret(keys), algorithms=["HS256"]),
        by_hand(header | {"alg": "none"}, claims),
        by_hand({"alg": "none", "typ": "at+jwt"}, claims),
        by_hand(header, claims | {"permissions": ["platform:operations"]}, b"x" * 64),
        f"{deep}.e30.AAAA",
        f"e30.{deep}.AAAA",
    ]
    for token in forged:
        assert (await userinfo(sso, token)).status_code == 401, token[:90]
        assert (await sso.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401
        look = await sso.client.post("/oauth2/introspect", data={"token": token}, auth=GATEWAY)
        assert look.json() == {"active": False}
        oauth_refused(await sso.exchange(token, "services"), "invalid_request")
    for megabyte in (f"e30.{'A' * 1_000_000}.AAAA", "A" * 1_000_000):
        began = time.process_time()
        answer = await sso.client.post("/oauth2/introspect", data={"token": megabyte}, auth=GATEWAY)
        assert answer.status_code in {400, 413}
        assert (await userinfo(sso, megabyte)).status_code == 401
        assert time.process_time() - began < 5  # it ends at all: the figure itself is no matter of a test
