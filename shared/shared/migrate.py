"""Brings a service's database to the newest schema: `python -m shared.migrate svc_complaints [--check]`.

Alembic has no lock of its own, and two at once half-apply (decision 0008): so one at a time, under an advisory lock on
a connection of its own, after a look at whether there is anything to do.
"""

import argparse
import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic_settings import SettingsConfigDict
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.db import Base
from shared.settings import ServiceSettings

LOCK = 7_201_003
WAIT_SECONDS = 60


def prefix_of(package: str) -> str:
    """The prefix of a package's settings: SSO_ for svc_sso, GATEWAY_ for gateway."""
    return package.removeprefix("svc_").upper() + "_"


def settings_of(package: str) -> ServiceSettings:
    """The shared part of a service's settings, read from its environment."""
    config = SettingsConfigDict(env_prefix=prefix_of(package), extra="ignore")
    settings: ServiceSettings = type("MigrationSettings", (ServiceSettings,), {"model_config": config})()
    return settings


def scripts_of(package: str) -> Path:
    """The folder of a service's migrations, beside its package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"There is no package {package} on the path.")
    return Path(spec.origin).parent.parent / "migrations"


def config_of(package: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration, made in code: there is one way to migrate, and it needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(scripts_of(package)))
    config.attributes["connection"] = connection
    return config


def run_environment(context: EnvironmentContext) -> None:
    """What every `migrations/env.py` does once its models are imported."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


def head_of(package: str) -> str:
    """The newest revision; an error when there is more than one head."""
    return str(ScriptDirectory.from_config(config_of(package)).get_current_head())


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _lock(connection: AsyncConnection) -> None:
    for _ in range(WAIT_SECONDS * 10):
        if await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            return
        await asyncio.sleep(0.1)
    raise SystemExit(f"Another migration holds the lock for more than {WAIT_SECONDS} s.")


def migration_engine(address: str) -> AsyncEngine:
    """An engine without the time limits of requests: a migration may take long."""
    return create_async_engine(address, pool_size=2, connect_args={"timeout": 10})


async def upgrade(package: str, address: str, revision: str = "head") -> str:
    """Upgrades the database at `address`; the revision it has now."""
    engine = migration_engine(address)
    head = head_of(package)
    try:
        async with engine.connect() as guard:
            if revision == "head" and await guard.run_sync(_current) == head:
                return head
            await _lock(guard)
            await guard.commit()
            async with engine.begin() as connection:
                await connection.run_sync(lambda c: _move(package, c, revision))
            return head
    finally:
        await engine.dispose()


def _move(package: str, connection: Connection, revision: str) -> None:
    move = command.downgrade if revision == "base" else command.upgrade
    move(config_of(package, connection), revision)


async def drift(package: str, address: str) -> list[Any]:
    """What the models have and the database has not, or the other way round; empty when they agree."""
    engine = migration_engine(address)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(
                lambda c: list(compare_metadata(MigrationContext.configure(c), Base.metadata))
            )
    finally:
        await engine.dispose()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="svc_sso, svc_complaints … or gateway")
    parser.add_argument("--revision", default="head", help="head (default), base, or a revision")
    arguments = parser.parse_args()
    settings = settings_of(arguments.package)
    reached = asyncio.run(upgrade(arguments.package, settings.database, arguments.revision))
    sys.stdout.write(f"{arguments.package}: {arguments.revision} ({reached}) {os.linesep}")


if __name__ == "__main__":
    main()
