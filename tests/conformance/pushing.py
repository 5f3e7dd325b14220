"""FAPI 2.0 security profile, first part: pushed authorization requests (RFC 9126) and the answer to the browser."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.conformance.browser import Browser, Landing, Page, Shown
from tests.conformance.checks import Plan, expect
from tests.conformance.world import Back, Client, Sent, Tokens, World, b64

PLAN = Plan("FAPI 2.0 negatives")
LONGEST_LIFE = 600


def push(world: World, client: Client, sent: Sent, **claims: Any) -> httpx.Response:
    """The pushed authorization request; `claims` change the client's assertion."""
    own, headers = world.authenticated(client, **claims)
    return world.http.post(world.endpoint("pushed_authorization_request"), data=sent.params | own, headers=headers)


def pushed(world: World, client: Client, sent: Sent) -> dict[str, str]:
    """What a browser brings to the authorization endpoint after a push."""
    answer = push(world, client, sent)
    expect(answer.status_code == 201, f"the push answers {answer.status_code}: {answer.text[:200]}")
    return {"client_id": client.client_id, "request_uri": answer.json()["request_uri"]}


def open_pushed(world: World, browser: Browser, params: dict[str, str]) -> Shown:
    """Where the browser ends after the person did what was asked."""
    return world.op.person.walk(browser, browser.open(world.address(params)))


def code(world: World, browser: Browser, client: Client, **changes: str | None) -> Back:
    """A code by a pushed request."""
    sent = world.request(client, **changes)
    shown = open_pushed(world, browser, pushed(world, client, sent))
    back = world.come_back(browser, client, sent, shown)
    expect("code" in back.params, f"no code: {back.params}")
    return back


def refuses(answer: httpx.Response, *errors: str, statuses: tuple[int, ...] = (400, 401)) -> None:
    """Breaks the rule unless the answer is a refusal in JSON with one of the errors; none named: any."""
    expect(answer.status_code in statuses, f"answers {answer.status_code}: {answer.text[:160]}")
    error = answer.json().get("error") if "json" in answer.headers.get("content-type", "") else None
    expect(error is not None and (not errors or error in errors), f"the error is {error}")


def no_code(shown: Shown) -> None:
    """Breaks the rule when the browser comes back with a code."""
    expect(not isinstance(shown, Landing) or "code" not in shown.params, "a code was given")
    expect(not isinstance(shown, Page) or shown.status >= 400 or not shown.forms, "the person is asked to log in")


def fapi(world: World) -> tuple[Browser, Client]:
    """A browser and the application."""
    if "pushed_authorization_request_endpoint" not in world.op.metadata:
        raise AssertionError("no pushed_authorization_request_endpoint")
    return world.browser(), world.client("fapi")


def tokens_of(world: World, client: Client, back: Back) -> Tokens:
    """The tokens of a code."""
    return world.tokens(client, back)


# Pushed requests.


@PLAN.check("F01", "fapi2-happy-flow", "push, client_id and request_uri alone, code, bound tokens, userinfo: works")
def _happy(world: World) -> None:
    browser, client = fapi(world)
    tokens = tokens_of(world, client, code(world, browser, client))
    url = world.endpoint("userinfo")
    proof = world.proof("GET", url, tokens.access)
    answer = world.http.get(url, headers={"Authorization": f"DPoP {tokens.access}", "DPoP": proof})
    expect(answer.status_code == 200 and answer.json()["sub"] == tokens.id_claims["sub"], f"userinfo: {answer}")


@PLAN.check("F02", "fapi2-par-response", "a push is answered 201 with request_uri and a life of at most 600 s")
def _answer(world: World) -> None:
    _, client = fapi(world)
    answer = push(world, client, world.request(client))
    expect(answer.status_code == 201, f"{answer.status_code} {answer.text[:160]}")
    body = answer.json()
    expect(0 < body["expires_in"] <= LONGEST_LIFE, f"expires_in is {body['expires_in']}")
    expect(len(body["request_uri"].rpartition(":")[2]) >= 22, "the request_uri can be guessed")
    world.warn("no-store" in answer.headers.get("cache-control", ""), "the answer may be cached")


