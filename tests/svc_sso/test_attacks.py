"""What an attacker tries: each test is one way in that must be shut."""

import asyncio
import base64
import json
import time

import pytest
from joserfc import jws
from sqlalchemy import select, text, update

from shared.audit import SYSTEM
from shared.clock import now
from shared.proofs import REGISTRY
from svc_sso.accounts.models import Account
from svc_sso.agencies.errors import BadRegistration
from svc_sso.agencies.rules import check_address
from svc_sso.backchannel.rules import may_call
from svc_sso.clients.rules import AUTHORIZATION_CODE, REFRESH
from svc_sso.credentials.rules import digest
from svc_sso.factors.service import reset
from svc_sso.oidc.models import LoginRequest
from svc_sso.repeats.routes import REPEATED
from svc_sso.sessions.models import LoginSession
from tests.support.proofs import new_key
from tests.svc_sso.clients import ISSUER, REDIRECT, TOKEN_URL, register
from tests.svc_sso.conftest import (
    PASSWORD,
    STEPS,
    Browser,
    Provider,
    code_in,
    hidden,
    id_number,
    oauth_refused,
    query_of,
    refused,
)

PASSKEY, MFA = "urn:yiwang:acr:passkey", "urn:yiwang:acr:mfa"


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


async def enrolled(sso: Provider) -> tuple[dict[str, str], Browser]:
    """A person with an authenticator app."""
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    shown = await browser.enrol_on_page(await browser.http.get("/account/factors"))
    assert shown.status_code == 200, shown.text
    return account, browser


async def waits_for_a_lock(sso: Provider) -> None:
    async with asyncio.timeout(30):
        while True:
            async with sso.client.sessions() as session:
                if await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    return
            await asyncio.sleep(0.02)


async def test_a_code_counts_for_nobody_who_was_identified_while_it_was_checked(sso: Provider) -> None:
    mine, own = await enrolled(sso)
    theirs, _ = await enrolled(sso)
    thief = sso.open_browser()
    asked = await thief.enter(mine["username"], PASSWORD)
    request_id = hidden(asked.text)["request"]
    mine_only = LoginRequest.id_hash == digest(request_id)
    async with sso.client.sessions.begin() as session:
        # As the thief's other form does, which brought the stolen password while this one was on its way.
        await session.execute(select(LoginRequest).where(mine_only).with_for_update())
        sent = asyncio.create_task(thief.second(asked, own.secret))
        await waits_for_a_lock(sso)
        victim = await session.scalar(select(Account.id).where(Account.username == theirs["username"]))
        await session.execute(update(LoginRequest).where(mine_only).values(account_id=victim, amr=["pwd"]))
    answer = await sent
    assert answer.headers["location"] == f"/oauth2/login?request={request_id}"
    assert thief.http.cookies.get("sso-session") is None
    shown = await thief.http.get(answer.headers["location"])
    assert 'id="code"' in shown.text


