"""Every log-in of an account is ended in the moment in which another one begins."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from svc_sso import demo
from svc_sso.oidc import service as requests
from svc_sso.sessions import service as sessions
from tests.svc_sso.conftest import PASSWORD, Provider, hidden
from tests.svc_sso.test_waiting_log_ins import NEW, at_the_consent

Asking = Callable[[], Coroutine[Any, Any, httpx.Response]]


async def beside(
    sso: Provider, monkeypatch: pytest.MonkeyPatch, log_in: Asking, place: tuple[Any, str], end: Asking
) -> tuple[httpx.Response, httpx.Response]:
    """What is answered to the last form of a log-in, and to `end`, which waits from before its step at `place` on."""
    module, name = place
    original, ending = getattr(module, name), []

    async def slowly(*arguments: Any) -> Any:
        ending.append(asyncio.create_task(end()))
        await sso.until_waiting(1)
        return await original(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, slowly)
        answer = await log_in()
    return answer, await ending[0]


async def test_a_log_in_beside_a_suspension_ends_with_it(sso: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    await sso.demo()
    account, admin = await sso.account(), await sso.headers("secadmin", demo.PASSWORD)
    browser, stranger = sso.open_browser(), sso.open_browser()
    await browser.code(account["username"])
    await browser.enrol_on_page(await browser.http.get("/account/factors"))
    shown = await stranger.enter(account["username"], PASSWORD)

    async def suspend() -> httpx.Response:
        path = f"/v1/accounts/{account['id']}/suspension"
        return await sso.client.post(path, json={"reason": "冒用"}, headers=admin)

    async def log_in() -> httpx.Response:
        return await stranger.second(shown, browser.secret)

    answer, suspended = await beside(sso, monkeypatch, log_in, (sessions, "begin"), suspend)
    assert (answer.status_code, suspended.status_code) == (303, 200), (answer.text, suspended.text)
    ended = [one["reason"] for one in await sso.events("sso.session.ended.v1") if one["account_id"] == account["id"]]
    assert ended == ["account_disabled", "account_disabled"]


async def test_a_device_that_came_in_beside_a_new_password_is_a_strangers(
    sso: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await sso.account()
    owner = await sso.headers(account["username"])
    stranger, shown = await at_the_consent(sso, account["username"])

    async def change() -> httpx.Response:
        body = {"current_password": PASSWORD, "password": NEW}
        return await sso.client.post("/v1/me/password", json=body, headers=owner)

    async def log_in() -> httpx.Response:
        return await stranger.http.post("/oauth2/login", data=hidden(shown.text) | {"decision": "allow"})

    answer, changed = await beside(sso, monkeypatch, log_in, (requests, "answer"), change)
    assert (answer.status_code, changed.status_code) == (303, 204)
    known = (await sso.client.get("/v1/me/devices", headers=owner)).json()["items"]
    assert [one["current"] for one in known] == [True]
