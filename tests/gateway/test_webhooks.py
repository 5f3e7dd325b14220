"""What is delivered to subscribers, verified by an independent receiver."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from standardwebhooks import WebhookVerificationError

from gateway.webhooks.deliverer import Deliverer, note
from gateway.webhooks.models import Delivery
from gateway.webhooks.rules import PATIENCE
from gateway.webhooks.sender import Answer
from gateway.webhooks.signing import new_keys
from gateway.worker import WORK
from shared import audit
from shared.consumer import deliver
from shared.events.envelope import Envelope
from shared.inbox import Outcome, subscriptions
from tests.gateway.place import eventually
from tests.gateway.receiver import receiving
from tests.gateway.subscribers import (
    LICENSED,
    REGISTERED,
    Agency,
    arrived,
    delivering,
    happen,
    time_passes,
    work,
)
from tests.support.apps import ServiceClient

pytestmark = pytest.mark.together


async def test_an_event_arrives_signed_and_says_nothing_of_persons(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        envelope = await happen(gateway)
        await work(deliverer)
        event = place.verified(webhook["secret"])
        request = place.received[0]
    assert place.ids == [str(envelope.id)]
    assert (event["id"], event["type"], event["subject"]) == (str(envelope.id), REGISTERED, envelope.subject)
    assert event["data"]["name"] == "随州红光酒业有限公司"
    assert "张伟" not in request.body.decode()
    assert "representative_id" not in request.body.decode()
    assert request.line == "POST /events HTTP/1.1"
    assert request.get("host") == f"127.0.0.1:{place.port}"
    (one,) = await agency.deliveries(webhook)
    assert (one["state"], one["tries"], one["next_try_at"]) == ("delivered", 1, None)
    with pytest.raises(WebhookVerificationError):
        place.verified(new_keys().secret)


async def test_only_what_was_asked_for_arrives(gateway: ServiceClient, agency: Agency, deliverer: Deliverer) -> None:
    async with receiving() as place:
        await agency.subscribe(place.url, LICENSED)
        suizhou = await agency.subscribe(place.url, REGISTERED, regions=["421300"])
        xian = await agency.subscribe(place.url, REGISTERED, regions=["421321"])
        await happen(gateway)
        await work(deliverer)
        assert len(await agency.deliveries(suizhou)) == 1
        assert await agency.deliveries(xian) == []
    assert len(place.received) == 1


async def test_what_happened_before_the_subscription_is_not_delivered(gateway: ServiceClient, agency: Agency) -> None:
    await happen(gateway)
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    assert await agency.deliveries(webhook) == []


async def test_the_secret_is_shown_once_and_kept_encrypted(gateway: ServiceClient, agency: Agency) -> None:
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    shown = await agency.ask("GET", f"/{webhook['id']}")
    assert "secret" not in shown.json()
    assert shown.json()["public_keys"][0].startswith("whpk_")
    async with gateway.sessions() as session:
        stored = await session.connection()
        rows = await stored.exec_driver_sql("SELECT encode(secret, 'escape') FROM webhook_secrets")
        assert all("whsec_" not in row[0] for row in rows)
        acts = await session.scalars(select(audit.AuditRow).where(audit.AuditRow.object_id == webhook["id"]))
        (act,) = acts.all()
    assert (act.action, "whsec_" in str(act.after)) == ("webhook.created", False)


async def test_both_secrets_sign_after_a_rotation(gateway: ServiceClient, agency: Agency, deliverer: Deliverer) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        answer = (await agency.ask("POST", f"/{webhook['id']}/secret-rotation")).json()
        await happen(gateway)
        await work(deliverer)
        for secret in (webhook["secret"], answer["secret"]):
            assert place.verified(secret)["type"] == REGISTERED
        latest = (await agency.ask("POST", f"/{webhook['id']}/secret-rotation")).json()
        await happen(gateway)
        await work(deliverer)
        for secret in (answer["secret"], latest["secret"]):
            assert place.verified(secret)
        with pytest.raises(WebhookVerificationError):
            place.verified(webhook["secret"])


async def test_failures_are_tried_again_with_the_same_id_and_end_dead(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving(status="500 Broken", body=b"x" * 900) as place:
        webhook = await agency.subscribe(place.url)
        envelope = await happen(gateway)
        for _ in range(12):
            await work(deliverer)
            await time_passes(gateway)
        (dead,) = await agency.deliveries(webhook, state="dead")
        assert place.ids == [str(envelope.id)] * 10
        told = (await agency.ask("GET", f"/{webhook['id']}/deliveries/{dead['id']}")).json()
        assert [(a["status"], a["error"], len(a["answer"])) for a in told["attempts"]] == [(500, None, 500)] * 10
        health = (await agency.ask("GET", f"/{webhook['id']}")).json()["health"]
        assert (health["failures"], health["dead"], health["last_failure"]) == (10, 1, "http_500")
        assert health["failing_since"] is not None

        place.status = "200 OK"
        again = await agency.ask("POST", f"/{webhook['id']}/deliveries/{dead['id']}/replay")
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        await work(deliverer)
        assert place.verified(webhook["secret"])["id"] == str(envelope.id)
    health = (await agency.ask("GET", f"/{webhook['id']}")).json()["health"]
    assert (health["failures"], health["dead"], health["failing_since"]) == (0, 0, None)


async def test_everything_since_an_instant_is_sent_again(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        await work(deliverer)
        since = datetime.now(UTC).isoformat()
        later = [await happen(gateway) for _ in range(3)]
        await work(deliverer)
        nothing = await agency.ask("POST", f"/{webhook['id']}/replays", json={"since": since})
        answer = await agency.ask("POST", f"/{webhook['id']}/replays", json={"since": since, "state": "all"})
        await work(deliverer)
    assert nothing.json() == {"replayed": 0, "more": False, "next_since": None}
    assert answer.json() == {"replayed": 3, "more": False, "next_since": None}
    assert sorted(place.ids[4:]) == sorted(str(envelope.id) for envelope in later)


async def test_a_redirection_is_a_failure_and_not_followed(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving() as inside, receiving(status="307 Elsewhere", extra=f"Location: {inside.url}\r\n") as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        await work(deliverer)
        (one,) = await agency.deliveries(webhook)
    assert (one["state"], one["tries"]) == ("pending", 1)
    assert inside.received == []


async def test_gone_ends_the_subscription_until_it_is_resumed(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving(status="410 Gone") as place:
        webhook = await agency.subscribe(place.url)
        first = await happen(gateway)
        await work(deliverer)
        shown = (await agency.ask("GET", f"/{webhook['id']}")).json()
        assert (shown["state"], shown["state_reason"]) == ("disabled", "gone")
        second = await happen(gateway)
        await time_passes(gateway)
        await work(deliverer)
        assert len(place.received) == 1
        place.status = "200 OK"
        assert (await agency.ask("POST", f"/{webhook['id']}/resumption")).json()["state"] == "active"
        await work(deliverer)
    assert sorted(place.ids[1:]) == sorted([str(first.id), str(second.id)])


async def test_a_disabled_client_gets_nothing_more(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        facts = {"client_id": agency.client, "kind": "agency", "disabled": True, "revokes": True}
        changed = Envelope(
            id=uuid.uuid4(), type="sso.client.changed.v1", source="/sso", subject=agency.client, time=datetime.now(UTC),
            sequence=1, data=facts,
        )  # fmt: skip
        (subscription,) = [one for one in subscriptions("gateway", WORK.handlers) if one.aggregate_type == "sso.client"]
        assert await deliver(gateway.runtime, subscription, changed) is Outcome.APPLIED
        await happen(gateway)
        await work(deliverer)
        shown = (await agency.ask("GET", f"/{webhook['id']}")).json()
    assert (shown["state"], shown["state_reason"]) == ("disabled", "client_disabled")
    assert place.received == []


async def test_retry_after_holds_the_whole_receiver(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving(status="429 Slow", extra="Retry-After: 3600\r\n") as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        await work(deliverer)
        await happen(gateway)
        await work(deliverer)
        shown = (await agency.ask("GET", f"/{webhook['id']}")).json()
        waiting = await agency.deliveries(webhook)
    assert len(place.received) == 1
    held = datetime.fromisoformat(shown["health"]["held_until"])
    assert datetime.fromisoformat(waiting[1]["next_try_at"]) >= held


@pytest.mark.parametrize("other", [Answer(9, error="timeout"), Answer(9, status=500), Answer(9, status=204)])
async def test_what_was_under_way_beside_it_does_not_shorten_the_hold(
    gateway: ServiceClient, agency: Agency, other: Answer
) -> None:
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    await happen(gateway)
    await happen(gateway)
    at = datetime.now(UTC)
    async with gateway.sessions() as session, session.begin():
        first, second = (await session.scalars(select(Delivery).where(Delivery.webhook_id == webhook["id"]))).all()
        await note(session, first, Answer(5, status=429, retry_after="3600"), at)
        await note(session, second, other, at)
    shown = (await agency.ask("GET", f"/{webhook['id']}")).json()
    assert datetime.fromisoformat(shown["health"]["held_until"]) >= at + timedelta(hours=1)


async def test_a_receiver_that_is_gone_is_not_asked_by_every_delivery(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving(status="500 Broken") as place:
        webhook = await agency.subscribe(place.url)
        for _ in range(PATIENCE + 5):
            await happen(gateway)
        await work(deliverer)
        shown = (await agency.ask("GET", f"/{webhook['id']}")).json()
        asked = len(place.received)
        place.status = "200 OK"
        await time_passes(gateway)
        await work(deliverer)
    assert PATIENCE <= asked <= PATIENCE + 1  # two are under way at a time
    assert (shown["health"]["pending"], shown["health"]["held_until"] is not None) == (PATIENCE + 5, True)
    assert len(set(place.ids)) == PATIENCE + 5


async def test_events_of_one_aggregate_arrive_in_order(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    code = f"O{uuid.uuid4().hex[:17]}".upper()
    async with receiving(status="500 Broken") as place:
        await agency.subscribe(place.url)
        first = await happen(gateway, code=code)
        second = await happen(gateway, sequence=2, code=code)
        other = await happen(gateway)
        await work(deliverer)
        assert sorted(place.ids) == sorted([str(first.id), str(other.id)])
        place.status = "200 OK"
        await time_passes(gateway)
        await work(deliverer)
    assert place.ids.index(str(second.id)) > max(i for i, id_ in enumerate(place.ids) if id_ == str(first.id))


async def test_a_slow_receiver_holds_up_nobody(gateway: ServiceClient, agency: Agency, deliverer: Deliverer) -> None:
    async with receiving(pause=60) as slow, receiving() as quick:
        await agency.subscribe(slow.url)
        await agency.subscribe(quick.url)
        for _ in range(5):
            await happen(gateway)
        while await deliverer.begin():
            pass

        async def all_served() -> bool:
            await deliverer.begin()
            return await arrived(quick, 5)

        await eventually(all_served, 5)
        assert len(slow.received) <= 2
        await deliverer._stop()
    async with gateway.sessions() as session:
        leased = select(func.count()).select_from(Delivery).where(Delivery.leased_until.is_not(None))
        assert await session.scalar(leased) == 0


async def test_a_receiver_that_does_not_answer_in_time(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving(pause=60) as place, delivering(gateway, webhook_timeout_seconds=0.2) as hasty:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        await work(hasty)
        (one,) = await agency.deliveries(webhook)
        told = (await agency.ask("GET", f"/{webhook['id']}/deliveries/{one['id']}")).json()
    assert [(a["status"], a["error"]) for a in told["attempts"]] == [(None, "timeout")]


async def test_two_processes_send_each_delivery_once(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving() as place, delivering(gateway) as one, delivering(gateway) as other:
        webhook = await agency.subscribe(place.url)
        happened = [await happen(gateway) for _ in range(12)]
        running = [asyncio.create_task(deliverer.run()) for deliverer in (one, other)]

        async def all_delivered() -> bool:
            return len(await agency.deliveries(webhook, state="delivered")) == 12

        await eventually(all_delivered, 10)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert sorted(place.ids) == sorted(str(envelope.id) for envelope in happened)
