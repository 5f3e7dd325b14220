"""Doubts about the record: asked by anybody, answered in 20 working days, corrected where the item came from."""

import asyncio
import uuid
from datetime import date
from typing import Any

import pytest

from shared import audit
from shared.clock import now
from svc_credit_registry.listing.penalties import handlers as penalties
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.enterprises.service import keep_state
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.objections.handlers import SWEEPS
from svc_credit_registry.reporting.objections.rules import OPEN_LIMIT
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect, refused

DAY = date(2026, 9, 21)
FACTS = "处罚决定已被撤销，公示内容与事实不符。"
SETTLE = SWEEPS[0]
GIVE_TERMS = penalties.SWEEPS[0]
TERM = "SELECT id, publish_until FROM record_items WHERE code = $1 AND superseded_at IS NULL"
PENALTY: dict[str, Any] = {
    "document_number": "随曾市监处罚〔2026〕1号",
    "authority": "曾都区市场监督管理局",
    "decided_on": "2026-08-03",
    "facts": "未按规定明码标价",
    "penalty_types": ["fine"],
    "penalty": "罚款1000元",
}


async def penalty(filings: Filings, code: str, producer: str = "AMR-421303") -> str:
    """An item on the record; its id."""
    item = records.Item(
        code=code, kind=RecordKind.PENALTY, key=str(uuid.uuid4()), content=PENALTY, producer=producer,
        provider=producer, basis="《中华人民共和国价格法》第四十二条", produced_on=date(2026, 8, 3),
        effective_from=date(2026, 8, 3),
    )  # fmt: skip
    async with filings.client.sessions() as session, session.begin():
        return str((await records.put(session, audit.SYSTEM, item, now())).item_id)


async def asked(filings: Filings, who: dict[str, str], code: str, item_id: str | None) -> dict[str, Any]:
    body = {"code": code, "item_id": item_id, "facts": FACTS}
    with filings.on(DAY):
        return expect(await filings.post(who, "/objections", body), 201)


async def decided(filings: Filings, who: dict[str, str], case: dict[str, Any], **body: Any) -> Any:
    given = {"outcome": "confirmed", "answer": "经核查，公示信息准确。"} | body
    return await filings.post(who, f"/objections/{case['id']}/decision", given, case["version"])


async def test_anybody_asks_and_is_answered_within_20_working_days(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, await penalty(filings, code))
    assert case["number"].startswith("YY421303-20260921-")
    # 25 to 27 September and 1 to 7 October are off, Saturday 10 October is worked.
    assert case["due_on"] == "2026-10-26"
    me = filings.person(sub=str(uuid.uuid4()))
    mine = await asked(filings, me, code, case["item_id"])
    dates = expect(await filings.read(me, f"/objections/{mine['id']}/deadlines", explain=True))
    (answer,) = dates["items"]
    assert answer["due_on"] == mine["due_on"]
    assert [d["number"] for d in answer["explanation"] if d["counted"]] == list(range(1, 21))
    assert expect(await filings.read(me, "/objections"))["items"][0]["id"] == mine["id"]


async def test_the_unit_corrects_what_it_produced_itself(filings: Filings) -> None:
    code = await filings.enterprise()
    me = filings.person(sub=str(uuid.uuid4()))
    case = await asked(filings, me, code, await penalty(filings, code))
    content = PENALTY | {"penalty": "罚款100元"}
    answer = await decided(
        filings, filings.officer(), case, outcome="corrected", answer="已更正罚款数额。", content=content
    )
    assert expect(answer)["state"] == "closed"
    rows = await filings.rows(
        "SELECT content->>'penalty', superseded_at IS NULL FROM record_items WHERE code = $1 ORDER BY version", code
    )
    assert [tuple(r) for r in rows] == [("罚款1000元", False), ("罚款100元", True)]
    seen = expect(await filings.read(me, f"/objections/{case['id']}"))
    assert (seen["answer"], seen["outcome"]) == ("已更正罚款数额。", "corrected")


async def test_content_that_does_not_fit_the_kind_is_refused_and_nothing_happens(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, await penalty(filings, code))
    answer = await decided(filings, filings.officer(), case, outcome="corrected", content={"fine": 1})
    refused(answer, 422, "record_content_invalid")
    assert expect(await filings.read(filings.officer(), f"/objections/{case['id']}"))["state"] == "received"


