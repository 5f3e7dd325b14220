"""A complaint on its whole way with the real registry: looked up over HTTP, its events over the broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.events.services import ApplicationDecidedV1, EnterpriseFacts
from svc_credit_registry.record.registration import service as registration
from tests.support.apps import ServiceClient
from tests.svc_complaints.neighbours import listening, neighbours
from tests.svc_complaints.world import World

PATIENCE = 15.0


@pytest.fixture
async def registry(service_app: Callable[..., Awaitable[ServiceClient]]) -> ServiceClient:
    return await service_app("credit-registry", nats_prefix=f"t{uuid.uuid4().hex[:10]}")


@pytest.fixture
async def joined(
    registry: ServiceClient,
    service_app: Callable[..., Awaitable[ServiceClient]],
    bearer: Callable[..., dict[str, str]],
) -> AsyncIterator[World]:
    """svc-complaints and the registry, on one broker."""
    async with neighbours() as known, listening(registry.app) as address:
        client = await service_app(
            "complaints",
            nats_prefix=registry.settings.nats_prefix,
            service_urls={"credit-registry": address, "sso": known.url},
            token_url=f"{known.url}/oauth2/token",
        )
        yield World(client, known, bearer)


async def test_from_the_counter_to_the_public_record_of_the_enterprise(joined: World, registry: ServiceClient) -> None:
    founder = joined.person(permissions=["services:applications:apply"])
    code = await founded(registry, founder.id)
    consumer, officer = joined.consumer(), joined.officer()
    done = await joined.concluded(consumer, officer, respondent_code=code)
    assert (done["respondent_name"], done["region"]) == ("随州青禾商贸有限公司", "421303")

    async def waived() -> bool:
        answer = await joined.post(founder, f"/complaints/{done['id']}/objection-waiver")
        return answer.status_code == 200

    await eventually(waived, "the representative is known from the registry's event")

    async def on_record() -> list[dict[str, Any]]:
        answer = await registry.get(f"/v1/enterprises/{code}/complaints")
        return list(answer.json()["items"])

    await eventually(on_record, "the complaint stands on the enterprise's record")
    (shown,) = await on_record()
    assert (shown["number"], shown["outcome"]) == (done["number"], "agreement")
    for private in ("李娜", "13812345678", consumer.id):
        assert private not in str(shown)


async def founded(registry: ServiceClient, applicant_id: str) -> str:
    """The code of an enterprise which the registry has just entered."""
    decided = ApplicationDecidedV1(
        application_id=uuid.uuid4(),
        number="SQ421303-20261120-000001",
        matter_code="MR-ENT-ESTABLISH",
        outcome="granted",
        decided_on=date(2026, 11, 20),
        region="421303",
        unit="AMR-421303",
        applicant_id=uuid.UUID(applicant_id),
        enterprise=EnterpriseFacts(
            name="随州青禾商贸有限公司",
            region="421303",
            organisation_form="有限公司",
            industry_code="F5132",
            registered_capital_yuan=Decimal(1_000_000),
            address="湖北省随州市曾都区烈山大道1号",
            business_scope="鞋帽批发",
            legal_representative_name="王强",
            established_on=date(2026, 11, 20),
        ),
    )
    async with registry.sessions() as session, session.begin():
        enterprise = await registration.apply_decision(session, decided)
        assert enterprise is not None
        return str(enterprise.code)


async def eventually(look: Callable[[], Awaitable[Any]], what: str) -> None:
    """Looks until it is so, or fails after a deadline."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not await look():
        assert asyncio.get_running_loop().time() < deadline, f"not within {PATIENCE} s: {what}"
        await asyncio.sleep(0.1)
