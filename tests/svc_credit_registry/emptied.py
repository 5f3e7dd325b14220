"""One registry for a file of tests, emptied before each of them. It has no worker: a test takes its steps itself."""

from collections.abc import Callable

import pytest_asyncio
from sqlalchemy import text

from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World

TABLES = (
    "enterprises, enterprise_names, enterprise_versions, record_items, pending_changes, submission_batches,"
    " submission_receipts, resources, resource_requests, resource_grants, record_correction_requests,"
    " idempotent_answers, outbox_events, outbox_sequences"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_world(shared_registry: ServiceClient, bearer: Callable[..., dict[str, str]]) -> World:
    """The registry which the tests of a file share."""
    return World(shared_registry, bearer)


@pytest_asyncio.fixture(loop_scope="module")
async def world(shared_world: World) -> World:
    """The same without anything that other tests have left."""
    async with shared_world.client.sessions() as session, session.begin():
        await session.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    return shared_world
