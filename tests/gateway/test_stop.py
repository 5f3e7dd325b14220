"""Stopping a gateway process: not ready first, then what is under way is finished, then the end."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.gateway.support import Script, Upstream, read_request, upstream
from tests.support.databases import KEYRING, PYTHON_PATH
from tests.support.servers import Servers

API = "/api/services/v1/applications"


def answering_slowly(started: asyncio.Event) -> Callable[[Upstream], Script]:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            started.set()
            await asyncio.sleep(1.5)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
            await writer.drain()

        return talk

    return script


async def test_what_is_under_way_is_finished(servers: Servers, shared_database: str, tmp_path: Path) -> None:
    started = asyncio.Event()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with upstream(answering_slowly(started)) as service:
        settings = {
            "DATABASE_URL": shared_database,
            "KEYRING": KEYRING,
            "NATS_URL": servers.nats_url,
            "SERVICE_URLS": f'{{"services": "{service.url}"}}',
            "PROBE_SECONDS": "0",
            "DATA_DIR": str(tmp_path),
            "INLINE_WORKER": "false",
            "DRAIN_SECONDS": "1",
        }
        environment = os.environ | {"PYTHONPATH": PYTHON_PATH} | {f"GATEWAY_{k}": v for k, v in settings.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "uvicorn", "gateway.main:create_app", "--factory", "--port", str(port),
            "--http", "gateway.listener:Listener", "--no-access-log", "--no-proxy-headers",
            env=environment, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                assert await ready(client, 30) == 200
                call = asyncio.create_task(client.get(API))
                await asyncio.wait_for(started.wait(), 10)
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(1):
                    while (await client.get("/readyz")).status_code != 503:  # noqa: ASYNC110 - another process
                        await asyncio.sleep(0.02)
                # Whoever keeps a connection is told to make a new one, which another process may take.
                page = await client.get("/assets/pages.css")
                assert (page.status_code, page.headers["connection"]) == (200, "close")
                assert (await call).text == "done"
            assert await asyncio.wait_for(process.wait(), 10) in (0, -signal.SIGTERM)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def ready(client: httpx.AsyncClient, seconds: float) -> int:
    """The answer of /readyz as soon as there is one."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return (await client.get("/readyz")).status_code
            except httpx.TransportError:
                await asyncio.sleep(0.05)
