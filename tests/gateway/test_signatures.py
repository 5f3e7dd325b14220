"""Signed calls: taken from an independent signer, and refused when anything about them was changed (RFC 9421)."""

import asyncio
import base64
import contextlib
import datetime
import hashlib
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from nats.aio.client import Client as Nats

from gateway.main import create_app
from shared.events.envelope import Envelope
from shared.events.sso import ClientChangedV1
from tests.gateway.place import eventually
from tests.gateway.signers import CLIENT, KID, MAKERS, URL, Registry, Station
from tests.gateway.support import answering, served, upstream
from tests.gateway.test_tokens import keys_of
from tests.support.apps import settings_for
from tests.support.databases import fresh_database
from tests.support.servers import Servers
from tests.support.tokens import ISSUER, SignToken

pytestmark = pytest.mark.together


@pytest.fixture(scope="module")
async def station(
    servers: Servers, sign_token: SignToken, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Station]:
    """One gateway for all tests, and one more beside it; each test registers the key it signs with."""
    registry, prefix, folder = Registry(sign_token), f"t{uuid.uuid4().hex[:10]}", tmp_path_factory.mktemp("gateway")
    async with contextlib.AsyncExitStack() as stack:
        database = servers.sqlalchemy_url(await stack.enter_async_context(fresh_database(servers, "gateway")))
        provider = f"http://127.0.0.1:{await stack.enter_async_context(served(registry))}"
        service = await stack.enter_async_context(upstream(answering(b'{"items":[]}')))
        settings = settings_for(
            servers, "gateway", folder, database_url=database, client_id="gateway", inline_worker=False,
            access_log=False, probe_seconds=0, nats_prefix=prefix, token_url=f"{provider}/oauth2/token",
            service_urls={"complaints": service.url, "sso": provider},
        )  # fmt: skip
        apps = [create_app(settings) for _ in range(2)]  # type: ignore[arg-type]
        ports = [await stack.enter_async_context(served(app, "gateway.listener:Listener")) for app in apps]
        made = Station(ports[0], ports[1], apps[0], registry, service)
        yield made
        await made.http.aclose()


@pytest.fixture(autouse=True)
async def registered(station: Station) -> None:
    await station.use("EC")


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["x-error-source"] == "gateway"
    if status == 401:
        assert 'tag="yiwang"' in answer.headers["accept-signature"]


@pytest.mark.parametrize("kind", sorted(MAKERS))
async def test_a_signed_call_goes_on_as_its_client(station: Station, servers: Servers, kind: str) -> None:
    await station.use(kind)
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
    await eventually(lambda: knows_key(station))
    request = station.signed()
    answers = await asyncio.gather(*(station.send(request, port) for port in (station.port, station.other_port) * 5))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert {a.json().get("code") for a in answers if a.status_code == 401} == {"signature_replayed"}
    assert [got.line.split()[0] for got in station.service.received].count("POST") == 1


async def knows_key(station: Station) -> bool:
    """Whether the other gateway has heard of the key too."""
    await tell_of_change(station)
    return (await station.send(station.signed("GET", body=b""), station.other_port)).status_code == 200


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
    event = ClientChangedV1(client_id=CLIENT, kind="agency", disabled=False, revokes=False)
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