async def test_what_is_wrong_is_taken_off(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, await penalty(filings, code))
    expect(await decided(filings, filings.officer(), case, outcome="removed"))
    rows = await filings.rows("SELECT ended_reason FROM record_items WHERE code = $1", code)
    assert rows[0][0] == f"异议核查 {case['number']}"


async def test_others_items_are_referred_and_stay_marked_until_their_producer_corrects_them(filings: Filings) -> None:
    code = await filings.enterprise()
    item_id = await penalty(filings, code, producer="TAX-421303")
    case = await asked(filings, filings.person(), code, item_id)
    wrong = await decided(filings, filings.officer(), case, outcome="removed")
    assert refused(wrong, 422, "outcome_not_possible")["possible"] == ["confirmed", "referred"]
    path = f"/objections/{case['id']}"
    question = {"question": "请核实该处罚决定是否已被撤销。"}
    expect(await filings.post(filings.officer(), f"{path}/producer-question", question))
    producer = filings.get_bearer(aud="credit-registry", kind="staff", unit="TAX-421303", region="421303")
    (waiting,) = [
        c for c in expect(await filings.read(producer, "/objections/to-answer"))["items"] if c["code"] == code
    ]
    assert (waiting["facts"], waiting["question"]) == (None, question["question"])
    said = {"answer": "该决定已于9月1日撤销。"}
    case = expect(await filings.post(producer, f"{path}/producer-answer", said))
    case = expect(await decided(filings, filings.officer(), case, outcome="referred", answer="已转产生单位更正。"))
    (mark,) = (await filings.get(f"/v1/enterprises/{code}/objections"))["items"]
    assert (mark["state"], mark["item_id"]) == ("awaiting_correction", item_id)
    assert not {"facts", "asker_id", "answer"} & mark.keys()
    await filings.sweep(SETTLE)
    assert (await filings.get(f"/v1/enterprises/{code}/objections"))["items"][0]["state"] == "awaiting_correction"
    async with filings.client.sessions() as session, session.begin():
        ((key,),) = await filings.rows("SELECT key FROM record_items WHERE code = $1", code)
        assert await records.end(session, audit.SYSTEM, "TAX-421303", RecordKind.PENALTY, key, "撤销", now())
    assert await filings.sweep(SETTLE) == 1
    assert await filings.sweep(SETTLE) == 0
    (mark,) = (await filings.get(f"/v1/enterprises/{code}/objections"))["items"]
    assert (mark["state"], mark["outcome"]) == ("closed", "referred")
    history = expect(await filings.read(filings.officer(), f"{path}/history"))
    assert [s["act"] for s in history["items"]] == ["ask", "ask_producer", "answer", "decide", "settle"]


async def test_an_enterprise_ordered_to_correct_its_report_may_do_so_after_30_june(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 5, 6)):
        report = await filings.filed(who, 2025)
    ((item_id,),) = await filings.rows("SELECT id FROM record_items WHERE code = $1", code)
    case = await asked(filings, filings.person(), code, str(item_id))
    with filings.on(date(2026, 10, 12)):
        correcting = await filings.post(who, f"/annual-reports/{report['id']}/correction", {"reason": "从业人数有误"})
        refused(correcting, 409, "correction_window_over")
        order = {"outcome": "correction_ordered", "answer": "从业人数与社保人数不符，已责令更正。"}
        case = expect(await decided(filings, filings.officer(), case, **order))
        assert (case["state"], case["correct_by"]) == ("awaiting_correction", "2026-10-26")
        (waiting,) = expect(await filings.read(who, "/items"))["items"]
        assert (waiting["kind"], waiting["state"]) == ("objection_question", "awaiting_correction")
    with filings.on(date(2026, 10, 26)):
        opened = expect(
            await filings.post(who, f"/annual-reports/{report['id']}/correction", {"reason": "从业人数有误"})
        )
        edited = await filings.patch(who, f"/annual-reports/{report['id']}", {"figures": {"employees": 30}},
                                     opened["version"])  # fmt: skip
        assert expect(await filings.submit(who, expect(edited)))["revision"] == 2
    assert await filings.sweep(SETTLE) == 1


