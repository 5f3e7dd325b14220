"""An enterprise is heard before it is put on the list of serious violations."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from shared.calendar import working_days_after
from shared.clock import STATUTORY_ZONE, now, today
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.lists.models import ListEntry
from tests.svc_credit_registry.listing.lists.desk import Desk, grave, unreachable

LISTED = {"outcome": "listed", "reason": "情节严重"}


def notice(days: int = 8) -> dict[str, Any]:
    """A hearing so many working days from today."""
    day = working_days_after(today(), days, basis="").due_on
    held_at = datetime.combine(day, datetime.min.time(), STATUTORY_ZONE) + timedelta(hours=9)
    return {"held_at": held_at.isoformat(), "place": "曾都区市场监督管理局三楼听证室", "chair": "法制股 周敏"}


async def proposed(desk: Desk) -> tuple[str, dict[str, Any]]:
    """A proposal for the serious list to which the superior consented, and the code of the enterprise."""
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), grave(code, today()))
    consent = {"document": "随市监函〔2026〕3号"}
    return code, await desk.ok(f"/v1/list-entries/{made['id']}/consent", desk.officer("421300"), consent)


async def asked(desk: Desk) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The code, the entry and the hearing which the enterprise has asked for."""
    code, entry = await proposed(desk)
    us = desk.representative(code, "MR-ENT-OBJECTION")
    hearing = await desk.ok(f"/v1/list-entries/{entry['id']}/hearings", us, {"reasons": "检验方法有误"})
    return code, entry, hearing


async def begin(desk: Desk, hearing_id: str) -> None:
    """The time of the hearing has come."""
    async with desk.world.client.sessions() as session, session.begin():
        hearing = await session.get_one(ListHearing, hearing_id)
        hearing.held_at = now() - timedelta(minutes=5)


async def version_of(desk: Desk, path: str) -> int:
    """The version of what stands at an address, as an officer reads it."""
    return int((await desk.get(path, desk.officer()))["version"])


async def test_no_decision_before_the_hearing_and_then_on_its_record(desk: Desk) -> None:
    code, entry, hearing = await asked(desk)
    us, path, one = desk.representative(code), f"/v1/list-entries/{entry['id']}", f"/v1/list-hearings/{hearing['id']}"
    assert (hearing["state"], hearing["due_node"]) == ("asked", "hearing_notice")
    case = await desk.get(f"{path}/case", us)
    assert case["heard_from"] == today().isoformat()
    assert case["decide_by"] == case["due_on"] > entry["decide_by"], "the clock of the decision stands still"
    await desk.ok(f"{path}/statement", us, {"waived": True})
    version = await version_of(desk, f"{path}/case")
    assert await desk.refused(f"{path}/decision", desk.officer(), LISTED, version) == (409, "hearing_open")
    assert hearing["id"] in [h["id"] for h in (await desk.get("/v1/list-hearings/queue", desk.officer()))["items"]]

    assert await desk.refused(f"{one}/notice", desk.officer(), notice(7), hearing["version"]) == (
        422, "hearing_notice_too_short",
    )  # fmt: skip
    told = await desk.ok(f"{one}/notice", desk.officer(), notice(), hearing["version"])
    assert (told["state"], told["due_on"], told["is_public"]) == ("announced", None, True)
    (heard, *_) = (await desk.get("/v1/list-notices", us))["items"]
    assert (heard["act"], "09:00，曾都区" in heard["note"], "法制股 周敏" in heard["note"]) == (
        "announce_hearing", True, True,
    )  # fmt: skip
    day = notice()["held_at"][:10]
    waiting = {item["kind"]: item["due_on"] for item in (await desk.get("/v1/items", us))["items"]}
    assert waiting["list_hearing"] == day
    theirs = (await desk.get("/v1/items", desk.officer(), limit=100))["items"]
    assert [i["due_on"] for i in theirs if i["kind"] == "list_hearing_notice" and i["id"] == hearing["id"]] == [day]
    record = {"attended": True, "record": "当事人称检验方法有误；调查人员出示检验报告。"}
    assert await desk.refused(f"{one}/record", desk.officer(), record, told["version"]) == (409, "hearing_not_yet")
    await begin(desk, hearing["id"])
    version = await version_of(desk, one)
    done = await desk.ok(f"{one}/record", desk.officer(), record, version)
    assert (done["state"], done["closed_on"], done["record"]) == ("held", today().isoformat(), record["record"])
    listed = await desk.ok(f"{path}/decision", desk.officer(), LISTED, await version_of(desk, f"{path}/case"))
    assert (listed["state"], listed["heard_until"]) == ("listed", today().isoformat())
    acts = [step["act"] for step in (await desk.get(f"{path}/history", us))["items"]]
    assert acts == ["propose", "consent", "ask_hearing", "state_case", "announce_hearing", "end_hearing", "list"]
    clocks = (await desk.get(f"{one}/deadlines", us, explain=True))["items"]
    assert [clock["node"] for clock in clocks] == ["hearing_notice", "hearing_lead"]


