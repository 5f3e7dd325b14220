"""The runner behind `make run`, started as people start it; with one small service, so that it takes seconds."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from shared.local import postgres, process
from shared.local.ports import free_port
from tests.support.platform import Platform, launch

SERVICE = "disclosure"
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1 << 1, 1 << 2


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
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5, trust_env=False).status_code == 200
    return False


def gone(process: psutil.Process) -> bool:
    """Whether the process has ended."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


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


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A running runner for the tests of this module; one that they end is started again by them."""
    platform = start(tmp_path_factory.mktemp("run") / "data")
    try:
        wait_greeting(platform)
        yield platform
    finally:
        platform.stop()


pytestmark = pytest.mark.xdist_group("runner")


def test_a_taken_port_is_named_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refusal(tmp_path / "data", PORT=str(port))
    assert f"port {port} is taken" in told
    assert "Traceback" not in told


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert "PORT=http is no port number" in refusal(tmp_path / "data", PORT="http")


def test_a_folder_that_cannot_be_written_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told = refusal(tmp_path / "file")
    assert "can't be written" in told
    assert "Traceback" not in told


def test_an_unknown_service_is_named(tmp_path: Path) -> None:
    runner = launch(tmp_path / "data", SERVICES="weather")
    assert runner.runner.wait(30) == 1
    assert "weather" in runner.told()


def test_it_says_where_and_how(runner: Platform) -> None:
    told = runner.told()
    for part in (runner.base_url, "/docs", "Ctrl-C", str(runner.data)):
        assert part in told


def test_secrets_are_readable_for_their_owner_only(runner: Platform) -> None:
    files = [path for path in (runner.data / "secrets").rglob("*") if path.is_file()]
    files += [runner.data / "postgres" / "password", runner.data / "nats" / "nats.conf"]
    assert len(files) == 10
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_the_database_does_not_run_as_root(runner: Platform) -> None:
    assert children(runner)["postgres"].uids().real != 0


def test_below_a_closed_folder_the_database_has_the_right_to_search_folders_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    server = postgres.prepare(tmp_path / "home" / "postgres", free_port(), durable=False)
    child = process.start(server.program(), tmp_path / "postgres.log")
    try:
        asyncio.run(postgres.wait_ready(server, 20))
        status = Path(f"/proc/{child.pid}/status").read_text()
    finally:
        process.stop(child, server.program())
    (effective,) = [line.split()[1] for line in status.splitlines() if line.startswith("CapEff")]
    assert int(effective, 16) in {0, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}


async def test_no_role_enters_the_database_of_another_service(runner: Platform) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database(runner).removesuffix(SERVICE) + "sso")


def test_a_second_runner_keeps_off_the_same_folder(runner: Platform) -> None:
    told = refusal(runner.data)
    assert f"in use by another instance (process {runner.runner.pid})" in told
    assert service_answers(runner)


@pytest.mark.parametrize("name", [f"svc-{SERVICE}", "nats", "postgres"])
async def test_a_child_that_is_killed_comes_back(runner: Platform, name: str) -> None:
    await execute(runner, f"CREATE TABLE IF NOT EXISTS kept_{name.replace('-', '_')} AS SELECT 1 AS one")
    before = children(runner)[name]
    before.send_signal(signal.SIGKILL)
    until(lambda: gone(before))
    until(lambda: (after := children(runner).get(name)) is not None and after.pid != before.pid)
    until(lambda: service_answers(runner))
    assert f"{name} ended (signal SIGKILL), again in" in runner.told()
    assert await execute(runner, f"SELECT one FROM kept_{name.replace('-', '_')}")


async def test_another_runs_beside_it_and_after_kill_9_starts_again_and_nothing_is_lost(
    runner: Platform, tmp_path: Path
) -> None:
    first = start(tmp_path / "data")
    second = None
    try:
        wait_greeting(first)
        assert service_answers(first)
        assert service_answers(runner)
        await execute(first, "CREATE TABLE kept AS SELECT 1 AS one")
        theirs = list(children(first).values())
        first.runner.send_signal(signal.SIGKILL)
        first.runner.wait()
        second = start(tmp_path / "data")
        wait_greeting(second)
        assert all(gone(process) for process in theirs)
        assert service_answers(second)
        assert await execute(second, "SELECT one FROM kept")
        theirs = list(children(second).values())
        assert second.stop() == 0
        assert all(gone(process) for process in theirs)
        assert service_answers(runner)
    finally:
        for platform in filter(None, (first, second)):
            platform.stop()


def test_sigterm_while_starting_leaves_no_process(tmp_path: Path) -> None:
    platform = start(tmp_path / "data")
    until(lambda: "postgres" in children(platform))
    inner = psutil.Process(platform.runner.pid).children(recursive=True)
    assert platform.stop() == 0
    assert all(gone(process) for process in inner)


def test_a_left_over_pid_file_of_another_process_does_not_keep_the_database_away(tmp_path: Path) -> None:
    server = postgres.prepare(tmp_path, free_port(), durable=False)
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data}\n{int(time.time())}\n{server.port}\n\n127.0.0.1\n\n")
    server = postgres.prepare(tmp_path, server.port, durable=False)
    child = process.start(server.program(), tmp_path / "postgres.log")
    try:
        asyncio.run(postgres.wait_ready(server, 20))
    finally:
        process.stop(child, server.program())


async def test_when_what_forks_the_services_is_killed_they_come_back(runner: Platform) -> None:
    (nursery,) = [each for each in psutil.Process(runner.runner.pid).children() if "nursery" in str(each.cmdline())]
    before = children(runner)[f"svc-{SERVICE}"]
    nursery.send_signal(signal.SIGKILL)
    until(lambda: gone(before))
    until(lambda: service_answers(runner))
    assert children(runner)[f"svc-{SERVICE}"].pid != before.pid
