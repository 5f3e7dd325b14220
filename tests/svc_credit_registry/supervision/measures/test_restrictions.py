"""Checks before a decision: answered from one narrow read, each of them noted."""

import uuid
from typing import Any

import pytest

from shared.codes import credit_code
from tests.svc_credit_registry.supervision.measures.bureau import ID_NUMBER, Bureau, directive
from tests.svc_credit_registry.world import successions

CHECKS = "/v1/restriction-checks"


async def noted(bureau: Bureau, **params: str) -> list[dict[str, Any]]:
    answer = await bureau.client.get(CHECKS, headers=bureau.auditor(), params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_each_check_is_noted_with_who_asked_and_why(bureau: Bureau) -> None:
    code, case = await bureau.enterprise(), uuid.uuid4().hex
    params = {"matter": "FIN-PROCUREMENT", "case_id": case, "on_behalf_of": "officer-7"}
    answer = await bureau.client.get(
        f"/v1/restrictions/{code}", params=params, headers=bureau.machine("finance-wuhan")
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (entry,) = await noted(bureau, case_id=case)
    wanted = {
        "requester": "finance-wuhan", "on_behalf_of": "officer-7", "matter": "FIN-PROCUREMENT", "code": code,
        "effect": "none", "found": 0, "about_person": False,
    }  # fmt: skip
    assert {name: entry[name] for name in wanted} == wanted


@pytest.mark.parametrize("missing", ["matter", "case_id"])
async def test_nobody_asks_without_a_reason(bureau: Bureau, missing: str) -> None:
    code = await bureau.enterprise()
    for given in ({}, {missing: " "}):
        params = {k: v for k, v in {"matter": "M", "case_id": "C"}.items() if k != missing} | given
        answer = await bureau.client.get(f"/v1/restrictions/{code}", params=params, headers=bureau.machine())
        assert answer.status_code == 422, answer.text
    assert await noted(bureau, code=code) == []


async def test_who_may_ask_and_who_may_see_who_asked(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    path = f"/v1/restrictions/{code}?matter=M&case_id=C"
    assert (await bureau.client.get(path)).status_code == 401
    assert (await bureau.client.get(path, headers=bureau.officer())).status_code == 403
    assert (await bureau.client.get(path, headers=bureau.machine("a", "records:push"))).status_code == 403
    assert (await bureau.client.get(CHECKS, headers=bureau.machine())).status_code == 403
    assert (await bureau.client.get(CHECKS, headers=bureau.officer())).status_code == 403


async def test_a_code_that_no_enterprise_has_and_what_is_no_code(bureau: Bureau) -> None:
    found = await bureau.check("91110000600037341L")
    assert (found["known"], found["effect"]) == (False, "none")
    params = {"matter": "M", "case_id": "C"}
    for text in ("91110000100001604N", "nonsense", "%20"):
        answer = await bureau.client.get(f"/v1/restrictions/{text}", params=params, headers=bureau.machine())
        assert (answer.status_code, answer.json()["code"]) == (422, "credit_code_invalid")


async def test_many_are_answered_in_the_order_asked(bureau: Bureau) -> None:
    clean, bad = await bureau.enterprise(), await bureau.enterprise()
    await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(bad))
    person = {"name": "李雷", "id_number": ID_NUMBER}
    case = uuid.uuid4().hex
    body = {"matter": "FIN-PROCUREMENT", "case_id": case, "codes": [clean, bad, clean.lower()], "persons": [person]}
    found = await bureau.ok("POST", CHECKS, bureau.machine(), body)
    assert [(i["code"], i["person"], i["effect"]) for i in found["items"]] == [
        (clean, None, "none"), (bad, None, "refuse"), (None, "李*", "none"),
    ]  # fmt: skip
    assert found["effect"] == "refuse"
    assert ID_NUMBER not in str(found)
    entries = await noted(bureau, case_id=case)
    assert sorted((e["code"] or "", e["about_person"]) for e in entries) == sorted(
        [("", True), (clean, False), (bad, False)]
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"codes": [], "persons": []}, 422),
        ({"codes": [credit_code.make("421303", n) for n in range(201)]}, 422),
        (
            {"codes": [credit_code.make("421303", n) for n in range(200)],
             "persons": [{"name": "李雷", "id_number": ID_NUMBER}]}, 422,
        ),
        ({"codes": [credit_code.make("421303", n) for n in range(200)]}, 200),
        ({"persons": [{"name": "李雷", "id_number": "*" * 18}]}, 422),
        ({"codes": ["x"]}, 422),
        ({"case_id": ""}, 422),
    ],
)  # fmt: skip
async def test_too_many_nobody_and_rubbish(bureau: Bureau, body: dict[str, Any], status: int) -> None:
    answer = await bureau.call("POST", CHECKS, bureau.machine(), {"matter": "M", "case_id": "C"} | body)
    assert answer.status_code == status, answer.text


