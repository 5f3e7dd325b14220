"""The authorization endpoint and the log-in page: what is shown, what is refused."""

import asyncio
import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from svc_sso.factors.rules import ACR_PASSWORD
from tests.svc_sso.conftest import CALLBACK, PASSWORD, Provider, code_in, hidden, query_of


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, which look only at accounts of their own."""
    return kept_sso


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": None},
        {"client_id": "svc-services"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/session/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?foo=bar"},
        {"redirect_uri": CALLBACK.upper()},
    ],
)
async def test_a_request_of_nobody_known_is_shown_and_not_sent_on(
    sso: Provider, changes: dict[str, str | None]
) -> None:
    answer = await sso.open_browser().authorize(**changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_faulty_request_is_told_to_the_client(
    sso: Provider, changes: dict[str, str | None], error: str
) -> None:
    answer = await sso.open_browser().authorize(**changes)
    told = query_of(answer)
    assert answer.headers["location"].startswith(CALLBACK)
    assert (told["error"], told["state"], told["iss"]) == (error, "st-1", "http://localhost:8000")
    assert "code" not in told


async def test_a_repeated_parameter_is_refused(sso: Provider) -> None:
    browser = sso.open_browser()
    pairs = [*browser.request().items(), ("redirect_uri", "https://evil.example/")]
    answer = await browser.http.get("/oauth2/authorize", params=pairs)  # type: ignore[arg-type]
    assert answer.status_code == 400


async def test_a_request_by_post_leads_to_the_same_page(sso: Provider) -> None:
    browser = sso.open_browser()
    answer = await browser.http.post("/oauth2/authorize", data=browser.request())
    answer = await browser.http.get(answer.headers["location"])
    assert answer.headers["location"].startswith("/oauth2/login?request=")
    answer = await sso.open_browser().http.post("/oauth2/authorize", data=browser.request(display="x" * 6000))
    assert answer.headers["location"].startswith("/oauth2/login?request="), "too long for an address"


async def test_the_page_is_accessible_and_keeps_to_itself(sso: Provider) -> None:
    browser = sso.open_browser()
    shown = await browser.http.get((await browser.authorize()).headers["location"])
    for part in ('lang="zh-CN"', '<label for="username">', '<label for="password">', 'name="username"', "登录"):
        assert part in shown.text
    assert re.findall("<script.*", shown.text) == ['<script src="/oauth2/passkey.js" defer></script>']
    assert "script-src 'self';" in shown.headers["content-security-policy"]
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert shown.headers["cache-control"] == "no-store"
    english = await browser.http.get(shown.url, headers={"Accept-Language": "en"})
    assert '<label for="username">User name' in english.text


async def test_the_same_answer_for_a_wrong_password_and_for_nobody(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    wrong = await browser.enter(account["username"], "wrong password")
    nobody = await sso.open_browser().enter("nobody.here", "wrong password")
    assert (wrong.status_code, nobody.status_code) == (401, 401)

    def without_tokens(html: str) -> str:
        for value in filter(None, hidden(html).values()):
            html = html.replace(value, "")
        html = re.sub(r'data-options="[^"]*"', "", html)
        return html.replace(f'value="{account["username"]}"', "").replace('value="nobody.here"', "")

    assert without_tokens(wrong.text) == without_tokens(nobody.text)
    assert browser.http.cookies.get("sso-session") is None


async def test_a_form_of_another_browser_or_without_its_token_is_refused(sso: Provider) -> None:
    account = await sso.account()
    mine, other = sso.open_browser(), sso.open_browser()
    fields = await mine.form()
    await other.form()
    data = {**fields, "username": account["username"], "password": PASSWORD}
    assert (await other.http.post("/oauth2/login", data=data)).status_code == 400
    assert (await mine.http.post("/oauth2/login", data={**data, "csrf": "0" * 64})).status_code == 400
    assert (await mine.http.post("/oauth2/login", data={**data, "csrf": "密"})).status_code == 400
    assert (await mine.http.post("/oauth2/login", json=data)).status_code == 400
    assert (await mine.http.post("/oauth2/login", data=data)).status_code == 303
    assert (await mine.http.post("/oauth2/login", data=data)).status_code == 400


async def test_a_page_runs_out(sso: Provider) -> None:
    browser = sso.open_browser()
    sent = await browser.authorize()
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE login_requests SET expires_at = now() - interval '1 second'"))
    assert (await browser.http.get(sent.headers["location"])).status_code == 400


async def test_the_second_application_asks_for_no_password(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    await browser.code(account["username"])
    again = await browser.authorize(prompt="none", state="st-2")
    assert query_of(again)["state"] == "st-2"
    assert code_in(again)
    assert (await browser.authorize(prompt="login")).headers["location"].startswith("/oauth2/login")
    assert (await browser.authorize(max_age="0")).headers["location"].startswith("/oauth2/login")


async def test_a_new_log_in_has_a_new_secret_and_another_persons_ends_the_old(sso: Provider) -> None:
    account, other = await sso.account(), await sso.account()
    browser = sso.open_browser()
    await browser.code(account["username"])
    first = browser.http.cookies["sso-session"]
    await browser.code(account["username"], prompt="login")
    assert browser.http.cookies["sso-session"] != first
    assert await ended(sso, account) == []
    stale = sso.open_browser()
    stale.http.cookies.set("sso-session", first)
    assert query_of(await stale.authorize(prompt="none"))["error"] == "login_required"
    await browser.code(other["username"], prompt="login")
    assert await ended(sso, account) == ["replaced"]


async def ended(sso: Provider, account: dict[str, Any]) -> list[str]:
    """Why log-ins of an account have ended."""
    events = await sso.events("sso.session.ended.v1")
    return [event["reason"] for event in events if event["account_id"] == account["id"]]


async def test_cookies_are_closed_to_scripts(sso: Provider) -> None:
    account = await sso.account()
    entered = await sso.open_browser().enter(account["username"], PASSWORD)
    given = entered.headers.get_list("set-cookie")
    assert {cookie.split("=")[0] for cookie in given} == {"sso-session", "sso-device"}
    for cookie in given:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie


async def test_guessing_has_to_wait_and_the_owner_s_device_does_not(sso: Provider) -> None:
    account = await sso.account()
    owner = sso.open_browser("198.51.100.7")
    await owner.code(account["username"])
    attacker = sso.open_browser("198.51.100.7")
    statuses = [(await attacker.enter(account["username"], f"guess-{i}-guess")).status_code for i in range(6)]
    assert statuses == [401] * 5 + [429]
    stopped = await attacker.enter(account["username"], PASSWORD)
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["retry-after"]) <= 60
    await owner.code(account["username"], prompt="login")
    refused = [row for row in await history(sso, account["username"]) if row["outcome"] == "refused"]
    assert len(refused) == 2


async def history(sso: Provider, username: str) -> list[dict[str, object]]:
    headers = await sso.headers(username)
    return list((await sso.client.get("/v1/me/sign-ins", headers=headers)).json()["items"])


async def test_parallel_guesses_gain_nothing(sso: Provider) -> None:
    account = await sso.account()
    browser = sso.open_browser()
    fields = await browser.form()
    data = {**fields, "username": account["username"], "password": "wrong password"}
    answers = await asyncio.gather(*(browser.http.post("/oauth2/login", data=data) for _ in range(12)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 7


async def test_many_addresses_can_not_lock_out_a_known_device(sso: Provider) -> None:
    account = await sso.account()
    owner = sso.open_browser()
    await owner.code(account["username"])
    async with sso.client.sessions.begin() as session:
        await session.execute(text("DELETE FROM sign_in_counts"))
    stranger = sso.open_browser()
    await stranger.enter(account["username"], "wrong password")
    async with sso.client.sessions.begin() as session:
        blocked = "UPDATE sign_in_counts SET attempts = 60, blocked_until = now() + interval '5 minutes'"
        await session.execute(text(blocked))
    assert (await sso.open_browser().enter(account["username"], PASSWORD)).status_code == 429
    await owner.code(account["username"], prompt="login")


async def test_a_disabled_account_is_nobody(sso: Provider) -> None:
    account = await sso.account()
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE accounts SET disabled_at = now()"))
    assert (await sso.open_browser().enter(account["username"], PASSWORD)).status_code == 401


@pytest.mark.parametrize("asked", [{"value": "urn:elsewhere:high"}, {"values": ["urn:elsewhere:high", "2"]}])
async def test_an_essential_class_which_nobody_reaches_here_gives_no_code(sso: Provider, asked: dict[str, Any]) -> None:
    """OpenID Connect Core, 5.5.1.1: what can't be met is a failed authentication; a wish is only a wish."""
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    for essential, wanted in ((True, "unmet_authentication_requirements"), (False, None)):
        claims = json.dumps({"id_token": {"acr": asked | {"essential": essential}}})
        assert query_of(await browser.authorize(claims=claims)).get("error") == wanted
    met = json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:elsewhere:high", ACR_PASSWORD]}}})
    assert "code" in query_of(await browser.authorize(claims=met))
    assert "code" in query_of(await browser.authorize(claims='{"id_token": {"acr": {"essential": true}}}'))


async def test_a_form_of_another_site_finds_the_log_in_of_its_browser(sso: Provider) -> None:
    """OpenID Connect Core, 3.1.2.1: POST like GET. With a form of another site comes no cookie (SameSite=Lax)."""
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    waiting = await browser.form(prompt="login")
    stranger = sso.open_browser()
    sent = await stranger.http.post("/oauth2/authorize", data=browser.request(prompt="none", state="a&b 中"))
    assert (sent.status_code, "set-cookie" in sent.headers) == (303, False), "what waits in the browser goes on"
    answer = query_of(await browser.http.get(sent.headers["location"]))
    assert ("code" in answer, answer["state"]) == (True, "a&b 中")
    data = waiting | {"username": account["username"], "password": PASSWORD}
    assert "code" in query_of(await browser.http.post("/oauth2/login", data=data))
    assert "code" in query_of(await browser.http.post("/oauth2/authorize", data=browser.request()))
