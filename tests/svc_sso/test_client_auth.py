"""How clients prove themselves: by a key (RFC 7523, FAPI 2.0), by a secret, by one of them only."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from sqlalchemy import text

from svc_sso.assertions.rules import Expected, fault_of
from tests.support.proofs import by_hand
from tests.svc_sso.clients import ASSERTION_TYPE, ISSUER, TOKEN_URL, Machine, register
from tests.svc_sso.conftest import SECRETS, Provider, oauth_refused

CREDENTIALS = {"grant_type": "client_credentials", "audience": "gateway"}
RSA = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"}, private=True)
STRANGER = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


@pytest.fixture(scope="module")
async def agency(sso: Provider) -> Machine:
    machine = await register(sso)
    keys = [key.as_dict(private=False) for key in (machine.key, RSA, ED)]
    async with sso.client.sessions.begin() as session:
        query = text("UPDATE clients SET jwks = CAST(:jwks AS jsonb) WHERE id = :id")
        await session.execute(query, {"jwks": json.dumps({"keys": keys}), "id": machine.id})
    return machine


@pytest.fixture(scope="module")
async def application(sso: Provider) -> Machine:
    return await register(sso, "application")


async def brought(machine: Machine, assertion: str, **form: str) -> Any:
    data = CREDENTIALS | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion} | form
    return await machine.sso.client.post("/oauth2/token", data=data)


NOW = time.time()


def unsigned(machine: Machine) -> str:
    claims = {"iss": machine.id, "sub": machine.id, "aud": ISSUER, "jti": "none", "exp": NOW + 60}
    return by_hand({"alg": "none", "kid": "k1"}, claims)


def by_the_public_key(machine: Machine) -> str:
    public = OctKey.import_key(json.dumps(machine.key.as_dict(private=False)))
    return machine.assertion(key=public, header={"alg": "HS256"})


def deep(machine: Machine) -> str:
    return f"{base64.urlsafe_b64encode(b'[' * 3000).decode()}.{base64.urlsafe_b64encode(b'[' * 3000).decode()}.AAAA"


WRONG: dict[str, Callable[[Machine], str]] = {
    "aud is the token endpoint": lambda m: m.assertion(aud=TOKEN_URL),
    "aud is the PAR endpoint": lambda m: m.assertion(aud=f"{ISSUER}/oauth2/par"),
    "aud is a list": lambda m: m.assertion(aud=[ISSUER]),
    "aud is a list of two": lambda m: m.assertion(aud=[ISSUER, "https://evil.example"]),
    "aud with a slash": lambda m: m.assertion(aud=f"{ISSUER}/"),
    "aud of another": lambda m: m.assertion(aud="https://evil.example"),
    "no aud": lambda m: m.assertion(aud=None),
    "no iss": lambda m: m.assertion(iss=None),
    "other iss": lambda m: m.assertion(iss="gateway"),
    "no sub": lambda m: m.assertion(sub=None),
    "other sub": lambda m: m.assertion(sub="gateway"),
    "sub with a NUL": lambda m: m.assertion(sub="a\x00b"),
    "no jti": lambda m: m.assertion(jti=None),
    "no exp": lambda m: m.assertion(exp=None),
    "exp past": lambda m: m.assertion(exp=int(time.time()) - 300),
    "exp far ahead": lambda m: m.assertion(exp=int(time.time()) + 3600),
    "exp endless": lambda m: m.assertion(exp=float("inf")),
    "nbf ahead": lambda m: m.assertion(nbf=int(time.time()) + 120),
    "iat ahead": lambda m: m.assertion(iat=int(time.time()) + 120),
    "alg RS256": lambda m: m.assertion(key=RSA, header={"alg": "RS256", "kid": "rsa"}),
    "alg none": unsigned,
    "alg HS256 with the public key": by_the_public_key,
    "a stranger's key": lambda m: m.assertion(key=STRANGER),
    "a stranger's key in the header": lambda m: m.assertion(
        key=STRANGER, header={"jwk": STRANGER.as_dict(private=False), "kid": None}
    ),
    "jku": lambda m: m.assertion(key=STRANGER, header={"jku": "https://evil.example/jwks"}),
    "x5u": lambda m: m.assertion(key=STRANGER, header={"x5u": "https://evil.example/pem"}),
    "unknown kid": lambda m: m.assertion(header={"kid": "k9"}),
    "signature cut": lambda m: m.assertion()[:-8],
    "a megabyte": lambda m: m.assertion(filler="x" * 12_000)[:16_000],
    "deep": deep,
    "no JWT": lambda m: "assertion",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
async def test_an_assertion_with_a_fault_proves_nothing(agency: Machine, make: Callable[[Machine], str]) -> None:
    oauth_refused(await brought(agency, make(agency)), "invalid_client", 401)


async def test_what_is_taken(agency: Machine) -> None:
    now = int(time.time())
    good = [
        agency.assertion(),
        agency.assertion(header={"kid": None}),
        agency.assertion(nbf=now + 8),
        agency.assertion(iat=None),
        agency.assertion(exp=now + 300),
        agency.assertion(header={"typ": "JWT"}),
        agency.assertion(key=RSA, header={"alg": "PS256", "kid": "rsa"}),
        agency.assertion(key=ED, header={"alg": "EdDSA", "kid": "ed"}),
    ]
    for assertion in good:
        answer = await brought(agency, assertion)
        assert answer.status_code == 200, answer.text
    assert (await brought(agency, agency.assertion(), client_id=agency.id)).status_code == 200
    oauth_refused(await brought(agency, agency.assertion(), client_id="gateway"), "invalid_client", 401)


async def test_an_assertion_holds_once(agency: Machine) -> None:
    assertion = agency.assertion()
    answers = await asyncio.gather(*(brought(agency, assertion) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
    oauth_refused(await brought(agency, assertion), "invalid_client", 401)


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({"aud": TOKEN_URL}, True),
        ({"aud": [TOKEN_URL]}, True),
        ({"aud": [ISSUER]}, True),
        ({"ahead": 3000}, True),
        ({"aud": [ISSUER, "https://evil.example"]}, False),
        ({"aud": []}, False),
        ({"ahead": 7200}, False),
    ],
    ids=str,
)
async def test_applications_may_be_older_fashioned(application: Machine, changes: dict[str, Any], taken: bool) -> None:
    if "ahead" in changes:
        changes = {"exp": int(time.time()) + changes["ahead"]}
    answer = await brought(application, application.assertion(**changes))
    assert answer.status_code == (200 if taken else 401), answer.text


async def test_one_method_and_the_registered_one(sso: Provider, agency: Machine) -> None:
    url, secret = "/oauth2/token", agency.secret
    by_secret = CREDENTIALS | {"client_id": agency.id, "client_secret": secret}
    oauth_refused(await sso.client.post(url, data=by_secret), "invalid_client", 401)
    oauth_refused(await sso.client.post(url, data=CREDENTIALS, auth=(agency.id, secret)), "invalid_client", 401)
    oauth_refused(await sso.client.post(url, data=CREDENTIALS | {"client_id": agency.id}), "invalid_client", 401)
    gateway = ("gateway", SECRETS["gateway"])
    both = await sso.client.post(url, data=CREDENTIALS | agency.proof(), auth=gateway)
    oauth_refused(both, "invalid_request")
    oauth_refused(await sso.client.post(url, data=by_secret | agency.proof()), "invalid_request")
    half = CREDENTIALS | {"client_assertion": agency.assertion()}
    oauth_refused(await sso.client.post(url, data=half), "invalid_client", 401)
    other = half | {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}
    oauth_refused(await sso.client.post(url, data=other), "invalid_client", 401)
    two = [("Authorization", "Basic Z2F0ZXdheTp4"), ("Authorization", "Basic Z2F0ZXdheTp4")]
    oauth_refused(await sso.client.post(url, data=CREDENTIALS, headers=two), "invalid_request")


async def test_a_secret_by_form_is_for_those_registered_so(sso: Provider) -> None:
    poster = await register(sso, "application", token_endpoint_auth_method="client_secret_post")
    form = CREDENTIALS | {"client_id": poster.id, "client_secret": poster.secret}
    assert (await sso.client.post("/oauth2/token", data=form)).status_code == 200
    by_header = await sso.client.post("/oauth2/token", data=CREDENTIALS, auth=(poster.id, poster.secret))
    oauth_refused(by_header, "invalid_client", 401)


async def test_a_disabled_client_is_nobody(sso: Provider) -> None:
    machine = await register(sso)
    token = (await machine.token(grant_type="client_credentials")).json()["access_token"]
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE clients SET disabled_at = now() WHERE id = :id"), {"id": machine.id})
    oauth_refused(await machine.token(grant_type="client_credentials"), "invalid_client", 401)
    oauth_refused(await sso.exchange(token, "services"), "invalid_grant")


async def test_an_agency_acts_through_the_gateway_as_itself(sso: Provider, agency: Machine) -> None:
    answer = (await agency.token(grant_type="client_credentials")).json()
    claims = await sso.claims(answer["access_token"])
    assert (claims["aud"], claims["sub"], claims["kind"]) == ("gateway", agency.id, "system")
    assert claims["permissions"] == ["gateway:webhooks:manage"]
    onward = await sso.claims((await sso.exchange(answer["access_token"], "services")).json()["access_token"])
    assert (onward["aud"], onward["sub"], onward["kind"], onward["permissions"]) == (
        "services",
        agency.id,
        "system",
        [],
    )
    named = await agency.token(grant_type="client_credentials", resource=f"{ISSUER}/api/credit-registry")
    assert (await sso.claims(named.json()["access_token"]))["aud"] == "credit-registry"
    for resource in ("https://evil.example/api/services", f"{ISSUER}/api/bank", "services"):
        refusal = await agency.token(grant_type="client_credentials", resource=resource)
        oauth_refused(refusal, "invalid_target")


async def test_the_last_use_is_noted(sso: Provider, agency: Machine) -> None:
    assert (await agency.token(grant_type="client_credentials")).status_code == 200
    async with sso.client.sessions() as session:
        query = text("SELECT last_used_at > now() - interval '1 h', version FROM clients WHERE id = :id")
        assert tuple((await session.execute(query, {"id": agency.id})).one()) == (True, 1)


async def test_times_are_looked_at_to_the_second() -> None:
    expected = Expected("a", "agency", ISSUER, TOKEN_URL)
    claims = {"iss": "a", "sub": "a", "aud": ISSUER, "jti": "1", "exp": 1000}
    assert fault_of(claims, expected, 1000) is None
    assert fault_of(claims, expected, 1006) == "exp is missing or past"
    assert fault_of(claims, expected, 669) == "exp is too far ahead"
    assert fault_of(claims | {"nbf": 1000}, expected, 969) == "nbf is in the future"
