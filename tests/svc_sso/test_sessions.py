"""Log-ins end: by the person, by the client, by time, by an administrator; and everyone hears of it."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import select, text

from shared.audit import AuditRow
from shared.worker import sweep_once
from svc_sso.sessions import handlers as sessions
from svc_sso.sessions.models import LoginSession
from tests.svc_sso.conftest import (
    PASSWORD,
    SECRETS,
    Provider,
    hidden,
    oauth_refused,
    query_of,
    refused,
)


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, which look only at accounts of their own."""
    return kept_sso


async def ended_of(sso: Provider, account: dict[str, Any]) -> list[dict[str, Any]]:
    """What was told of log-ins of an account which ended."""
    return [event for event in await sso.events("sso.session.ended.v1") if event["account_id"] == account["id"]]


async def is_over(sso: Provider, tokens: dict[str, str]) -> None:
    answer = await sso.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    oauth_refused(answer, "invalid_grant")
    oauth_refused(await sso.exchange(tokens["access_token"], "services"), "invalid_grant")


async def test_the_own_sessions_are_listed_and_ended(sso: Provider) -> None:
    account = await sso.account()
    here, there = await sso.login(account["username"]), await sso.login(account["username"])
    exchanged = (await sso.exchange(here["access_token"], "sso")).json()["access_token"]
    headers = {"Authorization": f"Bearer {exchanged}"}
    rows = (await sso.client.get("/v1/me/sessions", headers=headers)).json()["items"]
    assert [row["current"] for row in rows] == [False, True]
    assert rows[0]["user_agent"] == "Test browser"
    other = await sso.account()
    stranger = await sso.headers(other["username"])
    refused(await sso.client.delete(f"/v1/me/sessions/{rows[0]['id']}", headers=stranger), 404, "session_not_found")
    assert (await sso.client.delete(f"/v1/me/sessions/{rows[0]['id']}", headers=headers)).status_code == 204
    again = await sso.client.delete(f"/v1/me/sessions/{rows[0]['id']}", headers=headers)
    refused(again, 404, "session_not_found")
    await is_over(sso, there)
    assert (await sso.exchange(here["access_token"], "services")).status_code == 200
    ended = await ended_of(sso, account)
    facts = [(event["session_id"], event["account_id"], event["reason"]) for event in ended]
    assert facts == [(rows[0]["id"], account["id"], "ended_by_person")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("expires_at = now() - interval '1 s'", "expired"),
        ("last_seen_at = now() - interval '31 minutes'", "idle"),
    ],
)
async def test_a_session_that_time_ended_is_told_of(sso: Provider, change: str, reason: str) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    async with sso.client.sessions.begin() as session:
        query = text(f"UPDATE login_sessions SET {change} WHERE account_id = :id")
        await session.execute(query, {"id": uuid.UUID(account["id"])})
    await is_over(sso, tokens)
    for sweep in sessions.SWEEPS:
        await sweep_once(sso.client.runtime, sweep)
    ended = await ended_of(sso, account)
    assert [event["reason"] for event in ended] == [reason]


async def test_staff_idle_out_sooner(sso: Provider) -> None:
    await sso.demo()
    await sso.login("reg.zengdu", "Demo-2026-yiwang")
    async with sso.client.sessions() as session:
        query = "SELECT s.idle_seconds FROM login_sessions s JOIN accounts a ON a.id = s.account_id"
        assert await session.scalar(text(f"{query} WHERE a.username = 'reg.zengdu'")) == 900


async def test_logging_out_with_a_hint_leads_back(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    tokens = await sso.login(account["username"], browser=browser)
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "http://localhost:8000/", "state": "s"}
    answer = await browser.http.get("/oauth2/logout", params=params)
    assert query_of(answer) == {"state": "s"}
    assert answer.headers["location"].startswith("http://localhost:8000/")
    await is_over(sso, tokens)
    assert query_of(await browser.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize(
    "changes",
    [
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": "http://localhost:8000/?foo=bar"},
        {"id_token_hint": "e30.e30."},
        {"id_token_hint": None},
        {"client_id": "svc-services"},
    ],
)
async def test_a_faulty_log_out_leads_nowhere(sso: Provider, changes: dict[str, str | None]) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    tokens = await sso.login(account["username"], browser=browser)
    good = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "http://localhost:8000/"}
    params = {name: value for name, value in {**good, **changes}.items() if value is not None}
    answer = await browser.http.get("/oauth2/logout", params=params)
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert (await sso.exchange(tokens["access_token"], "services")).status_code == 200


