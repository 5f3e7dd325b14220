"""The hub when a service takes calls and answers none: what else waits, and for how long nobody does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.hub import asking
from gateway.hub.announcements import MAX_COLUMNS, Board, Kept
from shared.clock import now
from tests.gateway.conftest import StartGateway
from tests.gateway.place import API, Place, eventually
from tests.gateway.support import Script, Upstream, answering, read_request, upstream

HUB = "/api/hub/v1"


def silent(place: Upstream) -> Script:
    """A service that reads each request and never answers."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place.received.append(await read_request(reader))
        await asyncio.Event().wait()

    return talk


@contextlib.asynccontextmanager
async def many(port: int, path: str, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many calls under way at once; given up at the end."""
    callers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in callers:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    yield [reader for reader, _ in callers]
    for _, writer in callers:
        writer.close()


def answered(callers: list[asyncio.StreamReader]) -> int:
    """How many of them have got anything."""
    return sum(bool(reader._buffer) for reader in callers)  # type: ignore[attr-defined]


async def test_log_ins_do_not_wait_for_a_service_that_hangs(
    place: Place, start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "DEADLINE_SECONDS", 30.0)
    sso = place.app.state.settings.service_urls["sso"]
    async with upstream(silent) as registry, upstream(answering(b'{"items":[]}')) as complaints:
        urls = {"credit-registry": registry.url, "complaints": complaints.url, "sso": sso}
        port = await start_gateway(urls, token_url=f"{sso}/oauth2/token")
        # More than the connections over which the gateway gets tokens.
        async with many(port, f"{HUB}/search?q=ab", 101) as searches, place.browser(port) as browser:

            async def asked() -> bool:
                return len(registry.received) == 50

            await eventually(asked, 20)
            await place.log_in(browser)
            answer = await browser.get(API)
            assert answered(searches) == 0
    assert answer.status_code == 200


async def test_one_column_does_not_wait_for_another(start_gateway: StartGateway) -> None:
    def slow_for_laws(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                request = await read_request(reader)
                place.received.append(request)
                if "laws" in request.line:
                    await asyncio.Event().wait()
                body = b'{"items": []}'
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

        return talk

    async with upstream(slow_for_laws) as disclosure:
        port = await start_gateway({"disclosure": disclosure.url})
        async with many(port, f"{HUB}/announcements?column=laws", 3) as waiting:

            async def asked() -> bool:
                return any("laws" in request.line for request in disclosure.received)

            await eventually(asked)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                told = (await client.get(f"{HUB}/announcements")).json()
            assert answered(waiting) == 0
    assert told["unavailable"] is False
    assert sum("laws" in request.line for request in disclosure.received) == 1


async def test_made_up_columns_push_nothing_out(start_gateway: StartGateway, gateways: list[Any]) -> None:
    async with upstream(answering(b'{"items": []}')) as disclosure:
        port = await start_gateway({"disclosure": disclosure.url})
        board: Board = gateways[-1].state.board
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for column in ("", "?column=made-up"):
                assert (await client.get(f"{HUB}/announcements{column}")).json()["unavailable"] is False
            assert set(board._kept) == {None}
            for number in range(MAX_COLUMNS):  # named while the service was away
                board._keep(f"c{number}", Kept(read_at=now(), away=True))
    assert None in board._kept
    assert len(board._kept) <= MAX_COLUMNS
