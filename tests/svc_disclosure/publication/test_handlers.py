"""A registration becomes public by itself, once."""

import asyncio
import time
import uuid
from datetime import date

import pytest
from sqlalchemy import func, select, text

from shared import inbox
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.events.envelope import Envelope
from shared.inbox import HandlerContext
from svc_disclosure.articles.models import Article, ArticleDecision
from svc_disclosure.main import SERVICE
from svc_disclosure.publication.handlers import publish_registration
from tests.svc_disclosure.conftest import Office

EVENT = EnterpriseRegisteredV1(
    code="91421303MA00000001",
    name="随州市曾都区晨星商贸有限公司",
    region="421303",
    industry_code="5211",
    organisation_form="limited_company",
    established_on=date(2026, 3, 2),
    registered_on=date(2026, 3, 3),
    legal_representative_name="王某某",
)


def envelope(event: EnterpriseRegisteredV1 = EVENT, sequence: int = 1) -> Envelope:
    return Envelope(
        id=uuid.uuid4(),
        type=event.TYPE,
        source="/credit_registry",
        subject=event.code,
        time="2026-03-03T01:00:00Z",
        sequence=sequence,
        data=event.model_dump(mode="json"),
    )


async def apply(office: Office, message: Envelope) -> inbox.Outcome:
    (subscription,) = inbox.subscriptions("disclosure", SERVICE.work.handlers)
    async with office.client.sessions() as session, session.begin():
        return await inbox.apply(session, subscription, message, office.client.runtime)


async def test_a_registration_is_published_with_review_index_number_and_facts(office: Office) -> None:
    assert await apply(office, envelope()) is inbox.Outcome.APPLIED
    (item,) = (await office.anyone.get("/v1/articles?column=new-registrations")).json()["items"]
    assert item["title"] == "企业设立登记:随州市曾都区晨星商贸有限公司"
    assert item["index_number"] == f"421303-{item['published_on'][:4]}-000001"
    assert item["producer"] == "曾都区市场监督管理局"
    assert item["facts"]["code"] == EVENT.code
    assert item["facts"]["established_on"] == "2026-03-02"
    article = (await office.anyone.get(f"/v1/articles/{item['id']}")).json()
    assert EVENT.legal_representative_name not in str(article)
    async with office.client.sessions() as session:
        (decision,) = (await session.scalars(select(ArticleDecision))).all()
    assert (decision.step, decision.automatic, decision.decided_by) == ("secrecy_review", True, "system")
    assert "《企业信息公示暂行条例》第六条" in decision.basis


async def test_the_same_delivery_twice_publishes_once(office: Office) -> None:
    message = envelope()
    assert await apply(office, message) is inbox.Outcome.APPLIED
    assert await apply(office, message) is inbox.Outcome.DUPLICATE
    assert await count(office) == 1


async def test_another_event_about_the_same_enterprise_publishes_nothing_more(office: Office) -> None:
    await apply(office, envelope())
    assert await apply(office, envelope(sequence=2)) is inbox.Outcome.APPLIED
    assert await count(office) == 1


async def test_two_handlers_at_once_publish_once(office: Office) -> None:
    message = envelope()
    outcomes = await asyncio.gather(*(apply(office, message) for _ in range(3)))
    assert sorted(outcomes) == ["applied", "duplicate", "duplicate"]
    assert await count(office) == 1


async def test_a_region_that_is_not_known_does_not_hold_up_the_registration(office: Office) -> None:
    await apply(office, envelope(EVENT.model_copy(update={"region": "999999"})))
    (item,) = (await office.anyone.get("/v1/articles?q=晨星")).json()["items"]
    assert item["producer"] == "999999市场监督管理局"


@pytest.mark.alone
async def test_a_registration_reaches_the_column_over_the_broker_within_seconds(office: Office) -> None:
    runtime = office.client.runtime
    message = envelope()
    await asyncio.wait_for(runtime.bus.connected.wait(), 20)
    await runtime.bus.publish(message)
    assert await counted(office, 1, within=20)


async def test_a_handler_that_fails_leaves_nothing_behind(office: Office) -> None:
    async with office.client.sessions() as session:
        await publish_registration.run(session, EVENT, HandlerContext(office.client.runtime, envelope()))
        await session.rollback()
    assert await count(office) == 0
    async with office.client.sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM index_series")) == 0


async def count(office: Office) -> int:
    async with office.client.sessions() as session:
        return await session.scalar(select(func.count()).select_from(Article)) or 0


async def counted(office: Office, wanted: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if await count(office) == wanted:
            return True
        await asyncio.sleep(0.05)
    return False
