"""Sessions of browsers: the log-in, the tokens behind it, and its end."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.sessions.handlers import WORK, on_access_changed, on_session_ended
from shared.clock import now, today
from shared.events.sso import AccessChangedV1, SessionEndedV1
from shared.inbox import HandlerContext, SweepContext
from tests.gateway.conftest import StartGateway
from tests.gateway.provider import Provider
from tests.gateway.support import Upstream, answering, served, upstream
from tests.support.servers import Servers
from tests.support.tokens import ISSUER, SignToken

API = "/api/complaints/v1/complaints"
CSRF = {"X-CSRF": "1"}


@dataclass
class Place:
    """A gateway with a provider and a service behind it."""

    port: int
    provider: Provider
    service: Upstream
    app: Any
    start_another: Callable[[], Awaitable[int]]

    def browser(self, port: int | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port or self.port}", timeout=20)

    async def begin(self, browser: httpx.AsyncClient, return_to: str = "/") -> dict[str, str]:
        """Begins a log-in; what the gateway asks the provider for."""
        answer = await browser.get("/session/login", params={"return_to": return_to})
        assert answer.status_code == 303, answer.text
        asked = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        self.provider.nonce = asked["nonce"]
        return asked

    async def log_in(self, browser: httpx.AsyncClient, return_to: str = "/", **changes: str) -> httpx.Response:
        asked = await self.begin(browser, return_to)
        back = {"code": "c0de", "state": asked["state"], "iss": ISSUER} | changes
        return await browser.get("/session/callback", params=back)

    async def who(self, browser: httpx.AsyncClient) -> dict[str, Any]:
        return dict((await browser.get("/session")).json())


@pytest.fixture
async def place(start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken) -> AsyncIterator[Place]:
    provider = Provider(sign_token)
    async with contextlib.AsyncExitStack() as stack:
        provider_port = await stack.enter_async_context(served(provider))
        service = await stack.enter_async_context(upstream(answering(b'{"items":[]}')))

        async def start() -> int:
            return await start_gateway(
                {"complaints": service.url, "sso": f"http://127.0.0.1:{provider_port}"},
                token_url=f"http://127.0.0.1:{provider_port}/oauth2/token",
                session_recheck_seconds=0.5,
            )

        port = await start()
        yield Place(port, provider, service, gateways[-1], start)


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 2.0) -> None:
    """Waits until `check` holds, as long as the promise allows."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens in another process or row
            await asyncio.sleep(0.05)


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


@pytest.mark.parametrize(
    "return_to",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "cases", "/a\nb", "/" * 3000],
)
async def test_a_log_in_never_leads_elsewhere(place: Place, return_to: str) -> None:
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


@pytest.mark.parametrize(
    "changes",
    [{"state": "other"}, {"state": ""}, {"iss": "https://other.example"}, {"iss": ""}, {"code": ""}, {"error": "x"}],
)
async def test_an_answer_that_does_not_fit_makes_no_session(place: Place, changes: dict[str, str]) -> None:
    async with place.browser() as browser:
        answer = await place.log_in(browser, **changes)
        assert answer.status_code == 400
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


@pytest.mark.parametrize("lie", LIES)
async def test_a_lying_provider_makes_no_session(place: Place, lie: str) -> None:
    LIES[lie](place.provider)
    async with place.browser() as browser:
        answer = await place.log_in(browser)
        assert answer.status_code == 400, lie
        assert not [c for c in answer.headers.get_list("set-cookie") if c.startswith("sid=")]
        assert (await place.who(browser))["authenticated"] is False


