"""Subscriptions of agencies and what is delivered to them, verified by an independent receiver."""

import asyncio
import contextlib
import ssl
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select, update
from standardwebhooks import WebhookVerificationError

from gateway.webhooks import addresses
from gateway.webhooks.deliverer import Deliverer, targets_of
from gateway.webhooks.handlers import forget_old
from gateway.webhooks.models import Delivery, Webhook, WebhookHealth
from gateway.webhooks.rules import Address, Targets
from gateway.webhooks.sender import Message, Sender
from gateway.webhooks.signing import new_keys
from gateway.worker import WORK
from shared import audit
from shared.clock import now, today
from shared.consumer import deliver
from shared.events.envelope import Envelope
from shared.inbox import Outcome, SweepContext, subscriptions
from tests.gateway.place import eventually
from tests.gateway.receiver import Receiver, make_certificates, receiving
from tests.support.apps import ServiceClient, running_service
from tests.support.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_gateway(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceClient]:
    """One gateway for this file; each test is another agency."""
    folder = tmp_path_factory.mktemp("gateway")
    ways = {"inline_worker": False, "probe_seconds": 0, "access_log": False, "rate_per_minute": 0}
    local = {"webhook_http": True, "webhook_allowed_networks": ["127.0.0.0/8"], "webhook_ports": list(range(65536))}
    async with running_service(servers, "gateway", folder, **ways, **local) as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(shared_gateway: ServiceClient) -> AsyncIterator[ServiceClient]:
    """It holds no subscriptions of other tests."""
    yield shared_gateway
    async with shared_gateway.sessions() as session, session.begin():
        await session.execute(delete(Webhook))


@pytest.fixture
def agency(gateway: ServiceClient, bearer: Bearer) -> Agency:
    return agency_of(gateway, bearer)


def agency_of(gateway: ServiceClient, bearer: Bearer, client: str | None = None, **claims: Any) -> Agency:
    client = client or f"agency-{uuid.uuid4().hex[:8]}"
    given: dict[str, Any] = {"aud": "gateway", "sub": client, "client_id": client, "kind": "system"}
    return Agency(gateway, client, bearer(**(given | {"permissions": [MANAGE]} | claims)))


@pytest_asyncio.fixture(loop_scope="module")
async def deliverer(gateway: ServiceClient) -> AsyncIterator[Deliverer]:
    async with delivering(gateway) as one:
        yield one


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
    assert nothing.json() == {"replayed": 0, "more": False}
    assert answer.json() == {"replayed": 3, "more": False}
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


