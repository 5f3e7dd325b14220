"""RFC 9700, best current practice for OAuth 2.0 security: its MUSTs, as far as a provider alone can keep them."""

import base64
import time
from collections.abc import Callable

from tests.conformance.browser import Landing, Page
from tests.conformance.checks import Plan, expect
from tests.conformance.world import World

PLAN = Plan("RFC 9700")
REPLAY_SECONDS = 11.0
"""A provider may give who lost an answer the same one again for up to 10 s; a token that comes later was stolen."""


def _page(world: World, **changes: str | None) -> Page:
    shown = world.show(world.browser(), world.request(world.client(), **changes))
    expect(isinstance(shown, Page), f"the browser was sent on: {shown}")
    assert isinstance(shown, Page)
    return shown


@PLAN.check("S01", "redirect-uri-exact-match", "4.1: an address counts only character by character")
def _exact(world: World) -> None:
    own = world.client().redirect_uri
    host = own.split("/")[2]
    near = (f"{own}/", f"{own}/..", f"{own}#part", own.replace("https://", "http://"), own.replace(host, f"{host}0"),
            own.replace("localhost", "localhost.example"), own.replace("https://", "https://user@"),
            own.replace("callback", "%63allback"), f"{own}?with=other")  # fmt: skip
    for address in near:
        expect(_page(world, redirect_uri=address).status >= 400, f"{address} is taken")


@PLAN.check("S02", "redirect-uri-query-kept", "4.1: a registered query is kept, the answer added to it")
def _query(world: World) -> None:
    browser, client = world.browser(), world.client()
    address = f"{client.redirect_uri}?with=query"
    sent = world.request(client, redirect_uri=address)
    back = world.come_back(browser, client, sent, world.go(browser, sent))
    expect(back.params.get("with") == "query", "the query is lost")
    world.read(client, world.redeem(client, back, redirect_uri=address), back)


@PLAN.check("S03", "no-open-redirector", "4.11: whom it does not know it sends nobody to")
def _unknown_client(world: World) -> None:
    expect(_page(world, client_id="nobody").status >= 400, "an unknown client is served")
    expect(_page(world, client_id=None).status >= 400, "no client is served")


@PLAN.check("S04", "iss-in-answers", "4.4: codes and errors name the issuer (RFC 9207)")
def _iss(world: World) -> None:
    browser, client = world.browser(), world.client()
    expect(world.code(browser, client).params.get("iss") == world.op.issuer, "no iss beside the code")
    sent = world.request(client, prompt="none")
    shown = world.show(world.browser(), sent)
    expect(isinstance(shown, Landing) and shown.params.get("iss") == world.op.issuer, "no iss beside the error")


@PLAN.check("S05", "no-credentials-forwarded", "4.12: after the log-in by 303, so that no form is sent again")
def _see_other(world: World) -> None:
    browser = world.browser()
    shown = world.go(browser, world.request(world.client()))
    expect(isinstance(shown, Landing) and shown.status in (302, 303), f"{shown}")


@PLAN.check("S06", "pkce-demanded", "2.1.1: no code without a challenge, for any client")
def _pkce(world: World) -> None:
    error = world.error(world.browser(), world.client(), code_challenge=None, code_challenge_method=None)
    expect(error == "invalid_request", f"the error is {error}")


@PLAN.check("S07", "pkce-no-plain", "2.1.1: the challenge is S256, and metadata says so")
def _plain(world: World) -> None:
    error = world.error(world.browser(), world.client(), code_challenge="x" * 43, code_challenge_method="plain")
    expect(error == "invalid_request", f"the error is {error}")
    expect(world.op.metadata.get("code_challenge_methods_supported") == ["S256"], "metadata names others")


@PLAN.check(
    "S08", "pkce-no-downgrade", "4.8.2: a code asked for with a challenge is worth nothing without its verifier"
)
def _downgrade(world: World) -> None:
    browser, client = world.browser(), world.client()
    answer = world.redeem(client, world.code(browser, client), code_verifier=None)
    expect(answer.status_code == 400, f"answers {answer.status_code}")


@PLAN.check("S09", "no-implicit-grant", "2.1.2: no access token from the authorization endpoint")
def _implicit(world: World) -> None:
    for wanted in ("token", "id_token token", "code token", "code id_token token"):
        shown = world.show(world.browser(), world.request(world.client(), response_type=wanted))
        if isinstance(shown, Landing):
            told = shown.fragment + str(shown.params)
            expect("error" in told and "access_token" not in told, f"{wanted}: {told}")
        else:
            expect(shown.status >= 400, f"{wanted} is served")
    for wanted in world.op.metadata["response_types_supported"]:
        expect("token" not in wanted.replace("id_token", "").split(), f"metadata names {wanted}")


@PLAN.check("S10", "no-password-grant", "2.4: no tokens for a password sent by the application")
def _password(world: World) -> None:
    form = {"grant_type": "password", "username": world.op.person.username, "password": world.op.person.password}
    answer = world.post(world.client(), "token", form)
    expect(answer.status_code == 400 and answer.json()["error"] == "unsupported_grant_type", f"{answer}")
    expect("password" not in world.op.metadata.get("grant_types_supported", []), "metadata names it")


