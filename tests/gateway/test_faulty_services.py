"""Services that are away, silent, garbled or gone in the middle."""

import asyncio
import time

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import (
    Script,
    Upstream,
    answering,
    raw,
    read_request,
    upstream,
)

API = "/api/services/v1/applications"


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


async def test_a_service_that_is_not_there_is_503_with_retry_after(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        url = service.url
    port = await start_gateway({"services": url})
    answer = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (answer.status, answer.json()["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_silent_service_is_504(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url}, answer_seconds=0.5)
        began = time.monotonic()
        answer = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        took = time.monotonic() - began
    assert (answer.status, answer.json()["code"]) == (504, "gateway_timeout")
    assert 0.4 < took < 3


async def test_an_answer_that_breaks_off_is_seen_as_broken(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            await writer.drain()
            writer.transport.abort()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_answer_is_502(start_gateway: StartGateway, answer: bytes) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        got = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (got.status, got.json()["code"]) == (502, "bad_gateway")


async def test_a_body_that_trickles_is_given_up(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url}, answer_seconds=0.5)
        head = f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode()
        answer = await raw(port, head)
    assert (answer.status, answer.json()["code"]) == (408, "body_too_slow")
    assert service.received == []
