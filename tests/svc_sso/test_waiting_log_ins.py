"""Log-ins which wait half-way for their next form, when what opened them does not hold any more."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from shared.clock import now
from svc_sso import demo
from svc_sso.clients.models import Client
from svc_sso.credentials.service import hash_password
from svc_sso.login import service as login
from svc_sso.sign_ins import service as sign_ins
from tests.svc_sso.clients import REDIRECT, register
from tests.svc_sso.conftest import PASSWORD, Browser, Provider, hidden, refused
from tests.svc_sso.test_assistance import someone
from tests.svc_sso.test_portal import csrf_of

NEW = "another good password"


async def at_the_consent(sso: Provider, username: str) -> tuple[Browser, httpx.Response]:
    """A stranger's browser in which everything was shown; only the answer to the application is missing."""
    application = await register(sso, kind="application", token_endpoint_auth_method="client_secret_basic")
    stranger = sso.open_browser()
    shown = await stranger.enter(username, PASSWORD, client_id=application.id, redirect_uri=REDIRECT)
    assert 'name="decision"' in shown.text, shown.text
    return stranger, shown


async def gets_nowhere(stranger: Browser, shown: httpx.Response) -> None:
    answer = await stranger.http.post("/oauth2/login", data=hidden(shown.text) | {"decision": "allow"})
    assert "code=" not in answer.headers.get("location", ""), answer.headers
    assert stranger.http.cookies.get("sso-session") is None
    assert 'id="password"' in answer.text, "it begins anew"


async def test_a_new_password_ends_log_ins_that_wait(sso: Provider) -> None:
    account = await sso.account()
    own = await sso.headers(account["username"])
    stranger, shown = await at_the_consent(sso, account["username"])
    change = {"current_password": PASSWORD, "password": NEW}
    assert (await sso.client.post("/v1/me/password", json=change, headers=own)).status_code == 204
    await gets_nowhere(stranger, shown)
    await sso.login(account["username"], NEW)


@pytest.mark.parametrize("act", ["recovery", "suspension", "administrator"])
async def test_what_ends_every_log_in_ends_those_that_wait(sso: Provider, act: str) -> None:
    await sso.demo()
    account, card = await someone(sso)
    stranger, shown = await at_the_consent(sso, account["username"])
    admin, officer = [await sso.headers(who, demo.PASSWORD) for who in ("secadmin", "reg.zengdu")]
    path = f"/v1/accounts/{account['id']}"
    if act == "recovery":
        done = await sso.client.post("/v1/recoveries", json=card, headers=officer)
    elif act == "suspension":
        done = await sso.client.post(f"{path}/suspension", json={"reason": "冒用"}, headers=admin)
        await sso.client.delete(f"{path}/suspension", headers=admin)
    else:
        done = await sso.client.delete(f"{path}/sessions", headers=admin)
    assert done.status_code in {200, 201}, done.text
    await gets_nowhere(stranger, shown)


