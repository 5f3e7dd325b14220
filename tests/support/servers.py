"""One PostgreSQL and one NATS for a run of the tests, started by its first process and used by all."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from shared.local import nats, postgres, process
from shared.local.databases import quoted
from shared.local.ports import HOST, free_port
from tests.support.tokens import write_keys

ADDRESSES = "YIWANG_TEST_SERVERS"
ROLE = "tester"


@dataclass(frozen=True)
class Servers:
    """Where the servers are. `folder` is thrown away at the end of the run."""

    folder: str
    port: int
    password: str
    nats_url: str

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database for asyncpg; the role may create databases and is no superuser."""
        return f"postgresql://{ROLE}:{self.password}@{HOST}:{self.port}/{database}"

    def sqlalchemy_url(self, database: str) -> str:
        """The address of a database as settings take it."""
        return self.dsn(database).replace("postgresql://", "postgresql+asyncpg://")

    @property
    def jwks_url(self) -> str:
        """Where the public half of the tests' signing key is."""
        return f"file://{self.folder}/jwks.json"


def current() -> Servers:
    """The servers of this run, also in the workers of a parallel one."""
    return Servers(**json.loads(os.environ[ADDRESSES]))


def memory_disk() -> str | None:
    """A file system in memory where there is one with room: a database a test is a thousand small files each time."""
    shared_memory = Path("/dev/shm")
    if shared_memory.is_dir() and os.access(shared_memory, os.W_OK) and shutil.disk_usage(shared_memory).free > 2**31:
        return str(shared_memory)
    return None


class RunningServers:
    """Starts the servers and, whatever happens, ends them: also when this process dies, by the kernel's hand."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yiwang-test-", dir=memory_disk()))
        self.folder.chmod(0o711)
        self._children: list[tuple[subprocess.Popen[bytes], process.Program]] = []

    def start(self) -> None:
        """Returns when both answer; their addresses are in the environment then."""
        try:
            database = postgres.prepare(self.folder / "postgres", free_port(), durable=False)
            broker = nats.prepare(self.folder / "nats", free_port({database.port}), durable=False)
            for program in (database.program(), broker.program()):
                self._children.append((process.start(program, self.folder / f"{program.name}.log"), program))
            write_keys(self.folder)
            asyncio.run(_wait_ready(database, broker))
        except BaseException:
            self.stop()
            raise
        servers = Servers(str(self.folder), database.port, database.password, broker.url)
        os.environ[ADDRESSES] = json.dumps(asdict(servers))

    def stop(self) -> None:
        """Ends both servers and removes what they wrote."""
        while self._children:
            child, program = self._children.pop()
            process.stop(child, program)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.environ.pop(ADDRESSES, None)


async def _wait_ready(database: postgres.Server, broker: nats.Broker) -> None:
    await postgres.wait_ready(database)
    await nats.wait_ready(broker)
    connection = await asyncpg.connect(database.dsn())
    # Every test connects anew; the server's default of 4096 rounds would cost more than most tests do.
    await connection.execute("SET scram_iterations = 1")
    await connection.execute(f"CREATE ROLE {quoted(ROLE)} LOGIN CREATEDB PASSWORD '{database.password}'")
    await connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {quoted(ROLE)}")
    await connection.close()
