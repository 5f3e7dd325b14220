"""Reads the streams and applies what comes, exactly once and in order; repairs what the broker lost.

Three ways lead an event to its handler: the stream (usual), a gap noticed in an aggregate (at once) and the periodic
comparison with the producer's outbox (within 60 s, also when the broker lost its store). All end in `inbox.apply`.
"""

import asyncio
import json
import logging
import uuid
from collections import Counter
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import ValidationError
from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.events.envelope import Envelope
from shared.inbox import InboxCursor, Outcome, Subscription
from shared.problems import is_outage
from shared.relay import feed_subject
from shared.telemetry import (
    DEAD_LETTERS,
    EVENTS_APPLIED,
    EVENTS_FAILED,
    EVENTS_REPAIRED,
    accept_traceparent,
    trace_id_var,
)

if TYPE_CHECKING:
    from shared.runtime import Runtime

log = logging.getLogger(__name__)

MAX_TRIES = 8
BACK_OFF = (0.2, 0.5, 1, 2, 4, 8, 16, 30)
FETCH = 100
WATCHDOG_SECONDS = 10.0
RECONCILE_SECONDS = 20.0
SOON_SECONDS = 6.0  # a little more than the feed's grace
TRIES = Counter[tuple[str, uuid.UUID]]()  # by consumer and event: how often this process could not apply it
ALL_PRODUCERS = ("sso", "disclosure", "services", "complaints", "credit_registry", "gateway")


def producers_of(subscription: Subscription) -> tuple[str, ...]:
    """Whose outboxes hold events of the subscription's aggregate type."""
    word = subscription.aggregate_type.split(".", 1)[0]
    return ALL_PRODUCERS if word == "audit" else (word,)


async def deliver(runtime: "Runtime", subscription: Subscription, envelope: Envelope) -> Outcome:
    """Applies one event, and before it those of its aggregate which are missing."""
    outcome = await _apply(runtime, subscription, envelope)
    if outcome is Outcome.GAP:
        await repair(runtime, subscription, envelope)
        outcome = await _apply(runtime, subscription, envelope)
    TRIES.pop((subscription.consumer, envelope.id), None)
    return outcome


async def _apply(runtime: "Runtime", subscription: Subscription, envelope: Envelope) -> Outcome:
    token = trace_id_var.set(accept_traceparent(envelope.traceparent)[3:35])
    try:
        async with runtime.sessions() as session, session.begin():
            if await inbox.is_parked(session, subscription.consumer, envelope):
                await inbox.park(session, subscription.consumer, envelope, "waits for an earlier event")
                return Outcome.DUPLICATE
            outcome = await inbox.apply(session, subscription, envelope, runtime)
        if outcome is Outcome.APPLIED:
            EVENTS_APPLIED.labels(subscription.consumer, envelope.type).inc()
        return outcome
    finally:
        trace_id_var.reset(token)


async def repair(runtime: "Runtime", subscription: Subscription, envelope: Envelope) -> None:
    """Gets the missing events of one aggregate from its producer and applies them in order."""
    async with runtime.sessions() as session:
        key = (subscription.consumer, envelope.aggregate_type, envelope.subject)
        position = await session.get(inbox.InboxPosition, key)
    while True:
        asked = {
            "aggregate_type": envelope.aggregate_type,
            "aggregate_id": envelope.subject,
            "after": position.sequence if position else 0,
        }
        answer = await _ask(runtime, envelope.producer, asked)
        for missing in answer["events"]:
            if await _apply(runtime, subscription, Envelope.model_validate(missing)) is Outcome.APPLIED:
                EVENTS_REPAIRED.labels(subscription.consumer).inc()
        if not answer["more"]:
            return
        async with runtime.sessions() as session:
            position = await session.get(inbox.InboxPosition, key)


async def _ask(runtime: "Runtime", producer: str, question: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(await runtime.bus.request(feed_subject(producer), json.dumps(question).encode())))


