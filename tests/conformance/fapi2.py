"""FAPI 2.0 security profile: what must be refused to applications that push their requests and hold keys.

Here: client assertions (RFC 7523) and codes; pushed requests stand in pushing.py, proofs of possession in dpop.py.
"""

import time
from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey

from tests.conformance import pushing
from tests.conformance.checks import NotApplicable, expect
from tests.conformance.pushing import code, fapi, push, refuses, tokens_of
from tests.conformance.world import ASSERTION, Client, World

PLAN = pushing.PLAN
CODE_LIFE = 60

# Client assertions. They are tried at the endpoint for pushes.


def _assertion(accepted: bool = False, **changes: Any) -> Callable[[World], None]:
    def run(world: World) -> None:
        _, client = fapi(world)
        values = {n: v(world, client) if callable(v) else v for n, v in changes.items()}
        answer = push(world, client, world.request(client), **values)
        if accepted:
            expect(answer.status_code == 201, f"answers {answer.status_code}: {answer.text[:160]}")
        else:
            refuses(answer, "invalid_client", "invalid_request")

    return run


Value = Callable[[World, Client], Any]


def _in(seconds: int) -> Value:
    return lambda world, client: int(time.time()) + seconds


def _public_as_secret(world: World, client: Client) -> bytes:
    assert client.rsa is not None
    return client.rsa.as_pem(private=False)


ASSERTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("token-endpoint-as-audience", "aud is the token endpoint: refused", {"aud": lambda w, c: w.endpoint("token")}),
    ("par-endpoint-as-audience", "aud is the endpoint for pushes: refused",
     {"aud": lambda w, c: w.endpoint("pushed_authorization_request")}),
    ("array-as-audience", "aud is a list with the issuer: refused", {"aud": lambda w, c: [w.op.issuer]}),
    ("wrong-audience", "aud is someone else: refused", {"aud": "https://other.example"}),
    ("missing-audience", "no aud: refused", {"aud": None}),
    ("expired-assertion", "exp 5 minutes past: refused", {"exp": _in(-300), "iat": _in(-600)}),
    ("missing-exp", "no exp: refused", {"exp": None}),
    ("missing-sub", "no sub: refused", {"sub": None}),
    ("other-sub", "sub is another client: refused", {"sub": "check-fapi-other"}),
    ("missing-iss", "no iss: refused", {"iss": None}),
    ("other-iss", "iss is another client: refused", {"iss": "check-fapi-other"}),
    ("missing-jti", "no jti: refused", {"jti": None}),
    ("nbf-60-seconds-ahead", "nbf more than 60 s ahead: refused", {"nbf": _in(90)}),
    ("signed-rs256", "RS256: refused",
     {"header": {"alg": "RS256", "kid": "fapi-rsa"}, "key": lambda w, c: c.rsa}),
    ("signed-none", "alg none: refused", {"header": {"alg": "none"}}),
    ("signed-hs256-by-public-key", "HS256 with the public key for a secret: refused",
     {"header": {"alg": "HS256", "kid": "fapi-rsa"}, "key": _public_as_secret}),
    ("signed-by-stranger", "signed by another key: refused", {"key": lambda w, c: ECKey.generate_key("P-256")}),
    ("signed-by-key-in-header", "signed by a key that stands in the header: refused",
     {"header": lambda w, c: {"kid": "own", "jwk": w.key.as_dict(private=False)}, "key": lambda w, c: w.key}),
)  # fmt: skip
for _number, (_name, _rule, _changes) in enumerate(ASSERTIONS, start=31):
    PLAN.add(f"F{_number}", f"fapi2-client-assertion-{_name}", _rule, _assertion(**_changes))
PLAN.add("F51", "fapi2-client-assertion-nbf-8-seconds-ahead", "nbf 8 s ahead: accepted", _assertion(True, nbf=_in(8)))
PLAN.add("F52", "fapi2-client-assertion-signed-ps256", "PS256: accepted",
         _assertion(True, header={"alg": "PS256", "kid": "fapi-rsa"}, key=lambda w, c: c.rsa))  # fmt: skip


@PLAN.check("F53", "fapi2-client-assertion-absent", "no proof of the client: invalid_client")
def _absent(world: World) -> None:
    _, client = fapi(world)
    answer = world.http.post(world.endpoint("pushed_authorization_request"), data=world.request(client).params)
    refuses(answer, "invalid_client")


@PLAN.check("F54", "fapi2-client-assertion-replayed", "an assertion counts once")
def _replayed(world: World) -> None:
    _, client = fapi(world)
    own = {"client_assertion_type": ASSERTION, "client_assertion": world.assertion(client)}
    url = world.endpoint("pushed_authorization_request")
    answers = [world.http.post(url, data=world.request(client).params | own) for _ in range(2)]
    expect(answers[0].status_code == 201, f"the first answers {answers[0].status_code}")
    refuses(answers[1], "invalid_client")


