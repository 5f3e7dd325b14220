"""Ratings: once, by the applicant, after the end; a bad one is answered."""

import asyncio
import uuid
from datetime import date
from typing import Any

import pytest

from svc_services.evaluation import rules
from tests.svc_services.world import OFFICER, PERSON, World


async def rate(world: World, case: dict[str, Any], grade: object, who: dict[str, str] | None = None) -> Any:
    body = {"grade": grade, "comment": "来回跑了三次"}
    return await world.post(f"/v1/applications/{case['id']}/evaluation", who or world.citizen, body)


async def test_a_good_grade_is_kept_and_asks_for_nothing(world: World) -> None:
    case = await world.completed()
    given = (await rate(world, case, 5)).json()
    assert (given["grade"], given["grade_label"], given["follow_up_due_on"]) == (5, "非常满意", None)
    assert (await world.get("/v1/follow-ups", world.officer)).json()["items"] == []
    for who in (world.citizen, world.officer):
        assert (await world.get(f"/v1/applications/{case['id']}/evaluation", who)).json()["grade"] == 5


async def test_a_bad_grade_is_followed_up_and_answered_once(world: World) -> None:
    case = await world.completed()
    given = (await rate(world, case, 2)).json()
    (task,) = (await world.get("/v1/follow-ups", world.officer)).json()["items"]
    assert (task["number"], task["due_on"], task["comment"]) == (
        case["number"],
        given["follow_up_due_on"],
        "来回跑了三次",
    )
    path = f"/v1/follow-ups/{task['id']}/answer"
    answered = await world.post(path, world.officer, {"answer": "已核实，改为一次办结"})
    assert answered.json()["answer"] == "已核实，改为一次办结"
    again = await world.post(path, world.officer, {"answer": "又一次"})
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    assert (await world.get("/v1/follow-ups", world.officer)).json()["items"] == []
    seen = (await world.get(f"/v1/applications/{case['id']}/evaluation", world.citizen)).json()
    assert seen["answer"] == "已核实，改为一次办结"


async def test_only_the_unit_answers(world: World) -> None:
    await rate(world, await world.completed(), 1)
    (task,) = (await world.get("/v1/follow-ups", world.official("421300"))).json()["items"]
    path = f"/v1/follow-ups/{task['id']}/answer"
    assert (await world.post(path, world.official("421321"), {"answer": "x"})).status_code == 404
    assert (await world.post(path, world.official("421300"), {"answer": "x"})).json()["code"] == "not_your_region"
    assert (await world.post(path, world.citizen, {"answer": "x"})).status_code == 403
    assert (await world.post(path, world.officer, {"answer": " "})).status_code == 422
    assert (await world.get("/v1/follow-ups", world.official("421321"))).json()["items"] == []


async def test_who_gave_a_grade_does_not_answer_it(world: World) -> None:
    both = [*PERSON, *OFFICER]
    clerk = world.official("421303", sub=str(uuid.uuid4()), permissions=both, trust_level="two_factor")
    world.citizen = clerk
    case = await world.completed()
    given = await world.post(f"/v1/applications/{case['id']}/evaluation", clerk, {"grade": 1})
    assert given.status_code == 201
    (task,) = (await world.get("/v1/follow-ups", clerk)).json()["items"]
    answer = await world.post(f"/v1/follow-ups/{task['id']}/answer", clerk, {"answer": "无问题"})
    assert (answer.status_code, answer.json()["code"]) == (403, "conflict_of_interest")


async def test_a_case_is_rated_once_even_at_the_same_moment(world: World) -> None:
    case = await world.completed()
    answers = await asyncio.gather(*(rate(world, case, 1) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert len((await world.get("/v1/follow-ups", world.officer)).json()["items"]) == 1


async def test_a_refused_case_can_be_rated_and_a_running_one_cannot(world: World) -> None:
    case = await world.accepted()
    early = await rate(world, case, 5)
    assert (early.status_code, early.json()["code"]) == (409, "not_ended_yet")
    await world.decide(case, "refused", "住所不存在")
    assert (await rate(world, case, 3)).status_code == 201


@pytest.mark.parametrize("grade", [0, 6, "good", None])
async def test_there_are_five_grades(world: World, grade: object) -> None:
    assert (await rate(world, await world.granted(), grade)).status_code == 422


async def test_only_the_applicant_rates(world: World) -> None:
    case = await world.completed()
    assert (await rate(world, case, 5, world.person())).status_code == 404
    assert (await rate(world, case, 5, world.officer)).status_code == 403
    unrated = await world.get(f"/v1/applications/{case['id']}/evaluation", world.citizen)
    assert (unrated.status_code, unrated.json()["code"]) == (404, "evaluation_unknown")


@pytest.mark.parametrize(("grade", "bad"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
def test_dissatisfied_and_worse_is_bad(grade: int, bad: bool) -> None:
    assert rules.is_bad(grade) is bad
    assert all(rules.GRADES[grade])


def test_a_bad_grade_is_answered_within_five_working_days() -> None:
    assert rules.follow_up_due(date(2025, 9, 26)).due_on == date(2025, 10, 10)
    with pytest.raises(ValueError, match="2019-12-16"):
        rules.follow_up_due(date(2019, 12, 16))
