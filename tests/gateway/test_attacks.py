"""What an attacker tried: each of these got further once than it should have."""

import asyncio
import json
import time
import uuid
from typing import Any

import httpx
import pytest
from starlette.requests import cookie_parser

from gateway.cache.rules import Asked
from gateway.cache.store import LONGEST_KEY, Store
from gateway.limits.identity import LONGEST_KEPT, Identities, any_audience
from gateway.limits.matters import MOST_READ
from gateway.limits.settling import settle
from gateway.proxy.answers import whole
from gateway.proxy.headers import cookie_value
from tests.gateway.conftest import StartGateway
from tests.gateway.place import API as CASES
from tests.gateway.place import CSRF, Place, eventually
from tests.gateway.support import Script, Upstream, answering, raw, read_request, upstream
from tests.support.tokens import SignToken

START = "/api/services/v1/applications"


# --- one path, two readers ---

ENCODED = [
    "/v1/%69nternal/clients",
    "/v1/intern%61l",
    "/v1/applicat%69ons",
    "/v1/%41",
    "/v1/a%2Db",
    "/v1/a%5fb",
    "/v1/%30",
]


async def test_letters_are_not_encoded_to_get_past_a_rule(start_gateway: StartGateway) -> None:
    """`/v1/internal` and what is counted by its path are known by their plain form."""
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url, "sso": service.url})
        paths = [f"/api/services{path}" for path in ENCODED] + ["/oauth2/%6cogin", "/oauth2/log%69n"]
        for path in paths:
            answer = await raw(port, f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
            assert (answer.status, answer.json()["code"]) == (400, "bad_path"), path
        assert service.received == []
        named = await raw(port, b"GET /api/services/v1/%E4%BC%81%7E%3A HTTP/1.1\r\nHost: x\r\n\r\n")
    assert named.status == 200


# --- quotas ---

UNREADABLE: list[dict[str, Any]] = [
    {"content": json.dumps({"matter_code": "A"}).encode("utf-16"), "headers": {"Content-Type": "application/json"}},
    {"content": b'{"matter_code": "A", "x": NaN}'},
    {"content": b"\xef\xbb\xbf" + b'{"matter_code": "A"}'},
    {"content": b'{"matter_code": "A"}' + b" " * MOST_READ},
    {"content": b'{"matter_code": "' + b"A" * 65 + b'"}'},
    {"content": b'{"matter_code": "A\\u0000"}'},
    {"content": b'{"matter_code": ["A"]}'},
]


async def test_a_case_counts_however_its_body_is_sent(
    start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken
) -> None:
    async def in_parts() -> Any:
        for part in (b'{"matter', b'_code": ', b'"A"}'):
            yield part

    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url}, rate_per_minute=100, cases_per_matter_and_day=2)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def apply(person: str, **body: Any) -> int:
                headers = {"Authorization": f"Bearer {sign_token(aud='services', sub=person)}", "Idempotency-Key": "k"}
                answer = await client.post(START, headers=headers | body.pop("headers", {}), **body)
                return answer.status_code

            one = uuid.uuid4().hex
            forms: list[Any] = [
                {"json": {"matter_code": "A"}},
                {"content": in_parts()},
                {"json": {"matter_code": " a "}},
            ]
            assert [await apply(one, **form) for form in forms] == [200, 200, 429]
            assert json.loads(service.received[1].body) == {"matter_code": "A"}
            other = uuid.uuid4().hex
            assert [await apply(other, **form) for form in UNREADABLE] == [200] * 2 + [429] * (len(UNREADABLE) - 2)
            assert await apply(other, json={"matter_code": "A"}) == 200
            long = await apply(uuid.uuid4().hex, **UNREADABLE[3])
            assert (long, len(service.received[-1].body)) == (200, len(UNREADABLE[3]["content"]))
    # A NUL once kept all counts of the process from reaching the others.
    await settle(gateways[-1].state.limiter.counts, gateways[-1].own.state.runtime.sessions)


