"""What follows from the lists by itself: directed with a listing, lifted with its removal, once, whatever happens."""

import asyncio
from datetime import date, timedelta

from shared.clock import today
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed.queries import last_position
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.followups import service
from svc_credit_registry.supervision.measures import queries
from tests.svc_credit_registry.supervision.measures.bureau import ID_NUMBER, PRODUCER, Bureau, directive
from tests.svc_credit_registry.world import successions

ENTITY = {
    "priority_supervision", "strict_licensing", "no_commitment_procedure", "no_honours", "government_procurement",
    "bidding", "land_grant",
}  # fmt: skip


async def states(bureau: Bureau, code: str) -> dict[str, str]:
    return {d["measure"]: d["state"] for d in await bureau.directives(code)}


async def test_a_listing_brings_its_measures_and_a_removal_lifts_them(bureau: Bureau) -> None:
    code = await bureau.enterprise("诸葛明")
    key = await bureau.put(code)
    await bureau.follow()
    assert await states(bureau, code) == dict.fromkeys(ENTITY | {"representative_ban"}, "in_force")
    (ban,) = [d for d in await bureau.directives(code) if d["subject"] == "person"]
    full = await bureau.ok("GET", f"/v1/measure-directives/{ban['id']}", bureau.officer())
    assert (full["person"]["name"], full["automatic"], full["rule"]) == ("诸葛*", True, "order-44-2021")
    assert "第十五条" in full["ground"]
    assert {m["measure"] for m in await bureau.public_measures(code)} == ENTITY, "nothing of the person is published"
    assert (await bureau.check(code))["effect"] == "refuse"
    assert (await bureau.check(code, "MR-ENT-CHANGE"))["effect"] == "restrict"
    assert (await bureau.check(code, "MR-ANYTHING"))["effect"] == "attention", "supervised with priority in all matters"
    assert (await bureau.check_person("诸葛明", ID_NUMBER))["effect"] == "attention"

    await bureau.remove(key)
    await bureau.follow()
    assert set((await states(bureau, code)).values()) == {"lifted"}
    assert await bureau.public_measures(code) == []
    assert (await bureau.check(code))["effect"] == "none"


async def test_followed_again_it_directs_nothing_twice(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    key = await bureau.put(code)
    await bureau.follow()
    before = len(await bureau.events("directed"))
    await bureau.put(code, key=key, content={"reason": "更正文字"})
    await bureau.follow()
    await asyncio.gather(bureau.settle(), bureau.follow())
    assert len(await bureau.directives(code)) == len(ENTITY) + 1
    assert len(await bureau.events("directed")) == before


async def test_what_an_official_lifted_does_not_come_back_and_what_fell_with_its_ground_does(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    key = await bureau.put(code)
    await bureau.follow()
    (bidding,) = [d for d in await bureau.directives(code) if d["measure"] == "bidding"]
    body = {"reason": "信用修复", "decision_number": "解决〔2026〕2号"}
    await bureau.ok(
        "POST", f"/v1/measure-directives/{bidding['id']}/lifting", bureau.officer(), body,
        If_Match=f'"{bidding["version"]}"',
    )  # fmt: skip
    await bureau.remove(key)
    await bureau.follow()
    await bureau.put(code, key=key)
    await bureau.follow()
    now_in_force = {d["measure"] for d in await bureau.directives(code, state="in_force")}
    assert now_in_force == (ENTITY | {"representative_ban"}) - {"bidding"}


async def test_a_listing_that_goes_on_under_a_changed_code_keeps_its_measures(bureau: Bureau) -> None:
    old, new = await bureau.enterprise(), await bureau.enterprise()
    key = await bureau.put(old)
    ground = {"kind": "serious_violation", "producer": PRODUCER, "key": key}
    given = directive(old, measure="customs_certification", record_item=ground)
    await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), given)
    await bureau.follow()
    before = await states(bureau, old)
    assert set(before.values()) == {"in_force"}
    async with bureau.client.sessions() as session, session.begin():
        enterprise = await session.get_one(Enterprise, old)
        enterprise.status, enterprise.ended_on = "cancelled", today()
        session.add_all(successions(old, new, reason="code_changed"))
    await bureau.put(new, key=key)
    await bureau.follow()
    await bureau.settle()
    assert (await states(bureau, old), await states(bureau, new)) == (before, {})
    assert (await bureau.check(new))["effect"] == (await bureau.check(old))["effect"] == "refuse"
    await bureau.remove(key)
    await bureau.follow()
    await bureau.settle()
    assert set((await states(bureau, old)).values()) == {"lifted"}
    assert (await bureau.check(new))["effect"] == "none"


async def test_an_entry_marked_removed_carries_nothing_any_more(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    key = await bureau.put(code)
    await bureau.follow()
    await bureau.put(code, key=key, content={"state": "removed", "removed_on": today().isoformat()})
    await bureau.follow()
    assert set((await states(bureau, code)).values()) == {"lifted"}


async def test_an_old_listing_follows_the_rules_of_its_day(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    await bureau.put(code, day=date(2021, 8, 31))
    await bureau.follow()
    assert await states(bureau, code) == {}, "three years are over for each of its measures"


async def test_a_listing_without_the_name_of_a_representative_still_brings_the_rest(bureau: Bureau) -> None:
    code = await bureau.enterprise("*")
    await bureau.put(code)
    await bureau.follow()
    assert set(await states(bureau, code)) == ENTITY


async def test_a_penalty_brings_nothing_by_itself(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    await bureau.put(code, RecordKind.PENALTY)
    await bureau.follow()
    assert await states(bureau, code) == {}


async def test_a_ground_that_ends_by_its_date_is_found_without_a_word_in_the_feed(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    await bureau.put(code, effective_until=today() + timedelta(days=5))
    await bureau.follow()
    assert {d["until"] for d in await bureau.directives(code)} == {(today() + timedelta(days=5)).isoformat()}
    await bureau.settle(days_on=6)
    assert set((await states(bureau, code)).values()) <= {"expired", "lifted"}


async def test_two_workers_follow_once(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    await bureau.put(code)
    await asyncio.gather(*(bureau.follow() for _ in range(3)))
    assert len(await bureau.directives(code)) == len(ENTITY) + 1


async def test_a_directive_of_an_official_stays_when_the_list_lets_go(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    key = await bureau.put(code)
    await bureau.ok(
        "POST", "/v1/measure-directives", bureau.officer(), directive(code, measure="customs_certification")
    )
    await bureau.follow()
    await bureau.remove(key)
    await bureau.follow()
    assert (await states(bureau, code))["customs_certification"] == "in_force"


async def test_old_listings_that_bring_nothing_any_more_hold_up_none_that_was_not_followed(bureau: Bureau) -> None:
    """They may stand on the record for good; nobody is to be looked at again and again for them."""
    long_ago = today().replace(year=today().year - 4)
    for _ in range(service.AT_ONCE):
        await bureau.put(await bureau.enterprise(), day=long_ago)
    await bureau.follow()
    missed = await bureau.enterprise()
    await bureau.put(missed)
    await sequence_all(bureau.client.runtime)
    async with bureau.client.sessions() as session, session.begin():
        turn = await queries.take_turn(session)
        turn.position = await last_position(session)
    await bureau.settle()
    assert set(await states(bureau, missed)) == ENTITY | {"representative_ban"}