async def test_without_the_setting_this_machine_is_not_called(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        async with delivering(gateway, webhook_allowed_networks=[]) as strict:
            await work(strict)
        (one,) = await agency.deliveries(webhook)
        told = (await agency.ask("GET", f"/{webhook['id']}/deliveries/{one['id']}")).json()
    assert [a["error"] for a in told["attempts"]] == ["address_refused"]
    assert place.received == []


class Names:
    """A name service that answers what a test says, one answer after another."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = [[ip_address(each) for each in answer] for answer in answers]
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        return self.answers.pop(0)


async def test_a_name_that_changes_its_mind_leads_nowhere(gateway: ServiceClient) -> None:
    names = Names(["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"])
    settings: Any = gateway.settings
    async with receiving() as place:
        message = Message("id", f"http://receiver.example:{place.port}/", b"{}", [new_keys()])
        strict = Sender(settings, Targets(ports=frozenset({443})), names)
        errors = [(await strict.send(message, datetime.now(UTC))).error for _ in range(4)]
        open_ = Sender(settings, Targets(ports=frozenset(), allowed=(ip_network("127.0.0.0/8"),)), names)
        reached = await open_.send(message, datetime.now(UTC))
        await strict.close()
        await open_.close()
    assert errors == ["address_refused"] * 4
    assert (reached.status, names.asked) == (204, ["receiver.example"] * 5)
    assert [request.get("host") for request in place.received] == [f"receiver.example:{place.port}"]


async def test_a_try_that_cannot_even_be_made_is_noted(gateway: ServiceClient) -> None:
    settings: Any = gateway.settings
    sender = Sender(settings, targets_of(settings))
    answers = [
        await sender.send(Message("id", url, b"{}", [new_keys()]), datetime.now(UTC))
        for url in ("gopher://127.0.0.1/", "http://a..b/", "http://127.0.0.1:1/")
    ]
    await sender.close()
    assert [answer.error for answer in answers] == ["not_sent", "name_not_found", "connection_failed"]


async def test_addresses_of_this_machine_are_known() -> None:
    assert [addresses.is_own(ip_address(one)) for one in ("127.0.0.1", "8.8.8.8", "2400:3200::1")] == [
        True,
        False,
        False,
    ]
    found = await addresses.resolve("localhost", 443)
    assert ip_address("127.0.0.1") in found
    assert list(await addresses.resolve("0x7f.1", 443)) == [ip_address("127.0.0.1")]
    with pytest.raises(addresses.NameNotFound):
        await addresses.resolve("no-such-name.invalid", 443)


async def test_the_certificate_is_checked_for_the_name(gateway: ServiceClient, tmp_path: Path) -> None:
    authority = make_certificates(tmp_path, "receiver.example")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    targets = Targets(ports=frozenset({443}), allowed=(ip_network("127.0.0.0/8"),))
    names = Names(["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"])
    trusting: Any = gateway.settings.model_copy(update={"webhook_ca_file": str(authority)})
    told = []
    async with receiving(tls) as place:
        for settings, host in ((trusting, "receiver"), (trusting, "other"), (gateway.settings, "receiver")):
            sender = Sender(settings, targets, names)  # type: ignore[arg-type]
            message = Message("id", f"https://{host}.example:{place.port}/", b"{}", [new_keys()])
            answer = await sender.send(message, datetime.now(UTC))
            told.append((answer.status, answer.error))
            await sender.close()
    assert told == [(204, None), (None, "tls_failed"), (None, "tls_failed")]
    assert [request.get("host") for request in place.received] == [f"receiver.example:{place.port}"]


async def test_a_delivery_that_its_process_did_not_finish_is_sent_again(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving(pause=60) as place, delivering(gateway) as dying, delivering(gateway) as heir:
        webhook = await agency.subscribe(place.url)
        envelope = await happen(gateway)
        assert await dying.begin()
        (task,) = dying._going
        await eventually(lambda: arrived(place, 1), 5)
        assert not await heir.begin()
        task.cancel()  # its end is noted nowhere
        place.pause = 0
        await time_passes(gateway)
        await work(heir)
        (one,) = await agency.deliveries(webhook)
    assert place.ids == [str(envelope.id)] * 2
    assert one["state"] == "delivered"


async def test_a_test_event_is_delivered_like_any_other(agency: Agency, deliverer: Deliverer) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        answer = await agency.ask("POST", f"/{webhook['id']}/test-deliveries")
        await work(deliverer)
        assert place.verified(webhook["secret"])["type"] == "gateway.webhook.tested.v1"
        await agency.ask("POST", f"/{webhook['id']}/pause")
        resting = await agency.ask("POST", f"/{webhook['id']}/test-deliveries")
    assert answer.status_code == 202
    assert (resting.status_code, resting.json()["code"]) == (409, "webhook_not_active")


async def test_what_is_due_waits_during_a_pause(gateway: ServiceClient, agency: Agency, deliverer: Deliverer) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        assert (await agency.ask("POST", f"/{webhook['id']}/pause")).json()["state"] == "paused"
        await happen(gateway)
        await work(deliverer)
        assert place.received == []
        await agency.ask("POST", f"/{webhook['id']}/resumption")
        await work(deliverer)
    assert len(place.received) == 1


async def test_changing_needs_the_version(agency: Agency) -> None:
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    path = f"/{webhook['id']}"
    assert (await agency.ask("PATCH", path, json={"name": "新"})).status_code == 428
    stale = await agency.ask("PATCH", path, json={"name": "新"}, headers={"If-Match": '"7"'})
    tag = (await agency.ask("GET", path)).headers["etag"]
    assert (await agency.ask("GET", path, headers={"If-None-Match": tag})).status_code == 304
    done = await agency.ask("PATCH", path, json={"name": "新", "regions": ["421303"]}, headers={"If-Match": tag})
    unfit = await agency.ask(
        "PATCH", path, json={"event_types": [LICENSED]}, headers={"If-Match": done.headers["etag"]}
    )
    assert stale.status_code == 412
    assert (done.status_code, done.json()["name"], done.json()["regions"]) == (200, "新", ["421303"])
    assert unfit.json()["errors"][0]["code"] == "no_region"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "http://10.0.0.1/"}, "host_refused"),
        ({"url": "http://user@127.0.0.1/"}, "credentials_in_url"),
        ({"event_types": ["complaints.complaint.received.v1"]}, "event_type_unknown"),
        ({"event_types": ["sso.account.opened.v1"]}, "event_type_unknown"),
        ({"regions": ["999999"]}, "region_unknown"),
        ({"event_types": [LICENSED], "regions": ["421303"]}, "no_region"),
        ({"surprise": 1}, "extra_forbidden"),
    ],
)
async def test_subscriptions_that_are_refused(agency: Agency, change: dict[str, Any], code: str) -> None:
    body = {"name": "x", "url": "http://127.0.0.1:9/", "event_types": [REGISTERED]} | change
    answer = await agency.ask("POST", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_others_find_nothing(gateway: ServiceClient, agency: Agency, bearer: Bearer) -> None:
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    test = await agency.ask("POST", f"/{webhook['id']}/test-deliveries")
    stranger = agency_of(gateway, bearer)
    mine = await stranger.subscribe("http://127.0.0.1:9/")
    path, delivery = f"/{webhook['id']}", f"/deliveries/{test.json()['id']}"
    calls = [
        ("GET", path), ("PATCH", path), ("DELETE", path), ("POST", f"{path}/pause"), ("POST", f"{path}/resumption"),
        ("POST", f"{path}/secret-rotation"), ("POST", f"{path}/test-deliveries"), ("GET", f"{path}/deliveries"),
        ("GET", path + delivery), ("POST", f"{path}{delivery}/replay"), ("POST", f"{path}/replays"),
        ("GET", f"/{mine['id']}{delivery}"), ("POST", f"/{mine['id']}{delivery}/replay"),
    ]  # fmt: skip
    for method, target in calls:
        content: dict[str, Any] = {"headers": {"If-Match": '"1"'}}
        if method == "PATCH":
            content["json"] = {}
        if target.endswith("/replays"):
            content["json"] = {"since": "2026-01-01T00:00:00Z"}
        answer = await stranger.ask(method, target, **content)
        assert answer.status_code == 404, (method, target, answer.text)
    listed = (await stranger.ask("GET")).json()["items"]
    assert [one["id"] for one in listed] == [mine["id"]]


async def test_who_may_subscribe(gateway: ServiceClient, bearer: Bearer) -> None:
    assert (await gateway.get(WEBHOOKS)).status_code == 401
    assert (await agency_of(gateway, bearer, permissions=[]).ask("GET")).status_code == 403
    assert (await agency_of(gateway, bearer, aud="services").ask("GET")).status_code == 401
    person = await agency_of(gateway, bearer, kind="person").ask("GET")
    assert (person.status_code, person.json()["code"]) == (403, "not_an_agency")


async def test_a_deleted_subscription_is_gone_with_what_it_had(agency: Agency, deliverer: Deliverer) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        await agency.ask("POST", f"/{webhook['id']}/test-deliveries")
        assert (await agency.ask("DELETE", f"/{webhook['id']}")).status_code == 204
        await work(deliverer)
    assert place.received == []
    assert (await agency.ask("GET", f"/{webhook['id']}")).status_code == 404


async def test_deliveries_are_listed_by_page_and_forgotten_in_time(
    gateway: ServiceClient, agency: Agency, deliverer: Deliverer
) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        happened = [await happen(gateway) for _ in range(5)]
        await work(deliverer)
    path = f"/{webhook['id']}/deliveries"
    first = (await agency.ask("GET", path, params={"limit": 3, "count": "exact"})).json()
    second = (await agency.ask("GET", path, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    listed = [one["event_id"] for one in first["items"] + second["items"]]
    assert (first["count"], second["next_cursor"]) == (5, None)
    assert sorted(listed) == sorted(str(envelope.id) for envelope in happened)
    async with gateway.sessions() as session, session.begin():
        old = update(Delivery).where(Delivery.event_id == happened[0].id)
        await session.execute(old.values(created_at=now() - timedelta(days=31)))
        await forget_old(session, SweepContext(gateway.runtime, now(), today()))
    assert str(happened[0].id) not in {one["event_id"] for one in await agency.deliveries(webhook)}
    assert len(await agency.deliveries(webhook)) == 4


async def test_there_is_an_end_to_subscriptions(agency: Agency) -> None:
    for _ in range(20):
        await agency.subscribe("http://127.0.0.1:9/")
    body = {"name": "x", "url": "http://127.0.0.1:9/", "event_types": [REGISTERED]}
    refused = await agency.ask("POST", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")


async def test_everyone_may_read_what_is_offered(gateway: ServiceClient) -> None:
    answer = await gateway.get("/api/hub/v1/event-types", headers={"Accept-Language": "en"})
    offered = {one["type"]: one for one in answer.json()["items"]}
    assert "legal_representative_name" not in offered[REGISTERED]["fields"]
    assert offered[REGISTERED]["has_region"] is True
    assert not [type_ for type_ in offered if type_.startswith(("sso.", "audit."))]
