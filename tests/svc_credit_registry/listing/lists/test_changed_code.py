"""An enterprise whose code was changed is the same one: what it reported before counts."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from svc_credit_registry.listing.annual_listing import handlers as annual
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.record.enterprises.models import EnterpriseSuccessor
from tests.svc_credit_registry.listing.lists.desk import Desk


async def went_on(desk: Desk, old_code: str, new_code: str, reason: str) -> None:
    async with desk.world.client.sessions() as session, session.begin():
        session.add(
            EnterpriseSuccessor(
                old_code=old_code, new_code=new_code, reason=reason, since=date(2025, 5, 6), producer="AMR-421303",
                basis="测试", recorded_at=datetime(2025, 5, 6, tzinfo=UTC),
            )
        )  # fmt: skip


async def test_a_report_under_the_code_before_keeps_from_the_list(desk: Desk) -> None:
    old, gone = [await desk.enterprise(status="cancelled", ended_on="2025-05-06") for _ in range(2)]
    changed, merged = await desk.enterprise(), await desk.enterprise()
    for code in (old, gone):
        await desk.report(code, 2024, date(2025, 3, 3))
    await went_on(desk, old, changed, "code_changed")
    await went_on(desk, gone, merged, "merged")
    await desk.sweep(annual.list_unreported, date(2025, 7, 1))
    async with desk.world.client.sessions() as session:
        query = select(ListEntry.code).where(ListEntry.code.in_((changed, merged)), ListEntry.report_year == 2024)
        assert list(await session.scalars(query)) == [merged], "what another one reported is not its own"
    given = {
        "list": "abnormal", "ground": "no_annual_report", "code": changed, "facts": "未报2024年度报告",
        "verified_on": "2026-11-20", "report_year": 2024,
    }  # fmt: skip
    assert await desk.refused("/v1/list-entries", desk.officer(), given) == (409, "annual_report_filed")


async def test_a_report_counts_through_any_number_of_changes(desk: Desk) -> None:
    first, second = [await desk.enterprise(status="cancelled", ended_on="2025-05-06") for _ in range(2)]
    third = await desk.enterprise()
    await desk.report(first, 2025, date(2026, 3, 3))
    await went_on(desk, first, second, "code_changed")
    await went_on(desk, second, third, "code_changed")
    await desk.sweep(annual.list_unreported, date(2026, 7, 1))
    async with desk.world.client.sessions() as session:
        query = select(ListEntry.code).where(ListEntry.code == third, ListEntry.report_year == 2025)
        assert list(await session.scalars(query)) == []
    given = {
        "list": "abnormal", "ground": "no_annual_report", "code": third, "facts": "未报2025年度报告",
        "verified_on": "2026-11-20", "report_year": 2025,
    }  # fmt: skip
    assert await desk.refused("/v1/list-entries", desk.officer(), given) == (409, "annual_report_filed")
