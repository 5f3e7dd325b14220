"""Machines' tokens straight from the connection: a client can't tell them from those that uvicorn reads."""

import asyncio
import base64

import pytest

from svc_sso.repeats.routes import REPEATED
from tests.gateway.support import Answer
from tests.support.listening import Connection, listening
from tests.svc_sso.conftest import SECRETS, Provider

LISTENER = "svc_sso.listener:Listener"
FORM = b"grant_type=client_credentials&audience=complaints"
OWN = {"date", "x-request-id"}
USUAL = ("Content-Type: application/x-www-form-urlencoded",)


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


def post(*fields: str, secret: str = SECRETS["svc-services"], body: bytes = FORM, length: int | None = None) -> bytes:
    basic = base64.b64encode(f"svc-services:{secret}".encode()).decode()
    lines = ["POST /oauth2/token HTTP/1.1", "Host: x", f"Authorization: Basic {basic}", *USUAL, *fields]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def asked_again(connection: Connection, request: bytes) -> Answer:
    """The first answer that repeats the one before it."""
    before = REPEATED._value.get()
    async with asyncio.timeout(60):
        while True:
            (answer,) = await connection.ask(request)
            if REPEATED._value.get() > before:
                return answer


async def test_it_answers_as_uvicorn_does(sso: Provider) -> None:
    async with listening(sso.client.app, LISTENER) as (_, connection):
        short = await asked_again(connection, post("X-Request-Id: abcdefgh12345678"))
        long = await asked_again(connection, post("X-Request-Id: abcdefgh12345678", "Connection: keep-alive"))
        assert (short.status, long.status) == (200, 200)
        assert list(short.headers) == list(long.headers)
        differ = {name for name in short.headers if short.headers[name] != long.headers[name]}
        assert differ <= OWN
        assert short.headers["x-request-id"] == "abcdefgh12345678"
        tokens = [str(answer.json()["access_token"]) for answer in (short, long)]
        claims = [await sso.claims(token) for token in tokens]
        assert claims[0]["jti"] != claims[1]["jti"]


async def test_what_is_not_whole_uvicorn_reads(sso: Provider) -> None:
    async with listening(sso.client.app, LISTENER) as (_, connection):
        await asked_again(connection, post())
        request = post()
        for at in (10, len(request) - len(FORM), len(request) - 1):
            (answer,) = await connection.ask(request[:at], request[at:], answers=1)
            assert answer.status == 200
        together = await connection.ask(request + request + request, answers=3)
        assert len({answer.json()["access_token"] for answer in together}) == 3


async def test_refusals_are_the_token_endpoints(sso: Provider) -> None:
    async with listening(sso.client.app, LISTENER) as (_, connection):
        await asked_again(connection, post())
        wrong = [
            post(secret="wrong"),
            post("Authorization: Basic eDp5"),
            post(body=b"grant_type=client_credentials&audience=nowhere"),
            post(body=b"\xff" * 20),
        ]
        answers = [(await connection.ask(each))[0] for each in wrong]
        assert [answer.status for answer in answers] == [401, 400, 400, 400]
        assert (await connection.ask(post()))[0].status == 200


async def test_a_request_longer_or_shorter_than_it_says_is_no_repetition(sso: Provider) -> None:
    async with listening(sso.client.app, LISTENER) as (_, connection):
        await asked_again(connection, post())
        before = REPEATED._value.get()
        (cut,) = await connection.ask(post(length=len(FORM) - 1)[:-1])
        assert cut.status == 400  # another audience by one letter
        (twice,) = await connection.ask(post(f"Content-Length: {len(FORM)}"))
        assert twice.status == 400
        assert REPEATED._value.get() == before
