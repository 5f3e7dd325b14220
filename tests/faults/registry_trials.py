"""Bulk loads and monthly risk runs of the registry, while one process after the other is killed by SIGKILL.

`make faults-registry` (FAULT_ROUNDS=20 for each kind) runs on a platform of its own on free ports and prints a table.
Meanwhile somebody reads the change stream from the start. Afterwards every row of every file must stand in the register
once, with one position, one name and one place in the audit; and every run must have classified every entity once.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from shared.local.environment import environment_of
from shared.local.nats import Broker
from shared.local.ports import HOST
from shared.local.postgres import Server
from shared.local.services import GATEWAY, SERVICES, Deployable
from tests.faults.breaking import is_there, process_of, wait_gone
from tests.support.databases import PYTHON_PATH, ROOT
from tests.support.platform import Platform, launch

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "20"))
ROWS, PORTION, FIRST_ROWS = 8_000, 500, 40_000
PATIENCE_SECONDS = 120.0
REGISTRY = Deployable("credit-registry")
LOADER, WORKER = "loader", "worker"
TARGETS = ("svc-credit-registry", WORKER, "postgres", "nats", LOADER)


@dataclass
class Place:
    """A platform of the registry alone, with a second worker beside the one in the service."""

    folder: Path
    platform: Platform
    ports: dict[str, int]
    environment: dict[str, str]
    worker: "subprocess.Popen[bytes] | None" = None

    @property
    def dsn(self) -> str:
        return self.environment["CREDIT_REGISTRY_DATABASE_URL"].replace("+asyncpg", "")

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.ports['credit-registry']}"

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A program of the registry, with the environment of the service."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": PYTHON_PATH}
        with (self.folder / "programs.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=log, stderr=log)

    def work(self) -> None:
        """Sees to it that the second worker runs."""
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self.start("svc_credit_registry.worker")

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError, ValueError):
            answer = httpx.get(f"{self.origin}/readyz", timeout=2, trust_env=False)
            return bool(answer.json()["status"] == "ok")
        return False

    def ask(self, statement: str) -> Any:
        """The first value of a query; asked again while the database is away."""

        async def fetch() -> Any:
            connection = await asyncpg.connect(self.dsn, timeout=5)
            try:
                return await connection.fetchval(statement)
            finally:
                await connection.close()

        found: list[Any] = []

        def asked() -> bool:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                found.append(asyncio.run(fetch()))
            return bool(found)

        wait(asked, "the database answers")
        return found[0]


def wait(check: Callable[[], bool], what: str) -> float:
    """Returns when it is so; the seconds that took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < PATIENCE_SECONDS, f"in vain: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def started(folder: Path) -> Place:
    """The platform, ready."""
    platform = launch(folder / "data", SERVICES="credit-registry", DEMO="0")
    file = platform.data / "ports.json"
    wait(lambda: "/docs" in platform.told() or platform.runner.poll() is not None, "the platform is ready")
    ports = json.loads(file.read_text(encoding="utf-8"))
    known = dict.fromkeys([*(each.name for each in SERVICES), GATEWAY.name], 1) | ports
    server = Server(platform.data / "postgres", ports["postgres"], None, "", {})
    password = (platform.data / "nats" / "password").read_text(encoding="utf-8").strip()
    broker = Broker(platform.data / "nats", ports["nats"], password)
    return Place(folder, platform, ports, environment_of(REGISTRY, platform.data, server, broker, known))