def _push_refused(*errors: str, **changes: str | None) -> Callable[[World], None]:
    """A push with something wrong: refused at once, or at the latest when the browser brings it."""

    def run(world: World) -> None:
        browser, client = fapi(world)
        sent = world.request(client, **changes)
        answer = push(world, client, sent)
        if answer.status_code == 201:
            params = {"client_id": client.client_id, "request_uri": answer.json()["request_uri"]}
            no_code(open_pushed(world, browser, params))
        else:
            refuses(answer, *errors)

    return run


PLAN.add("F03", "fapi2-ensure-pkce-required", "no code_challenge: refused",
         _push_refused("invalid_request", code_challenge=None, code_challenge_method=None))  # fmt: skip
PLAN.add("F04", "fapi2-ensure-plain-pkce-rejected", "code_challenge_method plain: refused",
         _push_refused("invalid_request", code_challenge="x" * 43, code_challenge_method="plain"))  # fmt: skip
PLAN.add("F05", "fapi2-ensure-unregistered-redirect-uri-rejected", "a redirect_uri that is not registered: refused",
         _push_refused(redirect_uri="https://evil.example/callback"))  # fmt: skip
PLAN.add("F06", "fapi2-ensure-redirect-uri-in-authorization-request", "no redirect_uri: refused",
         _push_refused("invalid_request", redirect_uri=None))  # fmt: skip
PLAN.add("F07", "fapi2-ensure-response-type-token-fails", "response_type=token: refused",
         _push_refused(response_type="token"))  # fmt: skip
PLAN.add("F08", "fapi2-ensure-response-type-code-idtoken-fails", "response_type=code id_token: refused",
         _push_refused(response_type="code id_token"))  # fmt: skip
PLAN.add("F09", "fapi2-par-ensure-request-uri-in-request-fails", "request_uri within a push: refused",
         _push_refused("invalid_request", "request_uri_not_supported",
                       request_uri="urn:ietf:params:oauth:request_uri:again"))  # fmt: skip


@PLAN.check("F10", "fapi2-par-attempt-to-use-request-uri-for-different-client", "another client's request_uri: refused")
def _other_client(world: World) -> None:
    browser, client = fapi(world)
    params = pushed(world, client, world.request(client))
    no_code(open_pushed(world, browser, params | {"client_id": world.client("fapi-other").client_id}))


@PLAN.check("F11", "fapi2-par-attempt-reuse-request-uri", "a request_uri counts once")
def _reuse(world: World) -> None:
    browser, client = fapi(world)
    sent = world.request(client)
    params = pushed(world, client, sent)
    world.come_back(browser, client, sent, open_pushed(world, browser, params))
    no_code(open_pushed(world, browser, params))


@PLAN.check("F12", "fapi2-par-visit-does-not-use-request-uri", "a mere visit does not use it up")
def _visit(world: World) -> None:
    browser, client = fapi(world)
    sent = world.request(client)
    params = pushed(world, client, sent)
    for visitor in (world.browser(), browser):
        expect(isinstance(visitor.open(world.address(params)), Page), "the log-in page does not come")
    back = world.come_back(browser, client, sent, open_pushed(world, browser, params))
    expect("code" in back.params, f"no code: {back.params}")


@PLAN.check("F13", "fapi2-par-attempt-to-use-expired-request-uri", "an expired request_uri: refused", slow=True)
def _expired(world: World) -> None:
    browser, client = fapi(world)
    answer = push(world, client, world.request(client))
    expect(answer.status_code == 201, f"the push answers {answer.status_code}")
    time.sleep(answer.json()["expires_in"] + 2)
    params = {"client_id": client.client_id, "request_uri": answer.json()["request_uri"]}
    no_code(open_pushed(world, browser, params))


@PLAN.check("F14", "fapi2-par-without-http-post", "GET on the endpoint for pushes: refused")
def _get(world: World) -> None:
    _, client = fapi(world)
    own, headers = world.authenticated(client)
    url = world.endpoint("pushed_authorization_request")
    answer = world.http.get(url, params=world.request(client).params | own, headers=headers)
    expect(answer.status_code in (400, 404, 405), f"answers {answer.status_code}")


@PLAN.check("F15", "fapi2-ensure-request-without-par-fails", "who must push can't ask plainly")
def _plain(world: World) -> None:
    browser, client = fapi(world)
    no_code(world.go(browser, world.request(client)))


@PLAN.check("F16", "fapi2-par-unknown-request-uri", "a request_uri that nobody made: refused")
def _unknown(world: World) -> None:
    browser, client = fapi(world)
    made_up = f"urn:ietf:params:oauth:request_uri:{b64(b'x' * 32)}"
    no_code(open_pushed(world, browser, {"client_id": client.client_id, "request_uri": made_up}))


