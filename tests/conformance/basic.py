"""Basic OP: the 38 modules of the certification profile for the authorization code flow.

PKCE is part of every request, since our provider serves none without; everything else is asked as the suite asks it.
"""

import json
import time
from collections.abc import Callable

from tests.conformance.browser import Browser, Landing, Page
from tests.conformance.checks import NotApplicable, Plan, expect
from tests.conformance.claims import PROTOCOL_CLAIMS, SCOPES, check_types
from tests.conformance.world import Client, Tokens, World, entropy_bits, sign

PLAN = Plan("Basic OP")
NO_INTERACTION = {"interaction_required", "login_required", "account_selection_required", "consent_required"}
LEAST_BITS = 96
SHORTEST_CODE = 22


def _happy(world: World, role: str = "basic", **changes: str | None) -> tuple[Browser, Client, Tokens]:
    browser, client = world.browser(), world.client(role)
    return browser, client, world.sign_in(browser, client, **changes)


def _userinfo_of(world: World, tokens: Tokens) -> dict[str, object]:
    answer = world.userinfo(tokens.access)
    expect(answer.status_code == 200, f"userinfo answers {answer.status_code}")
    found: dict[str, object] = answer.json()
    expect(found.get("sub") == tokens.id_claims["sub"], "the sub is not the ID token's")
    check_types(found)
    return found


@PLAN.check("B01", "oidcc-server", "the usual way works; codes can't be guessed")
def _server(world: World) -> None:
    browser, client = world.browser(), world.client()
    back = world.code(browser, client)
    expect(len(back.code) >= SHORTEST_CODE and entropy_bits(back.code) > LEAST_BITS, "the code is too short")
    answer = world.redeem(client, back)
    tokens = world.read(client, answer, back)
    expect("no-store" in answer.headers.get("cache-control", ""), "tokens may be cached")
    world.warn("expires_in" in tokens.answer, "no expires_in")
    unasked = set(tokens.id_claims) - PROTOCOL_CLAIMS
    world.warn(not unasked, f"the ID token says what nobody asked for: {sorted(unasked)}")


@PLAN.check("B02", "oidcc-response-type-missing", "without response_type: an error, by redirect or on a page")
def _no_response_type(world: World) -> None:
    shown = world.show(world.browser(), world.request(world.client(), response_type=None))
    if isinstance(shown, Landing):
        expect(shown.params.get("error") in ("invalid_request", "unsupported_response_type"), str(shown.params))
    else:
        expect(shown.status >= 400, f"a page with status {shown.status}")


@PLAN.check("B03", "oidcc-idtoken-signature", "ID tokens are signed RS256 by default and name their key")
def _signature(world: World) -> None:
    header = _happy(world)[2].id_header
    expect(header["alg"] == "RS256", f"alg is {header['alg']}")
    expect(header.get("kid"), "no kid")


@PLAN.check("B04", "oidcc-idtoken-unsigned", "unsigned ID tokens only where `none` is advertised")
def _unsigned(world: World) -> None:
    if "none" not in world.op.metadata["id_token_signing_alg_values_supported"]:
        raise NotApplicable("none is not advertised")
    expect(False, "none is advertised")


def _userinfo_by(send: Callable[[World, str], object]) -> Callable[[World], None]:
    def run(world: World) -> None:
        tokens = _happy(world)[2]
        answer = send(world, tokens.access)
        status, kind = getattr(answer, "status_code", 0), getattr(answer, "headers", {}).get("content-type", "")
        expect(status == 200 and kind.startswith("application/json"), f"{status} {kind}")
        body = answer.json()  # type: ignore[attr-defined]
        expect(body["sub"] == tokens.id_claims["sub"], "the sub is not the ID token's")
        check_types(body)

    return run


def _by_header(world: World, access: str) -> object:
    return world.http.post(world.endpoint("userinfo"), headers={"Authorization": f"Bearer {access}"})


PLAN.add("B05", "oidcc-userinfo-get", "userinfo by GET", _userinfo_by(lambda w, a: w.userinfo(a)))
PLAN.add("B06", "oidcc-userinfo-post-header", "userinfo by POST, token in the header", _userinfo_by(_by_header))
PLAN.add(
    "B07", "oidcc-userinfo-post-body", "userinfo by POST, token in the form",
    _userinfo_by(lambda w, a: w.http.post(w.endpoint("userinfo"), data={"access_token": a})),
)  # fmt: skip


