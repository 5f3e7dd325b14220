"""Real services behind two gateways: what a decision or a publication changes is seen within two seconds."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.bus import Bus
from shared.events.complaints import ComplaintPublishedV1
from shared.events.envelope import Envelope, Event
from shared.events.services import ApplicationDecidedV1, EnterpriseFacts
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.support.apps import ServiceClient
from tests.support.servers import Servers
from tests.svc_complaints.neighbours import listening
from tests.svc_disclosure.conftest import DRAFT, PASSED

PROMISE = 2.0
ENTERPRISES = "/api/credit-registry/v1/enterprises"
ARTICLES = "/api/disclosure/v1/articles"
NAME = "随州青禾商贸有限公司"


@dataclass
class World:
    """Two gateways before the same services; `tell` publishes events of services that do not run here."""

    one: httpx.AsyncClient
    two: httpx.AsyncClient
    bus: Bus

    async def tell(self, event: Event, source: str) -> None:
        envelope = Envelope(
            id=uuid.uuid4(), type=event.TYPE, source=f"/{source}", subject=event.aggregate_id,
            time="2026-11-23T08:00:00Z", sequence=1, data=event.model_dump(mode="json"),
        )  # fmt: skip
        await self.bus.publish(envelope)

    async def both(self, path: str) -> list[Any]:
        """What both gateways answer, asked so often that they answer out of the cache."""
        answers = []
        for client in (self.one, self.two):
            for _ in range(3):
                answers.append(await client.get(path))
        assert {answer.status_code for answer in answers} == {200}
        return [answer.json() for answer in answers]


@pytest.fixture
async def world(
    service_app: Callable[..., Awaitable[ServiceClient]],
    start_gateway: StartGateway,
    gateways: list[Any],
    servers: Servers,
) -> AsyncIterator[World]:
    prefix = f"t{uuid.uuid4().hex[:10]}"
    async with contextlib.AsyncExitStack() as stack:
        registry = await service_app("credit-registry", nats_prefix=prefix)
        disclosure = await service_app("disclosure", nats_prefix=prefix)
        urls = {
            "credit-registry": await stack.enter_async_context(listening(registry.app)),
            "disclosure": await stack.enter_async_context(listening(disclosure.app)),
        }
        ports = [await start_gateway(urls, nats_prefix=prefix) for _ in range(2)]
        bus = Bus(servers.nats_url, None, "services", prefix)
        await bus.start()
        await bus.connected.wait()
        stack.push_async_callback(bus.stop)

        async def heard() -> bool:
            caches = [gateway.plane.cache for gateway in gateways[-2:]]
            return all(cache.takes_part(name) for cache in caches for name in urls)

        await eventually(heard, 10)
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10))
            for port in ports
        ]
        yield World(clients[0], clients[1], bus)


async def test_from_a_decision_to_the_public_record(world: World) -> None:
    search = f"{ENTERPRISES}?q={NAME[2:4]}"
    assert [page["items"] for page in await world.both(search)] == [[]] * 6
    await world.tell(granted(), "services")

    async def found() -> bool:
        return all(page["items"] for page in await world.both(search))

    await eventually(found, PROMISE + 3)  # the registry has to enter it first
    code = (await world.both(search))[0]["items"][0]["code"]
    record, complaints = f"{ENTERPRISES}/{code}", f"{ENTERPRISES}/{code}/complaints"
    assert {page["name"] for page in await world.both(record)} == {NAME}
    assert [page["items"] for page in await world.both(complaints)] == [[]] * 6
    await world.tell(published(code), "complaints")

    async def stands() -> bool:
        return all(page["items"] for page in await world.both(complaints))

    await eventually(stands, PROMISE + 3)


async def test_what_is_published_and_withdrawn_is_so_at_both_gateways(
    world: World, bearer: Callable[..., dict[str, str]]
) -> None:
    """Written at one gateway: read there at once, and at the other within the promise."""

    async def act(right: str, path: str, body: object, etag: str | None = None) -> httpx.Response:
        who = {"sub": str(uuid.uuid4()), "kind": "staff", "unit": "AMR-421300", "region": "421300"}
        headers = bearer(aud="disclosure", permissions=[f"disclosure:articles:{right}"], **who)
        headers["Idempotency-Key"] = str(uuid.uuid4())
        headers |= {"If-Match": etag} if etag else {}
        answer = await world.one.post(ARTICLES + path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer

    listed = f"{ARTICLES}?column=notices"
    assert [page["items"] for page in await world.both(listed)] == [[]] * 6
    draft = await act("edit", "", DRAFT)
    at = f"/{draft.json()['id']}"
    reviewed = await act("review", f"{at}/secrecy-review", PASSED, draft.headers["etag"])
    approved = await act("approve", f"{at}/approval", {"outcome": "passed"}, reviewed.headers["etag"])
    public = await act("edit", f"{at}/publication", None, approved.headers["etag"])
    assert (await world.one.get(listed)).json()["items"]

    async def listed_there() -> bool:
        return bool((await world.two.get(listed)).json()["items"])

    await eventually(listed_there, PROMISE)
    assert {page["status"] for page in await world.both(ARTICLES + at)} == {"published"}
    reason = {"reason": "内容有误", "notice": "已撤回"}
    await act("approve", f"{at}/withdrawal", reason, public.headers["etag"])
    assert (await world.one.get(ARTICLES + at)).json()["status"] == "withdrawn"

    async def withdrawn_there() -> bool:
        article, page = await world.two.get(ARTICLES + at), await world.two.get(listed)
        return bool(article.json()["status"] == "withdrawn" and not page.json()["items"])

    await eventually(withdrawn_there, PROMISE)


def granted() -> ApplicationDecidedV1:
    today = date(2026, 11, 20)
    return ApplicationDecidedV1(
        application_id=uuid.uuid4(), number="SQ421303-20261120-000001", matter_code="MR-ENT-ESTABLISH",
        outcome="granted", decided_on=today, region="421303", unit="AMR-421303", applicant_id=uuid.uuid4(),
        enterprise=EnterpriseFacts(
            name=NAME, region="421303", organisation_form="有限公司", industry_code="F5132",
            registered_capital_yuan=Decimal(1_000_000), address="湖北省随州市曾都区烈山大道1号",
            business_scope="鞋帽批发", legal_representative_name="王强", established_on=today,
        ),
    )  # fmt: skip


def published(code: str) -> ComplaintPublishedV1:
    today = date(2026, 11, 21)
    return ComplaintPublishedV1(
        complaint_id=uuid.uuid4(), number="TS421303-20261121-000001", respondent_code=code, category="质量",
        product="鞋", summary="已调解", received_on=today, outcome="agreement", concluded_on=today, published_on=today,
    )  # fmt: skip
