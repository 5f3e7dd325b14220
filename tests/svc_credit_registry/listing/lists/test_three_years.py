"""Three years on the abnormal list: who is proposed for the serious one, and who has done by then what was missing."""

import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from shared.clock import today
from svc_credit_registry.listing.escalation import handlers as clocks
from svc_credit_registry.listing.grounds.rules import ListKind, terms_on
from svc_credit_registry.listing.lists import service
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.rules import Act, State
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk, noon

LISTED = date(2020, 7, 1)
WARNED, AFTER = date(2023, 4, 1), date(2023, 7, 5)


async def listed_for_three_years(desk: Desk, code: str, ground: str, year: int | None = None) -> uuid.UUID:
    """An entry of July 2020 whose warning has stood its days."""
    async with desk.world.client.sessions() as session, session.begin():
        entry = ListEntry(
            number=f"T{uuid.uuid4().hex[:12]}", list=ListKind.ABNORMAL, code=code, name="x", ground=ground,
            report_year=year, region="421303", state=State.PROPOSED,
            terms_version=terms_on(ListKind.ABNORMAL, LISTED).version, facts="测试", proposed_by="test",
            proposed_on=LISTED, decide_from=LISTED, decided_on=LISTED, document_item=1,
        )  # fmt: skip
        session.add(entry)
        await session.flush()
        done = service.Done(Act.LIST, "officer", None, LISTED, "测试")
        entry.document_number = (await service.write_document(session, entry, done)).number
        await service.put_on_list(session, entry, LISTED)
        await service.move(session, entry, done)
        entry.warned_on = WARNED
        return entry.id


async def proposals(desk: Desk, code: str) -> list[ListEntry]:
    """The proposals for the serious list, the oldest first."""
    async with desk.world.client.sessions() as session:
        query = select(ListEntry).where(ListEntry.code == code, ListEntry.ground == "three_years_abnormal")
        return list((await session.scalars(query.order_by(ListEntry.id))).all())


async def decided(desk: Desk, entry: ListEntry, outcome: str) -> tuple[int, Any]:
    """The province decides on a proposal whose enterprise has waived its time."""
    path = f"/v1/list-entries/{entry.id}"
    stated = await desk.ok(f"{path}/statement", desk.representative(entry.code), {"waived": True})
    body = {"outcome": outcome, "reason": "届满三年"}
    answer = await desk.post(f"{path}/decision", desk.officer("420000"), body, stated["version"])
    return answer.status_code, answer.json()


async def test_who_has_published_the_missing_report_is_not_proposed(desk: Desk) -> None:
    code = await desk.enterprise()
    entry_id = await listed_for_three_years(desk, code, "no_annual_report", 2019)
    await desk.report(code, 2019, date(2023, 6, 1))
    await desk.sweep(clocks.escalate, AFTER)
    assert await proposals(desk, code) == []
    history = await desk.get(f"/v1/list-entries/{entry_id}/history", desk.representative(code))
    assert (history["items"][-1]["act"], "年度报告已经公示" in history["items"][-1]["note"]) == ("escalate", True)


async def test_who_publishes_it_before_the_decision_is_not_listed(desk: Desk) -> None:
    code = await desk.enterprise()
    await listed_for_three_years(desk, code, "no_annual_report", 2019)
    await desk.sweep(clocks.escalate, AFTER)
    (proposal,) = await proposals(desk, code)
    await desk.report(code, 2019, today())
    status, answer = await decided(desk, proposal, "listed")
    assert (status, answer["code"]) == (409, "annual_report_filed")
    assert await desk.record(code, RecordKind.SERIOUS_VIOLATION) == []


async def test_another_entry_of_three_years_is_proposed_when_the_first_came_to_nothing(desk: Desk) -> None:
    code = await desk.enterprise()
    first = await listed_for_three_years(desk, code, "no_annual_report", 2019)
    second = await listed_for_three_years(desk, code, "unreachable")
    await desk.sweep(clocks.escalate, AFTER)
    (proposal,) = await proposals(desk, code)
    assert proposal.escalated_from in (first, second)
    async with desk.world.client.sessions() as session, session.begin():
        standing = await session.get_one(ListEntry, proposal.escalated_from)
        done = service.Done(Act.REMOVE, "officer", None, AFTER)
        await service.take_off(session, standing, done, "已补报", noon(AFTER))
    assert (await decided(desk, proposal, "not_listed"))[0] == 200
    await desk.sweep(clocks.escalate, AFTER + timedelta(1))
    assert {p.escalated_from for p in await proposals(desk, code)} == {first, second}
    assert await desk.sweep(clocks.escalate, AFTER + timedelta(1)) == 0
