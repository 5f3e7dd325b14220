"""Proofs of possession (RFC 9449): the checks of 4.3, one by one, and what they are for: a stolen token is useless."""

import base64
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.auth import AnyCaller
from shared.http import Router
from shared.proofs import TOLERANCE_SECONDS, InvalidProof, Proof, Replays, normalized, read
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.proofs import by_hand, jkt, make_proof, new_key
from tests.support.servers import Servers

URL = "http://localhost:8000/v1/me"
KEY, OTHER = new_key(), new_key()
NOW = int(time.time())

router = Router(prefix="/v1")


@router.get("/me")
async def me(caller: AnyCaller) -> str:
    return caller.subject


@pytest.fixture
async def notes(servers: Servers, tmp_path: Path) -> AsyncIterator[ServiceClient]:
    async with kernel_service(servers, tmp_path, "notes", f"t{uuid.uuid4().hex[:10]}", routers=(router,)) as client:
        yield client


def unsigned(**header: Any) -> str:
    claims = {"jti": "a", "htm": "GET", "htu": URL, "iat": NOW}
    public = KEY.as_dict(private=False)
    return by_hand({"typ": "dpop+jwt", "alg": "ES256", "jwk": public} | header, claims, b"x" * 64)


def tampered() -> str:
    head, claims, signature = make_proof(KEY, "GET", URL).split(".")
    return f"{head}.{claims[:-4]}AAAA.{signature}"


def symmetric() -> str:
    secret = OctKey.generate_key(256)
    return make_proof(secret, "GET", URL, header={"alg": "HS256"}, jwk={"kty": "oct", "k": "c2VjcmV0"})


REFUSED: dict[str, Callable[[], str]] = {
    "no typ": lambda: make_proof(KEY, "GET", URL, header={"typ": None}),
    "typ JWT": lambda: make_proof(KEY, "GET", URL, header={"typ": "JWT"}),
    "typ of another kind": lambda: make_proof(KEY, "GET", URL, header={"typ": "at+jwt"}),
    "no alg": lambda: by_hand({"typ": "dpop+jwt", "jwk": KEY.as_dict(private=False)}, {}, b"x"),
    "alg none": lambda: unsigned(alg="none"),
    "alg RS256": lambda: make_proof(RSAKey.generate_key(2048), "GET", URL, header={"alg": "RS256"}),
    "alg HS256": symmetric,
    "small RSA": lambda: unsigned(alg="PS256", jwk={"kty": "RSA", "n": "w" * 171, "e": "AQAB"}),
    "no jwk": lambda: make_proof(KEY, "GET", URL, header={"jwk": None}),
    "jwk no object": lambda: unsigned(jwk="x"),
    "jwk with the private half": lambda: make_proof(KEY, "GET", URL, jwk=KEY.as_dict(private=True)),
    "jwk of another": lambda: make_proof(KEY, "GET", URL, jwk=OTHER.as_dict(private=False)),
    "kid in place of jwk": lambda: make_proof(KEY, "GET", URL, header={"jwk": None, "kid": "test"}),
    "tampered": tampered,
    "signature made up": lambda: unsigned(),
    "no jti": lambda: make_proof(KEY, "GET", URL, jti=None),
    "empty jti": lambda: make_proof(KEY, "GET", URL, jti=""),
    "jti a number": lambda: make_proof(KEY, "GET", URL, jti=7),
    "no htm": lambda: make_proof(KEY, "GET", URL, htm=None),
    "other htm": lambda: make_proof(KEY, "POST", URL),
    "htm in lower case": lambda: make_proof(KEY, "get", URL),
    "no htu": lambda: make_proof(KEY, "GET", URL, htu=None),
    "other path": lambda: make_proof(KEY, "GET", URL + "/x"),
    "other host": lambda: make_proof(KEY, "GET", "http://evil.example:8000/v1/me"),
    "other port": lambda: make_proof(KEY, "GET", "http://localhost/v1/me"),
    "other scheme": lambda: make_proof(KEY, "GET", "https://localhost:8000/v1/me"),
    "htu of a person": lambda: make_proof(KEY, "GET", "http://a@localhost:8000/v1/me"),
    "htu no address": lambda: make_proof(KEY, "GET", "/v1/me"),
    "no iat": lambda: make_proof(KEY, "GET", URL, iat=None),
    "iat a text": lambda: make_proof(KEY, "GET", URL, iat=str(NOW)),
    "iat true": lambda: make_proof(KEY, "GET", URL, iat=True),
    "iat no number": lambda: make_proof(KEY, "GET", URL, iat=float("nan")),
    "iat an hour ago": lambda: make_proof(KEY, "GET", URL, iat=NOW - 3600),
    "iat in an hour": lambda: make_proof(KEY, "GET", URL, iat=NOW + 3600),
    "crit": lambda: by_hand(
        {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False), "crit": ["x"]}, {}, b"x"
    ),
    "very long": lambda: make_proof(KEY, "GET", URL, filler="x" * 10_000),
    "a megabyte": lambda: "e30." + "A" * 1_000_000 + ".AAAA",
    "deep": lambda: base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.AAAA",
    "empty": str,
    "no JWT": lambda: "proof",
}


@pytest.mark.parametrize("proof", REFUSED.values(), ids=REFUSED.keys())
def test_a_proof_with_a_fault_is_none(proof: Callable[[], str]) -> None:
    with pytest.raises(InvalidProof):
        read(proof(), "GET", URL)


@pytest.mark.parametrize(
    "htu",
    [
        URL,
        "HTTP://LOCALHOST:8000/v1/me",
        URL + "?a=b",
        URL + "#c",
        "http://localhost:8000/v1/m%65",
    ],
)
def test_addresses_are_compared_normalized(htu: str) -> None:
    assert read(make_proof(KEY, "GET", htu), "GET", URL).jkt == jkt(KEY)


