"""Keeps programs running: starts them, waits until they are ready, starts again what died, stops all in order."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from shared.local.environment import FOR_PYTHON
from shared.local.errors import NotPossible
from shared.local.forks import Fork, Forks
from shared.local.process import Program, forget, remember

Probe = Callable[[], Awaitable[bool]]
Tell = Callable[[str], None]

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0
TRIES_AT_START = 3


def how_it_ended(status: int) -> tuple[str, str]:
    """The end of a process in words, Chinese and English."""
    if status < 0:
        name = signal.Signals(-status).name
        return f"信号 {name}", f"signal {name}"
    return f"状态 {status}", f"status {status}"


class Child:
    """One program that is kept running."""

    def __init__(self, program: Program, folder: Path, probe: Probe, tell: Tell, forks: Forks) -> None:
        self.program, self.probe, self.tell, self._forks = program, probe, tell, forks
        self.log = folder / "logs" / f"{program.name}.log"
        self._notes = folder / "run"
        self._process: asyncio.subprocess.Process | Fork | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._failures = 0

    async def start(self, seconds: float = 90.0) -> None:
        """Starts the program and returns when it is ready; refuses when it does not get there."""
        self._task = asyncio.create_task(self._keep_running(), name=self.program.name)
        deadline = time.monotonic() + seconds
        while not await self._is_ready():
            if self._failures >= TRIES_AT_START or time.monotonic() > deadline or self._task.done():
                raise NotPossible(
                    f"{self.program.name} 无法启动，详见 {self.log}：{last_line(self.log)}",
                    f"{self.program.name} does not start, see its log",
                )
            await asyncio.sleep(0.1)

    async def _is_ready(self) -> bool:
        process = self._process
        return process is not None and process.returncode is None and await self.probe()

    async def _keep_running(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            status = await self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                self._failures = 0
            pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
            self._failures += 1
            chinese, english = how_it_ended(status)
            name = self.program.name
            self.tell(
                f"{name} 已退出（{chinese}），{pause:g} 秒后重启 / {name} ended ({english}), again in {pause:g} s"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run_once(self) -> int:
        self._process = await spawn(self.program, self.log, self._forks)
        remember(self._notes, self.program.name, self._process.pid)
        status = await self._process.wait()
        forget(self._notes, self.program.name)
        return status

    async def stop(self) -> None:
        """Ends the program: politely, and after its time by force. Returns when it is gone."""
        self._stopping.set()
        if self._task is None:
            return
        if not await self._ended_by(self.program.stop_signal, self.program.stop_seconds):
            self.tell(f"{self.program.name} 未按时退出，强制结束 / {self.program.name} did not stop in time, killed")
            await self._ended_by(signal.SIGKILL, 10.0)

    def kill(self) -> None:
        """Ends the program at once and for good."""
        self._stopping.set()
        self.send(signal.SIGKILL)

    async def _ended_by(self, stop_signal: signal.Signals, seconds: float) -> bool:
        assert self._task is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.send(stop_signal)
            # A process that is just being born gets the signal in the next round.
            done, _ = await asyncio.wait({self._task}, timeout=seconds if self._process else 0.1)
            if done:
                return True
        return False

    def send(self, sent: signal.Signals) -> None:
        """Sends a signal to the program if it runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(sent)


async def spawn(program: Program, log: Path, forks: Forks) -> asyncio.subprocess.Process | Fork:
    """Starts a program in a session of its own, so that Ctrl-C reaches the runner only; its output goes to `log`."""
    if program.forked:
        return await forks.spawn(program, log)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *program.command(), env=program.variables(), stdin=asyncio.subprocess.DEVNULL, stdout=output,
            stderr=output, start_new_session=True,
        )  # fmt: skip


def last_line(log: Path) -> str:
    """The last line with something in it, for a message."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")


def rotate(log: Path, kept: int = 3) -> None:
    """Moves an old log out of the way: name.log.1 is the newest of the old ones."""
    for number in range(kept, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        newer = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)


class Supervisor:
    """All children of a runner, in the order in which they were started."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        self.forks = Forks(dict(FOR_PYTHON), folder / "logs" / "nursery.log")
        self._layers: list[list[Child]] = []
        for name in ("logs", "run"):
            (folder / name).mkdir(exist_ok=True)
        for log in (folder / "logs").glob("*.log"):
            rotate(log)

    def layer(self) -> list[Child]:
        """A new layer: its children are stopped together, before those of the layers below it."""
        self._layers.append([])
        return self._layers[-1]

    def child(self, program: Program, probe: Probe, layer: list[Child]) -> Child:
        """A child in a layer, not started yet."""
        child = Child(program, self.folder, probe, self.tell, self.forks)
        layer.append(child)
        return child

    async def run_to_end(self, program: Program) -> None:
        """Runs a program that is to end by itself; refuses when it fails. Cancelled, it takes the program with it."""
        log = self.folder / "logs" / f"{program.name}.log"
        process = await spawn(program, log, self.forks)
        try:
            status = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if status != 0:
            chinese, english = how_it_ended(status)
            raise NotPossible(
                f"{program.name} 失败（{chinese}），详见 {log}：{last_line(log)}", f"{program.name} failed ({english})"
            )

    async def stop(self) -> None:
        """Stops everything, the last layer first."""
        while self._layers:
            await asyncio.gather(*(child.stop() for child in self._layers[-1]))
            self._layers.pop()
        await self.forks.stop()

    def kill(self) -> None:
        """Ends everything at once, for those who can't wait."""
        for child in (child for layer in self._layers for child in layer):
            child.kill()