async def test_too_large_a_body_and_half_a_body(bureau: Bureau) -> None:
    headers = bureau.machine() | {"Content-Type": "application/json"}
    large = await bureau.client.post(CHECKS, content=b" " * (1024 * 1024 + 1), headers=headers)
    assert large.status_code == 413
    half = await bureau.client.post(CHECKS, content=b'{"matter": "M", "codes": ["914', headers=headers)
    assert half.status_code == 400


async def test_mergers_take_the_measures_along(bureau: Bureau) -> None:
    old, new, newest = await bureau.enterprise(), await bureau.enterprise(), await bureau.enterprise()
    await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(old))
    async with bureau.client.sessions() as session, session.begin():
        session.add_all(successions(old, new, newest))
    for code in (new, newest):
        found = await bureau.check(code)
        assert (found["effect"], found["restrictions"][0]["code"]) == ("refuse", old)


async def test_who_asks_by_a_code_that_went_on_under_another_hears_of_what_stands_against_that(bureau: Bureau) -> None:
    old, new, newest = await bureau.enterprise(), await bureau.enterprise(), await bureau.enterprise()
    await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(newest))
    async with bureau.client.sessions() as session, session.begin():
        session.add_all(successions(old, new, newest, reason="code_changed"))
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE enterprises SET status = 'cancelled', ended_on = current_date WHERE code IN ($1, $2)", (old, new)
        )
    for code in (old, new, newest):
        found = await bureau.check(code)
        assert (found["code"], found["known"], found["effect"]) == (code, True, "refuse")
        assert [one["code"] for one in found["restrictions"]] == [newest]
    async with bureau.client.sessions() as session, session.begin():
        statement = "UPDATE enterprises SET status = 'active', ended_on = NULL WHERE code = $1"
        await (await session.connection()).exec_driver_sql(statement, (old,))
    assert (await bureau.check(old))["effect"] == "none", "its cancellation was undone: it is in business by itself"


async def test_a_matter_that_no_measure_names_is_marked(bureau: Bureau) -> None:
    code, who = await bureau.enterprise(), bureau.machine()
    for matter, known in (("FIN-PROCUREMENT", True), ("FIN-PROCUREMNT", False)):
        path = f"/v1/restrictions/{code}?matter={matter}&case_id=C"
        assert (await bureau.ok("GET", path, who))["matter_known"] is known
        body = {"matter": matter, "case_id": "C", "codes": [code]}
        assert (await bureau.ok("POST", CHECKS, who, body))["matter_known"] is known


async def test_words_come_in_english_when_asked(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    found = await bureau.check(code, **{"Accept-Language": "en"})
    assert found["restrictions"][0]["measure_name"] == "Kept from government procurement"


async def test_the_catalogue_is_public_and_of_a_day(bureau: Bureau) -> None:
    now = await bureau.get("/v1/measures")
    assert {m["code"] for m in now["items"]} >= {"priority_supervision", "representative_ban"}
    then = await bureau.get("/v1/measures", as_of="2020-01-01")
    assert "priority_supervision" not in {m["code"] for m in then["items"]}
    assert (await bureau.client.get("/v1/measures/pillory")).status_code == 404
    early = await bureau.client.get("/v1/measures/priority_supervision", params={"as_of": "2020-01-01"})
    assert (early.status_code, early.json()["code"]) == (422, "measure_not_in_force")
    assert (await bureau.get("/v1/measures/bidding"))["effect"] == "restrict"