def test_the_default_port_may_be_written() -> None:
    assert normalized("https://a.example:443/x") == normalized("HTTPS://A.example/x?y")
    assert normalized("https://a.example") == normalized("https://a.example/")
    assert normalized("https://a.example:x/") is None


@pytest.mark.parametrize(
    "changes", [{"iat": NOW}, {"iat": NOW - 10}, {"iat": NOW + 10}, {"extra": "claim"}, {"nonce": "any"}]
)
def test_what_is_taken(changes: dict[str, Any]) -> None:
    assert read(make_proof(KEY, "GET", URL, **({"iat": NOW} | changes)), "GET", URL, now=NOW).jkt == jkt(KEY)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSAKey.generate_key(2048), "PS256"), (OKPKey.generate_key("Ed25519"), "EdDSA"), (ECKey.generate_key(), "ES256")],
    ids=["PS256", "EdDSA", "ES256"],
)
def test_the_algorithms(key: Any, algorithm: str) -> None:
    assert read(make_proof(key, "GET", URL, header={"alg": algorithm}), "GET", URL).jkt == jkt(key)


def test_the_hash_of_the_token_must_be_right() -> None:
    assert read(make_proof(KEY, "GET", URL, "abc"), "GET", URL, token="abc")
    for ath in (None, "", "abc", 7):
        with pytest.raises(InvalidProof):
            read(make_proof(KEY, "GET", URL, "abc", ath=ath), "GET", URL, token="abc")


def test_a_proof_holds_once_and_memory_is_bounded() -> None:
    replays = Replays(size=3)
    proofs = [Proof("key", bytes([n]), 0.0) for n in range(5)]
    for proof in proofs:
        replays.spend(proof, now=100.0)
    with pytest.raises(InvalidProof):
        replays.spend(proofs[-1], now=100.0 + 2 * TOLERANCE_SECONDS)
    replays.spend(proofs[0], now=101.0 + 2 * TOLERANCE_SECONDS)
    assert len(replays._seen) == 1


async def ask(notes: ServiceClient, token: str, *proofs: str, scheme: str = "DPoP") -> tuple[int, str]:
    headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", proof) for proof in proofs)]
    answer = await notes.get("/v1/me", headers=headers)
    return answer.status_code, str(answer.json()["code"]) if answer.status_code != 200 else ""


async def test_a_bound_token_opens_only_with_its_key(notes: ServiceClient, sign_token: Any) -> None:
    token = sign_token(aud="notes", cnf={"jkt": jkt(KEY)})
    other = sign_token(aud="notes", cnf={"jkt": jkt(KEY)})
    proof = make_proof(KEY, "GET", URL, token)
    assert await ask(notes, token, proof) == (200, "")
    assert await ask(notes, token, proof) == (401, "invalid_dpop_proof")
    assert await ask(notes, token) == (401, "invalid_dpop_proof")
    assert await ask(notes, token, scheme="Bearer") == (401, "invalid_token")
    assert await ask(notes, token, make_proof(KEY, "GET", URL, token), scheme="Bearer") == (401, "invalid_token")
    assert await ask(notes, token, make_proof(OTHER, "GET", URL, token)) == (401, "invalid_dpop_proof")
    assert await ask(notes, token, make_proof(KEY, "GET", URL, other)) == (401, "invalid_dpop_proof")
    assert await ask(notes, token, make_proof(KEY, "GET", URL)) == (401, "invalid_dpop_proof")
    two = make_proof(KEY, "GET", URL, token), make_proof(KEY, "GET", URL, token)
    assert await ask(notes, token, *two) == (401, "invalid_dpop_proof")
    assert await ask(notes, token, make_proof(KEY, "GET", URL, token)) == (200, "")


async def test_an_unbound_token_is_not_lifted_by_a_proof(notes: ServiceClient, sign_token: Any) -> None:
    token = sign_token(aud="notes")
    assert await ask(notes, token, make_proof(KEY, "GET", URL, token)) == (401, "invalid_dpop_proof")
    assert await ask(notes, token, scheme="Bearer") == (200, "")


async def test_behind_the_gateway_the_public_address_counts(notes: ServiceClient, sign_token: Any) -> None:
    token = sign_token(aud="notes", cnf={"jkt": jkt(KEY)})
    outside = "http://localhost:8000/api/notes/v1/me"
    for htu, status in ((outside, 200), (URL, 401)):
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": make_proof(KEY, "GET", htu, token),
            "X-Forwarded-Prefix": "/api/notes",
        }
        assert (await notes.get("/v1/me", headers=headers)).status_code == status


async def test_refusals_name_the_algorithms(notes: ServiceClient, sign_token: Any) -> None:
    headers = {"Authorization": f"DPoP {sign_token(aud='notes', cnf={'jkt': jkt(KEY)})}"}
    challenge = (await notes.get("/v1/me", headers=headers)).headers["www-authenticate"]
    assert challenge == 'DPoP realm="yiwang", error="invalid_dpop_proof", algs="ES256 PS256 EdDSA Ed25519"'


async def test_two_tokens_at_once_are_none(notes: ServiceClient, sign_token: Any) -> None:
    token = sign_token(aud="notes")
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await notes.get("/v1/me", headers=headers)).status_code == 401


def test_a_proof_is_no_access_token(sign_token: Any) -> None:
    with pytest.raises(InvalidProof):
        read(sign_token(aud="notes"), "GET", URL)
    assert jwt.decode(make_proof(KEY, "GET", URL), KEY).header["typ"] == "dpop+jwt"
