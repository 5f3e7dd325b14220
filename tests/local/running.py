"""Runners with one small service, so that they take seconds."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import psutil

from tests.faults.breaking import is_there
from tests.support.platform import Platform, launch

SERVICE = "disclosure"


def start(data: Path, **variables: str) -> Platform:
    """Starts a runner with one service and no gateway."""
    return launch(data, SERVICES=SERVICE, DEMO="0", **variables)


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Waits for `true` to be so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def wait_greeting(runner: Platform, times: int = 1) -> None:
    """Waits until the runner says that it is ready."""
    until(lambda: runner.told().count("/docs") >= times or runner.runner.poll() is not None)
    assert runner.runner.poll() is None, runner.told()


def refusal(data: Path, **variables: str) -> str:
    """What a runner says that can't start."""
    runner = start(data, **variables)
    try:
        assert runner.runner.wait(30) == 1, runner.told()
    finally:
        runner.stop()
    return runner.told()


def children(runner: Platform) -> dict[str, psutil.Process]:
    """The running children of a runner by name, as it has noted them."""
    found = {}
    for note in (runner.data / "run").glob("*.json"):
        with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess):
            found[note.stem] = psutil.Process(json.loads(note.read_text())["pid"])
    return found


def service_answers(runner: Platform) -> bool:
    """Whether the one service is ready."""
    port = json.loads((runner.data / "ports.json").read_text())[SERVICE]
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5, verify=False, trust_env=False).status_code == 200
    return False


def gone(process: psutil.Process) -> bool:
    """Whether the process has ended."""
    return not is_there(process)


def database(runner: Platform) -> str:
    """The address of the service's database."""
    port = json.loads((runner.data / "ports.json").read_text())["postgres"]
    password = (runner.data / "secrets" / SERVICE / "database-password").read_text()
    return f"postgresql://{SERVICE}:{password}@127.0.0.1:{port}/{SERVICE}"


async def execute(runner: Platform, statement: str) -> list[asyncpg.Record]:
    """Runs a statement on the service's database."""
    connection = await asyncpg.connect(database(runner))
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()
