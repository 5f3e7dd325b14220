"""Events: acknowledged and lost 0, applied twice 0, out of order within an aggregate 0."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import consumer, inbox, outbox
from shared.events.envelope import Envelope
from shared.events.services import ApplicationAcceptedV1, ApplicationCorrectedV1
from shared.inbox import DeadLetter, HandlerContext, InboxEvent, InboxPosition, Work, handles, subscriptions
from shared.relay import relay_once
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers

SEEN: dict[str, list[int]] = {}
POISON: set[str] = set()


@handles(ApplicationCorrectedV1)
async def note(session: AsyncSession, event: ApplicationCorrectedV1, context: HandlerContext) -> None:
    if event.number in POISON:
        raise ValueError("this event can't be applied")
    SEEN.setdefault(str(event.application_id), []).append(context.envelope.sequence)


@pytest.fixture
async def pair(servers: Servers, tmp_path: Path) -> AsyncIterator[tuple[ServiceClient, ServiceClient]]:
    """A producer (named services) and a consumer (named disclosure) on one broker namespace."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(kernel_service(servers, tmp_path, "services", prefix))
        work = Work(handlers=(note,))
        consumer_ = await stack.enter_async_context(kernel_service(servers, tmp_path, "disclosure", prefix, work=work))
        yield producer, consumer_


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.05)


def corrected(application: uuid.UUID, number: str = "SQ1") -> ApplicationCorrectedV1:
    return ApplicationCorrectedV1(application_id=application, number=number)


async def publish(service: ServiceClient, *events: Any) -> None:
    async with service.sessions() as session, session.begin():
        await outbox.publish(session, *events)


async def applied(service: ServiceClient, application: uuid.UUID) -> int:
    async with service.sessions() as session:
        query = select(InboxPosition.sequence).where(InboxPosition.aggregate_id == str(application))
        return await session.scalar(query) or 0


