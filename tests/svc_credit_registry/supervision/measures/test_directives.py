"""Directives by decision: who may, against whom, for how long, and how they end."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import today
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.supervision.measures.bureau import (
    ID_NUMBER,
    OTHER_ID_NUMBER,
    PRODUCER,
    Bureau,
    directive,
    years_on,
)

PATH = "/v1/measure-directives"


async def test_a_directive_goes_out_to_its_departments_and_answers_checks(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    made = await bureau.ok("POST", PATH, bureau.officer(), directive(code))
    assert (made["effect"], made["state"], made["automatic"]) == ("refuse", "in_force", False)
    assert [d["department"] for d in made["departments"]] == ["finance"]
    assert "第二十二条" in made["basis"]
    (event,) = [e for e in await bureau.events("directed") if e["directive_id"] == made["id"]]
    assert event["departments"] == ["finance"]
    assert event.get("code") is None, "it rests on nothing published: only departments are told of whom"
    assert await bureau.public_measures(code) == []
    assert await bureau.audited(made["id"]) == ["measure.directed"]

    found = await bureau.check(code)
    assert (found["effect"], found["known"]) == ("refuse", True)
    assert [r["number"] for r in found["restrictions"]] == [made["number"]]
    assert (await bureau.check(code, "NR-LAND-GRANT"))["effect"] == "none"


async def test_it_is_public_where_it_rests_on_what_is_published(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    key = await bureau.put(code, RecordKind.PENALTY)
    ground = {"kind": "penalty", "producer": PRODUCER, "key": key}
    made = await bureau.ok("POST", PATH, bureau.officer(), directive(code, record_item=ground))
    (shown,) = await bureau.public_measures(code)
    assert (shown["number"], shown["measure"]) == (made["number"], "government_procurement")
    (event,) = [e for e in await bureau.events("directed") if e["directive_id"] == made["id"]]
    assert event["code"] == code

    await bureau.remove(key, RecordKind.PENALTY)
    await bureau.follow()
    (lifted,) = await bureau.directives(code)
    assert lifted["state"] == "lifted"
    assert await bureau.public_measures(code) == []
    assert (await bureau.check(code))["effect"] == "none"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"measure": "shouting"}, 404, "measure_unknown"),
        ({"measure": "representative_ban"}, 422, "subject_not_concerned"),
        ({"person": {"role": "legal_representative", "name": "李娜"}}, 422, "subject_not_concerned"),
        ({"until": years_on(today(), 5)}, 422, "term_invalid"),
        ({"since": "2010-01-01", "until": "2010-06-01"}, 422, "term_invalid"),
        ({"record_item": {"kind": "penalty", "producer": "AMR-1", "key": "x"}}, 422, "ground_unknown"),
        ({"code": "91110000100001604N"}, 422, "credit_code_invalid"),
        ({"code": "91110000600037341L"}, 404, "enterprise_unknown"),
        ({"ground": " "}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
        ({"since": "2026-12-01", "until": "2026-11-30"}, 422, "invalid"),
        (
            {"measure": "representative_ban",
             "person": {"role": "legal_representative", "name": "李娜", "id_number": "11010519491231002X"[:17] + "1"}},
            422, "id_number_invalid",
        ),
        (
            {"measure": "representative_ban", "person": {"role": "legal_representative", "name": "李*"}},
            422, "invalid",
        ),
    ],
)  # fmt: skip
async def test_what_the_law_has_not_is_not_directed(
    bureau: Bureau, changes: dict[str, Any], status: int, error: str
) -> None:
    code = await bureau.enterprise()
    answer = await bureau.call("POST", PATH, bureau.officer(), directive(code) | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, error), answer.text
    assert await bureau.directives(code) == []


async def test_the_authority_of_the_region_directs_and_its_superiors(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    stranger = await bureau.call("POST", PATH, bureau.officer("421321"), directive(code))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_your_region")
    assert (await bureau.call("POST", PATH, bureau.machine(), directive(code))).status_code == 403
    assert (await bureau.call("POST", PATH, {}, directive(code))).status_code == 401
    made = await bureau.ok("POST", PATH, bureau.officer("421300"), directive(code))
    path = f"{PATH}/{made['id']}"
    assert (await bureau.call("GET", path, bureau.officer("421321"))).status_code == 404
    assert (await bureau.call("GET", path, bureau.officer())).status_code == 200
    assert (await bureau.call("GET", path, bureau.machine())).status_code == 403
    hidden = await bureau.client.get(PATH, headers=bureau.officer("421321"), params={"code": code})
    assert hidden.json()["items"] == []


async def test_repeated_it_is_one_and_two_at_once_are_one(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    body, key = directive(code), str(uuid.uuid4())
    first = await bureau.call("POST", PATH, bureau.officer(), body, Idempotency_Key=key)
    officer = bureau.officer(sub="00000000-0000-7000-8000-000000000001")
    first = await bureau.call("POST", PATH, officer, body, Idempotency_Key=key)
    assert (first.status_code, first.json()["code"]) == (409, "already_directed"), "another official, the same decision"

    code = await bureau.enterprise()
    body = directive(code)
    answers = await asyncio.gather(*(bureau.call("POST", PATH, officer, body) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert len(await bureau.directives(code)) == 1


async def test_lifting_ends_it_for_everyone_and_once(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    made = await bureau.ok("POST", PATH, bureau.officer(), directive(code))
    path, body = f"{PATH}/{made['id']}/lifting", {"reason": "处罚决定被撤销", "decision_number": "解决〔2026〕1号"}
    assert (await bureau.call("POST", path, bureau.officer(), body)).status_code == 428
    assert (await bureau.call("POST", path, bureau.officer(), body, If_Match='"7"')).status_code == 412
    assert (await bureau.call("POST", path, bureau.officer("421321"), body, If_Match='"1"')).status_code == 404
    lifted = await bureau.ok("POST", path, bureau.officer(), body, If_Match='"1"')
    assert (lifted["state"], lifted["ended_reason"]) == ("lifted", "处罚决定被撤销")
    again = await bureau.call("POST", path, bureau.officer(), body, If_Match=f'"{lifted["version"]}"')
    assert (again.status_code, again.json()["code"]) == (409, "act_not_allowed")
    assert (await bureau.check(code))["effect"] == "none"
    (event,) = [e for e in await bureau.events("lifted") if e["directive_id"] == made["id"]]
    assert event["cause"] == "lifted"


async def test_it_ends_with_its_last_day(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    until = (today() + timedelta(days=3)).isoformat()
    made = await bureau.ok("POST", PATH, bureau.officer(), directive(code, until=until))
    await bureau.settle(days_on=3)
    assert [d["state"] for d in await bureau.directives(code)] == ["in_force"]
    await bureau.settle(days_on=4)
    assert [d["state"] for d in await bureau.directives(code)] == ["expired"]
    assert await bureau.settle(days_on=4) == 0, "the same again changes nothing"
    (event,) = [e for e in await bureau.events("lifted") if e["directive_id"] == made["id"]]
    assert event["cause"] == "expired"


async def test_a_name_alone_is_shown_and_restricts_nobody_until_the_person_is_identified(bureau: Bureau) -> None:
    code = await bureau.enterprise("欧阳靖")
    person = {"role": "legal_representative", "name": "欧阳靖"}
    body = directive(code, measure="representative_ban", person=person)
    made = await bureau.ok("POST", PATH, bureau.officer(), body)
    assert (made["person"]["name"], made["person"]["id_number"]) == ("欧阳*", None)
    for number in (ID_NUMBER, OTHER_ID_NUMBER):
        found = await bureau.check_person("欧阳靖", number)
        assert found["effect"] == "attention"
        assert [r["matched_by"] for r in found["restrictions"]] == ["name_only"]

    path = f"{PATH}/{made['id']}/identification"
    known = {"id_number": ID_NUMBER, "reason": "经公安人口信息核实"}
    bad = await bureau.call("POST", path, bureau.officer(), known | {"id_number": "1" * 18}, If_Match='"1"')
    assert bad.status_code == 422
    identified = await bureau.ok("POST", path, bureau.officer(), known, If_Match='"1"')
    assert identified["person"]["id_number"] == "**************002X"
    assert (await bureau.check_person("欧阳靖", ID_NUMBER))["effect"] == "refuse"
    assert (await bureau.check_person("欧阳静", ID_NUMBER))["effect"] == "refuse", "the number tells, not the spelling"
    assert (await bureau.check_person("欧阳靖", OTHER_ID_NUMBER))["effect"] == "none"
    assert (await bureau.check(code, "MR-ENT-ESTABLISH"))["effect"] == "none", "the person is concerned, not the entity"
    again = await bureau.call("POST", path, bureau.officer(), known, If_Match=f'"{identified["version"]}"')
    assert (again.status_code, again.json()["code"]) == (409, "person_identified")


async def test_of_a_person_events_audit_and_notices_hold_no_number_and_no_name(bureau: Bureau) -> None:
    code = await bureau.enterprise("司徒雪")
    person = {"role": "directly_responsible", "name": "司徒雪", "id_number": OTHER_ID_NUMBER}
    body = directive(code, measure="food_business_ban", person=person)
    made = await bureau.ok("POST", PATH, bureau.officer(), body)
    events = [e for e in await bureau.events("directed") if e["directive_id"] == made["id"]]
    assert "司徒雪" not in str(events)
    assert code not in str(events)
    async with bureau.client.sessions() as session:
        connection = await session.connection()
        rows = (await connection.exec_driver_sql("SELECT after::text FROM audit_log")).all()
        plain = (await connection.exec_driver_sql("SELECT person_name, person_id_number FROM measure_directives")).all()
    assert OTHER_ID_NUMBER not in str(rows)
    assert "司徒雪" not in str(rows)
    assert OTHER_ID_NUMBER.encode() not in b"".join(r[1] or b"" for r in plain)
