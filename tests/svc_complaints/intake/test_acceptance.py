"""The decision on acceptance: in time, late, by two officers at once, by the wrong one."""

import asyncio
import uuid
from datetime import timedelta

from shared.clock import today
from svc_complaints.cases import rules
from tests.svc_complaints.neighbours import SUIXIAN, ZENGDU
from tests.svc_complaints.world import World, expect, refused

REFUSAL = {"ground": "not_consumer_dispute", "reason": "所购设备用于经营，不属于生活消费。"}


async def test_an_officer_accepts_and_the_mediation_clock_starts(world: World) -> None:
    officer = world.officer()
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}"
    done = expect(await world.post(officer, f"{path}/acceptance", version=filed["version"]))
    terms = rules.terms_on(today())
    assert (done["state"], done["decided_late"]) == ("accepted", False)
    assert done["mediate_by"] == done["due_on"] == terms.mediation.deadline(today()).due_on.isoformat()
    assert done["version"] > filed["version"]
    events = await world.events(filed["id"])
    assert [name for name, _ in events] == ["received", "accepted"]
    audit = await world.rows("SELECT action, actor FROM audit_log WHERE object_id = $1 ORDER BY id", filed["id"])
    assert [row[0] for row in audit] == ["complaint.file", "complaint.accept"]
    assert audit[1][1] == officer.id


async def test_only_an_officer_of_the_unit_decides(world: World) -> None:
    consumer = world.consumer()
    filed = await world.filed(consumer)
    path, version = f"/complaints/{filed['id']}/acceptance", filed["version"]
    refused(await world.post(None, path, version=version), 401, "unauthenticated")
    refused(await world.post(consumer, path, version=version), 403, "forbidden")
    refused(await world.post(world.officer("421321"), path, version=version), 404, "complaint_unknown")
    unknown = f"/complaints/{uuid.uuid4()}/acceptance"
    refused(await world.post(world.officer(), unknown, version=1), 404, "complaint_unknown")


async def test_a_decision_names_the_version_it_is_about(world: World) -> None:
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}/acceptance"
    refused(await world.post(world.officer(), path), 428, "precondition_required")
    refused(await world.post(world.officer(), path, version=filed["version"] + 5), 412, "stale_version")


async def test_of_two_officers_at_the_same_moment_one_wins(world: World) -> None:
    filed = await world.filed(world.consumer())
    path, version = f"/complaints/{filed['id']}", filed["version"]
    answers = await asyncio.gather(
        world.post(world.officer(), f"{path}/acceptance", version=version),
        world.post(world.officer(), f"{path}/refusal", REFUSAL, version=version),
        world.post(world.officer(), f"{path}/acceptance", version=version),
    )
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert len(await world.events(filed["id"])) == 2


async def test_a_repeated_acceptance_is_one_acceptance(world: World) -> None:
    officer, key = world.officer(), str(uuid.uuid4())
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}/acceptance"
    first = await world.post(officer, path, version=filed["version"], key=key)
    second = await world.post(officer, path, version=filed["version"], key=key)
    assert expect(first) == expect(second)
    assert len(await world.events(filed["id"])) == 2


async def test_after_the_due_date_acceptance_is_possible_and_marked_late(world: World) -> None:
    filed = await world.filed(world.consumer())
    yesterday = today() - timedelta(days=1)
    await change(world, "UPDATE complaint_cases SET accept_by = $1, due_on = $1", yesterday)
    officer = world.officer()
    overdue = expect(await world.get(officer, "/complaints/queue?overdue=true"))
    assert [item["id"] for item in overdue["items"]] == [filed["id"]]
    path = f"/complaints/{filed['id']}/acceptance"
    assert expect(await world.post(officer, path, version=filed["version"]))["decided_late"] is True


