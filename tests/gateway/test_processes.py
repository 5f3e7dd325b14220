"""Two gateway processes behind one port, as operations start them: what they must know of each other."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.gateway.place import eventually
from tests.gateway.register import PATH, Register
from tests.gateway.support import upstream
from tests.support.databases import KEYRING, PYTHON_PATH
from tests.support.servers import Servers

QUOTA = 200


@pytest.fixture
async def port(
    register: Register, database: Callable[[str], Awaitable[str]], servers: Servers, tmp_path: Path
) -> AsyncIterator[int]:
    """The port of two processes, which keep public answers and allow QUOTA calls a minute."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    async with upstream(register.script) as service:
        settings = {
            "DATABASE_URL": servers.sqlalchemy_url(await database("gateway")),
            "KEYRING": KEYRING,
            "NATS_URL": servers.nats_url,
            "NATS_PREFIX": register.bus.prefix,
            "SERVICE_URLS": json.dumps({"credit-registry": service.url}),
            "PROBE_SECONDS": "0",
            "DATA_DIR": str(tmp_path),
            "INLINE_WORKER": "false",
            "ACCESS_LOG": "false",
            "RATE_PER_MINUTE": str(QUOTA),
        }
        environment = os.environ | {"PYTHONPATH": PYTHON_PATH} | {f"GATEWAY_{k}": v for k, v in settings.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "uvicorn", "gateway.main:create_app", "--factory", "--port", str(free),
            "--http", "gateway.listener:Listener", "--no-access-log", "--no-proxy-headers", "--workers", "2",
            env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            await eventually(lambda: _ready(free), 60)
            yield free
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def _ready(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    return False


async def test_both_forget_what_has_changed_and_count_together(port: int, register: Register) -> None:
    # Each call has a connection of its own, which either process may take.
    address, alone = f"http://127.0.0.1:{port}", {"Connection": "close"}
    async with httpx.AsyncClient(base_url=address, headers=alone, timeout=10) as client:

        async def kept() -> bool:
            answers = [await client.get(PATH) for _ in range(5)]
            return all("hit" in answer.headers.get("cache-status", "") for answer in answers)

        await eventually(kept, 20)
        await register.change("two")

        async def seen() -> bool:
            return {(await client.get(PATH)).text for _ in range(5)} == {"two"}

        await eventually(seen, 2)
        statuses: Counter[int] = Counter()
        while statuses[429] < 30:
            statuses[(await client.get("/session")).status_code] += 1
    # Each by itself would let through its whole quota; how far beyond one they get depends on how busy the machine is.
    assert 0 < statuses[200] < 1.5 * QUOTA
