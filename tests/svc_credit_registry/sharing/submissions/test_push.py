"""One record at a time: idempotent by the agency's own key, joined by code or name, refused with every fault."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.auth import Caller
from shared.clock import now
from shared.codes import credit_code
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.sharing.submissions import queries, service
from svc_credit_registry.sharing.submissions.service import Push
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, all_returned, penalty, push, receipts
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_400_000)
OTHER = credit_code.make("421303", 430_400_001)
NAME = "随州红光酒业有限公司"


@pytest.fixture(scope="module")
def searched() -> bool:
    """Those whom a record names are looked up in the index."""
    return True


async def items(world: World) -> list[Any]:
    async with world.client.sessions() as session:
        found = await session.execute(text("SELECT * FROM record_items ORDER BY recorded_at, version"))
        return list(found.mappings())


async def test_a_record_goes_on_the_record_of_its_enterprise_once(world: World) -> None:
    await world.load([row(CODE, NAME)])
    first = await push(world, penalty(code=CODE))
    assert first.status_code == 201, first.text
    assert first.json()["outcome"] == "created"
    again = await push(world, penalty(code=CODE))
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert again.json()["receipt"] == first.json()["receipt"]
    (item,) = await items(world)
    assert (item["code"], item["producer"], item["provider"], item["key"]) == (
        CODE,
        "court-suizhou",
        "court-suizhou",
        "1",
    )
    assert first.headers["X-Exchange-Id"]
    assert first.headers["Location"] == f"/v1/submission-receipts/{first.json()['id']}"


async def test_other_content_under_the_same_key_is_a_new_version(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    changed = await push(world, penalty(code=CODE, content={"state": "revoked"}))
    assert changed.json()["outcome"] == "replaced"
    assert [(item["version"], item["superseded_at"] is None) for item in await items(world)] == [(1, False), (2, True)]


async def test_an_older_revision_never_replaces_a_newer_one(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE, revision=2))
    late = await push(world, penalty(code=CODE, revision=1, content={"state": "revoked"}))
    assert late.status_code == 422
    assert late.json()["errors"][0]["code"] == "revision_outdated"
    assert len(await items(world)) == 1


async def test_another_producers_record_can_be_neither_replaced_nor_ended(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    posing = await push(world, penalty(code=CODE, producer="court-suizhou"), agency="tax-suizhou")
    assert (posing.status_code, posing.json()["code"]) == (403, "wrong_producer")
    ending = await push(world, {"kind": "penalty", "key": "1", "op": "end", "reason": "撤销"}, agency="tax-suizhou")
    assert (ending.status_code, ending.json()["errors"][0]["code"]) == (422, "nothing_to_end")
    own = await push(world, penalty(code=CODE), agency="tax-suizhou")
    assert own.json()["outcome"] == "created"
    assert {item["producer"] for item in await items(world) if item["superseded_at"] is None} == {
        "court-suizhou", "tax-suizhou",
    }  # fmt: skip


async def test_a_producer_ends_its_own_record_with_a_reason(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    ended = await push(world, {"kind": "penalty", "key": "1", "op": "end", "reason": "复议撤销"})
    assert (ended.status_code, ended.json()["outcome"]) == (200, "ended")
    (item,) = await items(world)
    assert item["ended_reason"] == "复议撤销"
    assert (await push(world, penalty(code=CODE))).json()["outcome"] == "created"
    assert [item["version"] for item in await items(world)] == [1, 2]


async def test_all_faults_of_a_record_are_told_at_once_and_kept_in_a_receipt(world: World) -> None:
    await world.load([row(CODE, NAME)])
    broken = penalty(
        code=CODE, produced_on="2098-01-01", content={"decided_on": "昨天", "fine_yuan": -1, "colour": "red"}
    )
    answer = await push(world, broken)
    assert answer.status_code == 422
    told = {fault["pointer"] for fault in answer.json()["errors"]}
    assert {"/content/decided_on", "/content/fine_yuan", "/content/colour"} <= told
    assert await items(world) == []
    (kept,) = await receipts(world, outcome="refused")
    assert kept["id"] == answer.json()["receipt_id"]
    assert {fault["pointer"] for fault in kept["faults"]} == told


@pytest.mark.parametrize("field", ["basis", "reason"])
async def test_no_identity_number_comes_on_the_record_beside_the_content(world: World, field: str) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    ending = {"kind": "penalty", "key": "1", "op": "end"}
    given = ending if field == "reason" else penalty(code=CODE)
    answer = await push(world, given | {field: "当事人身份证11010519491231002X"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "personal_data"), answer.text
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    (item,) = await items(world)
    assert item["superseded_at"] is None


async def test_a_name_in_traditional_characters_and_other_brackets_finds_its_enterprise(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业（集团）有限公司")])
    await world.settled()
    taken = (await push(world, penalty(name="隨州紅光酒業(集團)有限公司"))).json()
    assert (taken["outcome"], taken["code"], taken["method"], taken["confidence"]) == ("created", CODE, "name", "0.95")


async def test_a_former_name_finds_its_enterprise_when_it_was_borne_on_the_day_of_the_act(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await world.load([row(CODE, "随州蓝光酒业有限公司")])
    await world.settled()
    taken = (await push(world, penalty(name=NAME, produced_on="2016-03-01"))).json()
    assert (taken["outcome"], taken["code"], taken["method"]) == ("created", CODE, "former_name")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (penalty(code=CODE, basis=" "), "missing"),
        ({"kind": "penalty", "key": "1", "op": "end", "reason": "　"}, "reason_missing"),
    ],
)
async def test_a_basis_and_a_reason_of_blanks_are_none(world: World, given: dict[str, Any], refusal: str) -> None:
    """The record shows both to everybody."""
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    answer = await push(world, given)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, refusal)


@pytest.mark.parametrize("blank", [{"name": "  "}, {"code": " "}, {}])
async def test_a_record_of_nobody_is_refused(world: World, blank: dict[str, str]) -> None:
    answer = await push(world, penalty(**blank))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "code_or_name")


async def test_a_code_with_another_enterprises_name_waits_for_a_person(world: World) -> None:
    await world.load([row(CODE, NAME), row(OTHER, "随州蓝天商贸有限公司")])
    taken = await push(world, penalty(code=CODE, name="随州蓝天商贸有限公司"))
    assert (taken.status_code, taken.json()["outcome"], taken.json()["doubt"]) == (202, "waiting", "name_differs")
    assert await items(world) == []


async def test_a_newer_push_overtakes_the_one_that_waits(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(name="随州红光酒业公司"))
    await push(world, penalty(code=CODE))
    assert [kept["outcome"] for kept in await receipts(world)] == ["created", "overtaken"]


async def test_a_kind_of_this_platforms_own_procedures_is_not_pushed(world: World) -> None:
    given = penalty(code=CODE) | {"kind": "abnormal_operation"}
    answer = await push(world, given)
    assert (answer.status_code, answer.json()["code"]) == (422, "kind_not_pushed")


async def test_receipts_of_others_are_not_there(world: World) -> None:
    await world.load([row(CODE, NAME)])
    taken = (await push(world, penalty(code=CODE))).json()
    assert await receipts(world, agency="tax-suizhou") == []
    headers = world.get_bearer(
        aud="credit-registry", kind="system", sub="tax-suizhou", permissions=["credit-registry:records:push"]
    )
    assert (await world.client.get(f"/v1/submission-receipts/{taken['id']}", headers=headers)).status_code == 404


async def test_receipts_come_as_files_too(world: World) -> None:
    await world.load([row(CODE, NAME)])
    await push(world, penalty(code=CODE))
    await push(world, penalty(key="=2", code=CODE, content={"decided_on": "昨天"}))
    headers = OFFICER(world)
    lines = await world.client.get("/v1/submission-receipts/export", headers=headers)
    assert len(lines.text.splitlines()) == 2
    table = await world.client.get("/v1/submission-receipts/export", headers=headers, params={"format": "csv"})
    assert table.text.startswith("\ufeffid,batch_id,line")
    assert "'=2" in table.text
    assert "/content/decided_on" in table.text


async def test_a_row_with_faults_without_number_has_a_receipt_of_bounded_size(world: World) -> None:
    await world.load([row(CODE, NAME)])
    unknown = {f"{number:05}{'x' * 300}": 1 for number in range(2_000)}
    answer = await push(world, penalty(code=CODE, content=unknown))
    assert answer.status_code == 422
    (kept,) = await receipts(world)
    assert len(kept["faults"]) == 51
    assert kept["faults"][-1] == {"pointer": "", "code": "more_faults", "message": "另有1950处 (and 1950 more)"}
    assert max(len(fault["pointer"]) for fault in kept["faults"]) == 200


async def test_an_export_of_receipts_is_read_in_parts_and_holds_no_connection(world: World) -> None:
    await world.load([row(CODE, NAME)])
    for number in range(5):
        await push(world, penalty(code=CODE, key=str(number)))
    parts = queries.stream(world.client.runtime.sessions, 2, producer="court-suizhou")
    first = await anext(parts)
    assert [kept.key for kept in first] == ["0", "1"]
    await all_returned(world)
    assert [[kept.key for kept in part] async for part in parts] == [["2", "3"], ["4"]]


async def at_once(world: World, first: dict[str, Any], second: dict[str, Any]) -> tuple[Any, httpx.Response]:
    """What comes of two pushes of one key when the first has not committed yet as the second begins."""
    caller = Caller(subject="court-suizhou", kind="system", client_id="court-suizhou")
    given = {name: value for name, value in first.items() if name != "kind"}
    as_pushed = Push(caller, "court-suizhou", RecordKind.PENALTY, now(), index_of(world.client.settings))
    async with world.client.sessions() as session:
        (taken,) = await service.take(session, as_pushed, [service.read(given)])
        other = asyncio.create_task(push(world, second))
        await world.until_one_waits()
        await session.commit()
    return taken, await other


async def test_of_two_at_once_the_older_revision_never_stands(world: World) -> None:
    await world.load([row(CODE, NAME)])
    newer, older = penalty(code=CODE, revision=2), penalty(code=CODE, revision=1, content={"state": "revoked"})
    taken, answer = await at_once(world, newer, older)
    assert taken.outcome == "created"
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "revision_outdated")
    assert [item["version"] for item in await items(world)] == [1]


async def test_of_two_at_once_the_later_one_overtakes_the_one_that_waits(world: World) -> None:
    await world.load([row(CODE, NAME)])
    taken, answer = await at_once(world, penalty(code=CODE, name="随州蓝天商贸有限公司"), penalty(code=CODE))
    assert (taken.outcome, answer.json()["outcome"]) == ("waiting", "created")
    assert [kept["outcome"] for kept in await receipts(world)] == ["created", "overtaken"]


async def test_of_two_at_once_with_the_same_words_the_second_changes_nothing(world: World) -> None:
    await world.load([row(CODE, NAME)])
    taken, answer = await at_once(world, penalty(code=CODE), penalty(code=CODE))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "unchanged")
    assert answer.json()["receipt"] == taken.receipt
