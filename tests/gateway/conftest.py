"""A gateway on a real port, with its real database and broker; the services behind it are what a test makes them."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from gateway.main import create_app
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.models import Webhook
from shared.bus import Bus
from shared.relay import feed_subject
from tests.gateway.place import Place
from tests.gateway.provider import Provider
from tests.gateway.register import Register
from tests.gateway.subscribers import Agency, Bearer, agency_of, delivering
from tests.gateway.support import answering, served, upstream
from tests.support.apps import ServiceClient, running_service, settings_for
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


@pytest.fixture(scope="module")
async def shared_gateway(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceClient]:
    """One gateway for this file; each test is another agency."""
    folder = tmp_path_factory.mktemp("gateway")
    ways = {"inline_worker": False, "probe_seconds": 0, "access_log": False, "rate_per_minute": 0}
    local = {"webhook_http": True, "webhook_allowed_networks": ["127.0.0.0/8"], "webhook_ports": list(range(65536))}
    async with running_service(servers, "gateway", folder, **ways, **local) as gateway:
        yield gateway


@pytest.fixture
async def gateway(shared_gateway: ServiceClient) -> AsyncIterator[ServiceClient]:
    """It holds no subscriptions of other tests."""
    yield shared_gateway
    async with shared_gateway.sessions() as session, session.begin():
        await session.execute(delete(Webhook))


@pytest.fixture
def agency(gateway: ServiceClient, bearer: Bearer) -> Agency:
    return agency_of(gateway, bearer)


@pytest.fixture
async def deliverer(gateway: ServiceClient) -> AsyncIterator[Deliverer]:
    async with delivering(gateway) as one:
        yield one
