"""Signed calls: taken from an independent signer, and refused when anything about them was changed (RFC 9421)."""

import asyncio
import base64
import datetime
import hashlib
import json
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from nats.aio.client import Client as Nats
from starlette.types import Scope

from gateway.signatures import rules
from gateway.signatures.errors import SignatureMalformed
from gateway.signatures.fields import InnerList, Token, dictionary
from shared.events.envelope import Envelope
from shared.events.sso import ClientChangedV1
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.gateway.provider import Provider
from tests.gateway.support import Upstream, answering, served, upstream
from tests.gateway.test_tokens import keys_of
from tests.support.servers import Servers
from tests.support.tokens import ISSUER, SignToken

CLIENT, KID = "tax-suizhou", "k1"
URL = f"{ISSUER}/api/complaints/v1/complaints"
MAKERS = {
    "EC": (algorithms.ECDSA_P256_SHA256, lambda: ECKey.generate_key("P-256", {"kid": KID}, private=True)),
    "OKP": (algorithms.ED25519, lambda: OKPKey.generate_key("Ed25519", {"kid": KID}, private=True)),
    "RSA": (algorithms.RSA_PSS_SHA512, lambda: RSAKey.generate_key(2048, {"kid": KID}, private=True)),
}


# --- what the RFC itself shows (RFC 9421, appendix B; its keys and its signatures) ---

RSA_PSS = {
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "r4tmm3r20Wd_PbqvP1s2-QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct-Lh1GH45x28Rw3Ry53mm-oAXjyQ86OnDkZ5N8lYbggD4O3"
        "w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL-Wokqltd11nqqzi-bJ9cvSKADYdUAAN5WUtzdpi"
        "y6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d-nb4bnNkQVklLQ3fVAvJm-xdDOp9LCNCN48V2pnDOkFV"
        "6-U9nV5oyc6XI2w"
    ),
}
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}
P256 = {
    "kty": "EC",
    "crv": "P-256",
    "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
    "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
}
MESSAGE = [
    ("host", "example.com"),
    ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
    ("content-type", "application/json"),
    (
        "content-digest",
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    ),
    ("content-length", "18"),
]
EXAMPLE = rules.Call("POST", "https://example.com", "/foo", "param=Value&Pet=dog", MESSAGE, has_body=True)

