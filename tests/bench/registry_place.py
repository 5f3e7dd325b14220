"""What the figures of the registry are measured on: PostgreSQL, NATS, svc-credit-registry, gateway, and Datasette.

All on free ports of the loopback, in one folder; each is ended by the one that started it.
"""

import asyncio
import contextlib
import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from shared.local import databases, nats, postgres, process, secrets
from shared.local.environment import environment_of
from shared.local.ports import HOST, free_port
from shared.local.services import ALL, GATEWAY, SERVICES, Deployable
from tests.bench.proxies import QUOTAS, UVICORN, Running, running
from tests.bench.wrk import TELL, Load
from tests.support.databases import PYTHON_PATH, migrate
from tests.support.processes import told_by
from tests.support.tokens import ISSUER, write_keys

REGISTRY = Deployable("credit-registry")
# Of a small server of its own, the same for everything that is compared; the rest is as the local runner has it.
DATABASE = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min", "work_mem": "16MB"}
RANDOM_PATHS = """
local paths = {{}}
for line in io.lines("{file}") do paths[#paths + 1] = line end
math.randomseed({seed})
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
"""


@dataclass(frozen=True)
class Place:
    """Database and broker at work, and what a service is told of them."""

    folder: Path
    server: postgres.Server
    broker: nats.Broker
    ports: dict[str, int]
    database: psutil.Process

    def dsn(self) -> str:
        """The registry's database, for the superuser."""
        return self.server.dsn(REGISTRY.database)

    def environment(self, deployable: Deployable, **settings: str) -> dict[str, str]:
        """The environment of a service."""
        told = environment_of(deployable, self.folder, self.server, self.broker, self.ports)
        return told | {deployable.prefix + name: value for name, value in settings.items()}

    def program(self, *arguments: str) -> str:
        """Runs a program of the registry to its end; what it prints."""
        environment = {**os.environ, **self.environment(REGISTRY), "PYTHONPATH": PYTHON_PATH}
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    def database_cpu(self) -> float:
        """Seconds of processor time of PostgreSQL and the sessions that are open."""
        return sum(_cpu(each) for each in (self.database, *self.database.children(recursive=True)))


def _cpu(process_: psutil.Process) -> float:
    times = told_by(process_.cpu_times)
    return float(times.user + times.system) if times else 0.0


@contextlib.contextmanager
def place(folder: Path) -> Iterator[Place]:
    """A durable PostgreSQL with the registry's schema, and a broker."""
    write_keys(folder)
    ports = {each.name: free_port() for each in ALL}
    server = postgres.prepare(folder / "postgres", free_port(set(ports.values())))
    server = replace(server, options={**server.options, **DATABASE})
    broker = nats.prepare(folder / "nats", free_port({server.port, *ports.values()}))
    programs = [server.program(), broker.program()]
    children = [process.start(program, folder / f"{program.name}.log") for program in programs]
    try:
        asyncio.run(_prepared(folder, server, broker))
        yield Place(folder, server, broker, ports, psutil.Process(children[0].pid))
    finally:
        for child, program in zip(children, programs, strict=True):
            process.stop(child, program)


async def _prepared(folder: Path, server: postgres.Server, broker: nats.Broker) -> None:
    await postgres.wait_ready(server)
    await nats.wait_ready(broker)
    vault = folder / "secrets"
    for service in SERVICES:
        secrets.client_secret_file(vault, service)
    both = (REGISTRY, GATEWAY)
    await databases.ensure(server, {each.database: secrets.database_password(vault, each) for each in both})
    for each in both:
        await migrate(each.package, databases.url(server, each.database, secrets.database_password(vault, each)))


