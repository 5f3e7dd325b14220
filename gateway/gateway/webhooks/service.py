"""What an agency does with its subscriptions. Everything belongs to the client that made it; others find nothing."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.settings import GatewaySettings
from gateway.webhooks import catalogue, queries, rules
from gateway.webhooks.deliverer import targets_of
from gateway.webhooks.errors import NotAnAgency, NothingToReplay, TargetRefused, TooManyWebhooks
from gateway.webhooks.models import Delivery, Webhook, WebhookHealth, WebhookSecret
from gateway.webhooks.rules import DeliveryState, State
from gateway.webhooks.schemas import ReplayIn, WebhookIn, WebhookPatch
from gateway.webhooks.signing import SigningKeys, new_keys
from shared import audit
from shared.auth import Caller
from shared.codes import regions
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.http import check_version

AT_MOST = 20  # subscriptions of one client
REPLAY_BATCH = 10_000

Values = dict[str, Any] | None


class WebhookResting(Conflict):
    code, title, title_zh = "webhook_not_active", "The subscription is not active", "订阅未处于启用状态"


def client_of(caller: Caller) -> str:
    """The client whose subscriptions these are. Raises NotAnAgency for a browser."""
    if not caller.client_id or caller.kind in ("person", "staff"):
        raise NotAnAgency("Subscribe with the agency system's own token (client credentials).")
    return caller.client_id


@dataclass(frozen=True)
class Desk:
    """The session and settings of one call, and who calls."""

    session: AsyncSession
    settings: GatewaySettings
    caller: Caller
    now: datetime


async def create(desk: Desk, wanted: WebhookIn) -> tuple[Webhook, SigningKeys]:
    """A new subscription and its keys. Raises TooManyWebhooks, TargetRefused, Invalid."""
    client_id = client_of(desk.caller)
    if await queries.count_of(desk.session, client_id) >= AT_MOST:
        raise TooManyWebhooks(f"At most {AT_MOST} subscriptions.")
    _check(desk, wanted.url, wanted.event_types, wanted.regions)
    webhook = Webhook(client_id=client_id, **wanted.model_dump())
    desk.session.add(webhook)
    await desk.session.flush()
    desk.session.add(WebhookHealth(webhook_id=webhook.id))
    keys = _add_keys(desk, webhook.id)
    await _record(desk, webhook, "created", after=wanted.model_dump())
    return webhook, keys


async def change(desk: Desk, webhook_id: uuid.UUID, version: int, wanted: WebhookPatch) -> Webhook:
    """The changed subscription. Raises NotFound, StaleVersion, TargetRefused, Invalid."""
    webhook = await find(desk, webhook_id, lock=True)
    check_version(webhook, version)
    changes = wanted.model_dump(exclude_none=True)
    before = {name: getattr(webhook, name) for name in changes}
    for name, value in changes.items():
        setattr(webhook, name, value)
    _check(desk, webhook.url, webhook.event_types, webhook.regions)
    await _record(desk, webhook, "changed", before=before, after=changes)
    await desk.session.flush()
    return webhook


async def set_state(desk: Desk, webhook_id: uuid.UUID, state: State) -> Webhook:
    """The subscription, paused or going on. What is due meanwhile waits. Doing it twice changes nothing."""
    webhook = await find(desk, webhook_id, lock=True)
    if webhook.state != state:
        await _record(desk, webhook, state.value, before={"state": webhook.state}, after={"state": state})
        webhook.state, webhook.state_reason = state, None
        await desk.session.flush()
    return webhook


async def remove(desk: Desk, webhook_id: uuid.UUID) -> None:
    """Ends a subscription and drops its deliveries."""
    webhook = await find(desk, webhook_id, lock=True)
    await _record(desk, webhook, "deleted", before={"name": webhook.name, "url": webhook.url})
    await desk.session.delete(webhook)


async def rotate(desk: Desk, webhook_id: uuid.UUID) -> tuple[SigningKeys, datetime]:
    """New keys, and until when the old ones sign too; those before the last are dropped at once."""
    webhook = await find(desk, webhook_id, lock=True)
    until = desk.now + timedelta(hours=desk.settings.webhook_overlap_hours)
    current = WebhookSecret.webhook_id == webhook_id
    outdated = update(WebhookSecret).where(current, WebhookSecret.expires_at.is_not(None)).values(expires_at=desk.now)
    await desk.session.execute(outdated)
    replaced = update(WebhookSecret).where(current, WebhookSecret.expires_at.is_(None)).values(expires_at=until)
    await desk.session.execute(replaced)
    keys = _add_keys(desk, webhook_id)
    await _record(desk, webhook, "secret_rotated", after={"previous_valid_until": until})
    return keys, until


async def send_test(desk: Desk, webhook_id: uuid.UUID) -> Delivery:
    """A delivery of a made-up event, sent like any other. Raises WebhookResting."""
    webhook = await find(desk, webhook_id)
    if webhook.state != State.ACTIVE:
        raise WebhookResting("Resume it first.")
    event_id = uuid.uuid4()
    body = {
        "specversion": "1.0",
        "id": str(event_id),
        "type": catalogue.TEST_TYPE,
        "source": "/gateway",
        "subject": str(webhook_id),
        "time": desk.now.isoformat(),
        "datacontenttype": "application/json",
        "data": {"webhook_id": str(webhook_id)},
    }
    delivery = Delivery(
        webhook_id=webhook_id,
        event_id=event_id,
        event_type=catalogue.TEST_TYPE,
        aggregate=str(event_id),
        sequence=0,
        body=json.dumps(body),
    )
    desk.session.add(delivery)
    await desk.session.flush()
    await _record(desk, webhook, "tested")
    return delivery


async def replay_one(desk: Desk, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
    """Sends a finished delivery again, under the same `webhook-id`. Raises NotFound, NothingToReplay."""
    webhook = await find(desk, webhook_id)
    delivery = await find_delivery(desk, webhook_id, delivery_id, lock=True)
    if delivery.state == DeliveryState.PENDING:
        raise NothingToReplay("It waits already; replay what is delivered or dead.")
    delivery.state, delivery.tries, delivery.next_try_at = DeliveryState.PENDING, 0, desk.now
    delivery.finished_at = None
    await _record(desk, webhook, "replayed", after={"delivery": delivery_id})
    return delivery


async def replay_since(desk: Desk, webhook_id: uuid.UUID, wanted: ReplayIn) -> tuple[int, datetime | None]:
    """Sends all finished deliveries since an instant again, the oldest first; how many, and since when the others are
    to be asked for, if there are any. By then those of this call may be delivered, and chosen again by their state.
    """
    webhook = await find(desk, webhook_id)
    states = ["dead", "delivered"] if wanted.state == "all" else [wanted.state]
    chosen = (
        select(Delivery.id, Delivery.created_at)
        .where(Delivery.webhook_id == webhook_id, Delivery.state.in_(states), Delivery.created_at >= wanted.since)
        .order_by(Delivery.created_at, Delivery.id)
        .limit(REPLAY_BATCH + 1)
        .with_for_update()
    )
    found = (await desk.session.execute(chosen)).all()
    ids = [row.id for row in found[:REPLAY_BATCH]]
    waiting = {"state": DeliveryState.PENDING, "tries": 0, "next_try_at": desk.now, "finished_at": None}
    await desk.session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(waiting))
    await _record(desk, webhook, "replayed", after={"since": wanted.since, "count": len(ids)})
    return len(ids), found[REPLAY_BATCH].created_at if len(found) > REPLAY_BATCH else None


async def find(desk: Desk, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook:
    """A subscription of the caller's client. Raises NotFound."""
    webhook = await queries.own(desk.session, client_of(desk.caller), webhook_id, lock=lock)
    if webhook is None:
        raise NotFound
    return webhook


