"""A subscription is deleted while what came of a delivery is written down: they never wait in a circle."""

import asyncio

import pytest
from sqlalchemy import func, select, text

from gateway.webhooks import queries
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.models import Delivery, Webhook, WebhookHealth
from gateway.webhooks.sender import Message
from gateway.webhooks.signing import new_keys
from tests.gateway.place import eventually
from tests.gateway.receiver import receiving
from tests.gateway.subscribers import Agency, happen
from tests.support.apps import ServiceClient

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("status", ["204 No Content", "500 Broken", "410 Gone"])
async def test_a_subscription_that_ends_under_a_delivery(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer, status: str
) -> None:
    async def wait(count: int) -> None:
        async def there() -> bool:
            async with gateway.sessions() as session:
                return bool(await session.scalar(text(WAITING)) == count)

        await eventually(there, 5)

    async with receiving(status=status) as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        async with gateway.sessions() as session, session.begin():
            (row,) = await queries.claim(session, 1, 1, 60)
        async with gateway.sessions() as holding, holding.begin():
            await holding.execute(select(WebhookHealth).with_for_update())
            deleting = asyncio.create_task(agency.ask("DELETE", f"/{webhook['id']}"))
            await wait(1)
            message = Message(str(row.event_id), row.url, row.body.encode(), [new_keys()])
            noting = asyncio.create_task(deliverer._deliver(row.id, row.lease, message))
            await wait(2)
        await noting
    assert (await deleting).status_code == 204
    async with gateway.sessions() as session:
        for table in (Webhook, Delivery):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