async def test_logging_out_without_a_hint_asks_first(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    tokens = await sso.login(account["username"], browser=browser)
    asked = await browser.http.get("/oauth2/logout")
    assert (await sso.exchange(tokens["access_token"], "services")).status_code == 200
    forged = await browser.http.post("/oauth2/logout", data={"csrf": "0" * 64})
    assert "已安全退出" not in forged.text
    done = await browser.http.post("/oauth2/logout", data=hidden(asked.text))
    assert "已安全退出" in done.text
    await is_over(sso, tokens)


async def test_a_form_that_can_not_be_read_gets_a_page(sso: Provider) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await sso.client.post("/oauth2/logout", content="state=a&state=b", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


async def test_a_client_ends_the_log_in_behind_its_refresh_token(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    form = {"refresh_token": tokens["refresh_token"]}
    oauth_refused(await sso.client.post("/oauth2/logout", data=form), "invalid_client", 401)
    auth = ("gateway", SECRETS["gateway"])
    assert (await sso.client.post("/oauth2/logout", data=form, auth=auth)).status_code == 200
    assert (await sso.client.post("/oauth2/logout", data=form, auth=auth)).status_code == 200
    await is_over(sso, tokens)
    assert len(await ended_of(sso, account)) == 1


@pytest.mark.parametrize("way", ["refresh_token", "id_token_hint"])
async def test_a_log_in_that_is_ended_from_two_sides_ends_once(sso: Provider, way: str) -> None:
    account = await sso.account()
    tokens, headers = await sso.login(account["username"]), await sso.headers(account["username"])
    session_id = (await sso.claims(tokens["access_token"]))["sid"]
    form = {way: tokens[way.removesuffix("_hint")]}
    async with sso.client.sessions.begin() as holding:
        await holding.execute(select(LoginSession).where(LoginSession.id == uuid.UUID(session_id)).with_for_update())
        elsewhere = asyncio.create_task(sso.client.delete(f"/v1/me/sessions/{session_id}", headers=headers))
        await sso.until_waiting(1)
        log_out = asyncio.create_task(
            sso.client.post("/oauth2/logout", data=form, auth=("gateway", SECRETS["gateway"]))
        )
        await sso.until_waiting(2)
    assert [(await task).status_code for task in (elsewhere, log_out)] == [204, 200]
    assert [event["reason"] for event in await ended_of(sso, account)] == ["ended_by_person"]
    async with sso.client.sessions() as session:
        noted = select(AuditRow.reason).where(AuditRow.object_id == session_id, AuditRow.action == "session.ended")
        assert (await session.scalars(noted)).all() == ["ended_by_person"]


async def test_a_new_password_ends_every_other_log_in(sso: Provider) -> None:
    account = await sso.account()
    other = await sso.login(account["username"])
    here = await sso.login(account["username"])
    token = (await sso.exchange(here["access_token"], "sso")).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    new = "another good password"
    wrong = {"current_password": "not this one", "password": new}
    refused(await sso.client.post("/v1/me/password", json=wrong, headers=headers), 403, "wrong_password")
    weak = {"current_password": PASSWORD, "password": "password123"}
    refused(await sso.client.post("/v1/me/password", json=weak, headers=headers), 422, "weak_password")
    right = {"current_password": PASSWORD, "password": new}
    assert (await sso.client.post("/v1/me/password", json=right, headers=headers)).status_code == 204
    await is_over(sso, other)
    assert (await sso.exchange(here["access_token"], "services")).status_code == 200
    assert (await sso.open_browser().enter(account["username"], PASSWORD)).status_code == 401
    await sso.login(account["username"], new)


@pytest.mark.parametrize("password", ["欧阳明月欧阳明月88", "13812341234abc"])
async def test_a_new_password_is_not_made_of_what_is_known_of_its_holder(sso: Provider, password: str) -> None:
    account = await sso.account(name="欧阳明月")
    headers = await sso.headers(account["username"])
    change = {"current_password": PASSWORD, "password": password}
    problem = refused(await sso.client.post("/v1/me/password", json=change, headers=headers), 422, "weak_password")
    assert [fault["code"] for fault in problem["errors"]] == ["contains_context"]


async def devices(sso: Provider, headers: dict[str, str]) -> list[dict[str, Any]]:
    return list((await sso.client.get("/v1/me/devices", headers=headers)).json()["items"])


async def acting(sso: Provider, tokens: dict[str, Any]) -> dict[str, str]:
    token = (await sso.exchange(tokens["access_token"], "sso")).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def test_known_devices_are_listed_and_forgotten_with_their_log_ins(sso: Provider) -> None:
    account, stranger = await sso.account(), await sso.account()
    laptop, phone = sso.open_browser("203.0.113.7"), sso.open_browser("203.0.113.8")
    on_phone = await sso.login(account["username"], browser=phone)
    own = await acting(sso, await sso.login(account["username"], browser=laptop))
    listed = await devices(sso, own)
    assert [(row["address"], row["user_agent"], row["current"]) for row in listed] == [
        ("203.0.113.7", "Test browser", True),
        ("203.0.113.8", "Test browser", False),
    ]
    path = f"/v1/me/devices/{listed[1]['id']}"
    theirs = await sso.headers(stranger["username"])
    refused(await sso.client.delete(path, headers=theirs), 404, "device_not_found")
    assert (await sso.client.delete(path, headers=own)).status_code == 204
    refused(await sso.client.delete(path, headers=own), 404, "device_not_found")
    await is_over(sso, on_phone)
    assert [row["current"] for row in await devices(sso, own)] == [True]
    await sso.login(account["username"], browser=phone)
    assert len(await devices(sso, own)) == 2, "whoever comes back is known anew"


async def test_a_new_password_makes_strangers_of_all_other_devices(sso: Provider) -> None:
    account = await sso.account()
    await sso.login(account["username"])
    own = await acting(sso, await sso.login(account["username"]))
    change = {"current_password": PASSWORD, "password": "another good password"}
    assert (await sso.client.post("/v1/me/password", json=change, headers=own)).status_code == 204
    assert [row["current"] for row in await devices(sso, own)] == [True]


async def test_the_history_shows_failures_too(sso: Provider) -> None:
    account = await sso.account()
    await sso.open_browser("203.0.113.9").enter(account["username"], "wrong password")
    headers = await sso.headers(account["username"])
    rows = (await sso.client.get("/v1/me/sign-ins", headers=headers)).json()["items"]
    assert [row["outcome"] for row in rows] == ["succeeded", "failed"]
    assert rows[1]["address"] == "203.0.113.9"
