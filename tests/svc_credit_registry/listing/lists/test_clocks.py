"""What happens by itself: the listing on 1 July, the warning, the proposal after three years, the end of a term."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from shared import audit
from shared.audit import AuditRow
from svc_credit_registry.listing.annual_listing import handlers as annual
from svc_credit_registry.listing.annual_listing import service as annual_service
from svc_credit_registry.listing.annual_listing.models import AnnualListingRun
from svc_credit_registry.listing.escalation import handlers as clocks
from svc_credit_registry.listing.grounds.rules import ListKind, terms_on
from svc_credit_registry.listing.lists import service
from svc_credit_registry.listing.lists.models import ListDocument, ListEntry, ListStep
from svc_credit_registry.listing.lists.rules import Act, State
from svc_credit_registry.record.feed.models import PendingChange
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind, is_receipt
from tests.svc_credit_registry.listing.lists.desk import Desk, noon

FIRST_OF_JULY = date(2025, 7, 1)
AFTER = date(2028, 7, 3)  # the first of July 2028 is a Saturday: three years end on the Monday


async def entries(desk: Desk, *codes: str, ground: str | None = None) -> list[ListEntry]:
    async with desk.world.client.sessions() as session:
        query = select(ListEntry).where(ListEntry.code.in_(codes)).order_by(ListEntry.code, ListEntry.report_year)
        query = query.where(ListEntry.ground == ground) if ground else query
        return list((await session.scalars(query)).all())


async def test_on_the_first_of_july_who_did_not_report_is_listed(desk: Desk) -> None:
    silent, reported, late = [await desk.enterprise(region="421381") for _ in range(3)]
    young = await desk.enterprise(region="421381", established_on="2025-01-01")
    gone = await desk.enterprise(region="421381", status="revoked", ended_on="2023-05-04")
    await desk.report(reported, 2024, date(2025, 6, 30))
    assert await desk.sweep(annual.list_unreported, date(2025, 6, 30)) == 0
    assert await entries(desk, silent) == []
    assert await desk.sweep(annual.list_unreported, FIRST_OF_JULY) >= 5
    await desk.report(late, 2024, date(2025, 7, 2))

    found = await entries(desk, silent, reported, late, young, gone)
    assert [(e.code, e.state, e.report_year) for e in found] == [(silent, "listed", 2024), (late, "listed", 2024)]
    (entry, _) = found
    assert (entry.listed_on, entry.decide_from, entry.proposed_by) == (FIRST_OF_JULY, date(2025, 6, 30), "system")
    assert (entry.objection_until, entry.escalates_on) == (date(2025, 7, 31), AFTER)
    assert entry.warn_on == AFTER - timedelta(60)
    assert [e.document_item for e in found] == [1, 2]


async def test_each_has_a_recorded_decision_a_notice_an_item_and_a_change(desk: Desk) -> None:
    code = (await entries_of(desk, 2024))[0].code
    (entry,) = await entries(desk, code)
    document = await desk.get("/v1/list-documents", number=str(entry.document_number))
    assert (document["authority"], document["decided_on"], document["entries"]) == ("AMR-421381", "2025-07-01", 2)
    assert "第四条第一项" in document["article"]
    assert "2024年度报告" in document["facts"]
    named = (await desk.get("/v1/list-documents/entries", number=str(entry.document_number)))["items"]
    assert (named[0]["code"], named[0]["document_item"]) == (code, 1)
    (item,) = await desk.record(code, RecordKind.ABNORMAL_OPERATION)
    assert is_receipt(item.receipt)
    assert item.key == str(entry.id)
    assert item.content == {
        "ground": "no_annual_report", "ground_label": "未按照规定的期限公示年度报告", "listed_on": "2025-07-01",
        "decided_by": "AMR-421381", "decision_number": entry.document_number, "reason": entry.facts, "state": "listed",
    }  # fmt: skip
    (notice,) = (await desk.get("/v1/list-notices", desk.representative(code)))["items"]
    assert (notice["act"], notice["document_number"]) == ("list", entry.document_number)
    async with desk.world.client.sessions() as session:
        pending = select(func.count()).select_from(PendingChange).where(PendingChange.item_id == item.id)
        assert await session.scalar(pending) == 1
        act = (await session.scalars(select(AuditRow).where(AuditRow.object_id == "annual-listing-2024"))).first()
    assert act is not None
    assert act.after["entries"]


async def entries_of(desk: Desk, year: int) -> list[ListEntry]:
    async with desk.world.client.sessions() as session:
        query = select(ListEntry).where(ListEntry.report_year == year).order_by(ListEntry.code)
        return list((await session.scalars(query)).all())


async def test_a_day_later_it_looks_again_and_lists_nobody_twice(desk: Desk) -> None:
    before = len(await entries_of(desk, 2024))
    newly = await desk.enterprise(region="421381")
    assert await desk.sweep(annual.list_unreported, FIRST_OF_JULY) == 0
    assert await desk.sweep(annual.list_unreported, date(2025, 7, 2)) > 0
    found = await entries_of(desk, 2024)
    assert len(found) == before + 1
    (entry,) = await entries(desk, newly)
    assert (entry.listed_on, entry.document_item) == (date(2025, 7, 2), 3)
    assert await desk.sweep(annual.list_unreported, date(2025, 7, 15)) == 0, "the decisions were due on the 14th"
    runs = (await desk.get("/v1/annual-listing-runs", desk.officer()))["items"]
    assert [(r["year"], r["opens_on"], r["decide_by"], r["passes"]) for r in runs] == [
        (2024, "2025-07-01", "2025-07-14", 2)
    ]


class Cut(Exception):
    """The process is gone."""


async def test_a_run_that_is_cut_off_in_the_middle_ends_like_one_that_was_not(desk: Desk) -> None:
    region, year, day = "421302", 2025, date(2026, 7, 1)
    codes = [await desk.enterprise(region=region) for _ in range(7)]
    await desk.report(codes[3], year, date(2026, 3, 1))
    sessions = desk.world.client.sessions

    async def page(cut: bool = False) -> int:
        async with sessions() as session, session.begin():
            run = await annual_service.due_run(session, 2025, day)
            if run is None:
                return -1
            done = await annual_service.list_page(session, run, noon(day), 2)
            if cut:
                raise Cut
            return done

    cuts = 0
    while True:  # every page is done once and lost, then done again
        with pytest.raises(Cut):
            await page(cut=True)
        cuts += 1
        if await page() == 0:
            break
    assert cuts > 4
    interrupted = await picture(desk, year, codes)
    assert [code for code, *_ in interrupted["entries"]] == [code for code in codes if code != codes[3]]
    assert interrupted["documents"] == [6]

    async with sessions() as session, session.begin():  # all of it undone, then without a cut
        ids = select(ListEntry.id).where(ListEntry.report_year == year)
        keys = [str(i) for i in await session.scalars(ids)]
        await session.execute(delete(RecordItem).where(RecordItem.key.in_(keys)))
        await session.execute(delete(ListStep).where(ListStep.entry_id.in_(ids)))
        await session.execute(delete(ListEntry).where(ListEntry.report_year == year))
        await session.execute(delete(ListDocument).where(ListDocument.number.contains("〔2026〕年报")))
        await session.execute(delete(AnnualListingRun).where(AnnualListingRun.year == year))
    while await page() > 0:
        pass
    assert await picture(desk, year, codes) == interrupted


async def picture(desk: Desk, year: int, codes: list[str]) -> dict[str, Any]:
    """All that a run leaves, without what is new each time."""
    async with desk.world.client.sessions() as session:
        entry = ListEntry
        columns = (entry.code, entry.number, entry.state, entry.listed_on, entry.document_number, entry.document_item)
        mine = (entry.report_year == year, entry.code.in_(codes))
        rows = (await session.execute(select(*columns).where(*mine).order_by(entry.code))).all()
        documents = select(ListDocument.entries).where(ListDocument.number == rows[0].document_number)
        steps = select(func.count()).where(ListStep.code.in_(codes))
        items = select(RecordItem.code, RecordItem.content).where(
            RecordItem.kind == RecordKind.ABNORMAL_OPERATION, RecordItem.code.in_(codes)
        )
        return {
            "entries": [tuple(row) for row in rows],
            "documents": list(await session.scalars(documents)),
            "steps": await session.scalar(steps),
            "items": sorted((code, str(content)) for code, content in await session.execute(items)),
        }


async def test_sixty_days_before_three_years_the_enterprise_is_warned(desk: Desk) -> None:
    (entry, *_) = await entries_of(desk, 2024)
    assert entry.warn_on is not None
    assert await desk.sweep(clocks.warn, entry.warn_on - timedelta(1)) == 0
    assert await desk.sweep(clocks.warn, entry.warn_on) > 0
    assert await desk.sweep(clocks.warn, entry.warn_on) == 0, "once is enough"
    (warned, *_) = await entries(desk, entry.code)
    assert warned.warned_on == entry.warn_on
    notices = (await desk.get("/v1/list-notices", desk.representative(entry.code)))["items"]
    assert notices[0]["act"] == "warn"
    assert "2028-07-03" in notices[0]["note"]
    assert (await desk.get(f"/v1/list-entries/{entry.id}"))["warned_on"] == entry.warn_on.isoformat()


async def test_after_three_years_the_province_is_proposed_to(desk: Desk) -> None:
    (entry, *_) = await entries_of(desk, 2024)
    assert await desk.sweep(clocks.escalate, AFTER) == 0, "the last day still belongs to the enterprise"
    assert await desk.sweep(clocks.escalate, AFTER + timedelta(1)) > 0
    assert await desk.sweep(clocks.escalate, AFTER + timedelta(1)) == 0
    (proposal,) = await entries(desk, entry.code, ground="three_years_abnormal")
    assert (proposal.list, proposal.state, proposal.region) == ("serious", "proposed", "420000")
    assert (proposal.escalated_from, proposal.due_node) == (entry.id, "decision")
    assert await desk.record(entry.code, RecordKind.SERIOUS_VIOLATION) == [], "nothing is listed without a decision"
    queue = (await desk.get("/v1/list-entries/queue", desk.officer("420000"), list="serious"))["items"]
    assert entry.code in [e["code"] for e in queue]
    notices = (await desk.get("/v1/list-notices", desk.representative(entry.code)))["items"]
    assert [n["act"] for n in notices][:2] == ["escalate", "propose"]


async def test_who_has_left_the_abnormal_list_is_not_listed_for_its_three_years(desk: Desk) -> None:
    (entry, *_) = await entries_of(desk, 2024)
    (proposal,) = await entries(desk, entry.code, ground="three_years_abnormal")
    async with desk.world.client.sessions() as session, session.begin():
        standing = await session.get_one(ListEntry, entry.id)
        done = service.Done(Act.REMOVE, "officer", None, AFTER, "已补报")
        await service.take_off(session, standing, done, "已补报", noon(AFTER))
    path, us = f"/v1/list-entries/{proposal.id}", desk.representative(entry.code)
    stated = await desk.ok(f"{path}/statement", us, {"statement": "已补报并移出", "waived": True})
    body = {"outcome": "listed", "reason": "届满三年"}
    refused = await desk.refused(f"{path}/decision", desk.officer("420000"), body, stated["version"])
    assert refused == (409, "ground_gone")
    body["outcome"] = "not_listed"
    assert (await desk.ok(f"{path}/decision", desk.officer("420000"), body, stated["version"]))["state"] == "not_listed"


async def test_after_a_standstill_the_warning_comes_first_and_stands_its_days(desk: Desk) -> None:
    code = await desk.enterprise(region="420106")
    await listed_on(desk, code, date(2020, 3, 2))
    late = date(2024, 5, 6)
    assert await desk.sweep(clocks.escalate, late) == 0
    await desk.sweep(clocks.warn, late)
    assert await desk.sweep(clocks.escalate, late + timedelta(60)) == 0
    assert await desk.sweep(clocks.escalate, late + timedelta(61)) == 1


async def test_an_entry_on_the_serious_list_ends_with_its_term(desk: Desk) -> None:
    code = await desk.enterprise(region="420106")
    entry_id = await listed_on(desk, code, date(2022, 2, 28), serious=True)
    (entry,) = await entries(desk, code)
    assert entry.expires_on == date(2025, 2, 28)
    assert await desk.sweep(clocks.expire, date(2025, 2, 28)) == 0
    assert await desk.sweep(clocks.expire, date(2025, 3, 1)) == 1
    (ended,) = await entries(desk, code)
    assert (ended.state, ended.ended_on) == (State.EXPIRED, date(2025, 3, 1))
    assert "期移" in str(ended.end_document_number)
    assert await desk.record(code, RecordKind.SERIOUS_VIOLATION) == []
    assert await desk.status(f"/v1/list-entries/{entry_id}") == 404
    assert await desk.sweep(clocks.expire, date(2025, 3, 1)) == 0


async def test_dates_on_unpublished_days_off_are_computed_anew(desk: Desk) -> None:
    code = await desk.enterprise(region="420106")
    entry_id = await listed_on(desk, code, date(2026, 12, 24))
    async with desk.world.client.sessions() as session, session.begin():
        entry = await session.get_one(ListEntry, entry_id)
        assert entry.provisional
        right, entry.objection_until = entry.objection_until, date(2027, 1, 1)
    await desk.sweep(clocks.recompute, date(2026, 12, 25))
    (entry,) = await entries(desk, code)
    assert entry.objection_until == right
    assert entry.provisional
    history = await desk.get(f"/v1/list-entries/{entry_id}/history", desk.representative(code))
    assert history["items"][-1]["act"] == "recompute"
    assert "2027-01-01" in history["items"][-1]["note"]


async def test_the_many_whose_three_years_are_uncertain_hold_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "AT_ONCE", 2)
    codes = [await desk.enterprise(region="420106") for _ in range(5)]
    for code in codes:
        await listed_on(desk, code, date(2026, 12, 24))
    async with desk.world.client.sessions() as session, session.begin():
        moved = update(ListEntry).where(ListEntry.code.in_(codes)).values(escalates_on=date(2029, 12, 20))
        await session.execute(moved)
    await desk.sweep(clocks.recompute, date(2026, 12, 25))
    assert {entry.escalates_on for entry in await entries(desk, *codes)} == {date(2029, 12, 24)}
    (last,) = (await desk.get("/v1/list-entries/mine", desk.representative(codes[-1])))["items"]
    history = await desk.get(f"/v1/list-entries/{last['id']}/history", desk.representative(codes[-1]))
    assert [step["act"] for step in history["items"]].count("recompute") == 1


async def listed_on(desk: Desk, code: str, day: date, *, serious: bool = False) -> uuid.UUID:
    """An entry as an officer's decision of `day` would have left it."""
    kind = ListKind.SERIOUS if serious else ListKind.ABNORMAL
    async with desk.world.client.sessions() as session, session.begin():
        entry = ListEntry(
            number=f"T{uuid.uuid4().hex[:12]}", list=kind, code=code, name="x",
            ground="food_safety" if serious else "unreachable", region="420106", state=State.PROPOSED,
            terms_version=terms_on(kind, day).version, facts="测试",
            proposed_by="test", proposed_on=day, decide_from=day, decided_on=day, document_item=1,
        )  # fmt: skip
        session.add(entry)
        await session.flush()
        done = service.Done(Act.LIST, "officer", None, day, "测试")
        document = await service.write_document(session, entry, done)
        entry.document_number = document.number
        await service.put_on_list(session, entry, day)
        await service.move(session, entry, done)
        await service.put_on_record(session, audit.SYSTEM, entry, document, noon(day))
        return entry.id
