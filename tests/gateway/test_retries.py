"""A request is sent twice only where that does no harm, and never after a byte of an answer (RFC 9110, 9.2.2)."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import Script, Upstream, read_request, upstream

API = "/api/services/v1/applications"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def closing_after_the_second(place: Upstream) -> Script:
    """Answers the first request of its first connection and closes that connection on reading the second."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = place.connections
        while True:
            place.received.append(await read_request(reader))
            if number == 1 and len(place.received) == 2:
                return
            writer.write(ANSWER)
            await writer.drain()

    return talk


@pytest.mark.parametrize(
    ("method", "headers", "body", "status", "times"),
    [
        ("GET", {}, b"", 200, 2),
        ("PUT", {}, b"{}", 200, 2),
        ("DELETE", {}, b"", 200, 2),
        ("POST", {"Idempotency-Key": '"k"'}, b'{"a":1}', 200, 2),
        ("POST", {}, b'{"a":1}', 502, 1),
        ("PATCH", {}, b"{}", 502, 1),
    ],
)
async def test_a_kept_connection_that_closes_at_once(
    start_gateway: StartGateway, method: str, headers: dict[str, str], body: bytes, status: int, times: int
) -> None:
    async with upstream(closing_after_the_second) as service:
        port = await start_gateway({"services": service.url})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await client.get(API)
            answer = await client.request(method, API, headers=headers, content=body)
    assert answer.status_code == status
    sent = [r for r in service.received[1:] if r.line.startswith(method)]
    assert len(sent) == times
    assert {r.body for r in sent} == {body}


async def test_a_request_is_sent_twice_at_most(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            place.received.append(await read_request(reader))

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await client.get(API)
            unsafe = await client.post(API, content=b"{}")
    assert (answer.status_code, unsafe.status_code) == (502, 502)
    assert [r.line.split()[0] for r in service.received] == ["GET", "GET", "POST"]


async def test_nothing_is_repeated_after_the_first_byte_of_an_answer(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                place.received.append(await read_request(reader))
                writer.write(ANSWER if len(place.received) == 1 else b"HTTP/1.1 2")
                await writer.drain()
                if len(place.received) > 1:
                    return

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await client.get(API)
            answer = await client.get(API)
    assert (answer.status_code, len(service.received)) == (502, 2)


async def test_a_connection_that_the_service_closed_while_idle_is_not_used(start_gateway: StartGateway) -> None:
    """Posts without a key go through although the service closes each idle connection: it is noticed before use."""

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            place.received.append(await read_request(reader))
            writer.write(ANSWER)
            await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(10):
                assert (await client.post(API, content=b"{}")).status_code == 200
                await asyncio.sleep(0.02)
    assert len(service.received) == 10