@PLAN.check("S11", "refresh-scope-not-widened", "4.14.2: a refreshed token is good for no more than was granted")
def _wider(world: World) -> None:
    browser, client = world.browser(), world.client()
    tokens = world.sign_in(browser, client, scope="openid")
    form = {"grant_type": "refresh_token", "refresh_token": str(tokens.answer["refresh_token"])}
    answer = world.post(client, "token", form | {"scope": "openid profile"})
    expect(answer.status_code == 400 and answer.json()["error"] == "invalid_scope", f"{answer} {answer.text[:120]}")


@PLAN.check(
    "S12", "refresh-reuse-detected", "4.14.2: a used refresh token is refused and takes the family with it", slow=True
)
def _reuse(world: World) -> None:
    browser, client = world.browser(), world.client()
    old = str(world.sign_in(browser, client).answer["refresh_token"])
    new = world.read(client, world.refresh(client, old))
    expect(new.answer["refresh_token"] != old, "the refresh token was not replaced")
    time.sleep(REPLAY_SECONDS)
    expect(world.refresh(client, old).status_code == 400, "the used token is taken again")
    expect(world.refresh(client, str(new.answer["refresh_token"])).status_code == 400, "its successor still lives")
    expect(world.userinfo(new.access).status_code == 401, "the access token still lives")


@PLAN.check("S13", "no-cors-at-authorization", "2.6: scripts of other origins can't read the authorization endpoint")
def _cors(world: World) -> None:
    address = world.address(world.request(world.client()).params)
    answer = world.http.get(address, headers={"Origin": "https://evil.example"})
    expect("access-control-allow-origin" not in answer.headers, "CORS is allowed")


@PLAN.check("S14", "no-framing", "4.16: pages which ask for something can't be framed")
def _framing(world: World) -> None:
    browser = world.browser()
    shown = world.show(browser, world.request(world.client()))
    expect(isinstance(shown, Page), "no page is shown")
    assert isinstance(shown, Page)
    policy = browser.http.get(shown.url).headers.get("content-security-policy", "")
    expect("frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy, f"the policy is {policy!r}")


@PLAN.check("S15", "cookies-protected", "4.7 and 4.16: cookies are HttpOnly, Secure and say SameSite")
def _cookies(world: World) -> None:
    answer = world.http.get(world.address(world.request(world.client()).params))
    given = answer.headers.get_list("set-cookie")
    expect(given, "no cookie binds the request to its browser")
    for cookie in given:
        said = cookie.lower()
        expect(all(word in said for word in ("httponly", "secure", "samesite")), cookie.partition("=")[0])


@PLAN.check("S16", "code-not-kept", "4.2: the answer with a code is not cached, and no referrer carries it on")
def _not_kept(world: World) -> None:
    browser, client = world.browser(), world.client()
    world.sign_in(browser, client)
    sent = world.request(client, prompt="none")
    answer = browser.http.get(world.address(sent.params))
    expect("code=" in answer.headers.get("location", ""), "no code")
    expect("no-store" in answer.headers.get("cache-control", ""), "the answer may be cached")
    world.warn("referrer-policy" in answer.headers, "no Referrer-Policy")


def _client_refused(send: Callable[[World], int], what: str) -> Callable[[World], None]:
    return lambda world: expect(send(world) in (400, 401), what)


def _wrong_secret(world: World) -> int:
    pair = base64.b64encode(f"{world.client().client_id}:wrong".encode()).decode()
    answer = world.http.post(world.endpoint("token"), data={"grant_type": "client_credentials"},
                             headers={"Authorization": f"Basic {pair}"})  # fmt: skip
    expect(answer.json()["error"] == "invalid_client", answer.text[:120])
    expect("basic" in answer.headers.get("www-authenticate", "").lower(), "no WWW-Authenticate")
    return answer.status_code


def _twice(world: World) -> int:
    client = world.client()
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.secret}
    return world.post(client, "token", form).status_code


def _without(world: World) -> int:
    form = {"grant_type": "client_credentials", "client_id": world.client().client_id}
    return world.http.post(world.endpoint("token"), data=form).status_code


PLAN.add("S17", "client-wrong-secret", "2.5: a wrong secret: invalid_client, with WWW-Authenticate",
         _client_refused(_wrong_secret, "a wrong secret is taken"))  # fmt: skip
PLAN.add("S18", "client-two-ways-at-once", "2.5: two proofs of a client at once: refused (RFC 6749, 2.3)",
         _client_refused(_twice, "two proofs at once are taken"))  # fmt: skip
PLAN.add("S19", "client-without-proof", "2.5: an id alone proves nothing",
         _client_refused(_without, "an id alone is taken"))  # fmt: skip


@PLAN.check("S20", "revocation", "RFC 7009: a revoked refresh token takes its access token with it")
def _revoked(world: World) -> None:
    browser, client = world.browser(), world.client()
    tokens = world.sign_in(browser, client)
    token = str(tokens.answer["refresh_token"])
    expect(world.post(world.client("other"), "revocation", {"token": token}).status_code in (200, 400), "an error")
    expect(world.userinfo(tokens.access).status_code == 200, "another client could revoke it")
    expect(world.post(client, "revocation", {"token": token}).status_code == 200, "it can't be revoked")
    expect(world.refresh(client, token).status_code == 400, "it still works")
    expect(world.userinfo(tokens.access).status_code == 401, "the access token still works")
