"""A service in the process of the test: its real application, on a database and a broker namespace of its own."""

import asyncio
import contextlib
import importlib
import inspect
import uuid
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import nats

from shared.settings import ServiceSettings
from tests.support.databases import KEYRING, fresh_database, package_of
from tests.support.servers import Servers
from tests.support.tokens import ISSUER

START_SECONDS = 30.0


class ServiceClient(httpx.AsyncClient):
    """A client of the application, which also tells what it runs on."""

    app: Any
    settings: ServiceSettings
    database: str

    @property
    def runtime(self) -> Any:
        """The running service's `shared.runtime.Runtime`."""
        return self.app.state.runtime

    @property
    def sessions(self) -> Any:
        """Sessions on the service's database, to look at what a call left there."""
        return self.runtime.sessions


@contextlib.asynccontextmanager
async def running_service(servers: Servers, service: str, folder: Path, **changes: Any) -> AsyncIterator[ServiceClient]:
    """The service with the short name `service`, started, with a client; `changes` are settings by field name."""
    package = package_of(service)
    prefix = f"t{uuid.uuid4().hex[:10]}"
    async with contextlib.AsyncExitStack() as stack:
        if "database_url" not in changes:
            database = await stack.enter_async_context(fresh_database(servers, service))
            changes["database_url"] = servers.sqlalchemy_url(database)
        stack.push_async_callback(_remove_streams, servers, changes.setdefault("nats_prefix", prefix))
        settings = settings_for(servers, package, folder, **changes)
        app = importlib.import_module(f"{package}.main").create_app(settings)
        await stack.enter_async_context(lifespan(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(ServiceClient(transport=transport, base_url="http://service"))
        client.app, client.settings, client.database = app, settings, changes["database_url"]
        yield client


def settings_for(servers: Servers, package: str, folder: Path, **changes: Any) -> ServiceSettings:
    """The settings of a service under test, of its own class, with `changes` applied."""
    module = importlib.import_module(f"{package}.settings")
    classes = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__]
    (kind,) = [c for c in classes if issubclass(c, ServiceSettings)]
    given: dict[str, Any] = {
        "nats_url": servers.nats_url,
        "issuer": ISSUER,
        "jwks_url": servers.jwks_url,
        "client_id": package.replace("_", "-"),
        "client_secret": "test-client-secret",
        "data_dir": folder,
        "keyring": KEYRING,
        "database_pool": 5,
        "log_level": "WARNING",
    }
    return kind(**(given | changes))


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Starts and stops an ASGI application as a server does, in one task of its own from start to stop."""
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outbox: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(app(scope, inbox.get, outbox.put))
    try:
        await _exchange("startup", inbox, outbox, task)
        yield
        await _exchange("shutdown", inbox, outbox, task)
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _exchange(
    phase: str, inbox: asyncio.Queue[dict[str, str]], outbox: asyncio.Queue[MutableMapping[str, Any]],
    task: "asyncio.Task[Any]",
) -> None:  # fmt: skip
    await inbox.put({"type": f"lifespan.{phase}"})
    answer = asyncio.create_task(outbox.get())
    await asyncio.wait({answer, task}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        if task.done():
            task.result()
        raise TimeoutError(f"The application did not answer lifespan.{phase} within {START_SECONDS} s.")
    message = answer.result()
    assert message["type"] == f"lifespan.{phase}.complete", message.get("message")


async def _remove_streams(servers: Servers, prefix: str) -> None:
    """Removes what the test left on the broker."""
    client = await nats.connect(servers.nats_url, connect_timeout=5)
    jetstream = client.jetstream()
    for stream in await jetstream.streams_info():
        name = stream.config.name or ""
        if name.lower().startswith(prefix):
            await jetstream.delete_stream(name)
    await client.close()
