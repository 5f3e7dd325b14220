"""Minutes, appraisals, outcomes, and mediations which the law ends."""

import asyncio
from datetime import date, timedelta

import pytest

from shared.clock import today
from svc_complaints.cases import rules
from svc_complaints.mediation.handlers import SWEEPS
from svc_complaints.mediation.service import CLOCK
from tests.svc_complaints.world import SUMMARY, World, expect, refused

(END_OVERDUE,) = SWEEPS
APPRAISAL = {"body": "湖北省产品质量监督检验研究院", "subject": "鞋底粘合强度检验"}


async def test_minutes_are_for_the_unit_and_its_superiors_only(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    accepted = await world.accepted(consumer, officer)
    path = f"/complaints/{accepted['id']}/mediation-records"
    body = {"method": "telephone", "minutes": "商家愿意退款，李娜要求另行赔偿。"}
    record = expect(await world.post(officer, path, body), 201)
    assert record["held_on"] == today().isoformat()
    assert [r["id"] for r in (await world.get(world.officer("421300"), path)).json()["items"]] == [record["id"]]
    refused(await world.get(consumer, path), 403, "forbidden")
    refused(await world.get(world.officer("421321"), path), 404, "complaint_unknown")
    early = body | {"held_on": (today() - timedelta(days=1)).isoformat()}
    refused(await world.post(officer, path, early), 422, "day_out_of_range")


async def test_nothing_is_mediated_before_acceptance(world: World) -> None:
    filed, officer = await world.filed(world.consumer()), world.officer()
    path = f"/complaints/{filed['id']}"
    for act, body in (
        ("mediation-records", {"minutes": "x" * 20}),
        ("appraisals", APPRAISAL),
        ("outcome", {"result": "agreement", "summary": SUMMARY}),
    ):
        refused(await world.post(officer, f"{path}/{act}", body, version=filed["version"]), 409, "act_not_allowed")


async def test_an_appraisal_stops_the_clock_and_its_end_moves_the_last_day(world: World) -> None:
    officer = world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    path = f"/complaints/{accepted['id']}"
    began, until = today() - timedelta(days=30), today()
    await let_time_pass(world, accepted["id"], began)
    started = (began + timedelta(days=3)).isoformat()
    appraisal = expect(await world.post(officer, f"{path}/appraisals", APPRAISAL | {"started_on": started}), 201)
    shown = expect(await world.get(officer, path))
    assert (shown["due_on"], shown["mediate_by"]) == (None, None)
    refused(await world.post(officer, f"{path}/appraisals", APPRAISAL), 409, "appraisal_running")
    assert await world.sweep(END_OVERDUE, today() + timedelta(days=400)) == 0, "a suspended clock does not run out"

    end = f"{path}/appraisals/{appraisal['id']}/end"
    expect(await world.post(officer, end, {"finding": "粘合强度不合格"}))
    terms = rules.terms_on(today())
    expected = terms.mediation.deadline(began, [(date.fromisoformat(started), until)])
    assert expect(await world.get(officer, path))["mediate_by"] == expected.due_on.isoformat()
    refused(await world.post(officer, end, {"finding": "再次"}), 404, "appraisal_unknown")

    clocks = (await world.get(officer, f"{path}/deadlines?explain=true")).json()["items"]
    mediation = next(c for c in clocks if c["node"] == CLOCK)
    reasons = [day["reason"] for day in mediation["explanation"]]
    assert reasons.count("suspension") == (until - date.fromisoformat(started)).days + 1
    assert sum(day["counted"] for day in mediation["explanation"]) == 45
    assert mediation["explanation"][-1]["day"] == mediation["due_on"]


async def test_an_agreement_opens_the_window_for_objection(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    done = await world.concluded(consumer, officer)
    terms = rules.terms_on(today())
    window = terms.objection.deadline(today()).due_on.isoformat()
    assert (done["state"], done["outcome"], done["publish_after"]) == ("concluded", "agreement", window)
    assert done["due_on"] == window
    name, data = (await world.events(done["id"]))[-1]
    assert (name, data["outcome"], data["publish_after"]) == ("concluded", "agreement", window)
    assert set(data) == {"complaint_id", "number", "outcome", "concluded_on", "publish_after"}
    outcome = expect(await world.get(consumer, f"/complaints/{done['id']}/outcome"))
    assert outcome["agreement_text"].startswith("李娜")
    refused(await world.get(world.consumer(), f"/complaints/{done['id']}/outcome"), 404, "complaint_unknown")


@pytest.mark.parametrize("result", ["no_agreement", "settled_privately", "party_absent", "not_mediable"])
async def test_other_ends_are_published_too(world: World, result: str) -> None:
    done = await world.concluded(world.consumer(), world.officer(), result)
    assert (done["state"], done["outcome"]) == ("concluded", result)


@pytest.mark.parametrize(
    ("result", "state", "event"),
    [("withdrawn", "withdrawn", "withdrawn"), ("should_not_have_been_accepted", "closed", "withheld")],
)
async def test_what_was_withdrawn_or_wrongly_accepted_is_not(world: World, result: str, state: str, event: str) -> None:
    done = await world.concluded(world.consumer(), world.officer(), result)
    assert (done["state"], done["due_on"], done["publish_after"]) == (state, None, None)
    assert [name for name, _ in await world.events(done["id"])] == ["received", "accepted", event]


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        ("商家已联系13812345678退款", "mobile_phone"),
        ("商家已向４２０１０６１９９００３０７１２３４退款", "id_number"),
        ("消费者李娜对结果满意", "person_name"),
    ],
)
async def test_personal_data_in_the_public_summary_is_refused(world: World, summary: str, kind: str) -> None:
    officer = world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    body = refused(
        await world.end(officer, accepted["id"], {"result": "agreement", "summary": summary}),
        422,
        "personal_data_in_summary",
    )
    assert {(e["pointer"], e["code"]) for e in body["errors"]} == {("/summary", kind)}
    assert len(await world.events(accepted["id"])) == 2