async def test_a_password_replaced_while_it_was_checked_opens_nothing(
    sso: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await sso.account()
    own = await sso.headers(account["username"])
    check = login.check_attempt

    async def slowly(*arguments: Any) -> Any:
        found = await check(*arguments)
        change = {"current_password": PASSWORD, "password": NEW}
        assert (await sso.client.post("/v1/me/password", json=change, headers=own)).status_code == 204
        return found

    stranger = sso.open_browser()
    fields = await stranger.form()
    with monkeypatch.context() as patched:
        patched.setattr(login, "check_attempt", slowly)
        data = {**fields, "username": account["username"], "password": PASSWORD}
        answer = await stranger.http.post("/oauth2/login", data=data)
    assert answer.status_code == 401, answer.headers
    assert stranger.http.cookies.get("sso-session") is None


async def test_a_given_out_password_that_was_replaced_meanwhile_is_changed_by_nobody(
    sso: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone else had it, and so it was given out anew: he does not set his own in that moment."""
    await sso.demo()
    account, card = await someone(sso)
    officer, stranger = await sso.headers("reg.zengdu", demo.PASSWORD), sso.open_browser()

    async def given_out() -> str:
        answer = await sso.client.post("/v1/recoveries", json=card, headers=officer)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["initial_password"])

    shown, anew = await stranger.enter(account["username"], await given_out()), []

    async def slowly(password: str) -> str:
        hashed = await hash_password(password)
        anew.append(await given_out())
        return hashed

    with monkeypatch.context() as patched:
        patched.setattr(login, "hash_password", slowly)
        data = hidden(shown.text) | {"new_password": NEW, "new_password_again": NEW}
        assert (await stranger.http.post("/oauth2/login", data=data)).status_code == 303
    assert stranger.http.cookies.get("sso-session") is None
    assert (await sso.open_browser().enter(account["username"], NEW)).status_code == 401
    assert 'name="new_password"' in (await sso.open_browser().enter(account["username"], anew[0])).text


async def test_a_password_that_was_reset_meanwhile_is_not_changed_by_who_knew_the_old_one(
    sso: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sso.demo()
    account, card = await someone(sso)
    officer, stranger = await sso.headers("reg.zengdu", demo.PASSWORD), await sso.headers(account["username"])

    async def slowly(password: str) -> str:
        hashed = await hash_password(password)
        assert (await sso.client.post("/v1/recoveries", json=card, headers=officer)).status_code == 201
        return hashed

    with monkeypatch.context() as patched:
        patched.setattr(sign_ins, "hash_password", slowly)
        change = {"current_password": PASSWORD, "password": NEW}
        refused(await sso.client.post("/v1/me/password", json=change, headers=stranger), 403, "wrong_password")
    assert (await sso.open_browser().enter(account["username"], NEW)).status_code == 401


async def test_of_two_changes_of_one_password_one_counts(sso: Provider) -> None:
    account = await sso.account()
    headers = await sso.headers(account["username"])
    changes = [{"current_password": PASSWORD, "password": f"{NEW} {number}"} for number in range(4)]
    answers = await asyncio.gather(*(sso.client.post("/v1/me/password", json=c, headers=headers) for c in changes))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403, 403]
    (counts,) = [c for c, answer in zip(changes, answers, strict=True) if answer.status_code == 204]
    await sso.login(account["username"], counts["password"])


async def test_for_a_client_that_was_disabled_meanwhile_nobody_is_logged_in(sso: Provider) -> None:
    account = await sso.account()
    application = await register(sso, kind="application", token_endpoint_auth_method="client_secret_basic")
    browser = sso.open_browser()
    await browser.code(account["username"])
    fields = await browser.form(client_id=application.id, redirect_uri=REDIRECT, prompt="login")
    async with sso.client.sessions.begin() as session:
        await session.execute(update(Client).where(Client.id == application.id).values(disabled_at=now()))
    data = {**fields, "username": account["username"], "password": PASSWORD}
    assert (await browser.http.post("/oauth2/login", data=data)).status_code == 400
    assert (await browser.http.get("/account")).status_code == 200, "he is still in where he was"
    assert await sso.events("sso.session.ended.v1") == []


async def test_ending_the_other_log_ins_leaves_what_waits_in_the_own_browser(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    application = await register(sso, kind="application", token_endpoint_auth_method="client_secret_basic")
    asked = await browser.authorize(client_id=application.id, redirect_uri=REDIRECT)
    shown = await browser.http.get(asked.headers["location"])
    stranger, theirs = await at_the_consent(sso, account["username"])
    await sso.login(account["username"])
    page = await browser.http.get("/account/sessions")
    await browser.http.post("/account/sessions", data=csrf_of(page) | {"act": "others"})
    allowed = await browser.http.post("/oauth2/login", data=hidden(shown.text) | {"decision": "allow"})
    assert allowed.headers["location"].startswith(REDIRECT)
    await gets_nowhere(stranger, theirs)