@PLAN.check("F55", "fapi2-client-assertion-wrong-type", "another client_assertion_type: refused")
def _wrong_type(world: World) -> None:
    _, client = fapi(world)
    own = {"client_assertion_type": "urn:example:other", "client_assertion": world.assertion(client)}
    url = world.endpoint("pushed_authorization_request")
    refuses(world.http.post(url, data=world.request(client).params | own), "invalid_client", "invalid_request")


@PLAN.check("F56", "fapi2-client-secret-instead-of-assertion", "a secret instead of the assertion: refused")
def _secret(world: World) -> None:
    _, client = fapi(world)
    own = {"client_id": client.client_id, "client_secret": "x" * 43}
    url = world.endpoint("pushed_authorization_request")
    refuses(world.http.post(url, data=world.request(client).params | own), "invalid_client")


# Codes.


def _redeemed(*errors: str, **changes: str | None) -> Callable[[World], None]:
    def run(world: World) -> None:
        browser, client = fapi(world)
        refuses(world.redeem(client, code(world, browser, client), **changes), *errors)

    return run


PLAN.add("F61", "fapi2-ensure-pkce-code-verifier-required", "no code_verifier: invalid_grant",
         _redeemed("invalid_grant", code_verifier=None))  # fmt: skip
PLAN.add("F62", "fapi2-incorrect-pkce-code-verifier-rejected", "another code_verifier: invalid_grant",
         _redeemed("invalid_grant", code_verifier="x" * 64))  # fmt: skip
PLAN.add("F63", "fapi2-ensure-redirect-uri-matches-at-token-endpoint", "another redirect_uri: invalid_grant",
         _redeemed("invalid_grant", redirect_uri="https://evil.example/callback"))  # fmt: skip


@PLAN.check("F64", "fapi2-ensure-code-bound-to-client", "another client's code: invalid_grant")
def _others_code(world: World) -> None:
    browser, client = fapi(world)
    back = code(world, browser, client)
    other = world.client("fapi-other")
    refuses(world.redeem(other, back, redirect_uri=client.redirect_uri), "invalid_grant")


@PLAN.check("F65", "fapi2-attempt-reuse-authorization-code-after-one-second", "a code after 1 s again: refused")
def _code_again(world: World) -> None:
    browser, client = fapi(world)
    back = code(world, browser, client)
    tokens = tokens_of(world, client, back)
    time.sleep(1.0)
    refuses(world.redeem(client, back), "invalid_grant")
    url = world.endpoint("userinfo")
    headers = {"Authorization": f"DPoP {tokens.access}", "DPoP": world.proof("GET", url, tokens.access)}
    world.warn(world.http.get(url, headers=headers).status_code == 401, "the first access token still works")


@PLAN.check(
    "F66", "fapi2-ensure-expired-authorization-code-fails", "a code not used for 60 s: invalid_grant", slow=True
)
def _old_code(world: World) -> None:
    browser, client = fapi(world)
    back = code(world, browser, client)
    time.sleep(CODE_LIFE + 2)
    refuses(world.redeem(client, back), "invalid_grant")


@PLAN.check("F67", "fapi2-refresh-token-bound-to-client", "another client's refresh token: invalid_grant")
def _others_refresh(world: World) -> None:
    browser, client = fapi(world)
    tokens = tokens_of(world, client, code(world, browser, client))
    if "refresh_token" not in tokens.answer:
        raise NotApplicable("no refresh token is given")
    refuses(world.refresh(world.client("fapi-other"), str(tokens.answer["refresh_token"])), "invalid_grant")


@PLAN.check("F68", "fapi2-access-token-in-query-rejected", "an access token in the query: refused")
def _in_query(world: World) -> None:
    browser, client = world.browser(), world.client()
    tokens = world.sign_in(browser, client)
    answer = world.http.get(world.endpoint("userinfo"), params={"access_token": tokens.access})
    expect(answer.status_code in (400, 401), f"answers {answer.status_code}")


@PLAN.check("F69", "fapi2-token-endpoint-get-rejected", "GET on the token endpoint: refused")
def _token_by_get(world: World) -> None:
    _, client = fapi(world)
    own, headers = world.authenticated(client)
    form = own | {"grant_type": "client_credentials"}
    answer = world.http.get(world.endpoint("token"), params=form, headers=headers)
    expect(answer.status_code in (400, 404, 405), f"answers {answer.status_code}")
