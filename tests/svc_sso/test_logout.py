"""Logging out by a client's wish: the rules of OpenID Connect RP-Initiated Logout 1.0, as OpenID tests them."""

import html
import time
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.svc_sso.conftest import Browser, Provider, hidden, query_of

BACK = "http://localhost:8000/"
OUT, OUT_EN = "已安全退出", "You are logged out"


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


async def entered(sso: Provider) -> tuple[Browser, dict[str, Any]]:
    """A browser in which somebody is logged in, and the tokens which its application has."""
    account, browser = await sso.account(), sso.open_browser()
    return browser, await sso.login(account["username"], browser=browser)


async def is_in(browser: Browser) -> bool:
    return "code" in query_of(await browser.authorize(prompt="none"))


def led_nowhere(answer: httpx.Response, status: int = 400) -> None:
    assert (answer.status_code, "location" in answer.headers) == (status, False), answer.text
    assert "退出" in answer.text


def forged(token: str, algorithm: str) -> str:
    """An ID token with the same claims, signed by nobody or by a stranger."""
    head, body, _ = token.split(".")
    if algorithm == "none":
        return f"eyJhbGciOiJub25lIn0.{body}."
    stranger = ECKey.generate_key("P-256", {"kid": "k"}, private=True)
    made = jwt.encode({"alg": "ES256", "kid": "k"}, {"iat": int(time.time())}, stranger)
    return f"{head}.{body}.{made.split('.')[2]}"


@pytest.mark.parametrize("state", ["af0if", None])
async def test_a_hint_and_a_registered_address_lead_back(sso: Provider, state: str | None) -> None:
    """R1 and R10: with the state, or without one; afterwards nobody is logged in."""
    browser, tokens = await entered(sso)
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BACK}
    answer = await browser.http.get("/oauth2/logout", params=params | ({"state": state} if state else {}))
    assert answer.headers["location"].startswith(BACK)
    assert query_of(answer) == ({"state": state} if state else {})
    assert not await is_in(browser)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", f"{BACK}?foo=bar", "http://localhost:8000", "http://LOCALHOST:8000/", "/"]
)
async def test_another_address_leads_nowhere(sso: Provider, address: str) -> None:
    """R2 and R3: nothing but the registered address, character by character."""
    browser, tokens = await entered(sso)
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": address}
    led_nowhere(await browser.http.get("/oauth2/logout", params=params))
    assert await is_in(browser)


@pytest.mark.parametrize("algorithm", ["none", "stranger"])
async def test_a_forged_hint_leads_nowhere(sso: Provider, algorithm: str) -> None:
    """R4 and R5."""
    browser, tokens = await entered(sso)
    params = {"id_token_hint": forged(tokens["id_token"], algorithm), "post_logout_redirect_uri": BACK}
    led_nowhere(await browser.http.get("/oauth2/logout", params=params))
    assert await is_in(browser)


@pytest.mark.parametrize("changes", [{}, {"client_id": "gateway"}])
async def test_an_address_without_a_hint_leads_nowhere(sso: Provider, changes: dict[str, str]) -> None:
    """R6."""
    browser, _ = await entered(sso)
    answer = await browser.http.get("/oauth2/logout", params={"post_logout_redirect_uri": BACK} | changes)
    led_nowhere(answer)
    assert await is_in(browser)


@pytest.mark.parametrize("params", [{}, {"state": "s"}])
async def test_without_a_hint_the_person_is_asked_and_told(sso: Provider, params: dict[str, str]) -> None:
    """R7 and R9."""
    browser, _ = await entered(sso)
    asked = await browser.http.get("/oauth2/logout", params=params)
    led_nowhere(asked, 200)
    assert OUT not in asked.text
    assert await is_in(browser)
    done = await browser.http.post("/oauth2/logout", data=hidden(asked.text))
    assert OUT in done.text
    assert done.headers["clear-site-data"]
    assert not await is_in(browser)


async def test_a_hint_without_an_address_logs_out_and_says_so(sso: Provider) -> None:
    """R8, in either language."""
    for language, words in (("zh-CN", OUT), ("en", OUT_EN)):
        browser, tokens = await entered(sso)
        params = {"id_token_hint": tokens["id_token"]}
        answer = await browser.http.get("/oauth2/logout", params=params, headers={"Accept-Language": language})
        assert words in answer.text
        assert "location" not in answer.headers
        assert not await is_in(browser)


async def test_whoever_is_not_logged_in_is_told_so_at_once(sso: Provider) -> None:
    assert OUT in (await sso.open_browser().http.get("/oauth2/logout")).text


async def test_someone_elses_hint_asks_first_and_then_goes_on(sso: Provider) -> None:
    """A hint of another person may have been sent by anyone: it must not log this browser out unasked."""
    browser, _ = await entered(sso)
    other, theirs = await entered(sso)
    params = {"id_token_hint": theirs["id_token"], "post_logout_redirect_uri": BACK, "state": 'a"<b>'}
    asked = await browser.http.get("/oauth2/logout", params=params)
    led_nowhere(asked, 200)
    assert await is_in(browser)
    assert await is_in(other)
    fields = {name: html.unescape(value) for name, value in hidden(asked.text).items()}
    assert fields["state"] == params["state"]
    assert "form-action 'self' http://localhost:8000" in asked.headers["content-security-policy"]
    wrong = await browser.http.post("/oauth2/logout", data=fields | {"csrf": "0" * 64})
    led_nowhere(wrong, 200)
    done = await browser.http.post("/oauth2/logout", data=fields)
    assert query_of(done) == {"state": params["state"]}
    assert not await is_in(browser)
    assert not await is_in(other)


async def test_a_hint_from_before_a_new_log_in_of_the_same_person_logs_out(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    old = await sso.login(account["username"], browser=browser)
    again = await sso.redeem(browser, await browser.code(account["username"], prompt="login"))
    assert again.status_code == 200
    answer = await browser.http.get("/oauth2/logout", params={"id_token_hint": old["id_token"]})
    assert OUT in answer.text
    assert not await is_in(browser)


async def test_a_repeated_parameter_is_refused(sso: Provider) -> None:
    answer = await sso.open_browser().http.get("/oauth2/logout?state=1&state=2")
    assert answer.status_code == 400


async def from_elsewhere(sso: Provider, form: dict[str, str]) -> httpx.Response:
    """A form of another site: the browser sends no cookie of ours with it (SameSite=Lax), and takes those we set."""
    return await sso.open_browser().http.post("/oauth2/logout", data=form)


@pytest.mark.parametrize("form", [{}, {"state": "s&x"}])
async def test_a_form_of_another_site_takes_nobodys_log_in_away_unasked(sso: Provider, form: dict[str, str]) -> None:
    browser, _ = await entered(sso)
    answer = await from_elsewhere(sso, form)
    assert "sso-session" not in answer.headers.get("set-cookie", "")
    assert OUT not in answer.text, "nobody knows that here"
    assert (answer.status_code, query_of(answer)) == (303, form)
    asked = await browser.http.get(answer.headers["location"])
    led_nowhere(asked, 200)
    assert OUT not in asked.text
    done = await browser.http.post("/oauth2/logout", data=hidden(asked.text))
    assert OUT in done.text
    assert not await is_in(browser)


async def test_a_form_of_another_site_with_a_hint_ends_what_the_hint_names(sso: Provider) -> None:
    browser, tokens = await entered(sso)
    form = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BACK, "state": "s"}
    answer = await from_elsewhere(sso, form)
    assert query_of(answer) == {"state": "s"}
    assert "sso-session" not in answer.headers.get("set-cookie", ""), "it may be another person's by now"
    assert not await is_in(browser)
