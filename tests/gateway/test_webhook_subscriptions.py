"""Subscriptions of agencies: who may have one, how it is changed, what becomes of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.handlers import forget_old
from gateway.webhooks.models import Delivery
from shared.clock import now, today
from shared.inbox import SweepContext
from tests.gateway.receiver import receiving
from tests.gateway.subscribers import LICENSED, REGISTERED, WEBHOOKS, Agency, Bearer, agency_of, happen, work
from tests.support.apps import ServiceClient

pytestmark = pytest.mark.together


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


MANY = """
    INSERT INTO webhook_deliveries (webhook_id, event_id, event_type, aggregate, sequence, body, state, created_at)
    SELECT CAST(:webhook AS uuid), gen_random_uuid(), 'made', n, 1, '{}', 'delivered', now() - n * interval '1 ms'
    FROM generate_series(1, 20003) n
"""


async def test_more_than_one_call_replays_is_replayed_by_the_next(gateway: ServiceClient, agency: Agency) -> None:
    """Also when what the first call replayed is delivered by then."""
    webhook = await agency.subscribe("http://127.0.0.1:9/")
    async with gateway.sessions() as session, session.begin():
        await session.execute(text(MANY), {"webhook": webhook["id"]})
    since: str | None = (now() - timedelta(days=1)).isoformat()
    replayed: list[tuple[int, int | None]] = []
    while since is not None and len(replayed) < 5:
        asked = {"since": since, "state": "delivered"}
        told = (await agency.ask("POST", f"/{webhook['id']}/replays", json=asked)).json()
        assert told["more"] is (told["next_since"] is not None)
        async with gateway.sessions() as session, session.begin():
            waiting = update(Delivery).where(Delivery.state == "pending").values(state="delivered", tries=7)
            await session.execute(waiting)
            untouched = await session.scalar(select(func.count()).where(Delivery.tries == 0))
        replayed.append((told["replayed"], untouched))
        since = told["next_since"]
    assert replayed == [(10_000, 10_003), (10_000, 3), (3, 0)]


async def test_there_is_an_end_to_subscriptions(agency: Agency) -> None:
    for _ in range(18):
        await agency.subscribe("http://127.0.0.1:9/")
    body = {"name": "x", "url": "http://127.0.0.1:9/", "event_types": [REGISTERED]}
    answers = await asyncio.gather(*(agency.ask("POST", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "too_many_webhooks"}


async def test_everyone_may_read_what_is_offered(gateway: ServiceClient) -> None:
    answer = await gateway.get("/api/hub/v1/event-types", headers={"Accept-Language": "en"})
    offered = {one["type"]: one for one in answer.json()["items"]}
    assert "legal_representative_name" not in offered[REGISTERED]["fields"]
    assert offered[REGISTERED]["has_region"] is True
    assert not [type_ for type_ in offered if type_.startswith(("sso.", "audit."))]