class Consumer:
    """Reads one subscription until it is cancelled."""

    def __init__(self, runtime: "Runtime", subscription: Subscription) -> None:
        self.runtime, self.subscription = runtime, subscription

    async def run(self) -> None:
        """Fetches and applies; looks after the durable consumer when nothing comes."""
        while True:
            await self.runtime.bus.connected.wait()
            pull = await self.runtime.bus.pull(self.subscription.durable, self.subscription.aggregate_type)
            try:
                await self._read(pull)
            finally:
                await _unsubscribe(pull)

    async def _read(self, pull: JetStreamContext.PullSubscription) -> None:
        quiet_since = asyncio.get_running_loop().time()
        while self.runtime.bus.is_connected:
            try:
                messages = await pull.fetch(FETCH, timeout=1)
            except TimeoutError:  # of nats-py or of asyncio, by whose timer runs out first
                if asyncio.get_running_loop().time() - quiet_since > WATCHDOG_SECONDS:
                    info = await pull.consumer_info()  # raises when the broker lost it, and then it is made anew
                    if info.num_pending:
                        return
                    quiet_since = asyncio.get_running_loop().time()
                continue
            quiet_since = asyncio.get_running_loop().time()
            for message in messages:
                await self._handle(message)

    async def _handle(self, message: Msg) -> None:
        try:
            envelope = Envelope.model_validate_json(message.data)
        except ValidationError:
            log.exception("a message which is no event was dropped", extra={"subject": message.subject})
            await message.term()
            return
        try:
            await deliver(self.runtime, self.subscription, envelope)
        except Exception as exc:
            tries = await _failed(self.runtime, self.subscription, envelope, exc)
            if tries < MAX_TRIES:
                await message.nak(delay=BACK_OFF[min(tries, len(BACK_OFF) - 1)])
            else:
                await message.term()
        else:
            await message.ack()


async def _failed(runtime: "Runtime", subscription: Subscription, envelope: Envelope, exc: Exception) -> int:
    """How often an event has failed, outages apart; at the last time it is parked."""
    key = subscription.consumer, envelope.id
    TRIES[key] = tries = TRIES[key] + (not (is_outage(exc) or isinstance(exc, NatsError)))
    EVENTS_FAILED.labels(subscription.consumer, envelope.type).inc()
    extra = {"type": envelope.type, "event_id": str(envelope.id), "tries": tries}
    log.warning("event not applied", exc_info=exc, extra=extra)
    if tries >= MAX_TRIES:
        async with runtime.sessions() as session, session.begin():
            await inbox.park(session, subscription.consumer, envelope, f"{type(exc).__name__}: {exc}")
        DEAD_LETTERS.labels(subscription.consumer).inc()
        del TRIES[key]
    return tries


async def _unsubscribe(pull: JetStreamContext.PullSubscription) -> None:
    try:
        await pull.unsubscribe()
    except (NatsError, OSError) as exc:
        log.debug("subscription was gone already", extra={"error": str(exc)})


async def reconcile_forever(runtime: "Runtime", subscription: Subscription) -> None:
    """Compares with the producers' outboxes for ever; once more soon after a start.

    What a killed process had fetched and not applied comes again from the broker only after its wait, 30 s.
    """
    for pause in chain((SOON_SECONDS,), repeat(RECONCILE_SECONDS)):
        await runtime.bus.connected.wait()
        for producer in producers_of(subscription):
            if producer != runtime.name or subscription.aggregate_type != "audit.log":
                try:
                    await reconcile(runtime, subscription, producer)
                except (NatsError, OSError) as exc:  # It is away; its outbox waits for the next round.
                    log.info("no comparison", extra={"producer": producer, "error": str(exc) or type(exc).__name__})
        await asyncio.sleep(pause)


async def reconcile(runtime: "Runtime", subscription: Subscription, producer: str) -> int:
    """Applies what the producer recorded and this consumer has not applied, past what fails; how many events."""
    key = (subscription.durable, producer)
    async with runtime.sessions() as session:
        cursor = await session.get(InboxCursor, key)
    after = [cursor.transaction, cursor.position] if cursor else [0, 0]
    repaired, more, settled = 0, True, True
    while more:
        asked = {"aggregate_types": [subscription.aggregate_type], "after": after}
        answer = await _ask(runtime, producer, asked)
        for item in answer["events"]:
            envelope = Envelope.model_validate(item)
            try:
                if await deliver(runtime, subscription, envelope) is Outcome.APPLIED:
                    repaired += 1
                    EVENTS_REPAIRED.labels(subscription.consumer).inc()
            except Exception as exc:
                if is_outage(exc) or isinstance(exc, NatsError):
                    raise
                settled = await _failed(runtime, subscription, envelope, exc) >= MAX_TRIES and settled
        after, more = answer["position"] or after, answer["more"]
        if settled:
            async with runtime.sessions() as session, session.begin():
                await _advance(session, key, after)
    if repaired:
        extra = {"consumer": subscription.durable, "producer": producer, "events": repaired}
        log.warning("events were missing and have been applied from the outbox", extra=extra)
    return repaired


async def _advance(session: AsyncSession, key: tuple[str, str], after: list[int]) -> None:
    """Moves the cursor forward; of two processes which compare at the same time the further one counts."""
    row = insert(InboxCursor).values(consumer=key[0], producer=key[1], transaction=after[0], position=after[1])
    further = tuple_(row.excluded.transaction, row.excluded.position) > tuple_(
        InboxCursor.transaction, InboxCursor.position
    )
    moved = {"transaction": row.excluded.transaction, "position": row.excluded.position}
    await session.execute(row.on_conflict_do_update(index_elements=["consumer", "producer"], set_=moved, where=further))