VECTORS = [
    (
        "B.2.1",
        RSA_PSS,
        '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7Ch"
        "G52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxV"
        "rogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ss"
        "inQ98Xw9Q==",
    ),
    (
        "B.2.3",
        RSA_PSS,
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-rsa-pss"',
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0f"
        "UxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7"
        "JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsD"
        "ZKEgM4cUA==",
    ),
    (
        "B.2.6",
        ED25519,
        '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
        'keyid="test-key-ed25519"',
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
]


@pytest.mark.parametrize(("name", "key", "params", "value"), VECTORS, ids=[vector[0] for vector in VECTORS])
def test_the_signatures_of_the_standard_hold_and_nothing_else_does(
    name: str, key: dict[str, Any], params: str, value: str
) -> None:
    covered = dictionary(f"sig={params}")["sig"]
    assert isinstance(covered, InnerList)
    assert str(covered) == params
    base, signature = rules.base_of(covered, EXAMPLE), base64.b64decode(value)
    rules.verify(key, signature, base)
    with pytest.raises(InvalidSignature):
        rules.verify(key, signature, base + b" ")
    with pytest.raises(InvalidSignature):
        rules.verify(key, bytes([signature[0] ^ 1]) + signature[1:], base)


def test_the_standards_signature_by_an_elliptic_curve_holds() -> None:
    """B.2.4 signs a response; its base is given by the standard."""
    base = (
        b'"@status": 200\n"content-type": application/json\n"content-digest": '
        b"sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
        b'"content-length": 23\n"@signature-params": ("@status" "content-type" "content-digest" "content-length")'
        b';created=1618884473;keyid="test-key-ecc-p256"'
    )
    value = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    rules.verify(P256, base64.b64decode(value), base)
    with pytest.raises(InvalidSignature):
        rules.verify(P256, base64.b64decode(value), base + b"x")


# --- structured fields ---


def test_fields_are_written_as_they_were_read() -> None:
    text = 'a=("@method" "x\\"y");created=1;nonce="n";flag;b=:AQI=:;t=token/x, c=:AAE=:'
    read = dictionary(text)
    assert str(read["a"]) == '("@method" "x\\"y");created=1;nonce="n";flag;b=:AQI=:;t=token/x'
    assert isinstance(read["a"], InnerList)
    assert isinstance(read["a"].params["t"], Token)


@pytest.mark.parametrize(
    "text",
    [
        "a=(", 'a=("x', 'a=("x""y")', "a=();;", "a=();b=1;b=2", "a=1,", "a=1,,b=2", "A=1", "=1", "a=:!:", "a=1.5",
        'a="é"',
        "a=1 b=2", "a=();x=?2", ", ".join(f"k{n}=1" for n in range(9)), "a=1, a=2", "a=:A:",
    ],
)  # fmt: skip
def test_what_is_not_quite_a_field_is_refused(text: str) -> None:
    with pytest.raises(SignatureMalformed):
        dictionary(text)


# --- through a gateway ---


class Registry(Provider):
    """A provider which also keeps the directory of clients and makes tokens for them."""

    def __init__(self, sign: SignToken) -> None:
        super().__init__(sign)
        self.clients: dict[str, dict[str, Any]] = {}
        self.issued: list[dict[str, str]] = []

    def register(self, key: Any, **changes: Any) -> None:
        entry = {
            "client_id": CLIENT, "kind": "agency", "disabled": False, "permissions": ["gateway:calls:sign"],
            "keys": [key.as_dict(private=False)], "quota_per_minute": None, "quota_per_day": None,
        }  # fmt: skip
        self.clients[CLIENT] = entry | changes

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        if scope["path"] == "/v1/internal/clients":
            return 200, {"items": list(self.clients.values())}
        if scope["path"] == "/v1/internal/client-tokens":
            asked = json.loads(body)
            self.issued.append(asked)
            claims = {"sub": asked["client_id"], "client_id": asked["client_id"], "sid": None, "kind": "system"}
            token = self.sign(aud=asked["audience"], act={"sub": "gateway"}, **claims)
            return 200, {"access_token": token, "expires_in": 120}
        if b"client_credentials" in body:
            return 200, {"access_token": self.sign(aud="sso", sub="gateway"), "expires_in": 300, "token_type": "Bearer"}
        return super()._answer(scope, body)


@dataclass
class Station:
    """A gateway with a registry of clients and a service behind it, and an agency which signs."""

    port: int
    app: Any
    registry: Registry
    service: Upstream
    kind: str
    key: Any
    start_another: Callable[[], Any]
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=20))

    def signed(
        self, method: str = "POST", url: str = URL, body: bytes | None = b'{"a":1}', **how: Any
    ) -> httpx.Request:
        """A request signed by the independent library; `how` changes what it signs."""
        headers = how.pop("headers", {"content-type": "application/json"})
        content = {"content": body} if method != "GET" else {}
        request = httpx.Request(method, url, headers=headers, **content)  # type: ignore[arg-type]
        covered = how.pop("covered", ("@method", "@target-uri"))
        options = {
            "key_id": f"{CLIENT}/{KID}", "nonce": secrets.token_urlsafe(24), "tag": "yiwang", "label": "yiwang",
            "covered_component_ids": covered,
        }  # fmt: skip
        if method != "GET":
            options["body"] = body
        signer = HTTPMessageSigner(signature_algorithm=MAKERS[self.kind][0], key_resolver=Resolver(self.key))
        signer.sign(request, **(options | how))
        return request

    async def send(self, request: httpx.Request, port: int | None = None, **changes: Any) -> httpx.Response:
        """The request, sent to the gateway wherever it was signed for."""
        url = str(changes.get("url", request.url)).replace(ISSUER, f"http://127.0.0.1:{port or self.port}")
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        headers |= changes.get("headers", {})
        content = changes.get("content", request.content)
        return await self.http.request(changes.get("method", request.method), url, headers=headers, content=content)