@PLAN.check("F17", "fapi2-par-without-client-id", "request_uri without client_id: refused on a page")
def _no_client(world: World) -> None:
    browser, client = fapi(world)
    params = pushed(world, client, world.request(client))
    shown = open_pushed(world, browser, {"request_uri": params["request_uri"]})
    expect(isinstance(shown, Page) and shown.status >= 400, "the request is served")


@PLAN.check("F18", "fapi2-par-parameters-outside-are-not-used", "parameters beside request_uri change nothing")
def _beside(world: World) -> None:
    browser, client = fapi(world)
    sent = world.request(client)
    others = {"state": "another", "scope": "openid", "redirect_uri": client.redirect_uri, "nonce": "another"}
    shown = open_pushed(world, browser, pushed(world, client, sent) | others)
    if isinstance(shown, Landing) and "code" in shown.params:
        tokens = tokens_of(world, client, world.come_back(browser, client, sent, shown))
        expect(tokens.id_claims["nonce"] == sent.params["nonce"], "the nonce from outside counts")
    else:
        no_code(shown)


@PLAN.check("F19", "fapi2-par-client-id-mismatch", "a push in the name of another client: refused")
def _in_the_name(world: World) -> None:
    _, client = fapi(world)
    sent = world.request(client, client_id=world.client("fapi-other").client_id)
    refuses(push(world, client, sent), "invalid_client", "invalid_request")


@PLAN.check("F20", "fapi2-par-repeated-parameter", "a repeated parameter in a push: refused")
def _repeated(world: World) -> None:
    _, client = fapi(world)
    own, headers = world.authenticated(client)
    fields: dict[str, Any] = world.request(client).params | own | {"scope": ["openid", "openid profile"]}
    refuses(world.http.post(world.endpoint("pushed_authorization_request"), data=fields, headers=headers))


# The answer to the browser.


def _nonce(length: int) -> Callable[[World], None]:
    def run(world: World) -> None:
        browser, client = fapi(world)
        nonce = "n" * length
        sent = world.request(client, nonce=nonce)
        answer = push(world, client, sent)
        if length > 64 and answer.status_code == 400:
            return refuses(answer, "invalid_request")
        params = {"client_id": client.client_id, "request_uri": answer.json()["request_uri"]}
        back = world.come_back(browser, client, sent, open_pushed(world, browser, params))
        if length > 64 and "error" in back.params:
            return expect(back.params["error"] == "invalid_request", str(back.params))
        return expect(tokens_of(world, client, back).id_claims["nonce"] == nonce, "the nonce was cut")

    return run


PLAN.add(
    "F21",
    "fapi2-ensure-authorization-request-with-64-char-nonce",
    "64 characters come back whole",
    _nonce(64),
)
PLAN.add(
    "F22",
    "fapi2-ensure-authorization-request-with-long-nonce",
    "384 come back whole or are refused",
    _nonce(384),
)


@PLAN.check(
    "F23",
    "fapi2-ensure-authorization-request-with-long-state",
    "384 characters: the same",
)
def _long_state(world: World) -> None:
    browser, client = fapi(world)
    sent = world.request(client, state="s" * 384)
    answer = push(world, client, sent)
    if answer.status_code == 400:
        return refuses(answer, "invalid_request")
    params = {"client_id": client.client_id, "request_uri": answer.json()["request_uri"]}
    world.come_back(browser, client, sent, open_pushed(world, browser, params))
    return None


@PLAN.check("F24", "fapi2-user-rejects-authentication", "the person says no: access_denied, with state and iss")
def _no(world: World) -> None:
    browser, client = fapi(world)
    sent = world.request(client, prompt="consent")
    shown = world.op.person.refuse(browser, browser.open(world.address(pushed(world, client, sent))))
    back = world.come_back(browser, client, sent, shown)
    expect(back.params.get("error") == "access_denied", str(back.params))


@PLAN.check("F25", "fapi2-ensure-iss-in-authorization-response", "the answer names its issuer")
def _iss(world: World) -> None:
    browser, client = fapi(world)
    expect(code(world, browser, client).params.get("iss") == world.op.issuer, "no iss")
    expect(world.op.metadata.get("authorization_response_iss_parameter_supported") is True, "metadata does not say so")
