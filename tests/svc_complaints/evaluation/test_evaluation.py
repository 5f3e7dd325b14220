"""Five grades, once, after the end; bad ones are followed up."""

import asyncio

import pytest

from shared.clock import today
from svc_complaints.cases import rules as case_rules
from svc_complaints.cases.rules import State
from svc_complaints.evaluation import rules
from svc_complaints.evaluation.errors import NotEndedYet
from svc_complaints.evaluation.rules import Grade
from tests.svc_complaints.world import World, expect, refused


@pytest.mark.parametrize("grade", list(Grade))
def test_the_two_lowest_grades_are_followed_up(grade: Grade) -> None:
    assert rules.needs_follow_up(grade) is (grade <= 2)


@pytest.mark.parametrize("state", list(State))
def test_only_what_has_ended_is_evaluated(state: State) -> None:
    if state in {State.RECEIVED, State.ACCEPTED, State.WITHDRAWN}:
        with pytest.raises(NotEndedYet):
            rules.check_ended(state)
    else:
        rules.check_ended(state)


async def test_the_complainant_evaluates_once_after_the_end(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    accepted = await world.accepted(consumer, officer)
    path = f"/complaints/{accepted['id']}"
    refused(await world.post(consumer, f"{path}/evaluation", {"grade": 5}), 409, "not_ended_yet")
    expect(await world.end(officer, accepted["id"], {"result": "agreement", "summary": "双方达成一致。"}))
    assert (await world.post(consumer, f"{path}/evaluation", {"grade": 6})).status_code == 422
    given = expect(await world.post(consumer, f"{path}/evaluation", {"grade": 5, "comment": "很快"}), 201)
    assert (given["grade_label"], given["follow_up_by"]) == ("非常满意", None)
    refused(await world.post(consumer, f"{path}/evaluation", {"grade": 1}), 409, "already_evaluated")
    refused(await world.post(officer, f"{path}/evaluation", {"grade": 5}), 403, "not_complainant")
    refused(await world.post(world.consumer(), f"{path}/evaluation", {"grade": 5}), 404, "complaint_unknown")


async def test_of_two_evaluations_at_once_one_counts(world: World) -> None:
    consumer = world.consumer()
    done = await world.concluded(consumer, world.officer())
    path = f"/complaints/{done['id']}/evaluation"
    answers = await asyncio.gather(*(world.post(consumer, path, {"grade": g}) for g in (1, 5)))
    assert sorted(a.status_code for a in answers) == [201, 409]


async def test_a_bad_grade_must_be_answered_by_the_unit(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    done = await world.concluded(consumer, officer)
    path = f"/complaints/{done['id']}"
    refused(await world.post(officer, f"{path}/follow-up", {"answer": "已联系"}), 409, "no_follow_up_due")
    given = expect(await world.post(consumer, f"{path}/evaluation", {"grade": 1, "comment": "没人联系我"}), 201)
    term = case_rules.terms_on(today()).follow_up
    assert given["follow_up_by"] == term.deadline(today()).due_on.isoformat()
    waiting = expect(await world.get(officer, "/follow-ups"))
    assert [item["complaint_id"] for item in waiting["items"]] == [done["id"]]
    assert expect(await world.get(world.officer("421321"), "/follow-ups"))["items"] == []
    refused(await world.post(consumer, f"{path}/follow-up", {"answer": "已联系"}), 403, "forbidden")
    expect(await world.post(officer, f"{path}/follow-up", {"answer": "已电话致歉并说明情况"}))
    shown = expect(await world.get(consumer, f"{path}/evaluation"))
    assert shown["answer"] == "已电话致歉并说明情况"
    assert expect(await world.get(officer, "/follow-ups"))["items"] == []
    refused(await world.post(officer, f"{path}/follow-up", {"answer": "再答一次"}), 409, "no_follow_up_due")


async def test_the_respondent_does_not_read_the_evaluation(world: World) -> None:
    representative, consumer = await world.representative(), world.consumer()
    done = await world.concluded(consumer, world.officer())
    path = f"/complaints/{done['id']}/evaluation"
    expect(await world.post(consumer, path, {"grade": 1}), 201)
    refused(await world.get(representative, path), 403, "not_complainant")
    dates = f"/complaints/{done['id']}/deadlines"
    assert "follow_up" in [d["node"] for d in expect(await world.get(consumer, dates))["items"]]
    assert "follow_up" not in [d["node"] for d in expect(await world.get(representative, dates))["items"]]