@dataclass
class Reader(threading.Thread):
    """Reads the change stream from the start, in pieces, whatever happens to the service."""

    origin: str
    positions: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(name="reader", daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        with httpx.Client(base_url=self.origin, timeout=10, trust_env=False) as client:
            while not self.stop.is_set():
                after = self.positions[-1] if self.positions else 0
                with suppress(httpx.HTTPError):
                    answer = client.get("/v1/stream", params={"after": after, "limit": 500})
                    if answer.status_code == 200:
                        self.positions += [json.loads(line)["position"] for line in answer.text.splitlines()]
                time.sleep(0.2)


def kill(place: Place, target: str, loader: "subprocess.Popen[bytes] | None") -> None:
    """Kills one process; the runner starts again what is its own."""
    own = {LOADER: loader, WORKER: place.worker}.get(target)
    process = psutil.Process(own.pid) if own and own.poll() is None else None
    if target not in (LOADER, WORKER):
        wait(lambda: process_of(place.platform, target) is not None, f"{target} runs")
        process = process_of(place.platform, target)
    if process is None:
        return
    helpers = process.children(recursive=True) if target == LOADER else []
    process.kill()
    if own is not None:
        own.wait()
    else:
        wait_gone(process)
    if target == LOADER:
        wait(lambda: not any(is_there(helper) for helper in helpers), "the helpers ended with their loader")


def load_through(place: Place, file: Path, target: str) -> float:
    """Loads a file; in the middle `target` is killed. The load is given again until it says that it is done."""
    place.work()
    arguments = ("svc_credit_registry.load", str(file), "--portion", str(PORTION))
    portions = "SELECT count(*) FROM bulk_portions"
    before, wanted = place.ask(portions), random.randrange(1, ROWS // PORTION - 2)
    loader = place.start(*arguments)
    wait(lambda: loader.poll() is not None or place.ask(portions) - before >= wanted, "the load is in the middle")
    began = time.monotonic()
    kill(place, target, loader)
    while loader.wait(PATIENCE_SECONDS) != 0:
        assert time.monotonic() - began < PATIENCE_SECONDS, (place.folder / "programs.log").read_text()[-2000:]
        wait(lambda: place.ask("SELECT 1") == 1, "the database is back")
        loader = place.start(*arguments)
    wait(place.is_ready, "the service is ready")
    return time.monotonic() - began


TABLES = ("risk_figures", "risk_changes", "risk_classes", "risk_runs")


def risk_through(place: Place, target: str) -> float:
    """A monthly run from its beginning, in the middle of which `target` is killed; the seconds until it is done."""
    place.work()
    asyncio.run(_forget_runs(place))
    done = "SELECT coalesce(max(entities), 0) FROM risk_runs"
    wait(lambda: place.ask(done) > 0 or place.ask("SELECT count(*) FROM risk_runs") > 0, "the run has begun")
    time.sleep(random.uniform(0.0, 1.0))
    began = time.monotonic()
    kill(place, target, None)
    place.work()
    wait(lambda: place.ask("SELECT count(*) FROM risk_runs WHERE state = 'finished'") == 1, "the run is done")
    return time.monotonic() - began


async def _forget_runs(place: Place) -> None:
    connection = await asyncpg.connect(place.dsn, timeout=5)
    try:
        await connection.execute(f"TRUNCATE {', '.join(TABLES)}")
    finally:
        await connection.close()


# What must be so; each gives the number of faults.
LOADED: dict[str, str] = {
    "rows missing or more": "SELECT abs(count(*) - {rows}) FROM enterprises",
    "names missing or more": "SELECT abs(count(*) - {rows}) FROM enterprise_names",
    "enterprises told of twice": "SELECT count(*) - count(DISTINCT code) FROM changes",
    "enterprises never told of": "SELECT {rows} - count(DISTINCT code) FROM changes",
    "positions left out": "SELECT max(position) - count(*) FROM changes",
    "audited rows missing or more": "SELECT abs(coalesce(sum((after->>'inserted')::int), 0) - {rows}) FROM audit_log"
    " WHERE action = 'enterprises.loaded'",
    "rows in events missing or more": "SELECT abs(coalesce(sum((data->>'rows')::int), 0) - {rows}) FROM outbox_events"
    " WHERE type = 'credit_registry.register.loaded.v1'",
    "changed twice": "SELECT count(*) FROM enterprises WHERE version <> 1",
    "loads that are not done": "SELECT count(*) FROM bulk_loads WHERE finished_at IS NULL",
}
CLASSIFIED: dict[str, str] = {
    "runs of a month beside the one": "SELECT count(*) - 1 FROM risk_runs",
    "entities without a class": "SELECT abs(count(*) FILTER (WHERE status <> 'cancelled') - (SELECT count(*)"
    " FROM risk_classes)) FROM enterprises",
    "entities counted twice": "SELECT abs(r.entities - (SELECT count(*) FROM risk_classes)) FROM risk_runs r",
    "figures beside the entities": "SELECT abs((SELECT sum(entities) FROM risk_figures WHERE dimension = 'region')"
    " - r.entities) FROM risk_runs r",
}


def faults(place: Place, checks: dict[str, str], rows: int) -> dict[str, int]:
    """What is not as it must be."""
    found = {name: int(place.ask(statement.format(rows=rows)) or 0) for name, statement in checks.items()}
    return {name: number for name, number in found.items() if number}


def files(folder: Path, count: int) -> list[Path]:
    """Files of made-up enterprises, none twice; the first is larger."""
    total = FIRST_ROWS + (count - 1) * ROWS
    command = [sys.executable, "-m", "svc_credit_registry.generate", str(total)]
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH}
    lines = subprocess.run(command, env=environment, capture_output=True, check=True).stdout.splitlines(keepends=True)
    made, at = [], 1
    for number in range(count):
        size = ROWS if number else FIRST_ROWS
        made.append(folder / f"rows-{number}.csv")
        made[-1].write_bytes(lines[0] + b"".join(lines[at : at + size]))
        at += size
    return made


def main() -> int:
    """The exit status: 0 when everything is as it must be."""
    with tempfile.TemporaryDirectory(prefix="yiwang-faults-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        given = files(folder, 1 + ROUNDS * len(TARGETS))
        place = started(folder)
        try:
            return _trials(place, given)
        finally:
            if place.worker is not None:
                place.worker.kill()
            place.platform.stop()


def _trials(place: Place, given: list[Path]) -> int:
    reader = Reader(place.origin)
    reader.start()
    assert place.start("svc_credit_registry.load", str(given[0])).wait(PATIENCE_SECONDS) == 0
    rows, wrong, lines = FIRST_ROWS, 0, ["| during | killed | times | faults | seconds to the end: median, worst |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for target in TARGETS[:-1]:
        seconds, found = [], dict[str, int]()
        for _ in range(ROUNDS):
            seconds.append(risk_through(place, target))
            found |= faults(place, CLASSIFIED, rows)
        lines.append(_line("monthly run", target, seconds, found))
        wrong += len(found)
    for number, file in enumerate(given[1:]):
        target = TARGETS[number % len(TARGETS)]
        seconds = [load_through(place, file, target)]
        rows += ROWS
        found = faults(place, LOADED, rows)
        lines.append(_line("bulk load", target, seconds, found))
        wrong += len(found)
    last = place.ask("SELECT last FROM feed_state")
    wait(lambda: bool(reader.positions) and reader.positions[-1] == last, "the reader has read everything")
    reader.stop.set()
    skipped = reader.positions != list(range(1, last + 1))
    lines.append(f"\n{rows} rows loaded; {last} positions read from the stream, skipped or repeated: {skipped}\n")
    text = "\n".join(lines)
    (ROOT / ".bench").mkdir(exist_ok=True)
    (ROOT / ".bench" / "faults-registry.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 1 if wrong or skipped else 0


def _line(during: str, target: str, seconds: list[float], found: dict[str, int]) -> str:
    ordered = sorted(seconds)
    line = (
        f"| {during} | {target} | {len(seconds)} | {found or 0} | {ordered[len(ordered) // 2]:.1f}, {ordered[-1]:.1f} |"
    )
    sys.stderr.write(line + "\n")
    return line


if __name__ == "__main__":
    sys.exit(main())
