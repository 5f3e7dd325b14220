"""Clients that send their header slowly, endlessly or not at all, and those that take no answer."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from gateway import listener
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.gateway.support import answering, raw, read_answer, upstream

API = "/api/services/v1/applications"


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEADER_SECONDS", 1.0)


@pytest.mark.usefixtures("short_deadline")
@pytest.mark.parametrize("beginning", [b"", b"GET ", f"GET {API} HTTP/1.1\r\nHost: x\r\n".encode(), b"\r\n"])
async def test_a_header_that_does_not_come_is_not_waited_for(start_gateway: StartGateway, beginning: bytes) -> None:
    port = await start_gateway({})
    answer = await raw(port, beginning, seconds=5)
    assert (answer.status, answer.json()["code"]) == (408, "header_too_slow")


@pytest.mark.usefixtures("short_deadline")
async def test_the_deadline_counts_for_each_request_of_a_connection(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        began = time.monotonic()
        while time.monotonic() - began < 1.8:  # longer than one deadline, on one connection that is never late
            writer.write(request)
            assert (await read_answer(reader)).status == 200
            await asyncio.sleep(0.1)
        writer.write(request[:10])
        assert (await asyncio.wait_for(read_answer(reader), 5)).status == 408
        writer.close()


async def test_an_endless_header_is_cut_off(start_gateway: StartGateway) -> None:
    port = await start_gateway({})
    answer = await raw(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 6000)
    assert (answer.status, answer.json()["code"]) == (431, "headers_too_large")
    long_line = await raw(port, b"GET /" + b"a" * 50_000)
    assert long_line.status == 431


async def test_an_endless_trailer_is_cut_off(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        head = f"POST {API} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        long = await raw(port, head + b"2\r\n{}\r\n" + b"10000\r\n" + b"a" * 0x10000 + b"\r\n0\r\n\r\n")
        endless = await raw(port, head + b"0\r\n" + b"X-A: b\r\n" * 60_000, seconds=3)
    assert long.status == 200
    assert (endless.status, endless.json()["code"]) == (431, "headers_too_large")


REFUSED = f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n".encode()


async def test_a_body_that_comes_after_its_refusal_is_let_pass(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", await start_gateway({"services": service.url}))
        writer.write(REFUSED)
        assert (await read_answer(reader)).status == 413
        writer.write(b"x" * 3_000_000 + f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await asyncio.wait_for(read_answer(reader), 10)).status == 200
        writer.close()


@pytest.mark.usefixtures("short_deadline")
async def test_who_never_ends_a_refused_body_is_let_go_without_a_second_answer(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", await start_gateway({"services": service.url}))
        writer.write(REFUSED)
        assert (await read_answer(reader)).status == 413
        writer.write(b"x" * 100_000)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_what_is_not_http_is_refused_as_a_problem(start_gateway: StartGateway) -> None:
    port = await start_gateway({})
    answer = await raw(port, b"hello there\r\n\r\n")
    assert (answer.status, answer.json()["code"]) == (400, "not_http")
    assert answer.headers["x-error-source"] == "gateway"


@pytest.mark.usefixtures("short_deadline")
async def test_honest_callers_are_served_beside_many_slow_ones(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        for _, writer in slow:
            writer.write(b"GET /api")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answers = [await client.get(API) for _ in range(100)]
        assert {a.status_code for a in answers} == {200}
        async with asyncio.timeout(10):
            refused = await asyncio.gather(*(read_answer(reader) for reader, _ in slow))
        assert {a.status for a in refused} == {408}
        for _, writer in slow:
            writer.close()


async def test_connections_have_a_limit_in_total_and_of_one_address(start_gateway: StartGateway) -> None:
    few = await start_gateway({}, connections=3)
    of_one = await start_gateway({}, connections_per_address=3)
    trusting = await start_gateway({}, connections_per_address=3, trusted_proxies=["127.0.0.0/8"])
    for port, expected in ((few, 503), (of_one, 503), (trusting, 200)):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        answer = await raw(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.status == expected
        for _, writer in held:
            writer.close()
            await writer.wait_closed()

        async def room(port: int = port) -> bool:
            return (await raw(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")).status == 200

        await eventually(room)


async def test_a_kept_connection_is_closed_when_it_idles(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url}, keep_alive_seconds=0.5)
        for calls in (1, 2):  # the first answer goes the long way, the second the short one
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(calls):
                writer.write(f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                assert (await read_answer(reader)).status == 200
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()


async def test_whoever_reads_no_answers_is_not_answered_for_ever(start_gateway: StartGateway) -> None:
    """Memory is bounded: requests are not taken while answers are not read."""
    async with upstream(answering(bytes(50_000))) as service:
        port = await start_gateway({"services": service.url})
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**12)
        request = f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        before = -1
        while before != len(service.received) and len(service.received) < 2000:
            before = len(service.received)
            for _ in range(100):
                writer.write(request)
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.2)
        assert len(service.received) < 1000  # what the buffers of the system take
        writer.transport.abort()


@pytest.fixture
async def long_page(start_gateway: StartGateway) -> AsyncIterator[int]:
    """A gateway whose own `/openapi.json` is longer than all buffers on its way."""
    described = orjson.dumps({"paths": {}, "tags": [{"name": "a", "description": "x" * 12_000_000}]})
    async with upstream(answering(described)) as service:
        yield await start_gateway({"services": service.url}, transfer_seconds=0.8)


async def asking(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
    writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
    return reader, writer


async def connected(count: int) -> bool:
    """Whether the gateways here have so many connections of clients."""
    return sum(crowd.addresses.total() for crowd in listener._crowds.values()) == count


async def test_who_takes_nothing_of_an_answer_is_cut_off(long_page: int) -> None:
    """It would otherwise be held for as long as he likes, by as many as there may be connections."""
    _, writer = await asking(long_page)
    await eventually(lambda: connected(1))
    await eventually(lambda: connected(0), 5)
    writer.close()


async def test_who_takes_it_slowly_gets_all_of_it(long_page: int) -> None:
    reader, writer = await asking(long_page)
    received, began = 0, time.monotonic()
    while received < 12_000_000 and (part := await reader.read(2**16)):
        received += len(part)
        if time.monotonic() - began < 2.0:  # longer than anyone may take nothing
            await asyncio.sleep(0.05)
    writer.close()
    assert received >= 12_000_000
