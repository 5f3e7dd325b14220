"""A worker is killed in the middle of its deliveries: nothing is lost, and what comes twice bears the same id."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from gateway.webhooks.deliverer import EACH
from gateway.webhooks.models import Delivery, Webhook, WebhookHealth, WebhookSecret
from gateway.webhooks.signing import new_keys
from tests.gateway.place import eventually
from tests.gateway.receiver import Receiver, receiving
from tests.support.apps import ServiceClient, running_service
from tests.support.databases import KEYRING, PYTHON_PATH, ROOT
from tests.support.servers import Servers

EVENTS = 60


async def subscribed(gateway: ServiceClient, place: Receiver) -> list[str]:
    """A subscription with deliveries that are due; their events' ids."""
    keys = new_keys()
    async with gateway.sessions() as session, session.begin():
        webhook = Webhook(client_id="agency", name="x", url=place.url, event_types=["x"], regions=[])
        session.add(webhook)
        await session.flush()
        session.add(WebhookHealth(webhook_id=webhook.id))
        session.add(WebhookSecret(webhook_id=webhook.id, secret=keys.secret, signing_key=keys.signing_key))
        ids = [uuid.uuid4() for _ in range(EVENTS)]
        session.add_all(
            Delivery(webhook_id=webhook.id, event_id=id_, event_type="x", aggregate=str(id_), sequence=1, body="{}")
            for id_ in ids
        )
    return [str(id_) for id_ in ids]


def worker(gateway: ServiceClient, servers: Servers, folder: Path) -> "subprocess.Popen[bytes]":
    settings: Any = gateway.settings
    variables = {
        "PYTHONPATH": PYTHON_PATH,
        "GATEWAY_DATABASE_URL": gateway.database,
        "GATEWAY_NATS_URL": servers.nats_url,
        "GATEWAY_NATS_PREFIX": settings.nats_prefix,
        "GATEWAY_JWKS_URL": servers.jwks_url,
        "GATEWAY_KEYRING": KEYRING,
        "GATEWAY_DATA_DIR": str(folder),
        "GATEWAY_WEBHOOK_HTTP": "true",
        "GATEWAY_WEBHOOK_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    }
    command = [sys.executable, "-m", "gateway.worker"]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}, stderr=subprocess.DEVNULL)


async def test_a_killed_worker_loses_no_delivery(servers: Servers, tmp_path: Path) -> None:
    ways = {"inline_worker": False, "probe_seconds": 0, "access_log": False}
    async with running_service(servers, "gateway", tmp_path, **ways) as gateway, receiving(pause=0.05) as place:
        wanted = await subscribed(gateway, place)
        for _ in range(2):
            begun = len(place.received)
            process = worker(gateway, servers, tmp_path)
            await eventually(lambda begun=begun: received(place, begun + 10), 20)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            async with gateway.sessions() as session, session.begin():  # as if the leases had run out
                await session.execute(update(Delivery).values(leased_until=None))
        process = worker(gateway, servers, tmp_path)
        await eventually(lambda: none_pending(gateway), 20)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 20) == 0
    times = Counter(place.ids)
    assert set(times) == set(wanted)
    assert sum(times.values()) - EVENTS <= 2 * EACH


async def received(place: Receiver, count: int) -> bool:
    return len(place.received) >= count


async def none_pending(gateway: ServiceClient) -> bool:
    async with gateway.sessions() as session:
        pending = select(func.count()).select_from(Delivery).where(Delivery.state == "pending")
        return not await session.scalar(pending)
