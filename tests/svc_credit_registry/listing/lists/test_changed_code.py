"""An enterprise whose code was changed is the same one: what it reported before counts, and it stays listed."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from shared.clock import today
from svc_credit_registry.listing.annual_listing import handlers as annual
from svc_credit_registry.listing.escalation import handlers as clocks
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseSuccessor
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, grave, listed


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


async def closed(desk: Desk, code: str) -> None:
    async with desk.world.client.sessions() as session, session.begin():
        enterprise = await session.get_one(Enterprise, code)
        enterprise.status, enterprise.ended_on = "cancelled", today()


async def test_nobody_leaves_a_list_by_a_new_code(desk: Desk) -> None:
    old, gone = [await desk.enterprise() for _ in range(2)]
    changed, merged = [await desk.enterprise() for _ in range(2)]
    entry, other = [await listed(desk, code, today()) for code in (old, gone)]
    proposed = await desk.ok("/v1/list-entries", desk.officer(), grave(old, today()))
    for before, after, reason in ((old, changed, "code_changed"), (gone, merged, "merged")):
        await closed(desk, before)
        await went_on(desk, before, after, reason)
    assert await desk.sweep(clocks.go_on, today()) == 2
    assert [e["id"] for e in (await desk.get("/v1/list-entries", code=changed))["items"]] == [entry["id"]]
    assert [e["id"] for e in (await desk.get("/v1/list-entries", code=gone))["items"]] == [other["id"]]
    assert await desk.record(old, RecordKind.ABNORMAL_OPERATION) == []
    assert len(await desk.record(changed, RecordKind.ABNORMAL_OPERATION)) == 1
    us = desk.representative(changed)
    mine = (await desk.get("/v1/list-entries/mine", us))["items"]
    assert {e["id"] for e in mine} == {entry["id"], proposed["id"]}
    assert {n["act"] for n in (await desk.get("/v1/list-notices", us))["items"]} == {"remark"}
    asked = await desk.ok(f"/v1/list-entries/{entry['id']}/removals", us, {"cure": "已恢复联系"})
    found = {"cured": True, "findings": "现场核实，可以联系"}
    cured = await desk.ok(f"/v1/list-removals/{asked['id']}/verification", desk.officer(), found, asked["version"])
    granted = {"outcome": "granted", "reason": "准予移出"}
    await desk.ok(f"/v1/list-removals/{asked['id']}/decision", desk.officer(), granted, cured["version"])
    assert await desk.record(changed, RecordKind.ABNORMAL_OPERATION) == []


async def unreported(desk: Desk, day: date, *codes: str) -> list[str]:
    """Who of these is listed for the report of 2025 when that day is over."""
    for _ in range(2):  # the run of the year before may still have to end
        await desk.sweep(annual.list_unreported, day)
    await desk.sweep(clocks.go_on, day)
    async with desk.world.client.sessions() as session:
        query = select(ListEntry.code).where(ListEntry.code.in_(codes), ListEntry.report_year == 2025)
        return list(await session.scalars(query))


async def test_who_was_listed_under_the_code_before_is_not_listed_again(desk: Desk) -> None:
    old = await desk.enterprise()
    assert await unreported(desk, date(2026, 7, 3), old) == [old]
    changed = await desk.enterprise()
    await closed(desk, old)
    await went_on(desk, old, changed, "code_changed")
    assert await unreported(desk, date(2026, 7, 4), old, changed) == [changed]
