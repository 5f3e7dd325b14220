"""Acting for an enterprise in a browser: the switch, its new cookie, its end; and stepping up."""

import base64
import json
import time
from typing import Any

import httpx
import pytest

from tests.gateway.place import API, CSRF, Place

CODE, OTHER = "91421303MA0000006Y", "91421303MA00000070"
FIRM: dict[str, Any] = {
    "code": CODE,
    "name": "随州红光商贸有限公司",
    "role": "agent",
    "mandate_id": "m-1",
    "matters": ["MR-A-B"],
}


async def choose(browser: httpx.AsyncClient, org: str | None) -> httpx.Response:
    return await browser.post("/session/context", json={"org": org}, headers=CSRF)


def last_claims(place: Place) -> dict[str, Any]:
    """What the token says with which the gateway called the service last."""
    token = (place.service.received[-1].get("authorization") or "").split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(token + "==")))


async def test_a_switch_makes_a_new_session_and_the_old_cookie_is_dead(place: Place) -> None:
    place.provider.organisations = [FIRM]
    async with place.browser() as browser:
        await place.log_in(browser)
        await browser.get(API)
        assert "org" not in last_claims(place)
        old = browser.cookies["sid"]
        assert (await browser.post("/session/context", json={"org": CODE})).json()["code"] == "csrf"
        assert (await choose(browser, OTHER)).json()["code"] == "context_refused"
        switched = await choose(browser, CODE)
        assert switched.status_code == 200, switched.text
        assert switched.json()["acting_for"] == {"code": CODE, "name": FIRM["name"], "mandate": "m-1"}
        assert browser.cookies["sid"] != old
        await browser.get(API)
        assert last_claims(place)["org"] == CODE
        assert (await place.who(browser))["acting_for"]["code"] == CODE
        async with place.browser() as thief:
            thief.cookies.set("sid", old)
            assert (await place.who(thief))["authenticated"] is False
        assert (await choose(browser, None)).json()["acting_for"] is None
        await browser.get(API)
        assert "org" not in last_claims(place)


async def test_what_was_begun_for_the_enterprise_is_never_done_by_the_person(place: Place) -> None:
    place.provider.organisations = [FIRM]
    async with place.browser() as browser:
        await place.log_in(browser)
        await choose(browser, CODE)
        place.provider.organisations = []
        calls = len(place.service.received)
        for _ in range(2):
            ended = await browser.get(API)
            assert (ended.status_code, ended.json()["code"]) == (403, "context_ended")
        assert len(place.service.received) == calls, "the service saw nothing"
        assert (await choose(browser, None)).status_code == 200
        assert (await browser.get(API)).status_code == 200


async def test_the_page_needs_no_script(place: Place) -> None:
    place.provider.organisations = [FIRM]
    async with place.browser() as browser:
        assert (await browser.get("/session/context")).headers["location"].startswith("/session/login")
        await place.log_in(browser)
        shown = await browser.get("/session/context", headers={"Accept-Language": "en"})
        assert FIRM["name"] in shown.text
        assert "MR-A-B" in shown.text
        csrf = shown.text.split('name="csrf" value="')[1].split('"')[0]
        forged = await browser.post("/session/context/form", data={"csrf": "x", "org": CODE})
        assert forged.json()["code"] == "csrf"
        foreign = {"Origin": "https://evil.example"}
        answer = await browser.post("/session/context/form", data={"csrf": csrf, "org": CODE}, headers=foreign)
        assert answer.json()["code"] == "csrf"
        refused = await browser.post("/session/context/form", data={"csrf": csrf, "org": OTHER})
        assert (refused.status_code, 'role="alert"' in refused.text) == (403, True)
        assert (await browser.post("/session/context/form", data={"csrf": csrf, "org": CODE})).status_code == 303
        assert (await place.who(browser))["acting_for"]["code"] == CODE


async def test_a_step_up_asks_the_provider_and_keeps_the_context(place: Place) -> None:
    place.provider.organisations = [FIRM]
    wanted = {"acr_values": "urn:yiwang:acr:mfa", "max_age": "600", "return_to": "/"}
    async with place.browser() as browser:
        await place.log_in(browser)
        await choose(browser, CODE)
        asked = await browser.get("/session/login", params=wanted)
        assert "acr_values=urn%3Ayiwang%3Aacr%3Amfa" in asked.headers["location"]
        assert "max_age=600" in asked.headers["location"]
        place.provider.id_claims = {"acr": "urn:yiwang:acr:mfa", "auth_time": int(time.time())}
        query = httpx.URL(asked.headers["location"]).params
        place.provider.nonce = query["nonce"]
        back = {"code": "c0de", "state": query["state"], "iss": "http://localhost:8000"}
        assert (await browser.get("/session/callback", params=back)).status_code == 303
        assert (await place.who(browser))["acting_for"]["code"] == CODE


@pytest.mark.parametrize(
    "lie", [{"acr": "urn:yiwang:acr:password"}, {"auth_time": 1_000_000_000}, {"auth_time": None}, {"acr": None}]
)
async def test_a_step_up_which_was_not_one_makes_no_session(place: Place, lie: dict[str, Any]) -> None:
    wanted = {"acr_values": "urn:yiwang:acr:mfa", "max_age": "600"}
    async with place.browser() as browser:
        asked = await browser.get("/session/login", params=wanted)
        query = httpx.URL(asked.headers["location"]).params
        place.provider.nonce = query["nonce"]
        place.provider.id_claims = {"acr": "urn:yiwang:acr:mfa", "auth_time": int(time.time())} | lie
        back = {"code": "c0de", "state": query["state"], "iss": "http://localhost:8000"}
        assert (await browser.get("/session/callback", params=back)).status_code == 400


async def test_only_known_classes_are_asked_for(place: Place) -> None:
    async with place.browser() as browser:
        for wrong in ({"acr_values": "urn:else"}, {"max_age": "-1"}, {"max_age": "soon"}):
            assert (await browser.get("/session/login", params=wrong)).status_code == 422