class Resolver(HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> bytes:
        return bytes(self.key.as_pem(private=True))

    def resolve_public_key(self, key_id: str) -> bytes:
        return bytes(self.key.as_pem(private=False))


@pytest.fixture
def kind() -> str:
    return "EC"


@pytest.fixture
async def station(
    start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken, kind: str
) -> AsyncIterator[Station]:
    registry, key = Registry(sign_token), MAKERS[kind][1]()
    registry.register(key)
    prefix = f"t{uuid.uuid4().hex[:10]}"
    async with served(registry) as provider_port, upstream(answering(b'{"items":[]}')) as service:

        async def start() -> int:
            return await start_gateway(
                {"complaints": service.url, "sso": f"http://127.0.0.1:{provider_port}"},
                token_url=f"http://127.0.0.1:{provider_port}/oauth2/token",
                nats_prefix=prefix,
            )

        port = await start()
        made = Station(port, gateways[-1], registry, service, kind, key, start)
        yield made
        await made.http.aclose()


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["x-error-source"] == "gateway"
    if status == 401:
        assert 'tag="yiwang"' in answer.headers["accept-signature"]


@pytest.mark.parametrize("kind", sorted(MAKERS))
async def test_a_signed_call_goes_on_as_its_client(station: Station, servers: Servers) -> None:
    answer = await station.send(station.signed())
    assert answer.status_code == 200, answer.text
    (got,) = station.service.received
    token = str(got.get("authorization")).removeprefix("Bearer ")
    keys = keys_of(servers)
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    assert (claims["sub"], claims["aud"], claims["act"]) == (CLIENT, "complaints", {"sub": "gateway"})
    assert got.get("signature") is None
    # The token is kept, the signature is not.
    assert (await station.send(station.signed("GET", body=b""))).status_code == 200
    assert station.registry.issued == [{"client_id": CLIENT, "audience": "complaints"}]


async def test_a_read_is_verified_too(station: Station) -> None:
    good = station.signed("GET", f"{URL}?q=1", covered=("@method", "@authority", "@path", "@query"))
    assert (await station.send(good)).status_code == 200
    refused(await station.send(good, url=f"{URL}?q=2"), 401, "signature_invalid")


async def test_a_call_is_taken_once_by_all_processes_together(station: Station) -> None:
    other = await station.start_another()
    request = station.signed()
    answers = await asyncio.gather(*(station.send(request, port) for port in (station.port, other) * 5))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert {a.json().get("code") for a in answers if a.status_code == 401} == {"signature_replayed"}
    assert len(station.service.received) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"content": b'{"a":2}'}, 400, "digest_mismatch"),
        ({"method": "PUT"}, 401, "signature_invalid"),
        ({"url": f"{URL}/1"}, 401, "signature_invalid"),
        ({"url": f"{URL}?x=1"}, 401, "signature_invalid"),
        ({"headers": {"content-digest": "sha-256=:AAAA:"}}, 401, "signature_invalid"),
        ({"headers": {"content-type": "text/plain"}}, 401, "signature_invalid"),
        ({"headers": {"authorization": "Bearer x"}}, 400, "two_credentials"),
        ({"headers": {"signature": "yiwang=:AAAA:"}}, 401, "signature_invalid"),
        ({"headers": {"signature": "other=:AAAA:"}}, 400, "signature_malformed"),
        ({"headers": {"signature": "yiwang"}}, 400, "signature_malformed"),
        ({"headers": {"signature-input": "yiwang=("}}, 400, "signature_malformed"),
        ({"content": b""}, 400, "digest_mismatch"),
    ],
)  # fmt: skip
async def test_a_call_that_was_changed_is_refused(station: Station, change: Any, status: int, code: str) -> None:
    request = station.signed(covered=("@method", "@target-uri", "content-type"))
    refused(await station.send(request, **change), status, code)
    assert station.service.received == []


async def test_a_refused_call_uses_up_no_nonce(station: Station) -> None:
    request = station.signed()
    refused(await station.send(request, headers={"signature": "yiwang=:AAAA:"}), 401, "signature_invalid")
    assert (await station.send(request)).status_code == 200


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"covered": ("@method", "@path")}, 401, "signature_incomplete"),
        ({"covered": ("@target-uri",)}, 401, "signature_incomplete"),
        ({"body": None}, 401, "signature_incomplete"),
        ({"nonce": None}, 401, "signature_incomplete"),
        ({"nonce": "short"}, 400, "signature_malformed"),
        ({"tag": "other"}, 400, "signature_malformed"),
        ({"key_id": "tax-suizhou/other"}, 401, "signature_key_unknown"),
        ({"key_id": "nobody/k1"}, 401, "signature_key_unknown"),
        ({"key_id": "k1"}, 400, "signature_malformed"),
        ({"covered": ("@method", "@target-uri", "x-none")}, 400, "signature_malformed"),
    ],
)
async def test_a_signature_that_leaves_something_open_is_refused(
    station: Station, how: dict[str, Any], status: int, code: str
) -> None:
    if "x-none" in how.get("covered", ()):
        request = station.signed(headers={"x-none": "1"}, **how)
        del request.headers["x-none"]
    elif how.get("body", b"") is None:
        request = station.signed("GET", body=b"")
        request = station.signed(method="POST", body=b"x")
        params = request.headers["signature-input"].replace(' "content-digest"', "")
        request.headers["signature-input"] = params
    else:
        request = station.signed(**how)
    refused(await station.send(request), status, code)