@PLAN.check("B08", "oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "no nonce is needed, none comes back")
def _without_nonce(world: World) -> None:
    expect("nonce" not in _happy(world, nonce=None)[2].id_claims, "a nonce from nowhere")


def _scope(*scopes: str) -> Callable[[World], None]:
    def run(world: World) -> None:
        missing = set(scopes) - set(world.op.metadata.get("scopes_supported", []))
        if missing:
            raise NotApplicable(f"scopes_supported has no {' '.join(sorted(missing))}")
        tokens = _happy(world, scope=f"openid {' '.join(scopes)}")[2]
        found = _userinfo_of(world, tokens)
        offered = set(world.op.metadata.get("claims_supported", []))
        for scope in scopes:
            world.warn(
                SCOPES[scope] & offered <= set(found), f"missing: {sorted(SCOPES[scope] & offered - set(found))}"
            )
            world.warn(not SCOPES[scope] & set(tokens.id_claims), f"claims of {scope} in the ID token")

    return run


PLAN.add("B09", "oidcc-scope-profile", "claims of the scope come from userinfo, well typed", _scope("profile"))
PLAN.add("B10", "oidcc-scope-email", "claims of the scope come from userinfo, well typed", _scope("email"))
PLAN.add("B11", "oidcc-scope-address", "claims of the scope come from userinfo, well typed", _scope("address"))
PLAN.add("B12", "oidcc-scope-phone", "claims of the scope come from userinfo, well typed", _scope("phone"))
PLAN.add("B13", "oidcc-scope-all", "all scopes at once", _scope("profile", "email", "address", "phone"))


@PLAN.check("B14", "oidcc-alternate-happy-flow", "the order of scopes and parameters does not matter")
def _other_order(world: World) -> None:
    browser, client = world.browser(), world.client()
    sent = world.request(client, scope="profile openid")
    turned = type(sent)(dict(reversed(list(sent.params.items()))), sent.verifier)
    world.tokens(client, world.come_back(browser, client, turned, world.go(browser, turned)))


def _ignores(**parameters: str) -> Callable[[World], None]:
    def run(world: World) -> None:
        _happy(world, **parameters)

    return run


PLAN.add("B15", "oidcc-display-page", "display=page is no error", _ignores(display="page"))
PLAN.add("B16", "oidcc-display-popup", "display=popup is no error", _ignores(display="popup"))


@PLAN.check("B17", "oidcc-prompt-login", "prompt=login shows the log-in again; auth_time is later")
def _prompt_login(world: World) -> None:
    browser, client, first = _happy(world, max_age="15000")
    time.sleep(1.1)
    second = world.sign_in(browser, client, prompt="login", max_age="15000")
    assert second.back is not None
    expect("login" in second.back.asked, "no log-in was shown")
    expect(second.id_claims["auth_time"] > first.id_claims["auth_time"], "auth_time is not later")
    expect(second.id_claims["sub"] == first.id_claims["sub"], "another person")


@PLAN.check("B18", "oidcc-prompt-none-not-logged-in", "prompt=none without a log-in: an error to the application")
def _none_not_logged_in(world: World) -> None:
    browser = world.browser()
    expect(world.error(browser, world.client(), prompt="none") in NO_INTERACTION, "another error")
    expect(not browser.asked, "something was shown")


@PLAN.check("B19", "oidcc-prompt-none-logged-in", "prompt=none with a log-in: silent, same sub and auth_time")
def _none_logged_in(world: World) -> None:
    browser, client, first = _happy(world, max_age="15000")
    time.sleep(1.1)
    second = world.sign_in(browser, client, prompt="none", max_age="15000")
    _silent(first, second)


def _silent(first: Tokens, second: Tokens) -> None:
    assert second.back is not None
    expect(not second.back.asked, f"shown: {second.back.asked}")
    expect(second.id_claims["sub"] == first.id_claims["sub"], "another person")
    expect(second.id_claims.get("auth_time") == first.id_claims.get("auth_time"), "another auth_time")


@PLAN.check("B20", "oidcc-max-age-1", "a log-in older than max_age is done again", slow=True)
def _max_age_1(world: World) -> None:
    browser, client, first = _happy(world, max_age="15000")
    time.sleep(2.2)
    second = world.sign_in(browser, client, max_age="1")
    assert second.back is not None
    expect("login" in second.back.asked, "no log-in was shown")
    expect("auth_time" in second.id_claims, "no auth_time")
    expect(second.id_claims["auth_time"] > first.id_claims["auth_time"], "auth_time is not later")
    expect(time.time() - second.id_claims["auth_time"] < 60, "auth_time is not recent")


@PLAN.check("B21", "oidcc-max-age-10000", "a log-in younger than max_age counts; auth_time stays")
def _max_age_10000(world: World) -> None:
    browser, client, first = _happy(world, max_age="15000")
    expect("auth_time" in first.id_claims, "no auth_time")
    time.sleep(1.1)
    _silent(first, world.sign_in(browser, client, max_age="10000"))


PLAN.add("B22", "oidcc-ensure-request-with-unknown-parameter-succeeds", "unknown parameters are ignored",
         _ignores(extra="foobar"))  # fmt: skip


@PLAN.check("B23", "oidcc-id-token-hint", "prompt=none with the ID token as hint: silent")
def _hint(world: World) -> None:
    browser, client, first = _happy(world, max_age="15000")
    hint = str(first.answer["id_token"])
    _silent(first, world.sign_in(browser, client, prompt="none", id_token_hint=hint, max_age="15000"))


PLAN.add("B24", "oidcc-login-hint", "login_hint is no error", _ignores(login_hint="demo.citizen"))
PLAN.add("B25", "oidcc-ui-locales", "ui_locales is no error", _ignores(ui_locales="zh-CN se"))
PLAN.add("B26", "oidcc-claims-locales", "claims_locales is no error", _ignores(claims_locales="se"))


@PLAN.check("B27", "oidcc-ensure-request-with-acr-values-succeeds", "acr_values is no error; acr should be one of them")
def _acr_values(world: World) -> None:
    asked = world.op.metadata.get("acr_values_supported") or ["1", "2"]
    acr = _happy(world, acr_values=" ".join(asked))[2].id_claims.get("acr")
    world.warn(acr in asked, f"acr is {acr}")


def _reused(world: World, wait: float) -> tuple[Tokens, int, dict[str, str]]:
    browser, client = world.browser(), world.client()
    back = world.code(browser, client)
    tokens = world.tokens(client, back)
    time.sleep(wait)
    again = world.redeem(client, back)
    expect(again.headers["content-type"].startswith("application/json"), "the refusal is not JSON")
    text = again.json().get("error_description", "")
    expect(not set(text) & set("\r\n\t"), "control characters in the error's text")
    return tokens, again.status_code, again.json()


@PLAN.check("B28", "oidcc-codereuse", "a code counts once")
def _code_reuse(world: World) -> None:
    _, status, body = _reused(world, 0)
    world.warn(status != 200, "a code used twice at once is taken twice")
    expect(status == 200 or (status == 400 and body["error"] == "invalid_grant"), f"{status} {body}")


@PLAN.check("B29", "oidcc-codereuse-30seconds", "a code used again after 30 s is refused, its tokens die", slow=True)
def _code_reuse_late(world: World) -> None:
    tokens, status, body = _reused(world, 30)
    expect(status == 400 and body["error"] == "invalid_grant", f"{status} {body}")
    world.warn(400 <= world.userinfo(tokens.access).status_code < 500, "the first access token still works")


@PLAN.check("B30", "oidcc-ensure-registered-redirect-uri", "an address that is not registered: a page, no redirect")
def _wrong_redirect(world: World) -> None:
    client = world.client()
    for address in (f"{client.redirect_uri}/more", f"{client.redirect_uri}?foo=bar", client.redirect_uri.upper()):
        shown = world.show(world.browser(), world.request(client, redirect_uri=address))
        expect(isinstance(shown, Page) and shown.status >= 400, f"{address} is taken")


@PLAN.check("B31", "oidcc-ensure-post-request-succeeds", "authorization requests come by POST too")
def _by_post(world: World) -> None:
    browser, client = world.browser(), world.client()
    sent = world.request(client)
    shown = world.op.person.walk(browser, browser.post(world.endpoint("authorization"), sent.params))
    world.tokens(client, world.come_back(browser, client, sent, shown))


@PLAN.check("B32", "oidcc-server-client-secret-post", "clients may prove themselves in the form")
def _secret_post(world: World) -> None:
    _happy(world, "post")


@PLAN.check(
    "B33", "oidcc-request-uri-unsigned-supported-correctly-or-rejected", "request_uri: processed or refused by name"
)
def _request_uri(world: World) -> None:
    client = world.client()
    address = client.redirect_uri.replace("/callback", "/request.jwt")
    if world.op.metadata.get("request_uri_parameter_supported", True):
        raise NotApplicable("request_uri is advertised")
    error = world.error(world.browser(), client, request_uri=address)
    expect(error == "request_uri_not_supported", f"the error is {error}")


def _request_object(world: World, **inside: str) -> None:
    browser, client = world.browser(), world.client()
    sent = world.request(client)
    token = sign({"alg": "none"}, sent.params | {"iss": client.client_id, "aud": world.op.issuer} | inside, world.key)
    sent = type(sent)(sent.params | {"request": token}, sent.verifier)
    back = world.come_back(browser, client, sent, world.go(browser, sent))
    if "error" in back.params:
        expect(back.params["error"] == "request_not_supported", str(back.params))
        expect(not world.op.metadata.get("request_parameter_supported", False), "advertised, yet refused")
    else:
        expect(world.op.metadata.get("request_parameter_supported", False), "the request object was ignored")
        world.tokens(client, back)


@PLAN.check(
    "B34", "oidcc-unsigned-request-object-supported-correctly-or-rejected", "request: processed or refused by name"
)
def _unsigned_request(world: World) -> None:
    _request_object(world)


@PLAN.check("B35", "oidcc-claims-essential", "a claim asked for by `claims` comes from userinfo")
def _claims(world: World) -> None:
    if not world.op.metadata.get("claims_parameter_supported", False):
        raise NotApplicable("claims_parameter_supported is false")
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    tokens = _happy(world, scope="openid", claims=asked)[2]
    world.warn("name" in _userinfo_of(world, tokens), "userinfo has no name")
    world.warn("name" not in tokens.id_claims, "the name stands in the ID token")


@PLAN.check(
    "B36",
    "oidcc-ensure-request-object-with-redirect-uri",
    "a redirect_uri in `request` is processed or refused by name",
)
def _request_redirect(world: World) -> None:
    _request_object(world, redirect_uri=world.client().redirect_uri)


@PLAN.check("B37", "oidcc-refresh-token", "refresh works, keeps who and when, is bound to its client, can't be guessed")
def _refresh(world: World) -> None:
    _, client, first = _happy(world)
    if "refresh_token" not in first.answer:
        raise NotApplicable("no refresh token is given")
    expect("refresh_token" in world.op.metadata["grant_types_supported"], "grant_types_supported lacks it")
    token = str(first.answer["refresh_token"])
    expect(entropy_bits(token) > LEAST_BITS, "the refresh token can be guessed")
    stolen = world.refresh(world.client("other"), token)
    expect(stolen.status_code == 400 and stolen.json()["error"] == "invalid_grant", f"another client got {stolen}")
    answer = world.refresh(client, token)
    expect("no-store" in answer.headers.get("cache-control", ""), "tokens may be cached")
    second = world.read(client, answer)
    for name in ("iss", "sub", "aud", "auth_time", "azp"):
        expect(second.id_claims.get(name) == first.id_claims.get(name), f"{name} changed")
    expect(second.id_claims["iat"] >= first.id_claims["iat"], "iat is earlier")
    expect(second.access != first.access, "the access token is the old one")
    _userinfo_of(world, second)


@PLAN.check("B38", "oidcc-ensure-request-with-valid-pkce-succeeds", "the right verifier passes, another does not")
def _pkce(world: World) -> None:
    browser, client = world.browser(), world.client()
    back = world.code(browser, client)
    wrong = world.redeem(client, back, code_verifier="x" * 64)
    expect(wrong.status_code == 400 and wrong.json()["error"] == "invalid_grant", f"a wrong verifier: {wrong}")
    world.tokens(client, world.code(browser, client))
