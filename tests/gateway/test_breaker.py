"""A service that restarts is waited for; one that is away is not asked again and again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx

from gateway.proxy.upstream import BUDGET_LEAST
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.gateway.support import Script, Upstream, answering, upstream

API = "/api/services/v1/applications"


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)


@contextlib.asynccontextmanager
async def away() -> AsyncIterator[int]:
    """A port on which nobody listens."""
    async with upstream(answering()) as service:
        port = service.port
    yield port


def silent(place: Upstream) -> Script:
    """Takes every request and answers none while `place.status` is empty."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if place.status:
            await answering()(place)(reader, writer)
        await reader.read()

    place.status = ""
    return talk


async def test_calls_wait_for_a_service_that_restarts(start_gateway: StartGateway, gateways: list[Any]) -> None:
    """Also such as may not be repeated: while the connection is refused nothing was sent."""
    async with away() as service_port:
        port = await start_gateway({"services": f"http://127.0.0.1:{service_port}"}, hold_seconds=10)
        async with client_of(port) as client:
            calls = [asyncio.create_task(client.get(API)) for _ in range(20)]
            calls += [asyncio.create_task(client.post(API, content=b"{}")) for _ in range(20)]
            breaker = gateways[-1].plane.upstreams["services"].breaker

            async def all_wait() -> bool:
                return bool(breaker.waiting == len(calls))

            await eventually(all_wait, 5)
            assert not any(call.done() for call in calls)
            async with upstream(answering(), service_port) as service:
                answers = await asyncio.gather(*calls)
                lines = [r.line.split()[:2] for r in service.received]
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(lines) == sorted([["GET", "/livez"]] + [["GET", API[13:]]] * 20 + [["POST", API[13:]]] * 20)


async def test_a_service_that_stays_away_is_refused_at_once_and_found_again(start_gateway: StartGateway) -> None:
    async with away() as service_port:
        port = await start_gateway({"services": f"http://127.0.0.1:{service_port}"}, hold_seconds=0.3)
        async with client_of(port) as client:
            first = await client.get(API)
            began = time.monotonic()
            others = [await client.get(API) for _ in range(20)]
            each = (time.monotonic() - began) / 20
            async with upstream(answering(), service_port):

                async def back() -> bool:
                    return (await client.get(API)).status_code == 200

                await eventually(back, seconds=5)
    assert {answer.status_code for answer in (first, *others)} == {503}
    assert {answer.headers["retry-after"] for answer in others} == {"1"}
    assert {answer.json()["code"] for answer in others} == {"service_unavailable"}
    assert each < 0.05


async def test_a_service_that_answers_nothing_is_given_up_after_three_calls(start_gateway: StartGateway) -> None:
    async with upstream(silent) as service, upstream(answering()) as other:
        urls = {"services": service.url, "complaints": other.url}
        port = await start_gateway(urls, answer_seconds=0.3)
        async with client_of(port) as client:
            statuses = [(await client.get(API)).status_code for _ in range(5)]
            beside = await client.get("/api/complaints/v1/complaints")
            service.status = "200 OK"

            async def back() -> bool:
                return (await client.get(API)).status_code == 200

            await eventually(back, seconds=5)
    assert statuses == [504, 504, 504, 503, 503]
    assert beside.status_code == 200


async def test_an_answer_in_between_counts_as_health(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                line = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]
                if b"slow" not in line:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url}, answer_seconds=0.2)
        async with client_of(port) as client:
            statuses = [(await client.get(f"{API}/{path}")).status_code for path in ("slow", "slow", "x") * 2]
    assert statuses == [504, 504, 200] * 2


async def test_repetitions_have_a_budget(start_gateway: StartGateway) -> None:
    """A service that drops every connection gets a few repetitions, not twice the calls."""

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = (await reader.readuntil(b"\r\n\r\n")).split()[1]
            if line == b"/livez":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                place.dropped += 1

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answers = [(await client.put(API, content=b"{}")).status_code for _ in range(60)]
    assert set(answers) <= {502, 503}
    assert service.dropped <= 60 + BUDGET_LEAST
