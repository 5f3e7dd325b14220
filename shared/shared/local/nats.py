"""An embedded NATS server with JetStream: the real server from a Python wheel, on the loopback address.

Its folder holds `nats.conf` (0600, with the password in it), `password` and `store`.
"""

import asyncio
import json
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from shared.local.errors import NotPossible
from shared.local.ports import HOST
from shared.local.process import Program, end_leftover
from shared.local.secrets import secret_file

USER = "yiwang"
PROGRAM = "nats-server"


@dataclass(frozen=True)
class Broker:
    """A store on disk and the address on which it is served."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address as settings take it, with user and password."""
        return f"nats://{USER}:{self.password}@{HOST}:{self.port}"

    def program(self) -> Program:
        """The broker as a program."""
        return Program("nats", (str(binary()), "-c", str(self.folder / "nats.conf")), stop_signal=signal.SIGTERM)


def binary() -> Path:
    """The path of the server from the wheel, which installs it beside the interpreter."""
    beside = Path(sys.executable).parent / PROGRAM
    found = str(beside) if beside.exists() else shutil.which(PROGRAM)
    if found is None:
        raise NotPossible(
            "缺少内嵌消息服务：请先安装 requirements/local.txt",
            "the embedded broker is not installed: install requirements/local.txt first",
        )
    return Path(found)


def prepare(folder: Path, port: int, *, durable: bool = True) -> Broker:
    """Writes the configuration, ends a server left over from a crash, and says how to start it.

    With `durable` a message is acknowledged only when it is on disk; the default of the server is two minutes later.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    end_orphan(folder)
    broker = Broker(folder, port, secret_file(folder / "password"))
    file = folder / "nats.conf"
    file.touch(mode=0o600)
    file.write_text(_configuration(broker, durable), encoding="utf-8")
    return broker


def _configuration(broker: Broker, durable: bool) -> str:
    """JSON is valid NATS configuration."""
    stream = {"store_dir": str(broker.folder / "store"), "max_memory_store": 64 << 20, "max_file_store": 20 << 30}
    return json.dumps(
        {
            "server_name": "yiwang",
            "listen": f"{HOST}:{broker.port}",
            "jetstream": stream | ({"sync_interval": "always"} if durable else {}),
            "authorization": {"users": [{"user": USER, "password": broker.password}]},
            "max_payload": 1 << 20,
        },
        indent=1,
    )


def end_orphan(folder: Path) -> None:
    """Stops a server which still runs with the configuration in `folder`: two on one store destroy it."""
    configuration = str(folder / "nats.conf")
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == PROGRAM and configuration in (process.info["cmdline"] or ()):
            end_leftover(process, signal.SIGTERM)


async def wait_ready(broker: Broker, seconds: float = 30.0) -> None:
    """Returns when the server greets; JetStream is up by then."""
    deadline = time.monotonic() + seconds
    while not await is_ready(broker):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nats-server does not answer on port {broker.port}")
        await asyncio.sleep(0.05)


async def is_ready(broker: Broker) -> bool:
    """Whether the server greets."""
    try:
        reader, writer = await asyncio.open_connection(HOST, broker.port)
        try:
            greeting = await asyncio.wait_for(reader.readline(), 5)
        finally:
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return greeting.startswith(b"INFO ") and b'"jetstream":true' in greeting
