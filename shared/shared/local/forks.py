"""The runner's side of the nursery: processes that it forks, awaited like any other."""

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

from shared.local.process import PYTHON, Program

KILLED = -int(signal.SIGKILL)


class Fork:
    """A process forked by the nursery; the part of `asyncio.subprocess.Process` that a supervisor uses."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._pid: asyncio.Future[int] = loop.create_future()
        self._status: asyncio.Future[int] = loop.create_future()

    @property
    def pid(self) -> int:
        return self._pid.result()

    @property
    def returncode(self) -> int | None:
        return self._status.result() if self._status.done() else None

    async def started(self) -> None:
        """Returns when there is a process, or it is clear that there will be none."""
        await asyncio.wait({self._pid, self._status}, return_when=asyncio.FIRST_COMPLETED)

    async def wait(self) -> int:
        """The status with which it ended."""
        return await asyncio.shield(self._status)

    def send_signal(self, sent: int) -> None:
        """Sends a signal to the process if it runs."""
        if self._pid.done() and not self._status.done():
            os.kill(self.pid, sent)

    def kill(self) -> None:
        """Ends the process at once."""
        self.send_signal(signal.SIGKILL)

    def told(self, message: dict[str, Any]) -> None:
        """Takes what the nursery says about it."""
        if "pid" in message:
            self._pid.set_result(message["pid"])
        elif not self._status.done():
            if not self._pid.done():
                self._pid.set_result(0)
            self._status.set_result(message["status"])


class Forks:
    """The nursery, started when first needed and again when it has died; its children die with it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._program = Program("nursery", (PYTHON, "-m", "shared.local.nursery"), environment)
        self._log = log
        self._forks: dict[int, Fork] = {}
        self._count = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> asyncio.StreamWriter:
        """Sees to a nursery; it loads its libraries while the caller does something else."""
        async with self._lock:
            if self._process is None or self._process.returncode is not None:
                with self._log.open("ab") as errors:
                    self._process = await asyncio.create_subprocess_exec(
                        *self._program.command(), env=self._program.variables(), stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE, stderr=errors, start_new_session=True,
                    )  # fmt: skip
                self._reader = asyncio.create_task(self._read(self._process), name="nursery")
        assert self._process.stdin is not None
        return self._process.stdin

    async def spawn(self, program: Program, log: Path) -> Fork:
        """Forks a Python program: its arguments begin with the interpreter, `-m` and the module."""
        requests = await self.start()
        self._count += 1
        fork = self._forks[self._count] = Fork()
        _, _, module, *arguments = program.arguments
        request = {
            "id": self._count,
            "name": program.name,
            "module": module,
            "arguments": arguments,
            "environment": dict(program.environment),
            "log": str(log),
            "signal": int(program.stop_signal),
        }
        with contextlib.suppress(ConnectionError):
            requests.write(json.dumps(request).encode() + b"\n")
            await requests.drain()
        await fork.started()
        return fork

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            message = json.loads(line)
            self._forks[message["id"]].told(message)
            if "status" in message:
                del self._forks[message["id"]]
        await process.wait()
        for fork in self._forks.values():
            fork.told({"status": KILLED})
        self._forks.clear()

    async def stop(self) -> None:
        """Ends the nursery; its children are to be stopped before."""
        if self._process is not None and self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
        if self._reader is not None:
            await self._reader