async def test_a_service_gets_a_token_for_itself_and_never_the_cookie(place: Place, servers: Servers) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        answer = await browser.get(API, headers={"Authorization": "Bearer forged"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    got = place.service.received[0]
    assert got.get("cookie") is None
    kind, token = str(got.get("authorization")).split()
    keys = KeySet.import_key_set(json.loads(Path(servers.jwks_url.removeprefix("file://")).read_text()))
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    assert (kind, claims["aud"], claims["sub"]) == ("Bearer", "complaints", place.provider.account)


async def test_a_token_is_asked_for_once_however_many_want_it(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        answers = await asyncio.gather(*(browser.get(API) for _ in range(50)))
        assert {a.status_code for a in answers} == {200}
        assert place.provider.exchanged == ["complaints"]
        await browser.get(API)
    assert place.provider.exchanged == ["complaints"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-CSRF": "0"}, 403),
        (CSRF, 200),
        (CSRF | {"Sec-Fetch-Site": "cross-site"}, 403),
        (CSRF | {"Sec-Fetch-Site": "same-site"}, 403),
        (CSRF | {"Origin": "https://evil.example"}, 403),
        (CSRF | {"Origin": "null"}, 403),
        (CSRF | {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_writing_with_a_cookie_is_for_our_own_pages_only(
    place: Place, headers: dict[str, str], status: int
) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        answer = await browser.post(API, headers=headers, json={})
    assert answer.status_code == status
    assert len(place.service.received) == (status == 200)
    if status == 403:
        assert answer.json()["code"] == "csrf"


async def test_a_bearer_token_passes_as_it_is_and_needs_no_csrf_header(place: Place) -> None:
    async with place.browser() as client:
        answer = await client.post(API, headers={"Authorization": "Bearer abc"}, json={})
    assert answer.status_code == 200
    assert place.service.received[0].get("authorization") == "Bearer abc"


async def test_the_access_token_is_renewed_by_one_of_many(place: Place) -> None:
    """Tokens that are over when they arrive, two gateways, 60 calls at once: no refresh token is used twice."""
    other = await place.start_another()
    place.provider.lifetime = 1
    async with place.browser() as browser, place.browser(other) as elsewhere:
        await place.log_in(browser)
        elsewhere.cookies = browser.cookies

        async def all_served_and_renewed() -> bool:
            calls = [c.get(API) for c in (browser, elsewhere) for _ in range(30)]
            answers = await asyncio.gather(*calls)
            assert {a.status_code for a in answers} == {200}
            assert [a for a in answers if "set-cookie" in a.headers] == []
            return len(place.provider.refreshed) > before

        for _ in range(3):
            before = len(place.provider.refreshed)
            await eventually(all_served_and_renewed, 10)
            await _forget_tokens(place, place.provider.account)
        assert (await place.who(browser))["authenticated"] is True
    assert place.provider.reused == 0
    assert len(set(place.provider.refreshed)) == len(place.provider.refreshed)


async def _forget_tokens(place: Place, account: str) -> None:
    """What the event of a changed access does."""
    runtime = place.app.state.runtime
    async with runtime.sessions() as session, session.begin():
        event = AccessChangedV1.model_validate({"account_id": account})
        await on_access_changed.run(session, event, HandlerContext(runtime, None))  # type: ignore[arg-type]


async def test_changed_rights_count_within_two_seconds(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        await browser.get(API)
        place.provider.permissions = ["complaints:complaints:handle"]
        await _forget_tokens(place, place.provider.account)

        async def counted() -> bool:
            await browser.get(API)
            return place.provider.exchanged == ["complaints", "complaints"]

        await eventually(counted)
        assert (await place.who(browser))["account"]["permissions"] == ["complaints:complaints:handle"]


async def test_an_end_at_the_provider_ends_the_session_in_every_process(place: Place) -> None:
    other = await place.start_another()
    async with place.browser() as browser, place.browser(other) as elsewhere:
        await place.log_in(browser)
        elsewhere.cookies = browser.cookies
        for client in (browser, elsewhere):
            assert (await place.who(client))["authenticated"] is True
        runtime = place.app.state.runtime
        async with runtime.sessions() as session, session.begin():
            ids = {"session_id": place.provider.session, "account_id": place.provider.account, "reason": "logged_out"}
            event = SessionEndedV1.model_validate(ids)
            await on_session_ended.run(session, event, HandlerContext(runtime, None))  # type: ignore[arg-type]

        async def refused() -> bool:
            answers = [await c.post(API, headers=CSRF, json={}) for c in (browser, elsewhere)]
            return [a.status_code for a in answers] == [401, 401]

        await eventually(refused)


async def test_who_logs_out_is_out_here_and_at_the_provider(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        kept = dict(browser.cookies)
        assert (await browser.post("/session/logout")).status_code == 403
        answer = await browser.post("/session/logout", headers=CSRF)
        assert (answer.status_code, answer.json()) == (200, {"everywhere": True})
        assert "Clear-Site-Data" in answer.headers
        assert "sid" not in browser.cookies
        again = await browser.post(API, headers=CSRF | {"Cookie": f"sid={kept['sid']}"}, json={})
        assert (again.status_code, again.json()["code"]) == (401, "session_expired")
        assert (await browser.post("/session/logout", headers=CSRF)).json() == {"everywhere": True}
    assert place.provider.ended == [place.provider.session]


async def test_a_log_out_while_the_provider_is_away_reaches_it_later(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.away = True
        answer = await browser.post("/session/logout", headers=CSRF)
        assert answer.json() == {"everywhere": False}
        assert (await place.who(browser))["authenticated"] is False
    place.provider.away = False
    runtime = place.app.state.runtime
    tell = next(s for s in WORK.sweeps if s.name == "sessions.tell")
    async with runtime.sessions() as session, session.begin():
        await tell.run(session, SweepContext(runtime, now(), today()))
    assert place.provider.session in place.provider.ended


async def test_an_ended_session_reads_what_is_public_and_is_told_otherwise(
    place: Place, start_gateway: StartGateway
) -> None:
    cookie = {"Cookie": "sid=long-gone"}
    async with place.browser() as browser:
        public = await browser.get(API, headers=cookie)
        written = await browser.post(API, headers=cookie | CSRF, json={})
    assert public.status_code == 200
    assert place.service.received[0].get("authorization") is None
    assert (written.status_code, written.json()["code"]) == (401, "session_expired")
    async with upstream(answering(b"{}", status="401 Unauthorized")) as closed:
        port = await start_gateway({"complaints": closed.url})
        async with place.browser(port) as browser:
            private = await browser.get(API, headers=cookie)
            anonymous = await browser.get(API)
    assert (private.status_code, private.json()["code"]) == (401, "session_expired")
    assert "sid=;" in private.headers["set-cookie"]
    assert "Max-Age=0" in private.headers["set-cookie"]
    assert (anonymous.status_code, anonymous.json()) == (401, {})


async def test_readers_go_on_while_the_provider_is_away_and_nothing_fails_open(place: Place) -> None:
    async with place.browser() as browser, place.browser() as newcomer:
        await place.log_in(browser)
        await browser.get(API)
        place.provider.away = True
        assert (await browser.get(API)).status_code == 200
        assert (await place.log_in(newcomer)).status_code == 503
        other = await browser.get("/api/sso/v1/me")
        assert (other.status_code, other.json()["code"]) == (503, "dependency_unavailable")
        assert (await place.who(browser))["authenticated"] is True


async def test_a_session_that_the_provider_has_ended_is_over(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.error = "invalid_grant"
        answer = await browser.post(API, headers=CSRF, json={})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")
        assert (await place.who(browser))["authenticated"] is False


async def test_a_fault_between_gateway_and_provider_logs_nobody_out(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.error = "invalid_client"
        assert (await browser.get(API)).status_code == 503
        place.provider.error = None
        assert (await browser.get(API)).status_code == 200


async def test_nothing_in_the_table_opens_a_session(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        sid = browser.cookies["sid"]
        runtime = place.app.state.runtime
        async with runtime.engine.connect() as connection:
            rows = (await connection.exec_driver_sql("SELECT * FROM browser_sessions")).all()
    text = "".join(str(bytes(v) if isinstance(v, memoryview) else v) for row in rows for v in row)
    for secret in (sid, place.provider.refresh_token, "张伟", "eyJ"):
        assert secret not in text
