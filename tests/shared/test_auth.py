"""Tokens: everything that is wrong with one is 401, and a flood of made-up keys costs the issuer nothing."""

import asyncio
import base64
import json
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from shared.auth import ACRS, Access, AnyCaller, Caller, TokenVerifier, at_least, caller_of
from shared.errors import Unauthenticated, Unavailable
from shared.http import Router
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers
from tests.support.tokens import ISSUER

router = Router(prefix="/v1")


@router.get("/me")
async def me(caller: AnyCaller) -> dict[str, Any]:
    return {"subject": caller.subject, "kind": caller.kind, "unit": caller.unit, "actor": caller.actor}


@router.get("/officers")
async def officers(caller: Annotated[Caller, Access("notes:notes:handle")]) -> str:
    return caller.subject


@router.get("/seals")
async def seals(caller: Annotated[Caller, Access("notes:notes:handle", acr=ACRS[1], max_age=1200)]) -> str:
    return caller.subject


@pytest.fixture
async def notes(servers: Servers, tmp_path: Path) -> AsyncIterator[ServiceClient]:
    async with kernel_service(servers, tmp_path, "notes", f"t{uuid.uuid4().hex[:10]}", routers=(router,)) as client:
        yield client


def encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_a_token_says_who_calls(notes: ServiceClient, bearer: Any) -> None:
    subject = str(uuid.uuid4())
    headers = bearer(aud="notes", sub=subject, kind="staff", unit="AMR-421303", act={"sub": "svc-services"})
    answer = await notes.get("/v1/me", headers=headers)
    assert answer.json() == {"subject": subject, "kind": "staff", "unit": "AMR-421303", "actor": "svc-services"}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "complaints"},
        {"aud": None},
        {"iss": "http://evil.example"},
        {"lifetime": -10},
        {"exp": None},
        {"sub": None},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"header": {"typ": "JWT"}},
        {"header": {"kid": "unknown"}},
    ],
    ids=lambda changes: "-".join(f"{k}" for k in changes),
)
async def test_a_wrong_token_is_refused(notes: ServiceClient, bearer: Any, changes: dict[str, Any]) -> None:
    answer = await notes.get("/v1/me", headers=bearer(**({"aud": "notes"} | changes)))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 2500,
        b'{"kid":' + b"[" * 2000,
        b'{"kid": [1]}',
        b'{"kid": "\\ud800"}',
        b'{"kid": "\\u0000"}',
        b"null",
        b"\xff",
    ],
    ids=range(7),
)
async def test_headers_made_to_break_the_reader_are_refused(notes: ServiceClient, header: bytes) -> None:
    token = f"{base64.urlsafe_b64encode(header).decode()}.e30.AAAA"
    answer = await notes.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_forged_signatures_are_refused(notes: ServiceClient, sign_token: Any, servers: Servers) -> None:
    good = sign_token(aud="notes")
    header, claims, signature = good.split(".")
    public = (Path(servers.folder) / "jwks.json").read_bytes()
    payload = json.loads(base64.urlsafe_b64decode(claims + "=="))
    stranger = ECKey.generate_key("P-256", {"kid": "test"}, private=True)
    rsa = RSAKey.generate_key(2048, {"kid": "test"}, private=True)
    forged = [
        f"{encode({'alg': 'none', 'typ': 'at+jwt', 'kid': 'test'})}.{claims}.",
        f"{header}.{encode(payload | {'permissions': ['platform:operations']})}.{signature}",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "test"}, payload, stranger),
        jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "test"}, payload, OctKey.import_key(public)),
        jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": "test"}, payload, rsa),
        "a.b.c",
        "x" * 100_000,
        "",
    ]
    for token in forged:
        answer = await notes.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token[:80]
    assert (await notes.get("/v1/me", headers={"Authorization": "Basic YTpi"})).status_code == 401


