"""What honest callers notice while something is wrong: slow sockets, svc-sso away, a restart of each service."""

import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import psutil

from shared.local.ports import HOST
from shared.local.process import find_noted
from shared.local.services import SERVICES
from tests.bench.figures import Figure
from tests.bench.proxies import Running
from tests.bench.steady import Outcome, Steady, request, trickle
from tests.support.platform import Platform

RATE = 100.0
SLOW_SOCKETS, SLOW_ROUNDS = 1000, 3
READ_OF = {
    "sso": ("/api/sso/v1/me", "/.well-known/openid-configuration"),
    "credit-registry": ("/api/credit-registry/v1/regions", "/api/credit-registry/v1/enterprises?q=%E5%85%AC%E5%8F%B8"),
    "services": ("/api/services/v1/matters", "/api/services/v1/applications"),
    "complaints": ("/api/complaints/v1/complaints",),
    "disclosure": ("/api/disclosure/v1/columns", "/api/disclosure/v1/articles"),
}
NAME = {"region": "421303", "trade_name": "云岚", "industry_code": "C15", "industry_word": "酒业"}
NAME_CHECK = "/api/services/v1/name-checks", json.dumps(NAME | {"organisation_form": "有限公司"}).encode()


def _slow(host: str, port: int, sockets: int) -> None:
    """The process that holds the slow sockets; ended from outside."""
    asyncio.run(trickle(host, port, sockets, asyncio.Event()))


def _until_crowded(crowd: int, port: int) -> None:
    """Returns once nine tenths of the slow sockets stand; some are being thrown out and opened anew at any time."""
    deadline, wanted = time.monotonic() + 30, SLOW_SOCKETS * 9 // 10
    process = psutil.Process(crowd)
    while sum(c.status == psutil.CONN_ESTABLISHED and c.raddr.port == port for c in process.net_connections()) < wanted:
        assert time.monotonic() < deadline, "the slow sockets do not open"
        time.sleep(0.1)


def slow_sockets(gateway: Running, path: str, headers: dict[str, str], seconds: float = 10.0) -> list[Figure]:
    """The p99 of honest calls without and with the slow sockets, by turns; medians."""
    honest = [request(gateway.url + path, headers)]
    without, beside, failed = [], [], 0
    for _ in range(SLOW_ROUNDS):
        without.append(asyncio.run(Steady(honest, rate=RATE).run(seconds)).quantile(0.99) * 1e3)
        crowd = multiprocessing.get_context("spawn").Process(target=_slow, args=(HOST, gateway.port, SLOW_SOCKETS))
        crowd.start()
        try:
            _until_crowded(crowd.pid or 0, gateway.port)
            outcome = asyncio.run(Steady(honest, rate=RATE).run(seconds))
        finally:
            crowd.kill()
            crowd.join()
        beside.append(outcome.quantile(0.99) * 1e3)
        failed += outcome.failed.total()
    alone, among = statistics.median(without), statistics.median(beside)
    return [
        Figure("gateway.slow_sockets_failed", failed, "calls", "<=0"),
        Figure("gateway.slow_sockets_p99", among, "ms", "<=2.0", "without", alone, among / alone),
    ]


@dataclass
class Relay:
    """A way to a server which can be cut: then connections are refused, as when the server is down."""

    port: int
    server_port: int
    server: asyncio.Server | None = None

    async def open(self) -> None:
        self.server = await asyncio.start_server(self._pass, HOST, self.port)

    async def cut(self) -> None:
        assert self.server is not None
        self.server.close()
        for task in asyncio.all_tasks():
            if task.get_name() == "relay":
                task.cancel()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("relay")
        inner = await asyncio.open_connection(HOST, self.server_port)
        try:
            await asyncio.gather(_copy(reader, inner[1]), _copy(inner[0], writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            inner[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while (data := await reader.read(65536)) and not writer.is_closing():
        writer.write(data)
        await writer.drain()
    writer.close()


async def provider_away(gateway: Running, relay: Relay, path: str, cookie: str, seconds: float) -> list[Figure]:
    """Cuts the way to svc-sso for a while: sessions read on, log-ins are refused, and it is found again."""
    reading = Steady([request(gateway.url + path, {"Cookie": cookie})], rate=RATE)
    load = asyncio.create_task(reading.run())
    await asyncio.sleep(2)
    await relay.cut()
    async with httpx.AsyncClient(base_url=gateway.url, timeout=20, trust_env=False) as client:
        await asyncio.sleep(seconds - 2)
        log_in = await client.get("/oauth2/login")
        other = await client.get("/api/complaints/v1/complaints", headers={"Cookie": cookie})
        nobody = await client.get("/session", headers={"Cookie": "sid=made-up"})
        await relay.open()
        began = time.monotonic()
        while (await client.get("/oauth2/jwks")).status_code != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        back = time.monotonic() - began
    await asyncio.sleep(2)
    reading.stop.set()
    outcome = await load
    open_doors = (log_in.status_code != 503) + (other.status_code != 503) + nobody.json()["authenticated"]
    return [
        Figure("gateway.sso_away_reads", outcome.sent, "calls"),
        Figure("gateway.sso_away_failed", outcome.failed.total(), "calls", "<=0"),
        Figure("gateway.sso_away_let_in", float(open_doors), "calls", "<=0"),
        Figure("gateway.sso_away_recovery", back, "s", "<=2"),
    ]


def restarts(platform: Platform, cookie: str) -> list[Figure]:
    """Restarts each service by SIGTERM under load."""
    found = []
    for service in SERVICES:
        asked = [request(f"{platform.base_url}{path}", {"Cookie": cookie}) for path in READ_OF[service.name]] * 4
        if service.name == "services":
            path, body = NAME_CHECK
            headers = {"Content-Type": "application/json", "Idempotency-Key": '"bench"'}
            asked.append(request(platform.base_url + path, headers, "POST", body))
        outcome = asyncio.run(_during(asked, lambda name=service.folder: _terminate(platform, name)))  # type: ignore[misc]
        found += _told(f"restart_{service.name}", outcome)
    return found


def restart_of_gateway(gateway: Running, path: str, cookie: str) -> list[Figure]:
    """Restarts the two processes of a gateway, one after the other (SIGHUP to the process above them)."""
    asked = [request(gateway.url + path, {"Cookie": cookie})]
    outcome = asyncio.run(_during(asked, lambda: os.kill(gateway.process.pid, signal.SIGHUP), after=12))
    return _told("restart_gateway", outcome)


async def _during(asked: list[tuple[str, int, bytes]], act: Callable[[], None], after: float = 6.0) -> Outcome:
    load = Steady(asked, rate=RATE)
    task = asyncio.create_task(load.run())
    await asyncio.sleep(2)
    await asyncio.to_thread(act)
    await asyncio.sleep(after)
    load.stop.set()
    return await task


def _terminate(platform: Platform, name: str) -> None:
    process = find_noted(platform.data / "run" / f"{name}.json")
    assert process is not None, f"{name} does not run"
    process.terminate()


def _told(name: str, outcome: Outcome) -> list[Figure]:
    if outcome.failed:
        print(f"{name}: {dict(outcome.failed)}")  # noqa: T201 - the reasons, for whoever looks into it
    return [
        Figure(f"gateway.{name}_failed", outcome.failed.total(), "calls", "<=0"),
        Figure(f"gateway.{name}_longest", max(outcome.seconds, default=float("nan")), "s"),
    ]
