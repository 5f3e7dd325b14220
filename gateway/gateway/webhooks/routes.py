"""`/api/hub/v1/webhooks`: agencies' systems subscribe to events and look after their deliveries themselves."""

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy import select

from gateway.webhooks import catalogue, queries, service
from gateway.webhooks.models import Delivery, Webhook, WebhookHealth
from gateway.webhooks.rules import DeliveryState, State
from gateway.webhooks.schemas import (
    AttemptOut,
    DeliveryDetail,
    DeliveryFilters,
    DeliveryOut,
    EventTypeOut,
    EventTypes,
    HealthOut,
    ReplayIn,
    ReplayOut,
    SecretOut,
    WebhookCreated,
    WebhookIn,
    WebhookOut,
    WebhookPatch,
)
from gateway.webhooks.service import Desk
from shared.auth import Access, Caller, Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, not_modified, paginate, view_etag
from shared.problems import wants_english

router = Router(prefix="/api/hub/v1", tags=["webhooks"])

Manager = Annotated[Caller, Access("gateway:webhooks:manage")]


def desk_of(request: Request, caller: Manager, session: SessionDep, now: NowDep, response: Response) -> Desk:
    """What every call about subscriptions needs; nothing of it is kept by caches."""
    response.headers["Cache-Control"] = "private, no-store"
    return Desk(session, request.app.state.settings, caller, now)


DeskDep = Annotated[Desk, Depends(desk_of)]


@router.get("/event-types", dependencies=[Public], operation_id="webhook_event_types")
async def list_event_types(request: Request, response: Response) -> EventTypes:
    """What agencies may subscribe to, with the members of each event's `data`."""
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Vary"] = "Accept-Language"
    english = wants_english(request)
    return EventTypes(items=[_event_type_out(offer, english=english) for offer in catalogue.OFFERS.values()])


@router.post("/webhooks", status_code=201, operation_id="webhook_create")
async def create_webhook(wanted: WebhookIn, desk: DeskDep, response: Response) -> WebhookCreated:
    """Subscribes. The answer shows the secret, this once; events that happen from now on are delivered."""
    webhook, keys = await service.create(desk, wanted)
    response.headers["Location"] = f"/api/hub/v1/webhooks/{webhook.id}"
    shown = await _shown(desk, webhook, response)
    return WebhookCreated(**shown.model_dump(), secret=keys.secret)


@router.get("/webhooks", operation_id="webhook_list")
async def list_webhooks(desk: DeskDep, paging: Paging, request: Request, response: Response) -> Page[WebhookOut]:
    """The subscriptions of the calling client, the newest first."""
    query = select(Webhook).where(Webhook.client_id == service.client_of(desk.caller))
    found = await paginate(
        desk.session, query, keys=[Webhook.id.desc()], paging=paging, request=request, response=response
    )
    return found.page(await _webhooks_out(desk, found.rows))


@router.get(
    "/webhooks/{webhook_id}",
    operation_id="webhook_show",
    responses={304: {"description": "Unchanged", "model": None}},
)
async def show_webhook(webhook_id: uuid.UUID, desk: DeskDep, request: Request, response: Response) -> WebhookOut:
    """One subscription and how its deliveries go."""
    shown = await _shown(desk, await service.find(desk, webhook_id), response)
    if not_modified(request, response.headers["etag"]):
        return Response(status_code=304, headers=dict(response.headers))  # type: ignore[return-value]
    return shown


@router.patch("/webhooks/{webhook_id}", operation_id="webhook_change")
async def change_webhook(
    webhook_id: uuid.UUID, wanted: WebhookPatch, version: IfMatch, desk: DeskDep, response: Response
) -> WebhookOut:
    """Changes name, address, types or regions. What waits already goes to the new address."""
    return await _shown(desk, await service.change(desk, webhook_id, version, wanted), response)


@router.delete("/webhooks/{webhook_id}", status_code=204, operation_id="webhook_delete")
async def delete_webhook(webhook_id: uuid.UUID, desk: DeskDep) -> None:
    """Ends the subscription; its deliveries are gone with it."""
    await service.remove(desk, webhook_id)


@router.post("/webhooks/{webhook_id}/pause", operation_id="webhook_pause")
async def pause_webhook(webhook_id: uuid.UUID, desk: DeskDep, response: Response) -> WebhookOut:
    """Sends nothing until it is resumed; what happens meanwhile waits."""
    return await _shown(desk, await service.set_state(desk, webhook_id, State.PAUSED), response)


@router.post("/webhooks/{webhook_id}/resumption", operation_id="webhook_resume")
async def resume_webhook(webhook_id: uuid.UUID, desk: DeskDep, response: Response) -> WebhookOut:
    """Goes on after a pause, or after the receiver's 410."""
    return await _shown(desk, await service.set_state(desk, webhook_id, State.ACTIVE), response)