async def test_the_officer_who_proposed_does_not_chair(desk: Desk) -> None:
    _, entry, hearing = await asked(desk)
    one = f"/v1/list-hearings/{hearing['id']}"
    await desk.ok(f"{one}/notice", desk.officer(), notice(), hearing["version"])
    await begin(desk, hearing["id"])
    version = await version_of(desk, one)
    async with desk.world.client.sessions() as session:
        proposer = (await session.get_one(ListEntry, entry["id"])).proposed_by
    investigator = desk.world.get_bearer(
        aud="credit-registry", kind="staff", permissions=["credit-registry:lists:decide"], region="421303",
        unit="AMR-421303", sub=proposer,
    )  # fmt: skip
    record = {"attended": False, "record": "当事人未到场，无正当理由。"}
    assert await desk.refused(f"{one}/record", investigator, record, version) == (403, "hearing_chair_investigated")
    done = await desk.ok(f"{one}/record", desk.officer(), record, version)
    assert done["state"] == "given_up"


async def test_who_may_ask_act_and_see(desk: Desk) -> None:
    code, entry, hearing = await asked(desk)
    path, one = f"/v1/list-entries/{entry['id']}/hearings", f"/v1/list-hearings/{hearing['id']}"
    us = desk.representative(code)
    assert await desk.refused(path, us, {}) == (409, "hearing_pending")
    assert await desk.refused(path, desk.representative(code, "MR-ENT-CREDIT-REPAIR"), {}) == (
        403, "not_the_enterprise",
    )  # fmt: skip
    assert await desk.refused(path, desk.officer(), {}) == (403, "not_the_enterprise")
    assert await desk.status(one, desk.officer("420000")) == 200
    assert await desk.status(one, desk.officer("421321")) == 404
    assert await desk.status(one, desk.representative(await desk.enterprise())) == 404
    assert await desk.refused(f"{one}/notice", desk.officer("421300"), notice(), 1) == (403, "not_your_region")
    assert await desk.refused(f"{one}/notice", desk.officer(), notice()) == (428, "precondition_required")
    assert await desk.refused(f"{one}/notice", desk.officer(), notice(), 9) == (412, "stale_version")
    assert await desk.refused(f"{one}/notice", us, notice(), 1) == (403, "forbidden")
    for moment in ("2027-03-01T09:00:00", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z", "2199-12-31T23:00:00Z"):
        wrong = await desk.refused(f"{one}/notice", desk.officer(), notice() | {"held_at": moment}, 1)
        assert wrong == (422, "invalid"), moment
    later = await desk.refused(f"{one}/notice", desk.officer(), notice(31), 1)
    assert later == (422, "hearing_too_late"), "nobody keeps the clock of his own decision still for years"


async def test_it_is_withdrawn_asked_for_again_and_lapses_with_the_proposal(desk: Desk) -> None:
    code, entry, hearing = await asked(desk)
    us, path = desk.representative(code), f"/v1/list-entries/{entry['id']}"
    assert (await desk.ok(f"/v1/list-hearings/{hearing['id']}/withdrawal", us))["state"] == "withdrawn"
    again = await desk.ok(f"{path}/hearings", us, {})
    version = await version_of(desk, f"{path}/case")
    body = {"outcome": "not_listed", "reason": "经复核，情节轻微"}
    assert (await desk.ok(f"{path}/decision", desk.officer(), body, version))["state"] == "not_listed"
    found = (await desk.get(f"{path}/hearings", us))["items"]
    assert [(h["id"], h["state"]) for h in found] == [(again["id"], "lapsed"), (hearing["id"], "withdrawn")]
    assert await desk.refused(f"{path}/hearings", us, {}) == (409, "list_act_not_allowed")


async def test_only_an_announced_listing_is_heard_and_nobody_who_waived(desk: Desk) -> None:
    code = await desk.enterprise()
    plain = await desk.ok("/v1/list-entries", desk.officer(), unreachable(code, today()))
    us = desk.representative(code)
    assert await desk.refused(f"/v1/list-entries/{plain['id']}/hearings", us, {}) == (409, "hearing_over")
    other, entry = await proposed(desk)
    them, path = desk.representative(other), f"/v1/list-entries/{entry['id']}"
    await desk.ok(f"{path}/statement", them, {"waived": True})
    assert await desk.refused(f"{path}/hearings", them, {}) == (409, "hearing_over")


async def test_of_two_requests_at_the_same_moment_one_is_made(desk: Desk) -> None:
    code, entry = await proposed(desk)
    us, path = desk.representative(code), f"/v1/list-entries/{entry['id']}/hearings"
    answers = await asyncio.gather(*(desk.post(path, us, {}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