@pytest.mark.parametrize(("seconds", "taken"), [(-40, True), (40, True), (-90, False), (90, False), (-3600, False)])
async def test_the_time_of_a_call_may_differ_by_a_minute(station: Station, seconds: int, taken: bool) -> None:
    created = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.UTC)
    answer = await station.send(station.signed(created=created))
    assert (answer.status_code == 200) is taken
    if not taken:
        refused(answer, 401, "signature_time")


async def test_a_call_past_its_own_end_is_refused(station: Station) -> None:
    now = time.time()
    created = datetime.datetime.fromtimestamp(now - 30, datetime.UTC)
    expires = datetime.datetime.fromtimestamp(now - 5, datetime.UTC)
    refused(await station.send(station.signed(created=created, expires=expires)), 401, "signature_time")


async def test_only_clients_that_may_sign_do(station: Station) -> None:
    changes: list[dict[str, Any]] = [{"disabled": True}, {"permissions": []}]
    for change in changes:
        station.registry.register(station.key, **change)
        await station.app.own.state.directory._read()
        refused(await station.send(station.signed()), 403, "signing_forbidden")


async def test_a_key_is_taken_and_dropped_as_soon_as_its_client_changed(station: Station) -> None:
    new = ECKey.generate_key("P-256", {"kid": KID}, private=True)
    assert (await station.send(station.signed())).status_code == 200
    station.registry.register(new)
    await tell_of_change(station)

    async def refused_now() -> bool:
        return (await station.send(station.signed())).status_code == 401

    await eventually(refused_now)
    station.key = new
    assert (await station.send(station.signed())).status_code == 200
    assert len(station.registry.issued) >= 2  # the token was made anew as well


async def tell_of_change(station: Station) -> None:
    """What svc-sso publishes when a client's keys change."""
    event = ClientChangedV1(client_id=CLIENT, kind="agency", disabled=False, revokes=True)
    now = datetime.datetime.now(datetime.UTC)
    envelope = Envelope(
        id=uuid.uuid4(), type=event.TYPE, source="/sso", subject=CLIENT, time=now, sequence=1, data=event.model_dump()
    )
    bus = station.app.own.state.runtime.bus
    client: Nats = bus._client
    await client.publish(bus.subject(event.TYPE), envelope.model_dump_json().encode())


async def test_a_long_body_that_was_changed_never_reaches_its_end(station: Station) -> None:
    body = secrets.token_bytes(700_000)
    request = station.signed(body=body, headers={"content-type": "application/octet-stream"})
    answer = await station.send(request, content=body[:-1] + bytes([body[-1] ^ 1]))
    refused(answer, 400, "digest_mismatch")
    whole = [got for got in station.service.received if len(getattr(got, "body", b"")) >= len(body)]
    assert whole == []
    assert (await station.send(station.signed(body=body))).status_code == 200


async def test_a_digest_of_either_length_is_checked(station: Station) -> None:
    body = b'{"a":1}'
    for name, make in (("sha-256", hashlib.sha256), ("sha-512", hashlib.sha512)):
        stated = f"{name}=:{base64.b64encode(make(body).digest()).decode()}:"
        request = station.signed(headers={"content-digest": stated}, use_existing_digest=True)
        assert (await station.send(request)).status_code == 200
    wrong = f"sha-256=:{base64.b64encode(hashlib.sha256(b'x').digest()).decode()}:"
    both = f"{stated}, {wrong}"
    covered = ("@method", "@target-uri", "content-digest")
    request = station.signed(headers={"content-digest": both}, body=None, use_existing_digest=True, covered=covered)
    refused(await station.send(request, content=body), 400, "digest_mismatch")


async def test_the_hub_takes_signed_calls_as_well(station: Station) -> None:
    answer = await station.send(station.signed("GET", f"{ISSUER}/api/hub/v1/webhooks", body=b""))
    assert answer.status_code == 403  # known, but without the permission for webhooks
    assert station.registry.issued[-1]["audience"] == "gateway"


async def test_an_unsigned_call_is_not_touched(station: Station) -> None:
    url = f"http://127.0.0.1:{station.port}/api/complaints/v1/complaints"
    assert (await station.http.get(url, headers={"Authorization": "Bearer own"})).status_code == 200
    assert station.service.received[-1].get("authorization") == "Bearer own"
