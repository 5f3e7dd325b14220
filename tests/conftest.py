"""Fixtures for all tests. Nothing is mocked: every test talks to a real PostgreSQL 18 and a real NATS.

- `database`: `name = await database("complaints")`, a fresh migrated database; `servers.sqlalchemy_url(name)`
- `kept`: services that all tests of this process share, each started when a test first asks for it
- `service_app`: `client = await service_app("complaints")`, an httpx client of the started service in this process
- `sign_token`: `sign_token(aud="complaints", permissions=["complaints:complaints:handle"], region="421303")`
- `bearer`: the same as a header: `await client.get("/v1/…", headers=bearer(aud="complaints"))`
- `platform`: the whole platform behind its gateway, started once for all tests marked `platform`
"""

import collections
import contextlib
import gc
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401 - see below
import pytest
from argon2 import PasswordHasher

from svc_sso.credentials import service as credentials
from tests.support.apps import ServiceClient, running_service
from tests.support.databases import fresh_database
from tests.support.kept import Kept, keeping
from tests.support.platform import Platform, started_platform
from tests.support.servers import RunningServers, Servers, current
from tests.support.tokens import SignToken, signer

# Hypothesis is loaded before the first test, not by its plugin after the last one: Python 3.11 fails to parse a module
# ("AST constructor recursion depth mismatch") while the collector ends a connection that some test left open.

RUNNING = pytest.StashKey[RunningServers]()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the servers in the first process of the run; the workers of a parallel run find them by environment."""
    gc.disable()
    # Nothing is called over TLS that public authorities vouch for: to read them for each client made here would take
    # longer than most tests. The children of this process inherit it.
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = os.devnull
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    config.stash[RUNNING] = RunningServers()
    config.stash[RUNNING].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends them, however the run ended."""
    running = config.stash.get(RUNNING, None)
    if running is not None:
        running.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps tests that share something costly on one worker: the whole platform, the services' self-descriptions, and
    what the tests of a module share.

    First of all, since the parallel run reads the groups in the same hook.
    """
    for item in items:
        if any(marker.kwargs for marker in item.iter_markers("asyncio")):
            raise pytest.UsageError(f"{item.nodeid}: all tests run in one event loop, so leave out loop_scope")
        group = _group(item)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    if hasattr(config, "workerinput"):
        _spread(items)


def _spread(items: list[pytest.Item]) -> None:
    """Mixes the tests that stand alone among the groups, of which the larger come first: many of the gateway's wait for
    deadlines, and others then have the processor.
    """
    groups = [_group(item) for item in items]
    sizes = collections.Counter(filter(None, groups))
    larger_first = sorted(sizes, key=lambda group: (-sizes[group], group))
    begins = itertools.accumulate((sizes[group] / sizes.total() for group in larger_first), initial=0.0)
    place = dict[str | None, float](zip(larger_first, begins, strict=False))
    alone = [item for item, group in zip(items, groups, strict=True) if group is None]
    folders, passed = collections.Counter(map(_folder, alone)), collections.Counter[str]()
    order = dict[pytest.Item, float]()
    for item, group in zip(items, groups, strict=True):
        passed[_folder(item)] += group is None
        order[item] = place[group] if group else passed[_folder(item)] / folders[_folder(item)]
    items.sort(key=order.__getitem__)


def _folder(item: pytest.Item) -> str:
    return item.nodeid.split("/")[1]


def _group(item: pytest.Item) -> str | None:
    fixtures = getattr(item, "fixturenames", ())
    if item.get_closest_marker("platform") is not None:
        return "platform"
    if "descriptions" in fixtures:
        return "descriptions"
    if "shared_world" in fixtures or item.get_closest_marker("together") is not None:
        return item.nodeid.split("::")[0]
    return None


def pytest_collection_finish() -> None:
    """What was loaded for the run stays until its end: the collector, which rests meanwhile, need not look at it."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def servers() -> Servers:
    """Where the servers of this run are."""
    return current()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed in less than a millisecond; svc_sso/test_rules.py looks at what it costs elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Makes fresh databases by the short name of a service; they are dropped after the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(service: str) -> str:
            return await stack.enter_async_context(fresh_database(servers, service))

        yield make


@pytest.fixture
async def service_app(servers: Servers, tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[ServiceClient]]]:
    """Starts services by short name, each with its own database; keyword arguments are settings by field name.

    Two services that are to hear each other's events get the same `nats_prefix`.
    """
    async with contextlib.AsyncExitStack() as stack:

        async def start(service: str, **changes: Any) -> ServiceClient:
            folder = tmp_path / service
            return await stack.enter_async_context(running_service(servers, service, folder, **changes))

        yield start


@pytest.fixture(scope="session")
async def kept(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """Services that run as long as this worker does: to start one for each file would cost more than most tests."""
    async with keeping(tmp_path_factory.mktemp) as found:
        yield found


@pytest.fixture(scope="session")
def sign_token(servers: Servers) -> SignToken:
    """Signs access tokens that services under test accept; claims by name, None leaves one out, `aud` is needed."""
    return signer(Path(servers.folder))


@pytest.fixture(scope="session")
def bearer(sign_token: SignToken) -> Callable[..., dict[str, str]]:
    """The Authorization header with a token of the given claims."""
    return lambda **claims: {"Authorization": f"Bearer {sign_token(**claims)}"}


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform as `make run` starts it, with demo content; `platform.base_url` is its gateway."""
    with started_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running
