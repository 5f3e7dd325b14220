"""Small services made of the kernel alone, on a real database and broker, to test what every service inherits."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg
import httpx
from fastapi import APIRouter

from shared.app import Service, create_service
from shared.inbox import Work
from shared.schema import statements_of
from shared.settings import ServiceSettings
from tests.support.apps import ServiceClient, lifespan
from tests.support.databases import KEYRING, fresh_database
from tests.support.servers import Servers
from tests.support.tokens import ISSUER

SCHEMA = Path(__file__).parents[2] / "shared/shared/schema/kernel_v1.sql"


@contextlib.asynccontextmanager
async def kernel_service(
    servers: Servers,
    folder: Path,
    name: str,
    prefix: str,
    *,
    routers: Sequence[APIRouter] = (),
    work: Work | None = None,
) -> AsyncIterator[ServiceClient]:
    """A started service with the kernel's tables and nothing else; services with one `prefix` hear each other."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(servers, "empty"))
        await create_tables(servers.dsn(database))
        settings = ServiceSettings(
            database_url=servers.sqlalchemy_url(database),
            nats_url=servers.nats_url,
            nats_prefix=prefix,
            issuer=ISSUER,
            jwks_url=servers.jwks_url,
            data_dir=folder / name,
            keyring=KEYRING,
            log_level="WARNING",
        )
        service = Service(name=name, title=name, description="", routers=routers, work=work or Work())
        app = create_service(service, settings)
        await stack.enter_async_context(lifespan(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(ServiceClient(transport=transport, base_url="http://service"))
        client.app, client.settings, client.database = app, settings, database
        yield client


async def create_tables(dsn: str) -> None:
    """Makes the kernel's tables as the first migration of a service does."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements_of(SCHEMA.read_text(encoding="utf-8")):
            await connection.execute(statement)
    finally:
        await connection.close()
