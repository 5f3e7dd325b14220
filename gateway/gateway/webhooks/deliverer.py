"""Delivering: claims what is due, sends it, notes what came of it. Any number of processes do so at a time.

A delivery is leased, not taken away: when its process dies, the lease runs out and another sends it, under the same
`webhook-id`. So each event arrives at least once, whatever dies in between.
"""

import asyncio
import contextlib
import logging
import random
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import case, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.settings import GatewaySettings
from gateway.webhooks import queries, rules
from gateway.webhooks.models import Attempt, Delivery, Webhook, WebhookHealth
from gateway.webhooks.rules import DeliveryState, State, Targets, Verdict
from gateway.webhooks.sender import Answer, Message, Sender
from shared import audit
from shared.clock import now
from shared.runtime import Runtime

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
LEASE_MARGIN_SECONDS = 15.0
EACH = 2  # deliveries to one receiver at a time


def targets_of(settings: GatewaySettings) -> Targets:
    """Which addresses these settings let the platform call."""
    return Targets(
        ports=frozenset(settings.webhook_ports),
        plain_http=settings.webhook_http,
        allowed=settings.webhook_networks,
        own_host=urlsplit(settings.origin).hostname or "",
    )


async def deliver_forever(runtime: Runtime) -> None:
    """The part of the worker that delivers."""
    settings = runtime.settings
    assert isinstance(settings, GatewaySettings)
    sender = Sender(settings, targets_of(settings))
    try:
        await Deliverer(runtime, settings, sender).run()
    finally:
        await sender.close()


class Deliverer:
    """Keeps up to `webhook_deliveries_at_once` deliveries going."""

    def __init__(self, runtime: Runtime, settings: GatewaySettings, sender: Sender) -> None:
        self.runtime, self.sender = runtime, sender
        self.at_once, self.lease_seconds = settings.webhook_deliveries_at_once, sender.seconds + LEASE_MARGIN_SECONDS
        self._going: dict[asyncio.Task[None], uuid.UUID] = {}

    async def run(self) -> None:
        """Until it is cancelled; then what was under way is given back at once."""
        try:
            while True:
                while len(self._going) < self.at_once and await self.begin():
                    pass
                if self._going:
                    going = list(self._going)
                    await asyncio.wait(going, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            await self._stop()

    async def begin(self) -> int:
        """Claims what is due, as much as there is room for, and starts sending it; how many deliveries."""
        free = self.at_once - len(self._going)
        async with self.runtime.sessions() as session, session.begin():
            rows = await queries.claim(session, free, EACH, self.lease_seconds)
            keys = await queries.keys_of(session, [row.webhook_id for row in rows], now())
        for row in rows:
            message = Message(str(row.event_id), row.url, row.body.encode(), keys[row.webhook_id])
            task = asyncio.create_task(self._deliver(row.id, row.lease, message), name=f"webhook {row.id}")
            self._going[task] = row.lease
            task.add_done_callback(self._ended)
        return len(rows)

    async def _deliver(self, delivery_id: uuid.UUID, lease: uuid.UUID, message: Message) -> None:
        at = now()
        answer = await self.sender.send(message, at)
        async with self.runtime.sessions() as session, session.begin():
            delivery = await queries.held(session, delivery_id, lease)
            if delivery is not None:
                await note(session, delivery, answer, at)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._going.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # What came of the try could not be noted; the lease runs out and it is sent again.
            log.warning("a delivery could not be noted", extra={"error": f"{type(fault).__name__}: {fault}"[:300]})

    async def _stop(self) -> None:
        going = dict(self._going)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        if going:
            with contextlib.suppress(Exception):  # else the leases run out
                async with self.runtime.sessions() as session, session.begin():
                    await queries.release(session, list(going.values()))


async def note(session: AsyncSession, delivery: Delivery, answer: Answer, at: datetime) -> None:
    """Writes down one try and what follows from it, for the delivery and for its subscription."""
    ended = now()
    verdict = Verdict(done=False)
    if answer.status is not None:
        verdict = rules.judge(answer.status, answer.retry_after, ended)
    session.add(
        Attempt(
            delivery_id=delivery.id,
            at=at,
            milliseconds=answer.milliseconds,
            status=answer.status,
            error=answer.error,
            answer=answer.text,
        )
    )
    _move_on(delivery, verdict, ended)
    await _note_health(session, delivery.webhook_id, verdict, answer.error or f"http_{answer.status}", ended)
    if verdict.disable:
        # 410: the receiver is gone for good
        webhook = await session.get_one(Webhook, delivery.webhook_id, with_for_update={"key_share": True})
        await disable(session, webhook, "gone", "the receiver answered 410")


def _move_on(delivery: Delivery, verdict: Verdict, at: datetime) -> None:
    delivery.tries += 1
    delivery.lease = delivery.leased_until = None
    if verdict.done:
        delivery.state, delivery.finished_at = DeliveryState.DELIVERED, at
        return
    following = rules.next_try(delivery.tries, at, random.random())  # noqa: S311 - jitter
    if following is None:
        delivery.state, delivery.finished_at = DeliveryState.DEAD, at
        log.warning("a delivery is dead", extra={"delivery": str(delivery.id), "webhook": str(delivery.webhook_id)})
        return
    delivery.next_try_at = max(following, at + (verdict.hold or timedelta()))


async def _note_health(
    session: AsyncSession, webhook_id: uuid.UUID, verdict: Verdict, failure: str, at: datetime
) -> None:
    values: dict[str, object]
    held: datetime | None = None
    if verdict.done:
        values = {"failing_since": None, "failures": 0, "last_success_at": at}
    else:
        health = await session.get_one(WebhookHealth, webhook_id)
        hold = verdict.hold or rules.breather(health.failures + 1)
        held = at + hold if hold else None
        values = {
            "failing_since": health.failing_since or at,
            "failures": WebhookHealth.failures + 1,
            "last_failure": failure,
        }
    # What was under way beside the answer that asked to wait does not take that back.
    lasting = WebhookHealth.held_until
    values["held_until"] = case((lasting > at, func.greatest(lasting, held)), else_=held)
    query = update(WebhookHealth).where(WebhookHealth.webhook_id == webhook_id)
    await session.execute(query.values(values).execution_options(synchronize_session=False))


async def disable(session: AsyncSession, webhook: Webhook, state_reason: str, why: str) -> None:
    """Ends the deliveries of a subscription, which is locked, until its agency resumes."""
    if webhook.state == State.DISABLED:
        return
    before = webhook.state
    webhook.state, webhook.state_reason = State.DISABLED, state_reason
    await audit.record(
        session,
        audit.SYSTEM,
        action="webhook.disabled",
        object_type="webhook",
        object_id=webhook.id,
        before={"state": before},
        after={"state": State.DISABLED},
        reason=why,
    )
