"""Requests which clients send ahead (RFC 9126, FAPI 2.0): what is pushed, by whom, how often it counts."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from tests.support.proofs import jkt, make_proof, new_key
from tests.svc_sso.clients import ISSUER, REDIRECT, TOKEN_URL, Machine, register
from tests.svc_sso.conftest import PASSWORD, Browser, Provider, challenge_of, hidden, oauth_refused

PAR_URL = f"{ISSUER}/oauth2/par"


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


@pytest.fixture(scope="module")
async def agency(sso: Provider) -> Machine:
    return await register(sso)


@pytest.fixture(scope="module")
async def username(sso: Provider) -> str:
    return str((await sso.account())["username"])


def request(browser: Browser, **changes: str | None) -> dict[str, str]:
    params = {
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "state": "st-2",
        "code_challenge": challenge_of(browser.verifier),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (params | changes).items() if value is not None}


async def push(agency: Machine, browser: Browser, headers: dict[str, str] | None = None, **changes: str | None) -> str:
    answer = await agency.post("/oauth2/par", headers, **request(browser, **changes))
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expires_in"] == 60
    uri = str(answer.json()["request_uri"])
    assert uri.startswith("urn:ietf:params:oauth:request_uri:")
    return uri


async def visit(browser: Browser, client_id: str, uri: str, **more: str) -> httpx.Response:
    return await browser.http.get("/oauth2/authorize", params={"client_id": client_id, "request_uri": uri, **more})


async def through(browser: Browser, response: httpx.Response, username: str) -> httpx.Response:
    """The person logs in, agrees when asked, and is led back to the client."""
    for _ in range(4):
        location = response.headers.get("location", "")
        if location.startswith(REDIRECT):
            return response
        page = await browser.http.get(location) if location else response
        fields = hidden(page.text)
        form = {**fields, "username": username, "password": PASSWORD, "decision": "allow"}
        action = page.text.split('<form method="post" action="')[1].split('"')[0]
        response = await browser.http.post(action, data=form)
    raise AssertionError(response.text)


def brought(response: httpx.Response) -> dict[str, str]:
    assert response.headers["location"].startswith(REDIRECT), response.headers
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


async def test_a_pushed_request_leads_to_tokens_and_a_visit_does_not_burn_it(
    sso: Provider, agency: Machine, username: str
) -> None:
    browser = sso.open_browser()
    uri = await push(agency, browser)
    await visit(browser, agency.id, uri)
    seen = await visit(browser, agency.id, uri, scope="openid profile", redirect_uri="https://evil.example/")
    answer = brought(await through(browser, seen, username))
    assert answer["state"] == "st-2"
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT}
    tokens = await agency.token(**form, code_verifier=browser.verifier)
    assert tokens.status_code == 200, tokens.text
    assert tokens.json()["scope"] == "openid"
    claims = await sso.claims(tokens.json()["access_token"])
    assert (claims["aud"], claims["permissions"]) == ("userinfo", [])
    assert (await visit(browser, agency.id, uri)).status_code == 400


async def test_of_two_answers_one_counts(sso: Provider, agency: Machine, username: str) -> None:
    uri = await push(agency, sso.open_browser())
    first, second = sso.open_browser(), sso.open_browser()
    pages = [await visit(browser, agency.id, uri) for browser in (first, second)]
    assert "code" in brought(await through(first, pages[0], username))
    assert brought(await through(second, pages[1], username))["error"] == "invalid_request_uri"


async def test_a_pushed_request_is_its_client_s_own_and_runs_out(sso: Provider, agency: Machine) -> None:
    browser = sso.open_browser()
    uri = await push(agency, browser)
    other = await register(sso)
    assert (await visit(browser, other.id, uri)).status_code == 400
    assert (await visit(browser, agency.id, uri + "x")).status_code == 400
    assert (await visit(browser, agency.id, uri)).status_code == 303
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE pushed_requests SET expires_at = now()"))
    assert (await visit(browser, agency.id, uri)).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"client_id": "gateway"}, "invalid_client"),
    ],
    ids=str,
)
async def test_what_can_not_be_pushed(
    sso: Provider, agency: Machine, changes: dict[str, str | None], error: str
) -> None:
    answer = await agency.post("/oauth2/par", **request(sso.open_browser(), **changes))
    oauth_refused(answer, error, 401 if error == "invalid_client" else 400)


async def test_the_endpoint_takes_posts_of_proven_clients(sso: Provider, agency: Machine) -> None:
    assert (await sso.client.get("/oauth2/par")).status_code == 405
    nobody = await sso.client.post("/oauth2/par", data=request(sso.open_browser()) | {"client_id": agency.id})
    oauth_refused(nobody, "invalid_client", 401)
    machine = await register(sso, grant_types=["client_credentials"])
    refusal = await machine.post("/oauth2/par", **request(sso.open_browser()))
    oauth_refused(refusal, "unauthorized_client")


async def test_an_agency_must_push(sso: Provider, agency: Machine) -> None:
    browser = sso.open_browser()
    plain = await browser.http.get("/oauth2/authorize", params=request(browser) | {"client_id": agency.id})
    assert brought(plain)["error"] == "invalid_request"
    application = await register(sso, "application", require_pushed_authorization_requests=True)
    plain = await browser.http.get("/oauth2/authorize", params=request(browser) | {"client_id": application.id})
    assert brought(plain)["error"] == "invalid_request"


async def test_a_code_is_bound_to_the_key_of_the_push(sso: Provider, agency: Machine, username: str) -> None:
    key, other = new_key(), new_key()
    for bound in ("header", "parameter"):
        browser = sso.open_browser()
        if bound == "header":
            uri = await push(agency, browser, {"DPoP": make_proof(key, "POST", PAR_URL)})
        else:
            uri = await push(agency, browser, dpop_jkt=jkt(key))
        answer = brought(await through(browser, await visit(browser, agency.id, uri), username))
        form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT}
        form["code_verifier"] = browser.verifier
        oauth_refused(await agency.token(**form), "invalid_grant")
        oauth_refused(await agency.token({"DPoP": make_proof(other, "POST", TOKEN_URL)}, **form), "invalid_grant")
        tokens = await agency.token({"DPoP": make_proof(key, "POST", TOKEN_URL)}, **form)
        assert tokens.json()["token_type"] == "DPoP"
        assert (await sso.claims(tokens.json()["access_token"]))["cnf"] == {"jkt": jkt(key)}
    both = request(sso.open_browser(), dpop_jkt=jkt(other))
    refusal = await agency.post("/oauth2/par", {"DPoP": make_proof(key, "POST", PAR_URL)}, **both)
    oauth_refused(refusal, "invalid_dpop_proof")
