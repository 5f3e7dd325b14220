"""The last reports of 30 June are on their way at midnight: who filed in time is not listed a moment later."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from shared import audit
from shared.clock import STATUTORY_ZONE, statutory_date
from shared.inbox import SweepContext
from svc_credit_registry.listing.annual_listing import handlers as annual
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk

MIDNIGHT = datetime.combine(date(2025, 7, 1), time(), STATUTORY_ZONE)


async def swept(desk: Desk, at: datetime) -> int:
    """A sweep of that moment; how many enterprises it looked at."""
    async with desk.world.client.sessions() as session, session.begin():
        return await annual.list_unreported(session, SweepContext(desk.world.client.runtime, at, statutory_date(at)))


async def test_a_report_that_is_being_published_at_midnight_keeps_from_the_list(desk: Desk) -> None:
    code, silent = await desk.enterprise(), await desk.enterprise()
    filed = MIDNIGHT - timedelta(seconds=1)
    item = records.Item(
        code=code, kind=RecordKind.ANNUAL_REPORT, key="2024", producer=code, provider=code, basis="测试",
        content={"year": 2024, "filed_on": "2025-06-30"}, produced_on=filed.date(), effective_from=filed.date(),
    )  # fmt: skip
    async with desk.world.client.sessions() as filing, filing.begin():
        await records.put(filing, audit.SYSTEM, item, filed)
        await swept(desk, MIDNIGHT + timedelta(seconds=30))
    while await swept(desk, MIDNIGHT + timedelta(minutes=30)):
        pass
    async with desk.world.client.sessions() as session:
        query = select(ListEntry.code).where(ListEntry.code.in_((code, silent)))
        assert list(await session.scalars(query)) == [silent]