async def test_only_the_units_own_officers_act_and_never_on_their_own_case(filings: Filings) -> None:
    code = await filings.enterprise()
    subject = str(uuid.uuid4())
    case = await asked(filings, filings.person(sub=subject), code, await penalty(filings, code))
    refused(await decided(filings, filings.officer("421321"), case), 404, "objection_unknown")
    refused(await decided(filings, filings.officer("421300"), case), 403, "not_your_region")
    refused(await decided(filings, filings.officer(sub=subject), case), 403, "conflict_of_interest")
    assert (await decided(filings, filings.person(), case)).status_code == 403
    refused(await filings.read(filings.person(), f"/objections/{case['id']}"), 404, "objection_unknown")
    listed = expect(await filings.read(filings.officer("421300"), "/objections/queue", limit=200))
    assert case["id"] in [c["id"] for c in listed["items"]]


async def test_the_same_doubt_is_taken_once_and_can_be_given_up(filings: Filings) -> None:
    code = await filings.enterprise()
    me = filings.person(sub=str(uuid.uuid4()))
    item_id = await penalty(filings, code)
    case = await asked(filings, me, code, item_id)
    body = {"code": code, "item_id": item_id, "facts": FACTS}
    refused(await filings.post(me, "/objections", body), 409, "already_asked")
    expect(await filings.post(me, f"/objections/{case['id']}/withdrawal"))
    refused(await filings.post(me, f"/objections/{case['id']}/withdrawal"), 409, "act_not_allowed")
    expect(await filings.post(me, "/objections", body), 201)


async def test_no_more_are_open_when_many_are_sent_at_once(filings: Filings) -> None:
    code, me = await filings.enterprise(), filings.person(sub=str(uuid.uuid4()))
    items = [await penalty(filings, code) for _ in range(OPEN_LIMIT + 3)]
    bodies = [{"code": code, "item_id": item_id, "facts": FACTS} for item_id in items]
    answers = await asyncio.gather(*(filings.post(me, "/objections", body) for body in bodies))
    assert [answer.status_code for answer in answers].count(201) == OPEN_LIMIT


async def test_the_registration_itself_can_be_doubted(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, None)
    assert case["item_kind"] == "registration"
    expect(await decided(filings, filings.officer(), case, outcome="referred", answer="已转登记机关更正。"))


async def test_an_item_that_does_not_stand_can_not_be_doubted(filings: Filings) -> None:
    code = await filings.enterprise()
    other = await penalty(filings, await filings.enterprise())
    for item_id in (other, str(uuid.uuid4())):
        body = {"code": code, "item_id": item_id, "facts": FACTS}
        refused(await filings.post(filings.person(), "/objections", body), 404, "item_not_shown")


async def test_a_doubt_about_what_has_left_publication_is_not_shown_any_more(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, await penalty(filings, code, "TAX-421303"))
    expect(await decided(filings, filings.officer(), case))
    path = f"/v1/enterprises/{code}/objections"
    assert len((await filings.get(path))["items"]) == 1
    await put_again(filings, code, {"state": "repaired"}, publish_until=date(2026, 9, 20))
    with filings.on(DAY):
        assert (await filings.get(path))["items"] == [], "it would tell of a penalty which was repaired"


