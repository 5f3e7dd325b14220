"""How things are broken: SIGKILL to one process under a runner, to the runner, to all; the broker without its store."""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import psutil

from shared.local import nats
from shared.local.ports import HOST
from shared.local.process import find_noted
from shared.local.services import ALL, GATEWAY, SERVICES
from tests.support.platform import Platform, launch
from tests.support.processes import told_by

RECOVERY_SECONDS = 90.0
CHILDREN = ("postgres", "nats", *(each.folder for each in ALL))
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}  # many people from one address
Break = Callable[[Platform], None]


def process_of(platform: Platform, name: str) -> psutil.Process | None:
    """The running process of that name under this runner, by the runner's own note."""
    return find_noted(platform.data / "run" / f"{name}.json")


def running(platform: Platform) -> dict[str, int]:
    """The process ids of everything which runs under this runner."""
    found = {name: process_of(platform, name) for name in CHILDREN}
    return {name: process.pid for name, process in found.items() if process is not None}


def killing(name: str) -> Break:
    """Kills the process of that name."""

    def act(platform: Platform) -> None:
        process = process_of(platform, name)
        assert process is not None, f"{name} does not run"
        process.kill()
        wait_gone(process)

    return act


def wait_gone(process: psutil.Process) -> None:
    """Returns when the process has ended."""
    deadline = time.monotonic() + 10
    while is_there(process):
        assert time.monotonic() < deadline, f"process {process.pid} survived SIGKILL"
        time.sleep(0.005)


def is_there(process: psutil.Process) -> bool:
    """Whether the process has not ended; it may end at any moment while one looks."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill_nursery(platform: Platform) -> None:
    """Kills the process from which the services are forked; they go with it."""
    for child in psutil.Process(platform.runner.pid).children():
        if "shared.local.nursery" in (told_by(child.cmdline) or ()):
            child.kill()
            wait_gone(child)


def kill_a_session_of_the_database(platform: Platform) -> None:
    """Kills one session of PostgreSQL: the server then ends all others and replays its log."""
    server = process_of(platform, "postgres")
    assert server is not None, "postgres does not run"
    sessions = [child for child in server.children() if "services" in "".join(told_by(child.cmdline) or ())]
    sessions[0].kill()
    wait_gone(sessions[0])


def kill_runner(platform: Platform) -> None:
    """Kills the runner; the same command is then given again."""
    platform.runner.send_signal(signal.SIGKILL)
    platform.runner.wait()
    start_again(platform)


def kill_all(platform: Platform) -> None:
    """Kills every process at once, as a machine does that loses its power; then the same command again."""
    processes = psutil.Process(platform.runner.pid).children(recursive=True)
    platform.runner.send_signal(signal.SIGKILL)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    platform.runner.wait()
    start_again(platform)


def start_again(platform: Platform) -> None:
    """Starts the platform on the same data and port."""
    port = platform.base_url.rsplit(":", 1)[1]
    platform.runner = launch(platform.data, PORT=port, **UNLIMITED).runner


def lose_the_store(platform: Platform) -> None:
    """Lets events pile up which a service has not read yet, kills the broker and deletes everything it has stored."""
    with held(platform, "svc-disclosure"):
        time.sleep(1.0)
        killing("nats")(platform)
        store = platform.data / "nats" / "store"
        gone = store.with_name("store.gone")
        store.rename(gone)
        assert process_of(platform, "nats") is None, "the broker was back before its store was gone"
        shutil.rmtree(gone)


@contextmanager
def held(platform: Platform, name: str) -> Iterator[None]:
    """Stops a process for a while, without ending it."""
    process = process_of(platform, name)
    assert process is not None, f"{name} does not run"
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        process.resume()


def wait_recovered(platform: Platform, before: dict[str, int], broken: tuple[str, ...]) -> None:
    """Returns when what was killed runs as a new process, and every part answers and has its database and broker."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        now = running(platform)
        if all(now.get(name) not in (None, before.get(name)) for name in broken) and all_ready(platform):
            return
        assert time.monotonic() < deadline, f"{broken} did not come back:\n{platform.told()}"
        time.sleep(0.02)


def all_ready(platform: Platform) -> bool:
    """Whether the gateway and all services say that they are ready, with the broker, which itself answers."""
    ports = json.loads((platform.data / "ports.json").read_text(encoding="utf-8"))
    addresses = [f"http://{HOST}:{ports[each.name]}/readyz" for each in SERVICES]
    try:
        states = [httpx.get(url, timeout=2, trust_env=False).json()["status"] for url in addresses]
        gateway = httpx.get(f"{platform.base_url}/readyz", timeout=2, trust_env=False).status_code
    except (httpx.HTTPError, ValueError):
        return False
    broker = nats.Broker(platform.data / "nats", ports["nats"], "")
    return set(states) == {"ok"} and gateway == 200 and asyncio.run(nats.is_ready(broker))


SERVICES_AND_GATEWAY = (*(each.folder for each in SERVICES), GATEWAY.folder)
STORE = "nats and its store"
# What is broken, how, and which processes must be new afterwards.
FAULTS: dict[str, tuple[Break, tuple[str, ...]]] = {
    STORE: (lose_the_store, ("nats",)),
    **{name: (killing(name), (name,)) for name in (*SERVICES_AND_GATEWAY, "nats", "postgres")},
    "a session of postgres": (kill_a_session_of_the_database, ()),
    "nursery, all services with it": (kill_nursery, SERVICES_AND_GATEWAY),
    "runner": (kill_runner, CHILDREN),
    "all processes at once": (kill_all, CHILDREN),
}
