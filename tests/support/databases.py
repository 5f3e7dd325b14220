"""A fresh, migrated database for whoever asks: cloned from a template that is migrated once in a run."""

import base64
import contextlib
import fcntl
import json
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from shared.db import make_engine, make_sessions
from shared.local.databases import quoted
from shared.migrate import upgrade
from shared.privacy import Keyring, set_keyring
from svc_sso.keys.service import ensure_keys
from tests.support.servers import Servers

ROOT = Path(__file__).parents[2]
TOP_FOLDERS = (
    "shared",
    "gateway",
    "svc-disclosure",
    "svc-services",
    "svc-complaints",
    "svc-credit-registry",
    "svc-sso",
)
KEYRING = json.dumps({"active": "k1", "keys": {"k1": base64.b64encode(bytes(range(32))).decode()}})
PYTHON_PATH = os.pathsep.join(str(ROOT / folder) for folder in TOP_FOLDERS)

COUNTED = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
WRITTEN = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
UNGUARDED = "SET LOCAL session_replication_role = replica"
LARGE = 1 << 19
BEGUN_ANEW = COUNTED.replace("sequencename", "setval(quote_ident(sequencename)::regclass, start_value, false)", 1)


def package_of(service: str) -> str:
    """The package of a service: svc_credit_registry for `credit-registry` or `credit_registry`; gateway is itself."""
    name = service.replace("-", "_")
    return name if name == "gateway" else f"svc_{name}"


@contextlib.asynccontextmanager
async def fresh_database(servers: Servers, service: str) -> AsyncIterator[str]:
    """A database with the schema of `service` and no rows but svc-sso's signing keys; the name of it. `empty` has no
    schema either.
    """
    template = "template0" if service == "empty" else await _template(servers, package_of(service))
    name = f"{service.replace('-', '_')}_{uuid.uuid4().hex[:12]}"
    await _execute(servers, f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)} STRATEGY FILE_COPY")
    try:
        yield name
    finally:
        await _execute(servers, f"DROP DATABASE {quoted(name)} WITH (FORCE)")


class Emptied:
    """A database that is as new for each test: what was written to tables that began empty is thrown away.

    For services that run without their worker, so that nothing writes or remembers anything between two tests. It keeps
    a connection of its own: to read the catalogue anew for each test would cost more than most tests do.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.numbered: list[str] = []
        self.again: list[str] = []
        self._filled: PreparedStatement | None = None

    async def begin(self) -> None:
        """Notes which tables are empty and which sequences have begun."""
        rows = await self.connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = sorted(row["tablename"] for row in rows)
        filled = {row["name"] for row in await self.connection.fetch(_filled(names))}
        # Prepared, as the library keeps no plan of so long a statement: to make it takes longer than to carry it out.
        self._filled = await self.connection.prepare(_filled([name for name in names if name not in filled]))
        self.numbered = [row[0] for row in await self.connection.fetch(COUNTED)]
        await self._keep(sorted(filled))

    async def _keep(self, tables: list[str]) -> None:
        """Copies what the tables begin with, and notes the statements which bring it back."""
        await self.connection.execute("CREATE SCHEMA kept")
        for name in map(quoted, tables):
            columns = ", ".join(quoted(row[0]) for row in await self.connection.fetch(WRITTEN, name))
            await self.connection.execute(f"CREATE TABLE kept.{name} AS SELECT {columns} FROM {name}")
            into = f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE"
            self.again += [f"DELETE FROM {name}", f"{into} SELECT * FROM kept.{name}"]

    async def begin_anew(self) -> None:
        """Empties all, and brings back what there was at the beginning in tables that were not empty."""
        await self.empty(*self.again)

    async def empty(self, *further: str) -> None:
        """Empties those into which something was written; `further` are statements that do so for what began filled.

        No trigger fires meanwhile, as in a replica: those of logs would let nothing be taken out.
        """
        assert self._filled is not None
        filled = await self._filled.fetch()
        large = ", ".join(quoted(row["name"]) for row in filled if row["is_large"])
        statements = [f"DELETE FROM {quoted(row['name'])}" for row in filled if not row["is_large"]]
        statements += [f"TRUNCATE {large} CASCADE"] if large else []
        async with self.connection.transaction():
            await self.connection.execute("; ".join((UNGUARDED, *statements, *further)))
            await self.connection.execute(f"{BEGUN_ANEW} AND sequencename <> ALL ($1)", self.numbered)


def _filled(tables: list[str]) -> str:
    """Asks which of these tables hold rows, and whether they are many: files are thrown away faster than many rows."""
    return " UNION ALL ".join(
        f"SELECT '{name}' AS name, pg_relation_size('{quoted(name)}') > {LARGE} AS is_large "
        f"WHERE EXISTS (SELECT FROM {quoted(name)})"
        for name in tables
    )


@contextlib.asynccontextmanager
async def emptied(url: str) -> AsyncIterator[Emptied]:
    """The database at `url`, as it is now, to be emptied after each test."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    database = Emptied(connection)
    await database.begin()
    try:
        yield database
    finally:
        await connection.close()


async def _template(servers: Servers, package: str) -> str:
    """The name of the migrated template of `package`; whoever comes first makes it while the others wait."""
    name, done = f"template_{package}", Path(servers.folder) / f"{package}.migrated"
    if not done.exists():
        with _locked(Path(servers.folder) / f"{package}.lock"):
            if not done.exists():
                await _execute(servers, f"DROP DATABASE IF EXISTS {quoted(name)}", f"CREATE DATABASE {quoted(name)}")
                await migrate(package, servers.sqlalchemy_url(name))
                if package == "svc_sso":
                    await _make_keys(servers.sqlalchemy_url(name))
                done.touch()
    return name


async def _make_keys(url: str) -> None:
    """Makes the signing keys of svc-sso once, not at each of its starts: RSA keys take their time."""
    engine = make_engine(url, 1)
    set_keyring(Keyring.from_json(KEYRING))
    async with make_sessions(engine).begin() as session:
        await ensure_keys(session)
    await engine.dispose()


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keeps the other processes of this run out."""
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


async def migrate(package: str, url: str) -> None:
    """Migrates the database at `url` in this process, which has most of what that takes loaded already."""
    await upgrade(package, url)


async def _execute(servers: Servers, *statements: str) -> None:
    connection = await asyncpg.connect(servers.dsn())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
