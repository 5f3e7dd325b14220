"""The registry with a database and a broker of its own, each a process that is started again as soon as it is gone.

The runner of the platform waits ever longer between starts of what dies again and again (`make faults` tries that);
here many kills are to fit into minutes.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from shared.local import databases, nats, postgres, process, secrets
from shared.local.environment import environment_of
from shared.local.ports import HOST, assign
from shared.local.process import Program
from shared.local.run import web_server
from shared.local.services import GATEWAY, SERVICES, Deployable
from shared.problems import OUTAGES
from tests.faults.breaking import is_there, wait_gone
from tests.support.databases import PYTHON_PATH
from tests.support.tokens import ISSUER, signer, write_keys

REGISTRY = Deployable("credit-registry")
SERVICE, WORKER, POSTGRES, NATS = "service", "worker", "postgres", "nats"
PATIENCE_SECONDS = 300.0
AWAY = (*OUTAGES, asyncpg.PostgresError)


def wait(check: Callable[[], bool], what: str) -> float:
    """Returns when it is so; the seconds that took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < PATIENCE_SECONDS, f"in vain: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


class Place:
    """Everything that runs, by name, and a way to ask the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_keys(folder)
        self.sign = signer(folder)
        ports = assign([POSTGRES, NATS, *(each.name for each in SERVICES)], folder / "ports.json", set())
        self.origin = f"http://{HOST}:{ports[REGISTRY.name]}"
        self.http = httpx.Client(base_url=self.origin, timeout=5, trust_env=False)
        self.server = postgres.prepare(folder / POSTGRES, ports[POSTGRES])
        self.broker = nats.prepare(folder / NATS, ports[NATS])
        known = ports | {GATEWAY.name: 1}
        self.environment = environment_of(REGISTRY, folder, self.server, self.broker, known) | {
            "CREDIT_REGISTRY_ISSUER": ISSUER,
            "CREDIT_REGISTRY_JWKS_URL": f"file://{folder}/jwks.json",
            "CREDIT_REGISTRY_RISK_STRETCH": "100",  # so that a run of a small register can be met in its middle
        }
        self.programs = {POSTGRES: self.server.program(), NATS: self.broker.program()}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._asking = asyncio.Runner()
        self._connection: Any = None  # asyncpg's own type has no stubs
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Returns when the database has its newest schema and the broker answers."""
        self._keeper.start()
        asyncio.run(postgres.wait_ready(self.server))
        asyncio.run(nats.wait_ready(self.broker))
        password = secrets.database_password(self.folder / "secrets", REGISTRY)
        asyncio.run(databases.ensure(self.server, {REGISTRY.database: password}))
        status = self.run("shared.local.load", REGISTRY.package).wait(PATIENCE_SECONDS)
        assert status == 0, self.told()

    def serve(self, *, alone: bool) -> None:
        """The service with its worker within, as by default; or `alone`, both as processes of their own."""
        for name in (SERVICE, WORKER):
            self.programs.pop(name, None)
            if name in self.children:
                process.stop(self.children.pop(name), Program(name, ()))
        variables = self.environment | {"CREDIT_REGISTRY_INLINE_WORKER": "false" if alone else "true"}
        port = int(self.origin.rsplit(":", 1)[1])
        self.programs[SERVICE] = Program(SERVICE, web_server(REGISTRY, port), variables)
        if alone:
            self.programs[WORKER] = Program(WORKER, (sys.executable, "-m", "svc_credit_registry.worker"), variables)
        wait(self.is_ready, "the service is ready")

    def run(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A program of the registry beside the service, with its environment."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": PYTHON_PATH}
        with (self.folder / "programs.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=log, stderr=log)

    def told(self) -> str:
        """The end of what the programs have written."""
        return "\n".join(log.read_text(errors="replace")[-1500:] for log in self.folder.glob("*.log"))

    def _keep(self) -> None:
        """Starts what is not there. All starts are of this thread: the kernel ends its children when it ends."""
        while not self._ended.wait(0.05):
            for name, program in list(self.programs.items()):
                child = self.children.get(name)
                if child is None or child.poll() is not None:
                    self.children[name] = process.start(program, self.folder / f"{name}.log")

    def is_ready(self) -> bool:
        """Whether everything runs, the broker answers, and the service says that it has its database and its broker."""
        if any(name not in self.children or self.children[name].poll() is not None for name in self.programs):
            return False
        if not asyncio.run(nats.is_ready(self.broker)):
            return False
        with suppress(httpx.HTTPError, ValueError):
            return bool(self.http.get("/readyz").json()["status"] == "ok")
        return False

    def kill(self, name: str) -> None:
        """Kills one of what is kept; returns when it is gone."""
        killed = psutil.Process(self.children[name].pid)
        killed.kill()
        wait_gone(killed)

    def ask(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a query; asked again while the database is away."""
        found: list[list[asyncpg.Record]] = []

        def asked() -> bool:
            with suppress(*AWAY):
                found.append(self._asking.run(self._fetch(statement, *values)))
            return bool(found)

        wait(asked, "the database answers")
        return found[0]

    def value(self, statement: str, *values: Any) -> Any:
        """The first value of a query."""
        return self.ask(statement, *values)[0][0]

    async def _fetch(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        try:
            if self._connection is None or self._connection.is_closed():
                address = self.environment["CREDIT_REGISTRY_DATABASE_URL"].replace("+asyncpg", "")
                self._connection = await asyncpg.connect(address, timeout=5)
            return list(await self._connection.fetch(statement, *values, timeout=120))
        except AWAY:
            if self._connection is not None:
                self._connection.terminate()
            self._connection = None
            raise

    def stop(self) -> None:
        """Ends everything, the servers last."""
        self._ended.set()
        self._keeper.join()
        self._asking.close()
        for name in (WORKER, SERVICE, NATS, POSTGRES):
            if name in self.children:
                process.stop(self.children[name], self.programs.get(name, Program(name, ())))


def kill_with_helpers(child: "subprocess.Popen[bytes]") -> None:
    """Kills a load alone; its helper processes must end by themselves."""
    helpers = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    child.wait()
    wait(lambda: not any(is_there(helper) for helper in helpers), "the helpers ended with their load")
