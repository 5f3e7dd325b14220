"""The tokens behind a session: one for each service, asked for once, renewed by one."""

import asyncio
import json
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.sessions.handlers import on_access_changed
from shared.events.sso import AccessChangedV1
from shared.inbox import HandlerContext
from tests.gateway.place import API, CSRF, Place, eventually
from tests.support.servers import Servers
from tests.support.tokens import ISSUER


def keys_of(servers: Servers) -> KeySet:
    return KeySet.import_key_set(json.loads(Path(servers.jwks_url.removeprefix("file://")).read_text()))


async def test_a_service_gets_a_token_for_itself_and_never_the_cookie(place: Place, servers: Servers) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        answer = await browser.get(API, headers={"Authorization": "Bearer forged"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    got = place.service.received[0]
    assert got.get("cookie") is None
    kind, token = str(got.get("authorization")).split()
    claims = jwt.decode(token, keys_of(servers), algorithms=["ES256"]).claims
    assert (kind, claims["aud"], claims["sub"]) == ("Bearer", "complaints", place.provider.account)


async def test_a_token_is_asked_for_once_however_many_want_it(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        answers = await asyncio.gather(*(browser.get(API) for _ in range(50)))
        assert {a.status_code for a in answers} == {200}
        assert place.provider.exchanged == ["complaints"]
        await browser.get(API)
    assert place.provider.exchanged == ["complaints"]


async def test_who_changes_something_about_himself_calls_as_what_he_is_now(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        await browser.get(API)
        assert (await browser.get("/api/sso/v1/me/organisations")).status_code == 200
        await browser.get(API)
        assert place.provider.exchanged == ["complaints", "sso"]
        assert (await browser.post("/api/sso/v1/me/organisations", headers=CSRF)).status_code == 200
        await browser.get(API)
    assert place.provider.exchanged == ["complaints", "sso", "complaints"]


CALLS: list[tuple[dict[str, str], int]] = [
    ({}, 403),
    ({"X-CSRF": "0"}, 403),
    (CSRF, 200),
    (CSRF | {"Sec-Fetch-Site": "cross-site"}, 403),
    (CSRF | {"Sec-Fetch-Site": "same-site"}, 403),
    (CSRF | {"Origin": "https://evil.example"}, 403),
    (CSRF | {"Origin": "null"}, 403),
    (CSRF | {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}, 200),
]


async def test_writing_with_a_cookie_is_for_our_own_pages_only(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        for headers, status in CALLS:
            answer = await browser.post(API, headers=headers, json={})
            assert answer.status_code == status, headers
            assert status == 200 or answer.json()["code"] == "csrf"
    assert len(place.service.received) == 2


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
