"""A gateway on a real port, with its real database and broker; the services behind it are what a test makes them."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.main import create_app
from shared.bus import Bus
from shared.relay import feed_subject
from tests.gateway.place import Place
from tests.gateway.provider import Provider
from tests.gateway.register import Register
from tests.gateway.support import answering, served, upstream
from tests.support.apps import settings_for
from tests.support.databases import fresh_database
from tests.support.servers import Servers
from tests.support.tokens import SignToken

StartGateway = Callable[..., Awaitable[int]]


@pytest.fixture(scope="session")
def shared_database(servers: Servers) -> Iterator[str]:
    """One database for all gateways that need none of their own: making one takes longer than most of these tests."""
    with asyncio.Runner() as runner:
        making = fresh_database(servers, "gateway")
        name = runner.run(making.__aenter__())
        yield servers.sqlalchemy_url(name)
        runner.run(making.__aexit__(None, None, None))


@pytest.fixture
def gateways() -> list[Any]:
    """The applications that the test started, to look at what a call left there."""
    return []


@pytest.fixture
async def start_gateway(
    servers: Servers, shared_database: str, gateways: list[Any], tmp_path: Path
) -> AsyncIterator[StartGateway]:
    """Starts a gateway in front of `service_urls`; the port it listens on. Keyword arguments are settings."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(service_urls: dict[str, str], **changes: Any) -> int:
            changes.setdefault("database_url", shared_database)
            given = {
                "client_id": "gateway",
                "inline_worker": False,
                "access_log": False,
                "rate_per_minute": 0,
                "probe_seconds": 0,
                "hold_seconds": 0.2,
            }
            settings = settings_for(servers, "gateway", tmp_path, **(given | {"service_urls": service_urls} | changes))
            gateways.append(create_app(settings))  # type: ignore[arg-type]
            return await stack.enter_async_context(served(gateways[-1], "gateway.listener:Listener"))

        yield start


@pytest.fixture
async def place(start_gateway: StartGateway, gateways: list[Any], sign_token: SignToken) -> AsyncIterator[Place]:
    provider = Provider(sign_token)
    async with contextlib.AsyncExitStack() as stack:
        provider_port = await stack.enter_async_context(served(provider))
        service = await stack.enter_async_context(upstream(answering(b'{"items":[]}')))

        async def start() -> int:
            return await start_gateway(
                {"complaints": service.url, "sso": f"http://127.0.0.1:{provider_port}"},
                token_url=f"http://127.0.0.1:{provider_port}/oauth2/token",
                session_recheck_seconds=0.5,
            )

        port = await start()
        yield Place(port, provider, service, gateways[-1], start)


@pytest.fixture
async def register(servers: Servers) -> AsyncIterator[Register]:
    bus = Bus(servers.nats_url, None, "credit_registry", f"c{uuid.uuid4().hex[:12]}")
    await bus.start()
    made = Register(bus)
    made.gate.set()
    await bus.respond(feed_subject("credit_registry"), made.feed)
    yield made
    await bus.stop()
