"""Roles and databases in the embedded PostgreSQL: one of each for every service, none reads another's."""

from collections.abc import Mapping

import asyncpg

from shared.local.ports import HOST
from shared.local.postgres import Server


async def ensure(server: Server, passwords: Mapping[str, str]) -> None:
    """Sees to a role and a database for each name in `passwords`, closed to all other roles."""
    connection = await asyncpg.connect(server.dsn())
    try:
        roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name, password in passwords.items():
            word = "ALTER" if name in roles else "CREATE"
            await connection.execute(f"{word} ROLE {quoted(name)} LOGIN PASSWORD {literal(password)}")
            if name not in databases:
                await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {quoted(name)}")
                await connection.execute(f"REVOKE ALL ON DATABASE {quoted(name)} FROM PUBLIC")
    finally:
        await connection.close()


def url(server: Server, name: str, password: str) -> str:
    """The address of a service's database as its settings take it."""
    return f"postgresql+asyncpg://{name}:{password}@{HOST}:{server.port}/{name}"


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL literal; for statements which take no parameters."""
    return "'" + text.replace("'", "''") + "'"