@router.post("/webhooks/{webhook_id}/secret-rotation", operation_id="webhook_rotate_secret")
async def rotate_secret(webhook_id: uuid.UUID, desk: DeskDep) -> SecretOut:
    """Makes a new secret, shown this once. For a day deliveries carry signatures of the old one too."""
    keys, until = await service.rotate(desk, webhook_id)
    return SecretOut(secret=keys.secret, public_key=keys.public_key, previous_valid_until=until)


@router.post("/webhooks/{webhook_id}/test-deliveries", status_code=202, operation_id="webhook_test")
async def send_test_event(webhook_id: uuid.UUID, desk: DeskDep) -> DeliveryOut:
    """Sends an event of the type `gateway.webhook.tested.v1`, as any other."""
    return _delivery_out(await service.send_test(desk, webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries", operation_id="webhook_deliveries")
async def list_deliveries(
    webhook_id: uuid.UUID,
    desk: DeskDep,
    paging: Paging,
    request: Request,
    response: Response,
    filters: Annotated[DeliveryFilters, Query()],
) -> Page[DeliveryOut]:
    """The deliveries of a subscription, the newest first; they are kept for 30 days."""
    await service.find(desk, webhook_id)
    query = queries.deliveries_of(webhook_id, **filters.model_dump())
    found = await paginate(
        desk.session, query, keys=[Delivery.id.desc()], paging=paging, request=request, response=response
    )
    return found.page([_delivery_out(row) for row in found.rows])


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}", operation_id="webhook_delivery")
async def show_delivery(webhook_id: uuid.UUID, delivery_id: uuid.UUID, desk: DeskDep) -> DeliveryDetail:
    """One delivery with its body and all tries."""
    await service.find(desk, webhook_id)
    delivery = await service.find_delivery(desk, webhook_id, delivery_id)
    attempts = await queries.attempts_of(desk.session, delivery_id)
    return DeliveryDetail(
        **_delivery_out(delivery).model_dump(),
        body=delivery.body,
        attempts=[AttemptOut.model_validate(attempt, from_attributes=True) for attempt in attempts],
    )


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, operation_id="webhook_replay_delivery"
)
async def replay_delivery(webhook_id: uuid.UUID, delivery_id: uuid.UUID, desk: DeskDep) -> DeliveryOut:
    """Sends a delivery again that is delivered or dead, under its old `webhook-id`."""
    return _delivery_out(await service.replay_one(desk, webhook_id, delivery_id))


@router.post("/webhooks/{webhook_id}/replays", status_code=202, operation_id="webhook_replay")
async def replay_deliveries(webhook_id: uuid.UUID, wanted: ReplayIn, desk: DeskDep) -> ReplayOut:
    """Sends again what was given up (or delivered, or both) since an instant; 10,000 in one call at most."""
    count, next_since = await service.replay_since(desk, webhook_id, wanted)
    return ReplayOut(replayed=count, more=next_since is not None, next_since=next_since)


async def _shown(desk: Desk, webhook: Webhook, response: Response) -> WebhookOut:
    (shown,) = await _webhooks_out(desk, [webhook])
    response.headers["ETag"] = view_etag(webhook, shown)
    return shown


async def _webhooks_out(desk: Desk, webhooks: list[Webhook]) -> list[WebhookOut]:
    await desk.session.flush()
    ids = [webhook.id for webhook in webhooks]
    health = await queries.health_of(desk.session, ids)
    pending = await queries.tallies_of(desk.session, ids, DeliveryState.PENDING)
    dead = await queries.tallies_of(desk.session, ids, DeliveryState.DEAD)
    keys = await queries.keys_of(desk.session, ids, desk.now)
    shown = []
    for webhook in webhooks:
        given: dict[str, Any] = {name: getattr(webhook, name) for name in OWN_FIELDS}
        given["health"] = _health_out(health[webhook.id], pending.get(webhook.id, 0), dead.get(webhook.id, 0))
        shown.append(WebhookOut(**given, public_keys=[each.public_key for each in keys[webhook.id]]))
    return shown


OWN_FIELDS = ("id", "name", "url", "event_types", "regions", "state", "state_reason", "created_at", "updated_at")


def _health_out(row: WebhookHealth, pending: int, dead: int) -> HealthOut:
    return HealthOut(
        failing_since=row.failing_since,
        failures=row.failures,
        last_success_at=row.last_success_at,
        last_failure=row.last_failure,
        held_until=row.held_until,
        pending=pending,
        dead=dead,
    )


def _delivery_out(row: Delivery) -> DeliveryOut:
    waits = row.state == DeliveryState.PENDING
    given: dict[str, Any] = {name: getattr(row, name) for name in DeliveryOut.model_fields}
    return DeliveryOut(**given | {"next_try_at": row.next_try_at if waits else None})


def _event_type_out(offer: catalogue.Offer, *, english: bool) -> EventTypeOut:
    schema = offer.event.model_json_schema()
    parts = {name: schema["properties"][name] for name in offer.fields}
    return EventTypeOut(
        type=offer.type,
        title=offer.title if english else offer.title_zh,
        fields=list(offer.fields),
        has_region=offer.region is not None,
        data_schema={"type": "object", "properties": parts},
    )
