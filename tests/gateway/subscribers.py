"""Systems of agencies that subscribe to events at a gateway, and the events which happen."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import func, update

from gateway.webhooks.deliverer import Deliverer, targets_of
from gateway.webhooks.models import Delivery, WebhookHealth
from gateway.webhooks.sender import Sender
from gateway.worker import WORK
from shared.consumer import deliver
from shared.events.envelope import Envelope
from shared.inbox import Outcome, subscriptions
from tests.gateway.receiver import Receiver
from tests.support.apps import ServiceClient

WEBHOOKS = "/api/hub/v1/webhooks"
REGISTERED = "credit_registry.enterprise.registered.v1"
LICENSED = "services.licence.issued.v1"
MANAGE = "gateway:webhooks:manage"

Bearer = Callable[..., dict[str, str]]


class Agency:
    """The system of an agency, with its token."""

    def __init__(self, gateway: ServiceClient, client: str, headers: dict[str, str]) -> None:
        self.gateway, self.client, self.headers = gateway, client, headers

    async def ask(self, method: str, path: str = "", **content: Any) -> httpx.Response:
        headers = self.headers | {"Idempotency-Key": str(uuid.uuid4())} | content.pop("headers", {})
        return await self.gateway.request(method, WEBHOOKS + path, headers=headers, **content)

    async def subscribe(self, url: str, *types: str, **more: Any) -> dict[str, Any]:
        body = {"name": "税务局", "url": url, "event_types": types or (REGISTERED,), **more}
        answer = await self.ask("POST", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def deliveries(self, webhook: dict[str, Any], **filters: str) -> list[dict[str, Any]]:
        return list((await self.ask("GET", f"/{webhook['id']}/deliveries", params=filters)).json()["items"])


def agency_of(gateway: ServiceClient, bearer: Bearer, client: str | None = None, **claims: Any) -> Agency:
    client = client or f"agency-{uuid.uuid4().hex[:8]}"
    given: dict[str, Any] = {"aud": "gateway", "sub": client, "client_id": client, "kind": "system"}
    return Agency(gateway, client, bearer(**(given | {"permissions": [MANAGE]} | claims)))


@contextlib.asynccontextmanager
async def delivering(gateway: ServiceClient, **changes: Any) -> AsyncIterator[Deliverer]:
    settings: Any = gateway.settings.model_copy(update=changes)
    sender = Sender(settings, targets_of(settings))
    yield Deliverer(gateway.runtime, settings, sender)
    await sender.close()


async def work(deliverer: Deliverer) -> None:
    """Sends what is due, and waits until that is noted."""
    idle = False
    while not idle:
        going = list(deliverer._going)
        began = await deliverer.begin()
        if going:
            await asyncio.wait(going)
        idle = not going and not began


async def happen(gateway: ServiceClient, type_: str = REGISTERED, sequence: int = 1, **data: Any) -> Envelope:
    """An event reaches the gateway, as from the broker."""
    key = data.setdefault("code", "91421303MA0000006Y" if sequence > 1 else f"T{uuid.uuid4().hex[:17]}".upper())
    facts = {
        "name": "随州红光酒业有限公司", "region": "421303", "industry_code": "C151", "organisation_form": "有限公司",
        "established_on": "2026-11-20", "registered_on": "2026-11-20", "legal_representative_name": "张伟",
        "representative_id": str(uuid.uuid4()),
    }  # fmt: skip
    envelope = Envelope(
        id=uuid.uuid4(),
        type=type_,
        source="/credit_registry",
        subject=key,
        time=datetime.now(UTC),
        sequence=sequence,
        data=facts | data,
    )
    (subscription,) = [
        one for one in subscriptions("gateway", WORK.handlers) if one.aggregate_type == envelope.aggregate_type
    ]
    assert await deliver(gateway.runtime, subscription, envelope) is Outcome.APPLIED
    assert await deliver(gateway.runtime, subscription, envelope) is Outcome.DUPLICATE
    return envelope


async def arrived(place: Receiver, count: int) -> bool:
    return len(place.received) >= count


async def time_passes(gateway: ServiceClient) -> None:
    """Every pause and every lease is over."""
    async with gateway.sessions() as session, session.begin():
        pending = update(Delivery).where(Delivery.state == "pending")
        await session.execute(pending.values(next_try_at=func.now(), leased_until=None))
        await session.execute(update(WebhookHealth).values(held_until=None))
