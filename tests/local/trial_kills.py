"""Whatever the runner started is killed, or the runner itself: it comes back, and nothing is lost."""

import signal
from pathlib import Path

import psutil
import pytest

from tests.local.running import SERVICE, children, execute, gone, service_answers, start, until, wait_greeting
from tests.support.platform import Platform
from tests.support.processes import told_by


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


async def test_when_what_forks_the_services_is_killed_they_come_back(runner: Platform) -> None:
    inner = psutil.Process(runner.runner.pid).children()
    (nursery,) = [child for child in inner if "nursery" in str(told_by(child.cmdline))]
    before = children(runner)[f"svc-{SERVICE}"]
    nursery.send_signal(signal.SIGKILL)
    until(lambda: gone(before))
    until(lambda: service_answers(runner))
    assert children(runner)[f"svc-{SERVICE}"].pid != before.pid