async def find_delivery(desk: Desk, webhook_id: uuid.UUID, delivery_id: uuid.UUID, *, lock: bool = False) -> Delivery:
    """A delivery of a subscription that was found. Raises NotFound."""
    delivery = await desk.session.get(Delivery, delivery_id, with_for_update=lock)
    if delivery is None or delivery.webhook_id != webhook_id:
        raise NotFound
    return delivery


def _check(desk: Desk, url: str, event_types: list[str], wanted_regions: list[str]) -> None:
    if faults := rules.faults_of_url(url, targets_of(desk.settings)):
        raise TargetRefused(errors=faults)
    faults = [
        FieldError(f"/event_types/{i}", "event_type_unknown", "Not among /api/hub/v1/event-types.")
        for i, type_ in enumerate(event_types)
        if type_ not in catalogue.OFFERS
    ]
    faults += [
        FieldError(f"/regions/{i}", "region_unknown", "No region of GB/T 2260.")
        for i, region in enumerate(wanted_regions)
        if not regions.is_known(region)
    ]
    if wanted_regions and not faults:
        faults = [
            FieldError(f"/event_types/{i}", "no_region", "Events of this type name no region to choose by.")
            for i, type_ in enumerate(event_types)
            if catalogue.OFFERS[type_].region is None
        ]
    if faults:
        raise Invalid(errors=faults)


def _add_keys(desk: Desk, webhook_id: uuid.UUID) -> SigningKeys:
    keys = new_keys()
    desk.session.add(WebhookSecret(webhook_id=webhook_id, secret=keys.secret, signing_key=keys.signing_key))
    return keys


async def _record(
    desk: Desk,
    webhook: Webhook,
    act: str,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    await audit.record(
        desk.session,
        desk.caller,
        action=f"webhook.{act}",
        object_type="webhook",
        object_id=webhook.id,
        before=before,
        after=after,
    )
