"""The runner behind `make run`: the whole platform on one machine, in the foreground.

It makes what is missing, starts everything, keeps it running, and stops it on Ctrl-C or SIGTERM. Its folder (DATA):
`postgres` and `nats` (the servers' own), `secrets` (0600), `files` (uploads), `logs`, `run` (who runs), `ports.json`.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

if sys.version_info < (3, 11):  # noqa: UP036 - whoever gets here with an older one is told so
    sys.exit("需要 Python 3.11 或更新版本 / Python 3.11 or later is needed")

from shared.local import content, databases, nats, postgres, secrets
from shared.local.environment import environment_of
from shared.local.errors import NotPossible
from shared.local.greeting import greeting
from shared.local.leftovers import end_leftovers
from shared.local.ports import HOST, assign
from shared.local.preflight import Wishes, check_folder, check_port, read_wishes, sole_runner
from shared.local.process import PYTHON, Program
from shared.local.services import ALL, GATEWAY, Deployable
from shared.local.supervisor import Child, Supervisor


def tell(line: str) -> None:
    """Prints a line for the person who started this."""
    print(line, flush=True)


class Platform:
    """The platform while it is started and runs."""

    def __init__(self, wishes: Wishes, supervisor: Supervisor) -> None:
        self.wishes, self.supervisor, self.data = wishes, supervisor, wishes.data
        inner = ["postgres", "nats", *(each.name for each in ALL if each is not GATEWAY)]
        self.ports = assign(inner, self.data / "ports.json", {wishes.port}) | {GATEWAY.name: wishes.port}
        self.server = postgres.prepare(self.data / "postgres", self.ports["postgres"])
        self.broker = nats.prepare(self.data / "nats", self.ports["nats"])

    async def start(self) -> None:
        """Starts servers, then services and the gateway at the same time; returns when all are ready."""
        servers, services, gateway = (self.supervisor.layer() for _ in range(3))
        await all_of(
            self.supervisor.child(self.server.program(), self._database_ready, servers).start(),
            self.supervisor.child(self.broker.program(), self._broker_ready, servers).start(),
        )
        passwords = {each.database: secrets.database_password(self.data / "secrets", each) for each in ALL}
        await databases.ensure(self.server, passwords)
        await all_of(
            *(self._start_service(each, gateway if each is GATEWAY else services) for each in self.wishes.services)
        )

    async def _database_ready(self) -> bool:
        return await postgres.is_ready(self.server)

    async def _broker_ready(self) -> bool:
        return await nats.is_ready(self.broker)

    async def _start_service(self, deployable: Deployable, layer: list[Child]) -> None:
        environment = environment_of(deployable, self.data, self.server, self.broker, self.ports)
        await self._load(deployable, environment)
        port = self.ports[deployable.name]
        program = Program(deployable.folder, web_server(deployable, port), environment, forked=True)
        await self.supervisor.child(program, lambda: answers_ready(port), layer).start()

    async def _load(self, deployable: Deployable, environment: Mapping[str, str]) -> None:
        """Migrates and fills the database of a service where that is not done yet."""
        wants_demo = self.wishes.demo and deployable.demo.exists()
        fill = wants_demo and not await content.is_filled(deployable, self.server)
        if not fill and await content.is_migrated(deployable, self.server):
            return
        demo = [f"{deployable.package}.demo"] if fill else []
        arguments = (PYTHON, "-m", "shared.local.load", deployable.package, *demo)
        name = f"{deployable.folder}-load"
        await self.supervisor.run_to_end(Program(name, arguments, environment, forked=True))
        if fill:
            await content.note_filled(deployable, self.server)


def web_server(deployable: Deployable, port: int) -> tuple[str, ...]:
    """The command that serves a service; what is under way at a stop gets 20 s."""
    return (
        PYTHON, "-m", "uvicorn", f"{deployable.package}.main:create_app", "--factory", "--host", HOST,
        "--port", str(port), "--loop", "uvloop", "--http", deployable.listener, "--no-access-log", "--no-server-header",
        "--no-proxy-headers", "--log-level", "warning", "--timeout-graceful-shutdown", "20",
    )  # fmt: skip


async def answers_ready(port: int) -> bool:
    """Whether the service on `port` says that it can do its work."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET /readyz HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
            status = await asyncio.wait_for(reader.readline(), 5)
        finally:
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


async def all_of(*steps: Coroutine[Any, Any, None]) -> None:
    """Does all at the same time; the first failure ends the others and is the one that is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except* NotPossible as failures:
        raise failures.exceptions[0] from None


async def serve(wishes: Wishes) -> None:
    """Runs the platform until a signal comes."""
    began = time.monotonic()
    supervisor = Supervisor(wishes.data, tell)
    stop = asyncio.Event()
    _on_signals(stop, supervisor)
    try:
        tell(f"一网正在启动，数据在 {wishes.data} / Yiwang is starting, data in {wishes.data}")
        await supervisor.forks.start()
        starting = asyncio.create_task(Platform(wishes, supervisor).start())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            tell(greeting(wishes.port, wishes.data, time.monotonic() - began, wishes.demo))
        else:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        await stopped
        tell("正在停止 / stopping")
    finally:
        await supervisor.stop()
    tell("已停止 / stopped")


def _on_signals(stop: asyncio.Event, supervisor: Supervisor) -> None:
    """The first signal stops cleanly, a second one at once."""

    def act() -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, act)


def main() -> int:
    """Returns 0 after a clean stop, 1 when the platform can't run here."""
    try:
        wishes = read_wishes(os.environ)
        check_folder(wishes.data)
        with sole_runner(wishes.data):
            for name in end_leftovers(_folder(wishes.data / "run")):
                tell(f"{name} 是上次遗留的进程，已结束 / {name} was left over from last time, ended")
            check_port(wishes.port)
            asyncio.run(serve(wishes))
    except NotPossible as exc:
        print(f"无法启动：{exc.chinese}\ncan't start: {exc.english}", file=sys.stderr, flush=True)
        return 1
    return 0


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
