"""A program to run, how it is started and stopped, and how one left over from a killed runner is found."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LAUNCHER = Path(__file__).with_name("launch.py")
PYTHON = sys.executable


@dataclass(frozen=True)
class Program:
    """What is started: `stop_signal` ends it cleanly, and is what the kernel sends it when its parent dies.

    A `forked` one is Python, and is started from a process that has the platform's libraries loaded.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 25.0
    forked: bool = False

    def command(self) -> list[str]:
        """The command line with the launcher in front, which becomes the program under the same process id."""
        return [
            PYTHON, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(self.stop_signal)), self.user or "-",
            *self.arguments,
        ]  # fmt: skip

    def variables(self) -> dict[str, str]:
        """The whole environment of the program."""
        return {**os.environ, **self.environment}


def start(program: Program, log: Path) -> subprocess.Popen[bytes]:
    """Starts the program in a session of its own (Ctrl-C reaches the runner only) with its output in `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            program.command(), env=program.variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip


def run(program: Program, log: Path) -> int:
    """Runs the program to its end and returns its status."""
    return start(program, log).wait()


def stop(child: subprocess.Popen[bytes], program: Program) -> None:
    """Ends a started program: politely, and after `stop_seconds` by force."""
    if child.poll() is None:
        child.send_signal(program.stop_signal)
    try:
        child.wait(program.stop_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def remember(folder: Path, name: str, pid: int) -> None:
    """Notes a running child, with its start time, for a runner that comes after a crash."""
    with contextlib.suppress(psutil.NoSuchProcess):
        note = {"pid": pid, "started": psutil.Process(pid).create_time()}
        fresh = folder / f"{name}.new"
        fresh.write_text(json.dumps(note), encoding="utf-8")
        fresh.replace(folder / f"{name}.json")


def forget(folder: Path, name: str) -> None:
    """Removes the note of a child that has ended."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def find_noted(note: Path) -> psutil.Process | None:
    """The process that a note names, if it is still the same one: a process id alone may be somebody else's by now."""
    try:
        entry = json.loads(note.read_text(encoding="utf-8"))
        process = psutil.Process(int(entry["pid"]))
        same = abs(process.create_time() - float(entry["started"])) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, OSError, ValueError, KeyError):  # it may end at any moment while one looks
        return None


def end_leftover(process: psutil.Process, stop_signal: signal.Signals, seconds: float = 15.0) -> None:
    """Ends a process that is not our child: politely, then by force."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
        if not _gone(process, seconds):
            process.kill()
            _gone(process, 10.0)


def _gone(process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False