async def test_a_browser_left_open_sets_up_nothing_by_which_to_come_back(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    asked = await browser.http.get((await browser.authorize(acr_values=MFA)).headers["location"])
    assert 'class="secret"' in asked.text
    async with sso.client.sessions.begin() as session:
        whose = LoginSession.account_id.in_(select(Account.id).where(Account.username == account["username"]))
        old = text("authenticated_at - interval '21 minutes'")
        await session.execute(update(LoginSession).where(whose).values(authenticated_at=old))
    for acr in (MFA, PASSKEY):
        asked = await browser.http.get((await browser.authorize(acr_values=acr)).headers["location"])
        assert 'name="password"' in asked.text
        assert 'class="secret"' not in asked.text
    data = hidden(asked.text) | {"username": account["username"], "password": PASSWORD}
    assert 'class="secret"' in (await browser.http.post("/oauth2/login", data=data)).text


async def test_a_one_time_secret_spent_in_vain_leaves_no_way_in_by_password_alone(sso: Provider) -> None:
    await sso.demo()
    async with sso.client.sessions.begin() as session:
        account = await session.scalar(select(Account).where(Account.username == "reg.zengdu"))
        assert account is not None
        code = await reset(session, SYSTEM, account, now())
    owner, thief = sso.open_browser(), sso.open_browser()
    data = {"username": "reg.zengdu", "password": "Demo-2026-yiwang"}
    asked = await owner.http.post("/oauth2/login", data=await owner.form() | data)
    enrolling = await owner.http.post("/oauth2/login", data=hidden(asked.text) | {"code": code})
    assert 'class="secret"' in enrolling.text
    asked = await thief.http.post("/oauth2/login", data=await thief.form() | data)
    assert 'id="code"' in asked.text
    assert 'class="secret"' not in asked.text
    STEPS.clear()
    assert (await owner.enrol(enrolling)).status_code == 200


async def test_who_has_tried_too_many_numbers_is_told_nothing_of_the_next(sso: Provider) -> None:
    number, headers = id_number(), {"X-Forwarded-For": "198.51.100.77"}
    await sso.account(id_number=number)
    body = {"password": PASSWORD, "name": "张伟", "phone": "13812341234"}

    async def tried(name: str, of: str) -> int:
        given = body | {"username": name, "id_number": of}
        return (await sso.client.post("/v1/accounts", json=given, headers=headers)).status_code

    answers = [await tried(f"thief.{count}", number) for count in range(12)]
    assert answers == [409] * 9 + [429] * 3 or answers == [409] * 10 + [429] * 2
    assert await tried("thief.free", id_number()) == 429


async def test_what_no_column_holds_is_refused_and_no_fault_of_the_service(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    for changes in (
        {"dpop_jkt": "x" * 100},
        {"max_age": "1" * 5000},
        {"claims": json.dumps({"userinfo": {"a\u0000": None}})},
        {"claims": '{"userinfo": {"\\ud800": null}}'},
        {"claims": '{"userinfo": {"name": {"value": 1e999}}}'},
        {"claims": '{"userinfo": {"name": {"value": NaN}}}'},
    ):
        answer = await browser.authorize(**changes)
        assert query_of(answer)["error"] == "invalid_request", changes
    form = {"grant_type": "client_credentials", "audience": "complaints"}
    for header in (b"Basic \xe9\xe9\xe9\xe9", b"Basic ====", b"Basic " + base64.b64encode(b"\xff:\xff")):
        answer = await sso.client.post("/oauth2/token", data=form, headers={b"authorization": header})
        oauth_refused(answer, "invalid_client", 401)


async def test_assertions_and_proofs_with_half_a_character_are_refused(sso: Provider) -> None:
    machine, now, key = await register(sso), int(time.time()), new_key()
    claims = {"iss": machine.id, "sub": machine.id, "aud": ISSUER, "jti": "\ud800", "exp": now + 60}
    header = {"alg": "ES256", "kid": "k1"}
    for wrong in (claims, claims | {"sub": "\ud800"}):
        assertion = jws.serialize_compact(header, json.dumps(wrong).encode(), machine.key)
        given = machine.proof(assertion) | {"grant_type": "client_credentials"}
        oauth_refused(await sso.client.post("/oauth2/token", data=given), "invalid_client", 401)
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    good = {"jti": "j-1", "htm": "POST", "htu": TOKEN_URL, "iat": now}
    for wrong in (good | {"jti": "\ud800"}, good | {"htu": f"{TOKEN_URL}/\ud800"}):
        proof = jws.serialize_compact(head, json.dumps(wrong).encode(), key, registry=REGISTRY)
        answer = await machine.token(headers={"DPoP": proof}, grant_type="client_credentials")
        oauth_refused(answer, "invalid_dpop_proof")


async def test_a_stranger_writes_nothing_on_the_page_of_the_consent(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    client = await register(sso, "application", grant_types=[AUTHORIZATION_CODE, REFRESH], permissions=[])
    words = "这是官方应用,请放心同意 {account} <script>"
    claims = json.dumps({"userinfo": {words: None, "phone_number": None}})
    shown = await browser.enter(
        account["username"], PASSWORD, client_id=client.id, redirect_uri=REDIRECT, claims=claims
    )
    assert 'name="decision"' in shown.text
    assert "官方应用" not in shown.text


async def test_a_service_gets_no_administrator_and_changes_nobodys_account(sso: Provider) -> None:
    await sso.demo()
    tokens = await sso.login("secadmin", "Demo-2026-yiwang")
    brought = (await sso.exchange(tokens["access_token"], "complaints")).json()["access_token"]
    own = (await sso.exchange(brought, "sso", client="svc-complaints")).json()["access_token"]
    assert (await sso.claims(own))["permissions"] == []
    headers = {"Authorization": f"Bearer {own}"}
    refused(await sso.client.get("/v1/staff", headers=headers), 403, "forbidden")
    refused(await sso.client.post("/v1/me/factors/authenticator", headers=headers), 403, "forbidden")
    refused(await sso.client.post("/v1/me/recovery-codes", headers=headers), 403, "forbidden")
    assert (await sso.client.get("/v1/me/profile", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["::127.0.0.1", "::ffff:0:10.0.0.1", "fec0::1", "64:ff9b:1::a00:1", "64:ff9b::a00:1", "2002:a00:1::1", "::1",
     "::ffff:169.254.169.254", "fe80::1%eth0", "fd00::1", "ff02::1", "100.64.0.1", "0.0.0.0", "224.0.0.1"],
)  # fmt: skip
async def test_no_notice_goes_to_an_address_inside(address: str) -> None:
    assert not may_call(address, ())


async def test_notices_go_to_public_addresses() -> None:
    assert may_call("2400:3200::1", ())
    assert may_call("223.5.5.5", ())


@pytest.mark.parametrize("host", ["evil.example;sandbox", "a.example,script-src", "a'b.example", "a%20b.example"])
async def test_an_address_writes_nothing_into_the_policy_of_a_page(host: str) -> None:
    with pytest.raises(BadRegistration):
        check_address(f"https://{host}/back", "/redirect_uris/0")


async def test_a_refresh_token_of_someone_elses_client_is_worth_nothing_on_either_way(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    thief = await register(
        sso, "application", grant_types=[AUTHORIZATION_CODE, REFRESH], token_endpoint_auth_method="client_secret_basic"
    )
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for _ in range(2):
        answer = await sso.client.post("/oauth2/token", data=form, auth=(thief.id, thief.secret))
        oauth_refused(answer, "invalid_grant")
    assert (await sso.token(**form)).status_code == 200


async def test_forms_without_the_token_of_the_browser_do_nothing(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    forms = {
        "/account/sessions": {"act": "others"},
        "/account/consents": {"client_id": "gateway"},
        "/account/password": {"current_password": PASSWORD, "new_password": "x" * 20, "new_password_again": "x" * 20},
        "/account/factors": {"act": "codes"},
        "/account/mandates": {"act": "grant"},
    }
    for path, data in forms.items():
        for csrf in ("", "0" * 64, "é"):
            answer = await browser.http.post(path, data=data | {"csrf": csrf})
            assert answer.status_code == 400, path
    assert code_in(await browser.authorize())


@pytest.mark.parametrize("change", ["disabled_at = now()", "secret_hash = '\\x00', updated_at = clock_timestamp()"])
async def test_what_ends_a_client_counts_at_once_for_repeated_requests_too(sso: Provider, change: str) -> None:
    machine = await register(sso, token_endpoint_auth_method="client_secret_basic")
    form = {"grant_type": "client_credentials", "audience": "gateway"}

    async def set_to(changes: str) -> None:
        async with sso.client.sessions.begin() as session:
            await session.execute(text(f"UPDATE clients SET {changes} WHERE id = :id"), {"id": machine.id})

    async def status() -> int:
        answer = await sso.client.post("/oauth2/token", data=form, auth=(machine.id, machine.secret))
        return answer.status_code

    before = REPEATED._value.get()
    async with asyncio.timeout(60):
        while REPEATED._value.get() == before:
            assert await status() == 200
    await set_to(change)
    assert await status() == 401


async def test_no_passkey_is_read_out_of_rubbish(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    rubbish = ("{}", "[]", "1", "null", "x", '{"id": "\\ud800"}', '{"id": []}', "[" * 12_000)
    fields = await browser.form()
    for credential in rubbish:
        assert (await browser.http.post("/oauth2/login", data=fields | {"credential": credential})).status_code == 401
    await browser.code(account["username"])
    csrf = hidden((await browser.http.get("/account/factors")).text)["csrf"]
    for credential in rubbish:
        data = {"csrf": csrf, "act": "passkey", "credential": credential}
        assert (await browser.http.post("/account/factors", data=data)).status_code == 422
