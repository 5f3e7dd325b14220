"""DPoP (RFC 9449): which proofs of an application's key are refused, at the token endpoint and at userinfo."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.conformance.checks import Plan, expect
from tests.conformance.pushing import code, fapi, tokens_of
from tests.conformance.world import Client, Tokens, World

PLAN = Plan("DPoP")
HOUR = 3600
REFUSALS = {"invalid_dpop_proof", "invalid_request", "invalid_grant", "use_dpop_nonce"}
Change = Callable[[World], dict[str, Any]]


def ask(world: World, *proofs: str) -> httpx.Response:
    """The cheapest token request there is, with the proofs in its header."""
    client = world.client("fapi")
    own, _ = world.authenticated(client)
    form = own | {"grant_type": "client_credentials", "audience": "sso"}
    return world.http.post(world.endpoint("token"), data=form, headers=[("DPoP", proof) for proof in proofs])


def _is_bound(answer: httpx.Response) -> None:
    expect(answer.status_code == 200, f"answers {answer.status_code}: {answer.text[:160]}")
    expect(answer.json()["token_type"].lower() == "dpop", f"token_type is {answer.json()['token_type']}")


def _is_refused(answer: httpx.Response) -> None:
    expect(answer.status_code in (400, 401), f"answers {answer.status_code}: {answer.text[:160]}")
    error = answer.json().get("error")
    expect(
        error in ("invalid_dpop_proof", "invalid_request", "invalid_grant", "use_dpop_nonce"), f"the error is {error}"
    )


def _at_token(accepted: bool, change: Change) -> Callable[[World], None]:
    def run(world: World) -> None:
        answer = ask(world, world.proof("POST", world.endpoint("token"), **change(world)))
        (_is_bound if accepted else _is_refused)(answer)

    return run


def _symmetric(world: World) -> dict[str, Any]:
    secret = OctKey.generate_key(256)
    return {"header": {"alg": "HS256", "jwk": secret.as_dict(private=True)}, "key": secret}


def _private(world: World) -> dict[str, Any]:
    return {"header": {"jwk": world.key.as_dict(private=True)}}


def _rsa(algorithm: str) -> Change:
    return lambda world: {"header": {"alg": algorithm}, "key": RSAKey.generate_key(2048, private=True)}


def _edwards(world: World) -> dict[str, Any]:
    return {"header": {"alg": "EdDSA"}, "key": OKPKey.generate_key("Ed25519", private=True)}


def _other_key(world: World) -> dict[str, Any]:
    return {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}}


def _ago(seconds: int) -> Change:
    return lambda world: {"iat": int(time.time()) - seconds}


def _claims(**claims: Any) -> Change:
    return lambda world: dict(claims)


def _header(**members: Any) -> Change:
    return lambda world: {"header": dict(members)}


def _shouted(world: World) -> dict[str, Any]:
    parts = urlsplit(world.endpoint("token"))
    return {"htu": f"{parts.scheme.upper()}://{parts.netloc.upper()}{parts.path}"}


AT_TOKEN: tuple[tuple[str, str, bool, Change], ...] = (
    ("happy", "a right proof: the token is bound (token_type DPoP)", True, _claims()),
    ("missing-typ", "no typ: refused", False, _header(typ=None)),
    ("wrong-typ", "typ JWT: refused", False, _header(typ="JWT")),
    ("missing-jwk", "no key in the header: refused", False, _header(jwk=None)),
    ("private-key-in-jwk", "the private key in the header: refused", False, _private),
    ("symmetric-key", "a symmetric key: refused", False, _symmetric),
    ("alg-none", "alg none: refused", False, _header(alg="none")),
    ("missing-jti", "no jti: refused", False, _claims(jti=None)),
    ("missing-htm", "no htm: refused", False, _claims(htm=None)),
    ("missing-htu", "no htu: refused", False, _claims(htu=None)),
    ("missing-iat", "no iat: refused", False, _claims(iat=None)),
    ("wrong-htm", "htm GET for a POST: refused", False, _claims(htm="GET")),
    ("wrong-htu", "htu of another address: refused", False, lambda w: {"htu": w.endpoint("userinfo")}),
    ("htu-of-another-host", "htu of another host: refused", False,
     lambda w: {"htu": w.endpoint("token").replace("localhost", "other.example")}),
    ("wrong-key", "signed by another key than the header's: refused", False, _other_key),
    ("iat-1-hour-past", "iat an hour ago: refused", False, _ago(HOUR)),
    ("iat-1-hour-ahead", "iat in an hour: refused", False, _ago(-HOUR)),
    ("iat-no-number", "iat is a text: refused", False, _claims(iat="now")),
    ("alg-rs256", "RS256: refused", False, _rsa("RS256")),
    ("iat-10-seconds-past", "iat 10 s ago: accepted", True, _ago(10)),
    ("iat-10-seconds-ahead", "iat in 10 s: accepted", True, _ago(-10)),
    ("htu-in-capitals", "scheme and host of htu in capitals: accepted", True, _shouted),
    ("htu-with-query-and-fragment", "query and fragment of htu are ignored", True,
     lambda w: {"htu": w.endpoint("token") + "?foo=bar#part"}),
    ("more-claims", "further claims are ignored", True, _claims(nbf=1, more={"a": [1]})),
    ("alg-ps256", "PS256, where metadata names it: accepted", True, _rsa("PS256")),
    ("alg-eddsa", "EdDSA, where metadata names it: accepted", True, _edwards),
)  # fmt: skip


def _if_advertised(algorithm: str, run: Callable[[World], None]) -> Callable[[World], None]:
    """A key that metadata does not name need not be taken; then it must be refused by name."""

    def either(world: World) -> None:
        if algorithm in world.op.metadata.get("dpop_signing_alg_values_supported", []):
            return run(world)
        change = _edwards if algorithm == "EdDSA" else _rsa(algorithm)
        return _at_token(False, change)(world)

    return either


for _number, (_name, _rule, _accepted, _change) in enumerate(AT_TOKEN, start=1):
    _run = _at_token(_accepted, _change)
    if _name in ("alg-ps256", "alg-eddsa"):
        _run = _if_advertised({"alg-ps256": "PS256", "alg-eddsa": "EdDSA"}[_name], _run)
    PLAN.add(f"D{_number:02}", f"dpop-token-{_name}", _rule, _run)


@PLAN.check("D31", "dpop-token-bad-signature", "a broken signature: refused")
def _broken(world: World) -> None:
    head, body, signature = world.proof("POST", world.endpoint("token")).split(".")
    _is_refused(ask(world, f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"))


@PLAN.check("D32", "dpop-token-two-proofs", "two DPoP headers: refused")
def _two(world: World) -> None:
    url = world.endpoint("token")
    _is_refused(ask(world, world.proof("POST", url), world.proof("POST", url)))


@PLAN.check("D33", "dpop-token-no-proof", "an application bound to proofs sends none: refused")
def _none(world: World) -> None:
    _is_refused(ask(world))


@PLAN.check("D34", "dpop-token-no-jwt", "something that is no JWT: refused")
def _garbage(world: World) -> None:
    _is_refused(ask(world, "not.a.proof"))


@PLAN.check("D35", "dpop-token-jti-reused", "a proof counts once")
def _again(world: World) -> None:
    proof = world.proof("POST", world.endpoint("token"))
    _is_bound(ask(world, proof))
    world.warn(ask(world, proof).status_code in (400, 401), "the same proof is taken twice")


@PLAN.check("D36", "dpop-code-bound-by-dpop-jkt", "a code asked for with dpop_jkt: refused to another key")
def _jkt(world: World) -> None:
    browser, client = fapi(world)
    back = code(world, browser, client, dpop_jkt=ECKey.generate_key("P-256").thumbprint())
    _is_refused(world.redeem(client, back))
    tokens_of(world, client, code(world, browser, client, dpop_jkt=world.key.thumbprint()))


@PLAN.check("D37", "dpop-jkt-mismatch-at-par", "a push with a proof and the dpop_jkt of another key: refused")
def _push_mismatch(world: World) -> None:
    _, client = fapi(world)
    url = world.endpoint("pushed_authorization_request")
    own, _headers = world.authenticated(client)
    fields = world.request(client, dpop_jkt=ECKey.generate_key("P-256").thumbprint()).params | own
    answer = world.http.post(url, data=fields, headers={"DPoP": world.proof("POST", url)})
    expect(answer.status_code == 400, f"answers {answer.status_code}")


@PLAN.check("D38", "dpop-metadata", "metadata names the algorithms: asymmetric ones only")
def _metadata(world: World) -> None:
    named = world.op.metadata.get("dpop_signing_alg_values_supported", [])
    expect("ES256" in named and not {"none", "HS256", "RS256"} & set(named), f"{named}")


# At userinfo.


def _bound(world: World) -> tuple[Client, Tokens]:
    browser, client = fapi(world)
    return client, tokens_of(world, client, code(world, browser, client))


def _read(world: World, access: str, *proofs: str, scheme: str = "DPoP") -> httpx.Response:
    headers = [("Authorization", f"{scheme} {access}"), *(("DPoP", proof) for proof in proofs)]
    return world.http.get(world.endpoint("userinfo"), headers=headers)


def _is_denied(answer: httpx.Response) -> None:
    expect(answer.status_code in (400, 401), f"answers {answer.status_code}")
    if answer.status_code == 401:
        expect("dpop" in answer.headers.get("www-authenticate", "").lower(), "401 does not ask for DPoP")


def _at_userinfo(accepted: bool, change: Change, scheme: str = "DPoP") -> Callable[[World], None]:
    def run(world: World) -> None:
        access = _bound(world)[1].access
        proof = world.proof("GET", world.endpoint("userinfo"), access, **change(world))
        answer = _read(world, access, proof, scheme=scheme)
        if accepted:
            expect(answer.status_code == 200, f"answers {answer.status_code}: {answer.headers.get('www-authenticate')}")
        else:
            _is_denied(answer)

    return run


AT_USERINFO: tuple[tuple[str, str, bool, Change], ...] = (
    ("happy", "a right proof: answered", True, _claims()),
    ("missing-ath", "no ath: refused", False, _claims(ath=None)),
    ("wrong-ath", "ath of another token: refused", False, _claims(ath="A" * 43)),
    ("other-key", "a proof by another key: refused", False, lambda w: {"key": ECKey.generate_key("P-256")}),
    ("wrong-htm", "htm POST for a GET: refused", False, _claims(htm="POST")),
    ("wrong-htu", "htu of the token endpoint: refused", False, lambda w: {"htu": w.endpoint("token")}),
    ("missing-jti", "no jti: refused", False, _claims(jti=None)),
    ("iat-1-hour-past", "iat an hour ago: refused", False, _ago(HOUR)),
    ("iat-10-seconds-ahead", "iat in 10 s: accepted", True, _ago(-10)),
    ("wrong-typ", "typ JWT: refused", False, _header(typ="JWT")),
)
for _number, (_name, _rule, _accepted, _change) in enumerate(AT_USERINFO, start=41):
    PLAN.add(f"D{_number}", f"dpop-userinfo-{_name}", _rule, _at_userinfo(_accepted, _change))
PLAN.add("D51", "dpop-userinfo-scheme-in-lower-case", "the scheme dpop in small letters: accepted",
         _at_userinfo(True, _claims(), "dpop"))  # fmt: skip
PLAN.add("D52", "dpop-userinfo-as-bearer", "a bound token as Bearer, with a proof: refused",
         _at_userinfo(False, _claims(), "Bearer"))  # fmt: skip


@PLAN.check("D53", "dpop-userinfo-no-proof", "a bound token without a proof: refused, by either scheme")
def _bare(world: World) -> None:
    access = _bound(world)[1].access
    _is_denied(_read(world, access))
    expect(_read(world, access, scheme="Bearer").status_code in (400, 401), "taken as Bearer")


@PLAN.check("D54", "dpop-userinfo-two-proofs", "two DPoP headers: refused")
def _two_at_userinfo(world: World) -> None:
    access, url = _bound(world)[1].access, world.endpoint("userinfo")
    _is_denied(_read(world, access, world.proof("GET", url, access), world.proof("GET", url, access)))


@PLAN.check("D55", "dpop-userinfo-jti-reused", "a proof counts once")
def _again_at_userinfo(world: World) -> None:
    access = _bound(world)[1].access
    proof = world.proof("GET", world.endpoint("userinfo"), access)
    expect(_read(world, access, proof).status_code == 200, "the first is refused")
    world.warn(_read(world, access, proof).status_code in (400, 401), "the same proof is taken twice")


@PLAN.check("D56", "dpop-refresh-bound", "refreshed tokens are bound; a refresh without a proof is refused")
def _refreshed(world: World) -> None:
    client, tokens = _bound(world)
    token = str(tokens.answer["refresh_token"])
    own, _ = world.authenticated(client)
    form = {"grant_type": "refresh_token", "refresh_token": token}
    _is_refused(world.http.post(world.endpoint("token"), data=form | own))
    _is_bound(world.refresh(client, token))