async def test_a_refusal_names_a_ground_of_the_list_and_its_reason(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    filed = await world.filed(consumer)
    path, version = f"/complaints/{filed['id']}/refusal", filed["version"]
    made_up = REFUSAL | {"ground": "we_are_busy"}
    assert (await world.post(officer, path, made_up, version=version)).status_code == 422
    assert (await world.post(officer, path, {"ground": "other_by_law"}, version=version)).status_code == 422
    wrong = REFUSAL | {"ground": "over_claim_period"}
    refused(await world.post(officer, path, wrong, version=version), 422, "ground_contradicts_record")
    done = expect(await world.post(officer, path, REFUSAL, version=version))
    assert (done["state"], done["due_on"]) == ("refused", None)
    told = expect(await world.get(consumer, f"/complaints/{filed['id']}"))["refusal"]
    assert {"ground": told["ground"], "reason": told["reason"]} == REFUSAL
    assert "第十五条第三项" in told["basis"]
    name, data = (await world.events(filed["id"]))[-1]
    assert (name, data["ground"]) == ("refused", "not_consumer_dispute")
    assert "reason" not in data


async def test_the_record_points_the_officer_to_what_speaks_against_acceptance(world: World) -> None:
    filed = await world.filed(world.consumer(), occurred_on="2022-01-05", facts="质量差")
    findings = await world.get(world.officer(), f"/complaints/{filed['id']}/findings")
    assert {f["ground"] for f in findings.json()["items"]} == {"over_claim_period", "contents_missing"}
    consumer, officer = world.consumer(), world.officer()
    await world.accepted(consumer, officer)
    again = await world.filed(consumer)
    repeated = await world.get(officer, f"/complaints/{again['id']}/findings")
    assert [f["ground"] for f in repeated.json()["items"]] == ["handled_elsewhere"]
    grounds = await world.get(world.consumer(), "/refusal-grounds", **{"Accept-Language": "en"})
    assert len(grounds.json()["items"]) == 6


async def test_an_officer_does_not_decide_on_his_own_complaint(world: World) -> None:
    both = ["complaints:complaints:file", "complaints:complaints:handle"]
    officer = world.person(permissions=both, region="421303", unit="AMR-421303", kind="staff")
    filed = await world.filed(officer)
    path = f"/complaints/{filed['id']}/acceptance"
    refused(await world.post(officer, path, version=filed["version"]), 403, "conflict_of_interest")
    expect(await world.post(world.officer(), path, version=filed["version"]))


async def test_an_officer_who_speaks_for_the_respondent_does_not_decide(world: World) -> None:
    representative = await world.representative(ZENGDU)
    officer = world.officer(sub=representative.id)
    filed = await world.filed(world.consumer())
    path = f"/complaints/{filed['id']}"
    refused(await world.post(officer, f"{path}/acceptance", version=filed["version"]), 403, "conflict_of_interest")
    refused(await world.get(officer, path), 404, "complaint_unknown")
    assert expect(await world.get(officer, "/complaints/queue"))["items"] == []
    expect(await world.post(world.officer(), f"{path}/acceptance", version=filed["version"]))
    assert expect(await world.get(officer, path))["viewer"] == "respondent"


async def test_who_has_withdrawn_from_a_case_stays_out(world: World) -> None:
    officer, other = world.officer(), world.officer()
    accepted = await world.accepted(world.consumer(), officer)
    path = f"/complaints/{accepted['id']}"
    expect(await world.post(officer, f"{path}/recusal", {"reason": "与商家负责人系亲属"}))
    outcome = {"result": "no_agreement", "summary": "双方未达成一致。"}
    refused(await world.end(officer, accepted["id"], outcome), 403, "conflict_of_interest")
    assert expect(await world.get(officer, "/complaints/queue"))["items"] == []
    expect(await world.end(other, accepted["id"], outcome))


async def test_the_queue_holds_what_waits_for_the_unit_most_urgent_first(world: World) -> None:
    consumer, officer = world.consumer(), world.officer()
    accepted = await world.accepted(consumer, officer)
    received = await world.filed(consumer)
    elsewhere = await world.filed(consumer, respondent_code=SUIXIAN)
    withdrawn = await world.filed(consumer)
    expect(await world.post(consumer, f"/complaints/{withdrawn['id']}/withdrawal"))

    async def ids(person: object, query: str = "") -> list[str]:
        page = expect(await world.get(person, f"/complaints/queue{query}"))  # type: ignore[arg-type]
        return [item["id"] for item in page["items"]]

    assert await ids(officer) == [received["id"], accepted["id"]]
    assert await ids(officer, "?state=accepted") == [accepted["id"]]
    assert await ids(officer, "?overdue=true") == []
    assert await ids(world.officer("421321")) == [elsewhere["id"]]
    assert len(await ids(world.officer("421300"))) == 3
    assert len(await ids(world.officer("100000"))) == 3
    assert await ids(world.officer("421302")) == []
    refused(await world.get(consumer, "/complaints/queue"), 403, "forbidden")


async def change(world: World, statement: str, *arguments: object) -> None:
    """Lets time pass in the database, where waiting for it would take days."""
    async with world.client.runtime.engine.begin() as connection:
        await connection.exec_driver_sql(statement, arguments)
