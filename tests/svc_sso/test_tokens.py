"""The token endpoint: what it gives, what it refuses, and what a stolen or repeated token brings."""

import asyncio
import base64
import time
import uuid

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import func, select, text

from shared.audit import AuditRow
from shared.events.sso import AccessChangedV1, ClientChangedV1
from svc_sso.grants.models import Grant, RefreshToken
from tests.shared.test_revocations import envelope
from tests.svc_sso.clients import register
from tests.svc_sso.conftest import ACCESS_TOKEN, EXCHANGE, SECRETS, Provider, oauth_refused


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, which look only at accounts of their own."""
    return kept_sso


async def test_a_code_holds_once_and_its_reuse_revokes_the_family(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    code = await browser.code(account["username"])
    first = (await sso.redeem(browser, code)).json()
    oauth_refused(await sso.redeem(browser, code), "invalid_grant")
    oauth_refused(await sso.token(grant_type="refresh_token", refresh_token=first["refresh_token"]), "invalid_grant")
    oauth_refused(await sso.exchange(first["access_token"], "services"), "invalid_grant")
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert (await sso.client.get("/oauth2/userinfo", headers=bearer)).status_code == 401


async def test_a_code_in_two_hands_gives_tokens_to_one(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    code = await browser.code(account["username"])
    answers = await asyncio.gather(*(sso.redeem(browser, code) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200, 400, 400, 400, 400]


async def test_a_wrong_proof_spends_nothing(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    code = await browser.code(account["username"])
    oauth_refused(await sso.redeem(browser, code, code_verifier="x" * 43), "invalid_grant")
    oauth_refused(await sso.redeem(browser, code, code_verifier=""), "invalid_grant")
    oauth_refused(await sso.redeem(browser, code, redirect_uri="http://localhost:8000/other"), "invalid_grant")
    oauth_refused(await sso.redeem(browser, "made-up"), "invalid_grant")
    assert (await sso.redeem(browser, code)).status_code == 200


async def test_a_code_runs_out_after_a_minute(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    code = await browser.code(account["username"])
    async with sso.client.sessions.begin() as session:
        left = await session.scalar(text("SELECT max(expires_at) - now() <= interval '60 s' FROM authorization_codes"))
        assert left
        await session.execute(text("UPDATE authorization_codes SET expires_at = now()"))
    oauth_refused(await sso.redeem(browser, code), "invalid_grant")


async def test_clients_prove_themselves(sso: Provider) -> None:
    form = {"grant_type": "client_credentials", "audience": "services"}
    url = "/oauth2/token"
    wrong = await sso.client.post(url, data=form, auth=("gateway", "wrong"))
    oauth_refused(wrong, "invalid_client", 401)
    assert wrong.headers["www-authenticate"].startswith("Basic")
    oauth_refused(await sso.client.post(url, data=form, auth=("nobody", "wrong")), "invalid_client", 401)
    oauth_refused(await sso.client.post(url, data=form), "invalid_client", 401)
    post = form | {"client_id": "gateway", "client_secret": SECRETS["gateway"]}
    oauth_refused(await sso.client.post(url, data=post), "invalid_client", 401)
    both = await sso.client.post(url, data=post, auth=("gateway", SECRETS["gateway"]))
    oauth_refused(both, "invalid_request")
    oauth_refused(await sso.client.post(url, json=form, auth=("gateway", SECRETS["gateway"])), "invalid_request")


@pytest.mark.parametrize(
    ("client", "form", "error"),
    [
        ("gateway", {}, "invalid_request"),
        ("gateway", {"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ("svc-services", {"grant_type": "authorization_code", "code": "a"}, "unauthorized_client"),
        ("svc-services", {"grant_type": "refresh_token", "refresh_token": "a"}, "unauthorized_client"),
        ("gateway", {"grant_type": "refresh_token"}, "invalid_request"),
        ("gateway", {"grant_type": "refresh_token", "refresh_token": "made-up"}, "invalid_grant"),
        ("gateway", {"grant_type": "client_credentials"}, "invalid_request"),
        ("gateway", {"grant_type": "client_credentials", "audience": "bank"}, "invalid_target"),
        ("gateway", {"grant_type": EXCHANGE, "audience": "services"}, "invalid_request"),
    ],
)
async def test_token_requests_which_are_refused(sso: Provider, client: str, form: dict[str, str], error: str) -> None:
    oauth_refused(await sso.token(client, **form), error)


async def test_a_machine_s_own_token(sso: Provider) -> None:
    answer = await sso.token("svc-services", grant_type="client_credentials", audience="credit-registry")
    claims = await sso.claims(answer.json()["access_token"])
    assert (claims["sub"], claims["kind"], claims["aud"]) == ("svc-services", "system", "credit-registry")
    assert claims["permissions"] == ["credit-registry:restrictions:check", "internal:read"]
    assert "sid" not in claims
    elsewhere = await sso.token("svc-services", grant_type="client_credentials", audience="complaints")
    assert (await sso.claims(elsewhere.json()["access_token"]))["permissions"] == ["internal:read"]


async def refresh(sso: Provider, token: str) -> httpx.Response:
    return await sso.token(grant_type="refresh_token", refresh_token=token)


async def test_a_refresh_rotates_and_a_lost_answer_is_given_again(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    first = (await refresh(sso, tokens["refresh_token"])).json()
    assert first["refresh_token"] != tokens["refresh_token"]
    assert (await sso.claims(first["id_token"]))["auth_time"] == (await sso.claims(tokens["id_token"]))["auth_time"]
    again = (await refresh(sso, tokens["refresh_token"])).json()
    assert again == first
    assert (await refresh(sso, first["refresh_token"])).status_code == 200


async def test_a_stolen_refresh_token_revokes_the_family(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    newer = (await refresh(sso, tokens["refresh_token"])).json()
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'"))
    oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_grant")
    oauth_refused(await refresh(sso, newer["refresh_token"]), "invalid_grant")
    async with sso.client.sessions() as session:
        (grant,) = await session.scalars(select(Grant).where(Grant.account_id == uuid.UUID(account["id"])))
        acts = (await session.scalars(select(AuditRow.action).where(AuditRow.object_id == str(grant.id)))).all()
    assert grant.revoked_reason == "refresh_token_reused"
    assert "grant.revoked" in acts


async def test_twenty_refreshes_at_once_give_one_successor(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    answers = await asyncio.gather(*(refresh(sso, tokens["refresh_token"]) for _ in range(20)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.text for a in answers}) == 1
    async with sso.client.sessions() as session:
        own = select(Grant.id).where(Grant.account_id == uuid.UUID(account["id"]))
        count = select(func.count()).select_from(RefreshToken).where(RefreshToken.grant_id.in_(own))
        assert await session.scalar(count) == 2
    assert (await refresh(sso, answers[0].json()["refresh_token"])).status_code == 200


async def test_a_refresh_token_is_its_client_s_own_and_scope_only_narrows(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    wide = await sso.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid admin")
    oauth_refused(wide, "invalid_scope")
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE grants SET client_id = 'svc-services'"))
    oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_grant")


async def test_an_exchanged_token_is_short_and_for_one_service(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    answer = (await sso.exchange(tokens["access_token"], "complaints")).json()
    claims = await sso.claims(answer["access_token"])
    assert answer["issued_token_type"] == ACCESS_TOKEN
    assert (claims["aud"], claims["permissions"]) == ("complaints", ["complaints:complaints:file"])
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 120
    assert "act" not in claims
    onward = (await sso.exchange(answer["access_token"], "credit-registry", client="svc-complaints")).json()
    inner = await sso.claims(onward["access_token"])
    assert inner["act"] == {"sub": "svc-complaints"}
    assert inner["exp"] <= claims["exp"]
    assert inner["sid"] == claims["sid"]


async def test_an_exchange_narrows_the_scope_and_never_widens_it(sso: Provider) -> None:
    tokens = await sso.login((await sso.account())["username"])

    async def exchange(scope: str) -> httpx.Response:
        return await sso.token(
            grant_type=EXCHANGE, subject_token=tokens["access_token"], subject_token_type=ACCESS_TOKEN,
            audience="services", scope=scope,
        )  # fmt: skip

    narrow = (await exchange("openid")).json()
    assert (narrow["scope"], (await sso.claims(narrow["access_token"]))["scope"]) == ("openid", "openid")
    oauth_refused(await exchange("openid email"), "invalid_scope")


async def test_what_can_not_be_exchanged(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    access = tokens["access_token"]
    oauth_refused(await sso.exchange(access, "bank"), "invalid_target")
    oauth_refused(await sso.exchange(tokens["id_token"], "services"), "invalid_request")
    oauth_refused(await sso.exchange(access + "x", "services"), "invalid_request")
    oauth_refused(await sso.exchange("e30.e30.", "services"), "invalid_request")
    oauth_refused(await sso.exchange(access, "credit-registry", client="svc-services"), "invalid_request")
    at_services = (await sso.exchange(access, "services")).json()["access_token"]
    oauth_refused(await sso.exchange(at_services, "sso", client="svc-complaints"), "invalid_request")
    machine = (await sso.token(grant_type="client_credentials", audience="sso")).json()["access_token"]
    oauth_refused(await sso.exchange(machine, "services"), "invalid_grant")
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE accounts SET disabled_at = now()"))
    oauth_refused(await sso.exchange(access, "services"), "invalid_grant")


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "ES256", "kid": "test"}, {"alg": "HS256", "kid": "test"}])
async def test_a_token_of_a_stranger_s_key_is_nothing(sso: Provider, header: dict[str, str]) -> None:
    account = await sso.account()
    claims = await sso.claims((await sso.login(account["username"]))["access_token"])
    stranger = ECKey.generate_key("P-256", {"kid": "test"}, private=True)
    if header["alg"] == "ES256":
        forged = jwt.encode(header | {"typ": "at+jwt", "jwk": stranger.as_dict(private=False)}, claims, stranger)
    else:
        forged = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30."
    oauth_refused(await sso.exchange(forged, "services"), "invalid_request")
    bearer = {"Authorization": f"Bearer {forged}"}
    assert (await sso.client.get("/v1/me", headers=bearer)).status_code == 401
    assert (await sso.client.get("/oauth2/userinfo", headers=bearer)).status_code == 401


async def test_a_token_for_another_audience_opens_nothing_here(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    other = (await sso.exchange(tokens["access_token"], "services")).json()["access_token"]
    bearer = {"Authorization": f"Bearer {other}"}
    assert (await sso.client.get("/v1/me", headers=bearer)).status_code == 401
    assert (await sso.client.get("/oauth2/userinfo", headers=bearer)).status_code == 401


async def test_revocation_and_introspection(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    auth = ("gateway", SECRETS["gateway"])

    async def introspect(token: str, auth: tuple[str, str] = auth) -> dict[str, object]:
        return dict((await sso.client.post("/oauth2/introspect", data={"token": token}, auth=auth)).json())

    known = await introspect(tokens["access_token"])
    assert (known["active"], known["sub"], known["aud"]) == (True, account["id"], "sso")
    stranger = ("svc-services", SECRETS["svc-services"])
    assert await introspect(tokens["access_token"], stranger) == {"active": False}
    assert await introspect("made-up") == {"active": False}
    assert await introspect(f"{base64.urlsafe_b64encode(b'[' * 2500).decode()}.e30.AAAA") == {"active": False}
    nothing = await sso.client.post("/oauth2/introspect", data={"token": tokens["access_token"]})
    oauth_refused(nothing, "invalid_client", 401)
    form = {"token": tokens["refresh_token"]}
    assert (await sso.client.post("/oauth2/revoke", data=form, auth=stranger)).status_code == 200
    assert (await introspect(tokens["access_token"]))["active"] is True
    assert (await sso.client.post("/oauth2/revoke", data=form, auth=auth)).status_code == 200
    assert await introspect(tokens["access_token"]) == {"active": False}
    oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_grant")


async def test_userinfo_tells_by_scope(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    code = await browser.code(account["username"], scope="openid")
    token = (await sso.redeem(browser, code)).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await sso.client.get("/oauth2/userinfo", headers=bearer)).json() == {"sub": account["id"]}
    assert (await sso.client.post("/oauth2/userinfo", headers=bearer)).json() == {"sub": account["id"]}
    assert (await sso.client.post("/oauth2/userinfo", data={"access_token": token})).json() == {"sub": account["id"]}
    bare = await sso.client.get("/oauth2/userinfo")
    assert (bare.status_code, "error" in bare.headers["www-authenticate"]) == (401, False)


async def test_introspection_knows_whose_rights_have_changed(sso: Provider) -> None:
    """What every service refuses from that moment on is active no more (RFC 7662, 2.2)."""
    account, agency = await sso.account(), await register(sso)
    tokens = await sso.login(account["username"])
    of_person = (await sso.exchange(tokens["access_token"], "services")).json()["access_token"]
    of_agency = (await agency.token(grant_type="client_credentials", audience="services")).json()["access_token"]

    async def active(token: str) -> bool:
        auth = ("svc-services", SECRETS["svc-services"])
        answer = await sso.client.post("/oauth2/introspect", data={"token": token}, auth=auth)
        return bool(answer.json()["active"])

    known = sso.client.runtime.revocations
    assert [await active(of_person), await active(of_agency)] == [True, True]
    known.note(envelope(AccessChangedV1(account_id=uuid.UUID(account["id"])), time.time()))
    assert [await active(of_person), await active(of_agency)] == [False, True]
    changed = ClientChangedV1(client_id=agency.id, kind="agency", disabled=False, revokes=True)
    known.note(envelope(changed, time.time()))
    assert await active(of_agency) is False


async def test_a_token_which_ends_only_by_itself_is_not_said_to_be_revoked(sso: Provider) -> None:
    """RFC 7009, 2.2: 200 says that the token holds no more."""
    account = await sso.account()
    tokens = await sso.login(account["username"])
    exchanged = (await sso.exchange(tokens["access_token"], "complaints", "gateway")).json()["access_token"]
    machine = (await sso.token(grant_type="client_credentials", audience="services")).json()["access_token"]
    auth = ("gateway", SECRETS["gateway"])
    oauth_refused(await sso.client.post("/oauth2/revoke", data={"token": machine}, auth=auth), "unsupported_token_type")
    stranger = ("svc-services", SECRETS["svc-services"])
    assert (await sso.client.post("/oauth2/revoke", data={"token": machine}, auth=stranger)).status_code == 200
    assert (await sso.client.post("/oauth2/revoke", data={"token": exchanged}, auth=auth)).status_code == 200
    oauth_refused(await refresh(sso, tokens["refresh_token"]), "invalid_grant")
