"""How long somebody waits is told from service to service, and nobody works for one who has stopped waiting."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.outbound import DependencyUnavailable, Outbound
from shared.telemetry import TelemetryMiddleware, due_var, seconds_left
from tests.gateway.support import Script, Upstream, answering, read_request, upstream
from tests.support.apps import settings_for
from tests.support.servers import Servers


def outbound_to(servers: Servers, folder: Path, url: str) -> Outbound:
    return Outbound(settings_for(servers, "svc_services", folder, service_urls={"complaints": url}))


@pytest.mark.parametrize(("told", "left"), [("1500", 1.5), ("", None), ("-1", None), ("1e3", None), ("9999999", None)])
async def test_a_service_knows_how_long_it_has(told: str, left: float | None) -> None:
    seen: list[float] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(seconds_left())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(app=TelemetryMiddleware(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        await client.get("/x", headers={"X-Deadline-Ms": told} if told else {})
    assert seen[0] == (pytest.approx(left, abs=0.5) if left is not None else float("inf"))
    assert seconds_left() == float("inf")


async def test_the_rest_of_the_time_is_passed_on(servers: Servers, tmp_path: Path) -> None:
    async with upstream(answering()) as service:
        outbound = outbound_to(servers, tmp_path, service.url)
        await outbound.get("complaints", "/v1/x", anonymous=True)
        due_var.set(time.monotonic() + 2)
        await outbound.get("complaints", "/v1/x", anonymous=True)
        due_var.set(time.monotonic() - 1)
        with pytest.raises(DependencyUnavailable):
            await outbound.get("complaints", "/v1/x", anonymous=True)
        await outbound.aclose()
    told = [request.get("x-deadline-ms") for request in service.received]
    assert told[0] is None
    assert 1000 < int(told[1] or 0) <= 2000
    assert len(told) == 2


async def test_nobody_is_waited_for_longer_than_the_caller_waits(servers: Servers, tmp_path: Path) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            place.received.append(await read_request(reader))
            await reader.read()

        return talk

    async with upstream(script) as service:
        outbound = outbound_to(servers, tmp_path, service.url)
        due_var.set(time.monotonic() + 0.2)
        with pytest.raises(DependencyUnavailable):
            await asyncio.wait_for(outbound.get("complaints", "/v1/x", anonymous=True), 3)
        await outbound.aclose()
    assert len(service.received) == 1