async def test_a_committed_event_is_applied_once_in_the_other_service(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    application = uuid.uuid4()
    await publish(producer, corrected(application), corrected(application))
    await eventually(lambda: reached(reader, application, 2))
    assert SEEN[str(application)] == [1, 2]


async def reached(service: ServiceClient, application: uuid.UUID, sequence: int) -> bool:
    return await applied(service, application) >= sequence


async def test_an_event_of_a_transaction_that_rolled_back_is_never_sent(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    lost, kept = uuid.uuid4(), uuid.uuid4()
    async with producer.sessions() as session:
        await outbox.publish(session, corrected(lost))
        await session.rollback()
    await publish(producer, corrected(kept))
    await eventually(lambda: reached(reader, kept, 1))
    assert await applied(reader, lost) == 0


async def test_an_event_sent_again_is_not_applied_again(pair: tuple[ServiceClient, ServiceClient]) -> None:
    producer, reader = pair
    application = uuid.uuid4()
    await publish(producer, corrected(application))
    await eventually(lambda: reached(reader, application, 1))
    async with producer.sessions() as session, session.begin():
        row = (await session.scalars(select(outbox.OutboxEvent))).one()
        envelope = row.envelope("services")
    subject = producer.runtime.bus.subject(envelope.type)
    for _ in range(3):  # without the message id the broker takes it for new, as after its duplicate window
        await producer.runtime.bus.js.publish(subject, envelope.model_dump_json().encode())
    await publish(producer, corrected(application))
    await eventually(lambda: reached(reader, application, 2))
    assert SEEN[str(application)] == [1, 2]


async def test_what_the_broker_loses_is_got_from_the_outbox_when_the_gap_shows(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    application = uuid.uuid4()
    await publish(producer, corrected(application))
    await eventually(lambda: reached(reader, application, 1))
    async with producer.sessions() as session, session.begin():
        await outbox.publish(session, corrected(application))
        # Stamped without being sent: the broker acknowledged it and lost it.
        await session.execute(update(outbox.OutboxEvent).values(published_at=func.now()))
    await publish(producer, corrected(application))
    await eventually(lambda: reached(reader, application, 3))
    assert SEEN[str(application)] == [1, 2, 3]


async def test_a_lost_last_event_is_found_by_comparing_with_the_outbox(
    pair: tuple[ServiceClient, ServiceClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    producer, reader = pair
    application = uuid.uuid4()
    async with producer.sessions() as session, session.begin():
        await outbox.publish(session, corrected(application))
        await session.execute(
            update(outbox.OutboxEvent).values(published_at=func.now(), recorded_at=text("now() - interval '1 minute'"))
        )
    (subscription,) = subscriptions("disclosure", (note,))
    await eventually(lambda: compared(reader, subscription))
    assert await applied(reader, application) == 1
    assert SEEN[str(application)] == [1]


async def test_a_lost_event_that_cannot_be_applied_is_parked_and_holds_up_no_other(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    application, other = uuid.uuid4(), uuid.uuid4()
    poison = f"SQ-{application}"
    POISON.add(poison)
    async with producer.sessions() as session, session.begin():
        await outbox.publish(session, corrected(application, poison), corrected(application), corrected(other))
        await session.execute(
            update(outbox.OutboxEvent).values(published_at=func.now(), recorded_at=text("now() - interval '1 minute'"))
        )
    (subscription,) = subscriptions("disclosure", (note,))
    for _ in range(consumer.MAX_TRIES):
        await consumer.reconcile(reader.runtime, subscription, "services")
        assert await applied(reader, other) == 1
    assert await parked(reader, 2)
    async with reader.sessions() as session:
        errors = (await session.scalars(select(DeadLetter.error).order_by(DeadLetter.sequence))).all()
        cursor = await session.get_one(inbox.InboxCursor, (subscription.durable, "services"))
    assert errors == ["ValueError: this event can't be applied", "waits for an earlier event"]
    assert cursor.position == 3


async def compared(reader: ServiceClient, subscription: inbox.Subscription) -> bool:
    await consumer.reconcile(reader.runtime, subscription, "services")
    async with reader.sessions() as session:
        return bool(await session.scalar(select(func.count()).select_from(InboxPosition)))


async def test_a_stream_that_vanished_is_made_again_and_nothing_is_lost(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    before, after = uuid.uuid4(), uuid.uuid4()
    await publish(producer, corrected(before))
    await eventually(lambda: reached(reader, before, 1))
    bus = producer.runtime.bus
    await bus.js.delete_stream(bus.stream("services.x"))
    bus._streams.clear()
    await publish(producer, corrected(before), corrected(after))
    await eventually(lambda: reached(reader, after, 1), seconds=30)
    await eventually(lambda: reached(reader, before, 2), seconds=30)
    assert SEEN[str(before)] == [1, 2]


async def test_numbers_follow_the_commits_however_many_write_at_once(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    applications = [uuid.uuid4() for _ in range(4)]
    await asyncio.gather(*(publish(producer, corrected(a)) for a in applications * 10))
    for application in applications:
        await eventually(lambda a=application: reached(reader, a, 10))  # type: ignore[misc]
        assert SEEN[str(application)] == list(range(1, 11))


async def test_events_recorded_together_are_numbered_in_their_order(pair: tuple[ServiceClient, ServiceClient]) -> None:
    producer, reader = pair
    one, other = uuid.uuid4(), uuid.uuid4()
    given = [corrected(application, f"SQ{place}") for place, application in enumerate([one, other, one, one, other])]
    await publish(producer, *given)
    await publish(producer, *given[:2])
    async with producer.sessions() as session:
        rows = (await session.scalars(select(outbox.OutboxEvent).order_by(outbox.OutboxEvent.id))).all()
    told = [(row.aggregate_id, row.sequence, row.data["number"]) for row in rows]
    assert told == [
        (str(one), 1, "SQ0"), (str(other), 1, "SQ1"), (str(one), 2, "SQ2"), (str(one), 3, "SQ3"),
        (str(other), 2, "SQ4"), (str(one), 4, "SQ0"), (str(other), 3, "SQ1"),
    ]  # fmt: skip
    await eventually(lambda: reached(reader, one, 4))
    await eventually(lambda: reached(reader, other, 3))


async def test_a_poison_event_is_parked_with_what_follows_and_can_be_replayed(
    pair: tuple[ServiceClient, ServiceClient], monkeypatch: pytest.MonkeyPatch, bearer: Any
) -> None:
    monkeypatch.setattr(consumer, "BACK_OFF", (0.01,))
    producer, reader = pair
    application, other = uuid.uuid4(), uuid.uuid4()
    poison = f"SQ-{application}"
    POISON.add(poison)
    await publish(producer, corrected(application, poison), corrected(application), corrected(other))
    await eventually(lambda: parked(reader, 2))
    assert await applied(reader, other) == 1
    operator = bearer(aud="disclosure", permissions=["platform:operations"])
    letters = (await reader.get("/v1/operations/dead-letters", headers=operator)).json()["items"]
    first, second = sorted(letters, key=lambda letter: letter["sequence"])
    assert "can't be applied" in first["error"]
    replay = "/v1/operations/dead-letters/{}/replay"
    too_soon = await reader.post(replay.format(second["id"]), headers=operator | {"Idempotency-Key": "a"})
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "not_next")
    POISON.discard(poison)
    for letter in (first, second):
        answer = await reader.post(
            replay.format(letter["id"]), headers=operator | {"Idempotency-Key": str(letter["id"])}
        )
        assert answer.status_code == 200, answer.text
    assert await applied(reader, application) == 2
    await publish(producer, corrected(application))
    await eventually(lambda: reached(reader, application, 3))


async def parked(service: ServiceClient, count: int) -> bool:
    async with service.sessions() as session:
        return bool(await session.scalar(select(func.count()).select_from(DeadLetter)) == count)


async def test_events_without_a_handler_move_the_position_and_leave_no_row(
    pair: tuple[ServiceClient, ServiceClient],
) -> None:
    producer, reader = pair
    application = uuid.uuid4()
    accepted = ApplicationAcceptedV1(
        application_id=application, number="SQ1", accepted_on=date(2026, 1, 5), decide_by=date(2026, 1, 8)
    )
    await publish(producer, accepted, corrected(application))
    await eventually(lambda: reached(reader, application, 2))
    async with reader.sessions() as session:
        types = (await session.scalars(select(InboxEvent.type))).all()
    assert types == [ApplicationCorrectedV1.TYPE]


async def test_the_relay_stamps_only_what_the_broker_acknowledged(pair: tuple[ServiceClient, ServiceClient]) -> None:
    producer, _ = pair
    await publish(producer, corrected(uuid.uuid4()))

    async def stamped() -> bool:
        await relay_once(producer.runtime)
        async with producer.sessions() as session:
            open_ = (
                select(func.count()).select_from(outbox.OutboxEvent).where(outbox.OutboxEvent.published_at.is_(None))
            )
            return bool(await session.scalar(open_) == 0)

    await eventually(stamped)
    bus = producer.runtime.bus
    info = await bus.js.stream_info(bus.stream("services.x"))
    assert info.state.messages == 1
    message = await bus.js.get_msg(bus.stream("services.x"), seq=1)
    assert Envelope.model_validate(json.loads(message.data or b"{}")).sequence == 1