async def test_of_two_outcomes_at_the_same_moment_one_counts(world: World) -> None:
    accepted = await world.accepted(world.consumer(), world.officer())
    path, version = f"/complaints/{accepted['id']}/outcome", accepted["version"]
    answers = await asyncio.gather(
        world.post(world.officer(), path, {"result": "agreement", "summary": SUMMARY}, version=version),
        world.post(world.officer(), path, {"result": "no_agreement", "summary": SUMMARY}, version=version),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert len(await world.events(accepted["id"])) == 3


async def test_an_outcome_names_the_version_it_is_about(world: World) -> None:
    officer = world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    path, body = f"/complaints/{accepted['id']}/outcome", {"result": "agreement", "summary": SUMMARY}
    refused(await world.post(officer, path, body), 428, "precondition_required")
    refused(await world.post(officer, path, body, version=accepted["version"] + 1), 412, "stale_version")


async def test_the_law_ends_a_mediation_after_its_last_day_and_only_once(world: World) -> None:
    consumer = world.consumer()
    accepted = await world.accepted(consumer, world.officer())
    path, last = f"/complaints/{accepted['id']}", date.fromisoformat(accepted["mediate_by"])
    assert await world.sweep(END_OVERDUE, last) == 0, "the last day belongs to the mediation"
    after = last + timedelta(days=1)
    assert await world.sweep(END_OVERDUE, after) == 1
    assert await world.sweep(END_OVERDUE, after) == 0
    done = expect(await world.get(consumer, path))
    assert (done["state"], done["outcome"]) == ("concluded", "no_agreement")
    assert done["concluded_on"] == after.isoformat()
    basis = expect(await world.get(consumer, f"{path}/outcome"))["basis"]
    assert "总局令" in basis
    assert [name for name, _ in await world.events(accepted["id"])].count("concluded") == 1
    steps = (await world.get(consumer, f"{path}/history")).json()["items"]
    assert (steps[-1]["act"], steps[-1]["actor"]) == ("conclude", "system")


async def test_two_sweeps_at_once_end_each_mediation_once(world: World) -> None:
    officer = world.officer()
    accepted = [await world.accepted(world.consumer(), officer) for _ in range(5)]
    after = date.fromisoformat(accepted[0]["mediate_by"]) + timedelta(days=1)
    done = await asyncio.gather(*(world.sweep(END_OVERDUE, after) for _ in range(3)))
    assert sum(done) == 5
    assert (await world.rows("SELECT count(*) FROM mediation_outcomes"))[0][0] == 5


async def test_after_the_last_day_no_agreement_is_recorded(world: World) -> None:
    officer = world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    async with world.client.runtime.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE complaint_cases SET mediate_by = $1", (today() - timedelta(days=1),))
    late = await world.end(officer, accepted["id"], {"result": "agreement", "summary": SUMMARY})
    # The service's own sweep may have ended it a moment before: either way there is no agreement.
    assert late.json()["code"] in {"mediation_period_over", "act_not_allowed"}
    assert late.status_code == 409


async def test_a_respondent_without_an_account_is_told_by_hand(world: World) -> None:
    officer = world.officer()
    done = await world.concluded(world.consumer(), officer)
    path = f"/complaints/{done['id']}"

    async def notice() -> dict[str, object]:
        return next(c for c in (await world.get(officer, f"{path}/deadlines")).json()["items"] if c["node"] == "notice")

    assert (await notice())["met_on"] is None
    expect(await world.post(officer, f"{path}/notice", {"method": "邮寄送达"}))
    assert (await notice())["met_on"] == today().isoformat()


async def test_a_respondent_with_an_account_has_been_told_at_once(world: World) -> None:
    await world.representative()
    consumer = world.consumer()
    done = await world.concluded(consumer, world.officer())
    clocks = (await world.get(consumer, f"/complaints/{done['id']}/deadlines")).json()["items"]
    assert next(c for c in clocks if c["node"] == "notice")["met_on"] == today().isoformat()


async def test_the_complainant_withdraws_during_an_appraisal(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    accepted = await world.accepted(consumer, officer)
    path = f"/complaints/{accepted['id']}"
    expect(await world.post(officer, f"{path}/appraisals", APPRAISAL), 201)
    assert expect(await world.post(consumer, f"{path}/withdrawal"))["state"] == "withdrawn"
    assert await world.sweep(END_OVERDUE, today() + timedelta(days=400)) == 0


async def let_time_pass(world: World, complaint_id: str, accepted_on: date) -> None:
    """Moves the acceptance back to `accepted_on`, as if the mediation had begun then."""
    terms = rules.terms_on(today())
    due_on = terms.mediation.deadline(accepted_on).due_on
    async with world.client.runtime.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint_clocks SET start_on = $1, due_on = $2 WHERE code = 'mediation'", (accepted_on, due_on)
        )
        await connection.exec_driver_sql(
            "UPDATE complaint_cases SET accepted_on = $1, mediate_by = $2, due_on = $2 WHERE id = $3",
            (accepted_on, due_on, complaint_id),
        )
