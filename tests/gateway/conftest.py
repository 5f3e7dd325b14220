"""A gateway on a real port, with its real database and broker; the services behind it are what a test makes them."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.main import create_app
from tests.gateway.support import served
from tests.support.apps import settings_for
from tests.support.databases import fresh_database
from tests.support.servers import Servers

StartGateway = Callable[..., Awaitable[int]]


@pytest.fixture
async def start_gateway(servers: Servers, tmp_path: Path) -> AsyncIterator[StartGateway]:
    """Starts a gateway in front of `service_urls`; the port it listens on. Keyword arguments are settings."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(service_urls: dict[str, str], **changes: Any) -> int:
            if "database_url" not in changes:
                database = await stack.enter_async_context(fresh_database(servers, "gateway"))
                changes["database_url"] = servers.sqlalchemy_url(database)
            given = {
                "client_id": "gateway",
                "inline_worker": False,
                "access_log": False,
                "rate_per_minute": 0,
                "probe_seconds": 0,
            }
            settings = settings_for(servers, "gateway", tmp_path, **(given | {"service_urls": service_urls} | changes))
            return await stack.enter_async_context(served(create_app(settings)))  # type: ignore[arg-type]

        yield start
