"""From events to deliveries: one row for each subscription, in the transaction that notes the event as seen."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.settings import GatewaySettings
from gateway.webhooks import catalogue, queries
from gateway.webhooks.deliverer import disable
from gateway.webhooks.models import Delivery
from gateway.webhooks.rules import BODY_LIMIT
from shared.codes.regions import covers
from shared.events.envelope import Event
from shared.events.sso import ClientChangedV1
from shared.inbox import Handler, HandlerContext, Sweep, SweepContext, handles

BATCH = 1_000
LONG_TEXT = 1_000


async def fan_out(session: AsyncSession, event: Event, context: HandlerContext) -> None:
    """Writes the deliveries of one event; what a subscription has already is left alone."""
    envelope = context.envelope
    content = catalogue.public_part(envelope)
    if content is None:
        return
    region = catalogue.region_of(envelope)
    chosen = [
        row.id
        for row in await queries.interested(session, envelope.type, envelope.time)
        if not row.regions or (region is not None and any(covers(wanted, region) for wanted in row.regions))
    ]
    if not chosen:
        return
    shared_part = {
        "event_id": envelope.id,
        "event_type": envelope.type,
        "aggregate": f"{envelope.aggregate_type}/{envelope.subject}",
        "sequence": envelope.sequence,
        "body": body_of(content),
    }
    rows = [{"webhook_id": webhook_id, **shared_part} for webhook_id in chosen]
    await session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())


def body_of(content: dict[str, Any]) -> str:
    """The bytes of a delivery, below 20 kB: of an event that says more, long texts are left out and named."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if len(body.encode()) < BODY_LIMIT:
        return body
    long = [name for name, value in content["data"].items() if isinstance(value, str) and len(value) > LONG_TEXT]
    kept = {name: value for name, value in content["data"].items() if name not in long}
    return body_of({**content, "data": {**kept, "left_out": long}})


@handles(ClientChangedV1)
async def on_client_changed(session: AsyncSession, event: ClientChangedV1, context: HandlerContext) -> None:
    """A client was disabled: nothing goes to it any more. Once it is enabled again, its agency resumes."""
    if not event.disabled:
        return
    for webhook in await queries.of_client(session, event.client_id):
        await disable(session, webhook, "client_disabled", "the client was disabled")


async def forget_old(session: AsyncSession, context: SweepContext) -> int:
    """Drops deliveries past their time, whatever became of them, and secrets that expired."""
    settings = context.runtime.settings
    assert isinstance(settings, GatewaySettings)
    before = context.now - timedelta(days=settings.webhook_retention_days)
    gone = await queries.forget(session, before, context.now, BATCH)
    return gone if gone == BATCH else 0


HANDLERS = [*(Handler(offer.event, fan_out) for offer in catalogue.OFFERS.values()), on_client_changed]
SWEEPS = [Sweep("webhooks.forget", every=600.0, run=forget_old)]
