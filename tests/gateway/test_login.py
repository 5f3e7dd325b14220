"""Logging in: what protects it, and what a lying provider gets."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.gateway.conftest import StartGateway
from tests.gateway.place import Place
from tests.gateway.provider import Provider
from tests.support.tokens import ISSUER


async def test_a_log_in_asks_for_a_code_with_everything_that_protects_it(place: Place) -> None:
    async with place.browser() as browser:
        answer = await browser.get("/session/login", params={"return_to": "/cases?x=1"})
        cookies = answer.headers.get_list("set-cookie")
    address = urlsplit(answer.headers["location"])
    asked = {k: v[0] for k, v in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ISSUER}/oauth2/authorize"
    assert asked["redirect_uri"] == f"{ISSUER}/session/callback"
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "gateway", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert len(cookies) == 1
    assert all(part in cookies[0] for part in ("login=", "HttpOnly", "SameSite=lax", "Path=/"))
    assert answer.headers["cache-control"] == "no-store"


async def test_who_comes_back_has_a_session_that_says_who(place: Place) -> None:
    async with place.browser() as browser:
        assert await place.who(browser) == {
            "authenticated": False,
            "account": None,
            "acting_for": None,
            "expires_at": None,
            "csrf": {"header": "X-CSRF", "value": "1"},
        }
        answer = await place.log_in(browser, "/cases?x=1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases?x=1")
        told = await place.who(browser)
    assert told["authenticated"] is True
    assert told["account"] == {
        "subject": place.provider.account,
        "kind": "person",
        "name": "张伟",
        "permissions": ["complaints:complaints:file"],
        "unit": None,
        "region": None,
    }
    assert place.provider.asked[0]["authorization"].startswith("Basic ")
    assert len(place.provider.asked[0]["code_verifier"]) >= 43
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("sid="))
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie


async def test_a_log_in_never_leads_elsewhere(place: Place) -> None:
    for return_to in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "cases"):
        async with place.browser() as browser:
            answer = await place.log_in(browser, return_to)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(place: Place) -> None:
    async with place.browser() as browser, place.browser() as stranger:
        asked = await place.begin(browser)
        back = {"code": "c0de", "state": asked["state"], "iss": ISSUER}
        assert (await stranger.get("/session/callback", params=back)).status_code == 400
        assert (await browser.get("/session/callback", params=back)).status_code == 303
        assert (await browser.get("/session/callback", params=back)).status_code == 400
        assert (await place.who(stranger))["authenticated"] is False


async def test_an_answer_that_does_not_fit_makes_no_session(place: Place) -> None:
    issuers = ({"iss": "https://other.example"}, {"iss": ""})
    for changes in ({"state": "other"}, {"state": ""}, *issuers, {"code": ""}, {"error": "access_denied"}):
        async with place.browser() as browser:
            answer = await place.log_in(browser, **changes)
            assert answer.status_code == 400, changes
            assert answer.headers["content-type"].startswith("text/html")
            assert (await place.who(browser))["authenticated"] is False


def _flip(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def _unsigned(token: str) -> str:
    return f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoidGVzdCJ9.{token.split('.')[1]}."


def _without_key_id(token: str) -> str:
    return f"eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.{token.split('.', 1)[1]}"


LIES: dict[str, Callable[[Provider], None]] = {
    "issuer": lambda p: p.id_claims.update(iss="https://other.example"),
    "no issuer": lambda p: p.id_claims.update(iss=None),
    "audience": lambda p: p.id_claims.update(aud="someone"),
    "two audiences": lambda p: p.id_claims.update(aud=["gateway", "someone"]),
    "no audience": lambda p: p.id_claims.update(aud=None),
    "authorised party": lambda p: p.id_claims.update(azp="someone"),
    "expired": lambda p: p.id_claims.update(exp=1_700_000_000),
    "no expiry": lambda p: p.id_claims.update(exp=None),
    "issued in the future": lambda p: p.id_claims.update(iat=4_000_000_000),
    "no time of issue": lambda p: p.id_claims.update(iat=None),
    "nonce": lambda p: p.id_claims.update(nonce="other"),
    "no nonce": lambda p: p.id_claims.update(nonce=None),
    "no subject": lambda p: p.id_claims.update(sub=None),
    "empty subject": lambda p: p.id_claims.update(sub=""),
    "other subject than the access token's": lambda p: p.id_claims.update(sub="other"),
    "other access token": lambda p: p.id_claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "signature": lambda p: setattr(p, "change_id_token", _flip),
    "unsigned": lambda p: setattr(p, "change_id_token", _unsigned),
    "unknown key": lambda p: p.id_header.update(kid="unknown"),
    "no key id": lambda p: setattr(p, "change_id_token", _without_key_id),
    "an access token for an ID token": lambda p: p.id_header.update(typ="at+jwt"),
    "no ID token": lambda p: setattr(p, "change_answer", lambda a: a.pop("id_token")),
    "not a token": lambda p: setattr(p, "change_id_token", lambda t: "a.b.c"),
    "an empty token": lambda p: setattr(p, "change_id_token", lambda t: ""),
    "no access token": lambda p: setattr(p, "change_answer", lambda a: a.pop("access_token")),
    "access token of another issuer": lambda p: p.access_claims.update(iss="https://other.example"),
    "access token for a service": lambda p: p.access_claims.update(aud="complaints"),
    "access token expired": lambda p: p.access_claims.update(exp=1_700_000_000),
    "userinfo of someone else": lambda p: p.userinfo.update(sub="other"),
    "code refused": lambda p: setattr(p, "error", "invalid_grant"),
}


async def test_a_lying_provider_makes_no_session(place: Place) -> None:
    believed = []
    for name, lie in LIES.items():
        place.provider.be_honest()
        lie(place.provider)
        async with place.browser() as browser:
            answer = await place.log_in(browser)
            got_cookie = any(c.startswith("sid=") for c in answer.headers.get_list("set-cookie"))
            logged_in = (await place.who(browser))["authenticated"]
        if answer.status_code != 400 or got_cookie or logged_in:
            believed.append(name)
    assert len(LIES) >= 20
    assert believed == []
    place.provider.be_honest()
    async with place.browser() as browser:
        assert (await place.log_in(browser)).status_code == 303


async def test_behind_https_the_cookies_are_bound_to_the_host(start_gateway: StartGateway) -> None:
    port = await start_gateway({}, public_origin="https://gov.example")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser:
        answer = await browser.get("/session/login")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-login=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert answer.headers["location"].startswith("https://gov.example/oauth2/authorize?")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