async def test_a_made_up_cookie_beside_a_token_hides_no_client(
    start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken
) -> None:
    port = await start_gateway({}, rate_per_minute=100)
    name = uuid.uuid4().hex
    token = sign_token(aud="gateway", sub=name, client_id=name, kind="system", sid=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        headers = {"Authorization": f"Bearer {token}", "Cookie": "sid=made-up"}
        answer = await client.get("/api/hub/v1/status", headers=headers)
    assert answer.headers["ratelimit"].startswith('"client"')


def test_of_several_cookies_both_readers_take_the_last() -> None:
    for field, value in [(b"sid=a; sid=b", b"b"), (b"sid =a", b"a"), (b"x=sid", None), (b"sid=", b"")]:
        assert cookie_value(field, b"sid") == value
    assert cookie_parser("sid=a; sid=b") == {"sid": "b"}


async def test_long_tokens_that_do_not_hold_fill_no_memory() -> None:
    identities = Identities(any_audience("http://issuer", "http://127.0.0.1:1/jwks"))
    for number in range(3):
        await identities.find(b"Basic %d" % number + b"x" * 8000)
        assert identities.known(b"Basic %d" % number + b"x" * 8000) is not None
    assert max(map(len, identities._known)) <= LONGEST_KEPT


# --- signed calls ---


def forged(port: int, number: int) -> bytes:
    nonce, made = uuid.uuid4().hex, int(time.time())
    params = f'("@method" "@target-uri");created={made};keyid="made-up/{number}";nonce="{nonce}";tag="yiwang"'
    fields = f"Signature-Input: s={params}\r\nSignature: s=:AAAA:\r\n"
    return f"GET {START} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode()


async def test_forged_signatures_are_counted_and_make_one_reading_of_the_directory(
    start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken
) -> None:
    port = await start_gateway({}, rate_per_minute=5)
    directory = gateways[-1].own.state.directory
    read = 0

    async def reading() -> bool:
        nonlocal read
        read += 1
        directory._tried_at = asyncio.get_running_loop().time()
        await asyncio.sleep(0.05)
        directory._read_at = directory._tried_at
        return True

    directory._read, directory._tried_at = reading, float("-inf")
    answers = await asyncio.gather(*(raw(port, forged(port, number)) for number in range(5)))
    assert ([a.status for a in answers], read) == ([401] * 5, 1)
    assert (await raw(port, forged(port, 6))).status == 429
    plain = await raw(port, b"GET /api/hub/v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    assert plain.status == 200


# --- sessions ---


async def test_a_new_context_does_not_wait_for_a_token_of_the_old_one(place: Place, gateways: list[Any]) -> None:
    """The exchange for the person himself is under way when he begins to act for an enterprise."""
    code = "91421303MA1000000X"
    place.provider.organisations = [
        {"code": code, "name": "甲公司", "role": "representative", "mandate_id": None, "matters": None}
    ]
    store = gateways[-1].own.state.store
    honest, asked, gate = store.provider.exchange, [], asyncio.Event()

    async def slow(access: str, audience: str, org: str | None = None) -> Any:
        asked.append((audience, org))
        if audience == "complaints" and org is None:
            await gate.wait()
        return await honest(access, audience, org)

    async with place.browser() as browser, place.browser() as tab:
        await place.log_in(browser)
        tab.cookies = httpx.Cookies(browser.cookies)
        store.provider.exchange = slow
        before = asyncio.create_task(tab.get(CASES))

        async def is_asked() -> bool:
            return ("complaints", None) in asked

        await eventually(is_asked)
        assert (await browser.post("/session/context", json={"org": code}, headers=CSRF)).status_code == 200
        after = await browser.get(CASES)
        gate.set()
        assert (after.status_code, (await before).status_code) == (200, 200)
    assert ("complaints", code) in asked
    tokens = [request.get("authorization") for request in place.service.received]
    assert len(set(tokens)) == 2


# --- answers ---


def test_a_line_that_is_no_field_is_no_plain_answer() -> None:
    assert whole(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") is not None
    assert whole(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nnonsense\r\n\r\n") is None


async def test_a_header_that_is_late_behind_an_answer_under_way_does_not_get_into_it(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.listener.HEADER_SECONDS", 0.2)
    begun = asyncio.Event()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst")
            begun.set()
            await asyncio.Event().wait()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {START} HTTP/1.1\r\nHost: x\r\n\r\nGET /api/".encode())
        await begun.wait()
        received = b""
        try:
            async with asyncio.timeout(5):
                while part := await reader.read(1000):
                    received += part
        except ConnectionError:
            pass
        writer.close()
    assert received.endswith(b"\r\n\r\nfirst")


# --- the cache ---


def test_a_long_address_is_not_remembered() -> None:
    store, asked = Store(10**6, 10**6), Asked(False, False, None, [])
    key = b"/api/x?" + b"q" * LONGEST_KEY
    for shared in (True, False):
        store.mark(key, shared=shared)
    assert store.passes(key)
    assert not store.is_shared(key)
    assert store._passing == store._shared == {}
    assert not store.keep(key, asked, None, (), 0.0)  # type: ignore[arg-type]


async def test_who_reads_nothing_holds_no_connection_to_a_service(start_gateway: StartGateway) -> None:
    let_go = asyncio.Event()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 65536)
                    await writer.drain()
            except ConnectionError:
                let_go.set()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url}, transfer_seconds=0.3)
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(f"GET {START} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await asyncio.wait_for(let_go.wait(), 5)
        writer.close()