@contextlib.contextmanager
def serving(here: Place) -> Iterator[tuple[Running, Running]]:
    """svc-credit-registry and a gateway before it, without limits of calls."""
    service = [sys.executable, *UVICORN, "svc_credit_registry.main:create_app", "--factory",
               "--http", REGISTRY.listener, "--port", str(here.ports["credit-registry"])]  # fmt: skip
    front = [sys.executable, *UVICORN, "gateway.main:create_app", "--factory", "--http", GATEWAY.listener,
             "--port", str(here.ports["gateway"])]  # fmt: skip
    quiet = {"LOG_LEVEL": "WARNING"}
    keys = {"ISSUER": ISSUER, "JWKS_URL": f"file://{here.folder}/jwks.json"}
    environment = here.environment(REGISTRY, SNAPSHOT_EVERY_HOURS="0", **quiet, **keys)
    unlimited = here.environment(GATEWAY, **dict.fromkeys(QUOTAS, "1000000000"), **quiet)
    with (
        running("registry", service, here.ports["credit-registry"], here.folder, **environment) as registry,
        running("gateway", front, here.ports["gateway"], here.folder, **unlimited) as gateway,
    ):
        yield registry, gateway


def sqlite(folder: Path, file: Path) -> Path:
    """The rows of a CSV file in SQLite, with the code as primary key and an index on the name."""
    path = folder / "peer.db"
    path.unlink(missing_ok=True)
    with file.open(encoding="utf-8", newline="") as lines, sqlite3.connect(path) as connection:
        rows = csv.reader(lines)
        header = next(rows)
        columns = ", ".join(f"{name} TEXT{' PRIMARY KEY' if name == 'code' else ''}" for name in header)
        connection.execute(f"CREATE TABLE enterprises ({columns})")
        marks = ", ".join("?" * len(header))
        connection.executemany(f"INSERT INTO enterprises VALUES ({marks})", rows)
        connection.execute("CREATE INDEX by_name ON enterprises (name)")
    connection.close()
    return path


@contextlib.contextmanager
def datasette(folder: Path, path: Path) -> Iterator[Running]:
    """Datasette on a SQLite file, without limits of time."""
    port = free_port()
    program = shutil.which("datasette") or str(Path(sys.executable).with_name("datasette"))
    command = [program, "serve", "-i", str(path), "--host", HOST, "--port", str(port), "--setting",
               "sql_time_limit_ms", "20000", "--setting", "default_facet_size", "1", "--setting", "suggest_facets",
               "off"]  # fmt: skip
    with running("datasette", command, port, folder) as found:
        yield found


@dataclass(frozen=True)
class Asked:
    """A load: which addresses, for how long, by how many connections."""

    paths: list[str]
    seconds: float
    connections: int = 8


def load(folder: Path, origin: str, asked: Asked) -> Load:
    """Asks for random ones of the addresses by wrk."""
    file, script = folder / "paths.txt", folder / "random.lua"
    file.write_text("\n".join(asked.paths), encoding="utf-8")
    script.write_text(TELL + RANDOM_PATHS.format(file=file, seed=random.randrange(10**6)), encoding="utf-8")
    command = ["wrk", "-t1", f"-c{asked.connections}", f"-d{asked.seconds:g}s", "--timeout", "30s", "-s", str(script)]
    ended = subprocess.run([*command, origin], capture_output=True, text=True, timeout=asked.seconds + 90, check=True)
    return Load(**json.loads(ended.stderr.strip().splitlines()[-1]))


def pgbench(here: Place, seconds: float, clients: int) -> tuple[float, float]:
    """Rows by key straight from PostgreSQL, prepared: a second, and milliseconds each. Needs the table bench_codes."""
    script = here.folder / "lookup.sql"
    script.write_text(
        "\\set n random(1, :last)\n"
        "SELECT * FROM enterprises WHERE code = (SELECT code FROM bench_codes WHERE n = :n);\n",
        encoding="utf-8",
    )
    command = [str(postgres.binary("pgbench")), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T",
               f"{seconds:g}", "-D", f"last={_last(here)}", "-f", str(script), here.dsn()]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = next(line for line in told.splitlines() if line.startswith("tps"))
    latency = next(line for line in told.splitlines() if line.startswith("latency average"))
    return float(rate.split("=")[1].split()[0]), float(latency.split("=")[1].split()[0])


def _last(here: Place) -> int:
    return int((here.folder / "codes.count").read_text(encoding="utf-8"))


def wait(seconds: float, every: float = 0.05) -> Iterator[float]:
    """Looks again and again: the seconds since it began, until they are over."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        yield passed
        time.sleep(every)
    raise AssertionError(f"it did not come about within {seconds} s")