async def test_rights_are_denied_unless_given(notes: ServiceClient, bearer: Any) -> None:
    assert (await notes.get("/v1/officers")).status_code == 401
    assert (await notes.get("/v1/officers", headers=bearer(aud="notes"))).status_code == 403
    allowed = bearer(aud="notes", permissions=["notes:notes:handle"])
    assert (await notes.get("/v1/officers", headers=allowed)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        ({"acr": ACRS[1]}, True),
        ({"acr": ACRS[2]}, True),
        ({"acr": ACRS[0]}, False),
        ({"acr": None}, False),
        ({"acr": "urn:else:where"}, False),
        ({"acr": ACRS[2], "auth_time": None}, False),
        ({"acr": ACRS[2], "ago": 1201}, False),
        ({"acr": ACRS[2], "ago": 1100}, True),
    ],
    ids=str,
)
async def test_a_sensitive_act_wants_a_strong_and_recent_log_in(
    notes: ServiceClient, bearer: Any, claims: dict[str, Any], enough: bool
) -> None:
    if "ago" in claims:
        claims = {"acr": claims["acr"], "auth_time": int(time.time()) - claims["ago"]}
    headers = bearer(aud="notes", permissions=["notes:notes:handle"], **claims)
    answer = await notes.get("/v1/seals", headers=headers)
    if enough:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")
    assert (answer.json()["acr_values"], answer.json()["max_age"]) == (ACRS[1], 1200)
    challenge = 'error="insufficient_user_authentication", acr_values="urn:yiwang:acr:mfa", max_age="1200"'
    assert challenge in answer.headers["www-authenticate"]


async def test_nobody_is_asked_to_log_in_again_for_what_he_may_not_do(notes: ServiceClient, bearer: Any) -> None:
    assert (await notes.get("/v1/seals", headers=bearer(aud="notes"))).status_code == 403


def test_classes_of_log_in_are_ordered() -> None:
    for place, stronger in enumerate(ACRS):
        assert [at_least(stronger, wanted) for wanted in ACRS] == [place >= other for other in range(len(ACRS))]


class Issuer:
    """A small real HTTP server which publishes keys and counts who asks."""

    def __init__(self, keys: KeySet) -> None:
        self.keys, self.asked = keys, 0

    async def __aenter__(self) -> "Issuer":
        self.server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/jwks"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = json.dumps(self.keys.as_dict(private=False)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


def key_named(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}, private=True)


def token_of(key: ECKey, kid: str) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "notes", "sub": "s", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": kid}, claims, key)


async def test_made_up_keys_cost_the_issuer_one_question_in_thirty_seconds() -> None:
    known, stranger = key_named("a"), key_named("b")
    async with Issuer(KeySet([known])) as issuer:
        verifier = TokenVerifier(ISSUER, "notes", issuer.url)
        assert (await verifier.verify(token_of(known, "a"))).subject == "s"
        for number in range(200):
            with pytest.raises(Unauthenticated):
                await verifier.verify(token_of(stranger, f"made-up-{number}"))
        assert issuer.asked == 2  # the first question of all, and one that a made-up key brought about


async def test_a_key_rotated_right_after_the_first_question_is_known() -> None:
    first, second, third = key_named("a"), key_named("b"), key_named("c")
    async with Issuer(KeySet([first])) as issuer:
        verifier = TokenVerifier(ISSUER, "notes", issuer.url)
        await verifier.verify(token_of(first, "a"))
        issuer.keys = KeySet([first, second, third])
        for key, kid in ((second, "b"), (first, "a"), (third, "c")):
            assert (await verifier.verify(token_of(key, kid))).subject == "s"
        assert issuer.asked == 2


async def test_keys_known_so_far_go_on_when_the_issuer_is_away() -> None:
    key = key_named("a")
    async with Issuer(KeySet([key])) as issuer:
        verifier = TokenVerifier(ISSUER, "notes", issuer.url)
        await verifier.verify(token_of(key, "a"))
    assert (await verifier.verify(token_of(key, "a"))).subject == "s"
    with pytest.raises(Unauthenticated):
        await verifier.verify(token_of(key_named("b"), "b"))


async def test_without_any_key_nothing_is_let_through() -> None:
    verifier = TokenVerifier(ISSUER, "notes", "http://127.0.0.1:9/jwks")
    with pytest.raises(Unavailable):
        await verifier.verify(token_of(key_named("a"), "a"))


@pytest.mark.parametrize(
    ("own", "asked", "covered"),
    [
        ("421303", "421303", True),
        ("421303", "421321", False),
        ("421300", "421321", True),
        ("421300", "420100", False),
        ("420000", "421303", True),
        ("100000", "110101", True),
        (None, "421303", False),
    ],
)
def test_a_unit_covers_the_regions_below_it(own: str | None, asked: str, covered: bool) -> None:
    assert caller_of({"sub": "s", "region": own}, "").covers(asked) is covered
