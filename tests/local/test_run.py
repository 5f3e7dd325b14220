"""The runner behind `make run`, started as people start it; with one small service, so that it takes seconds."""

import asyncio
import os
import socket
import time
from pathlib import Path

import asyncpg
import pytest

from shared.local import postgres, process
from shared.local.ports import free_port
from tests.local.running import (
    SERVICE,
    children,
    database,
    refusal,
    service_answers,
)
from tests.support.platform import Platform, launch

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1 << 1, 1 << 2
pytestmark = pytest.mark.together


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