async def test_what_people_wrote_is_unreadable_in_the_database(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await asked(filings, filings.person(), code, await penalty(filings, code))
    ((facts,),) = await filings.rows("SELECT facts FROM record_objections WHERE id = $1", case["id"])
    assert FACTS.encode() not in facts


async def referred(filings: Filings, code: str, item_id: str | None, pointer: str | None) -> dict[str, Any]:
    """A case about another producer's item, found right and waiting for the correction."""
    body = {"code": code, "item_id": item_id, "facts": FACTS, "pointer": pointer}
    case = expect(await filings.post(filings.person(), "/objections", body), 201)
    return dict(
        expect(await decided(filings, filings.officer(), case, outcome="referred", answer="已转产生单位更正。"))
    )


async def put_again(filings: Filings, code: str, content: dict[str, Any], **changes: Any) -> None:
    """The producer's next version of the one penalty of an enterprise."""
    ((key,),) = await filings.rows("SELECT DISTINCT key FROM record_items WHERE code = $1 AND kind = 'penalty'", code)
    item = records.Item(
        code=code, kind=RecordKind.PENALTY, key=key, content=PENALTY | content, producer="TAX-421303",
        provider="TAX-421303", basis="《中华人民共和国价格法》第四十二条", produced_on=date(2026, 8, 3),
        effective_from=date(2026, 8, 3), **changes,
    )  # fmt: skip
    async with filings.client.sessions() as session, session.begin():
        await records.put(session, audit.SYSTEM, item, now())


@pytest.mark.parametrize(
    ("pointer", "content", "changes", "settles"),
    [
        (None, {}, {"publish_until": date(2029, 8, 3)}, False),
        (None, {"state": "repaired"}, {"publish_until": date(2026, 9, 3)}, False),
        (None, {"penalty": "罚款100元"}, {}, True),
        ("/penalty", {"facts": "未明码标价"}, {}, False),
        ("/penalty", {"penalty": "罚款100元"}, {}, True),
        ("/penalty_types/0", {"penalty_types": ["warning"]}, {}, True),
        ("/penalty_types/0", {"penalty_types": ["fine", "warning"]}, {}, False),
        ("/state", {"state": "revoked"}, {}, True),
        ("/fine_yuan", {"fine_yuan": "100.00"}, {}, True),
        ("/fine_yuan", {"facts": "未明码标价"}, {}, True),
    ],
)
async def test_only_what_corrects_the_doubted_place_settles_a_case(
    filings: Filings, pointer: str | None, content: dict[str, Any], changes: dict[str, Any], settles: bool
) -> None:
    code = await filings.enterprise()
    case = await referred(filings, code, await penalty(filings, code, producer="TAX-421303"), pointer)
    await put_again(filings, code, content, **changes)
    assert await filings.sweep(SETTLE) == settles
    state = expect(await filings.read(filings.officer(), f"/objections/{case['id']}"))["state"]
    assert state == ("closed" if settles else "awaiting_correction")


async def test_a_registration_is_corrected_where_it_was_doubted(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await referred(filings, code, None, "/address")
    for field, value, settled in (("business_scope", "白酒批发", 0), ("address", "曾都区沿河大道2号", 1)):
        async with filings.client.sessions() as session, session.begin():
            enterprise = await enterprises.locked(session, code)
            assert enterprise is not None
            keep_state(session, enterprise, now())
            setattr(enterprise, field, value)
        assert await filings.sweep(SETTLE) == settled
    assert expect(await filings.read(filings.officer(), f"/objections/{case['id']}"))["corrected_on"] is not None


async def test_the_unit_closes_a_case_whose_error_is_gone_another_way(filings: Filings) -> None:
    code = await filings.enterprise()
    case = await referred(filings, code, await penalty(filings, code, producer="TAX-421303"), "/penalty")
    path, how = f"/objections/{case['id']}/settlement", {"reason": "已核实，由另一条记录更正。"}
    refused(await filings.post(filings.officer("421300"), path, how), 403, "not_your_region")
    refused(await filings.post(filings.officer("421321"), path, how), 404, "objection_unknown")
    assert expect(await filings.post(filings.officer(), path, how))["state"] == "closed"
    refused(await filings.post(filings.officer(), path, how), 409, "act_not_allowed")


async def test_a_penalty_corrected_to_another_one_has_its_term_given_anew(filings: Filings) -> None:
    code = await filings.enterprise()
    large = PENALTY | {"decided_on": "2026-08-03", "fine_yuan": "200000.00", "penalty": "罚款二十万元"}
    until = date(2029, 8, 10)
    item = records.Item(
        code=code, kind=RecordKind.PENALTY, key=str(uuid.uuid4()), content=large, producer="AMR-421303",
        provider="AMR-421303", basis="《中华人民共和国价格法》第四十二条", produced_on=date(2026, 8, 3),
        effective_from=date(2026, 8, 3), publish_until=until,
    )  # fmt: skip
    async with filings.client.sessions() as session, session.begin():
        item_id = str((await records.put(session, audit.SYSTEM, item, now())).item_id)
    kept = await asked(filings, filings.person(sub=str(uuid.uuid4())), code, item_id)
    content = large | {"facts": "未按规定明码标价，已改正"}
    expect(await decided(filings, filings.officer(), kept, outcome="corrected", content=content))
    (row,) = await filings.rows(TERM, code)
    assert row.publish_until == until, "it is the same penalty"
    changed = await asked(filings, filings.person(sub=str(uuid.uuid4())), code, str(row.id))
    small = content | {"fine_yuan": "2000.00", "penalty": "罚款2000元"}
    expect(await decided(filings, filings.officer(), changed, outcome="corrected", content=small))
    await filings.sweep(GIVE_TERMS)
    (row,) = await filings.rows(TERM, code)
    assert row.publish_until < date(2027, 3, 1), "a small fine is published for three months"
