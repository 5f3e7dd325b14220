"""Whether a database needs to be migrated or filled, found out without starting anything."""

import hashlib
import json
import re

import asyncpg

from shared.local.databases import literal, quoted
from shared.local.postgres import Server
from shared.local.services import Deployable

REVISION = re.compile(r"^(down_revision|revision)(?:\s*:[^=\n]+)?\s*=\s*(.+)$", re.MULTILINE)
NAME = re.compile(r"[\"']([^\"']+)[\"']")


def heads_of(deployable: Deployable) -> set[str]:
    """The newest revisions among its migration scripts."""
    own: set[str] = set()
    older: set[str] = set()
    for script in deployable.migrations.glob("*.py"):
        for kind, value in REVISION.findall(script.read_text(encoding="utf-8")):
            (own if kind == "revision" else older).update(NAME.findall(value))
    return own - older


async def is_migrated(deployable: Deployable, server: Server) -> bool:
    """Whether its database is at the newest revision."""
    connection = await asyncpg.connect(server.dsn(deployable.database))
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()
    return {row["version_num"] for row in rows} == heads_of(deployable)


def demo_version(deployable: Deployable) -> str:
    """What names the present demo content: another program makes another content."""
    files = [deployable.demo, *sorted((deployable.demo.parent / "demonstration").glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


async def is_filled(deployable: Deployable, server: Server) -> bool:
    """Whether the present demo content was loaded; noted in the database itself, so that it goes when that goes."""
    connection = await asyncpg.connect(server.dsn(deployable.database))
    try:
        note = await connection.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
    finally:
        await connection.close()
    return note is not None and json.loads(note).get("demo") == demo_version(deployable)


async def note_filled(deployable: Deployable, server: Server) -> None:
    """Notes that the present demo content was loaded."""
    note = json.dumps({"demo": demo_version(deployable)})
    connection = await asyncpg.connect(server.dsn(deployable.database))
    try:
        await connection.execute(f"COMMENT ON DATABASE {quoted(deployable.database)} IS {literal(note)}")
    finally:
        await connection.close()
