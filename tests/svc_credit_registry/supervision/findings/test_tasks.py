"""From a drawn entity to a result on its record: who may do what, by when, and what happens by itself."""

import json
import runpy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.audit import SYSTEM
from shared.calendar import working_days_after
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.apart import PAUSE
from svc_credit_registry.publication.statistics import queries as statistics
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.record.records import queries as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.findings import handlers
from svc_credit_registry.supervision.findings import service as findings
from svc_credit_registry.supervision.risk import handlers as classes
from svc_credit_registry.supervision.risk import service as risk
from tests.svc_credit_registry.supervision.inspections.conftest import DRAWN, PEOPLE, Office
from tests.svc_credit_registry.supervision.risk.test_classification import finish
from tests.svc_credit_registry.world import row

SCRIPT = Path(__file__).parents[4] / "docs/verify_draw.py"


@pytest.fixture(scope="module")
async def path(office: Office) -> str:
    """A plan that is drawn."""
    return await office.drawn()


async def tasks(office: Office, **params: Any) -> list[dict[str, Any]]:
    """The inspections of the county."""
    found: list[dict[str, Any]] = (await office.see("/v1/inspection-tasks", office.planner(), **params))["items"]
    return found


def on(task: dict[str, Any]) -> list[str]:
    """The certificates of who is on a task now."""
    return [one["certificate"] for one in task["inspectors"] if one["ended_on"] is None]


async def sweep(office: Office, day: date, moment: datetime | None = None) -> int:
    """The sweep that publishes, on a day."""
    async with office.world.client.sessions() as session, session.begin():
        return await handlers.publish_due(session, SweepContext(office.world.client.runtime, moment or now(), day))


async def report(office: Office, task: dict[str, Any], **changes: Any) -> Any:
    """An inspector of the task enters a result."""
    body = {"inspected_on": today().isoformat(), "result": "nothing_found"} | changes
    match = f'"{task["version"]}"'
    who = office.inspector(on(task)[0])
    return await office.post(f"/v1/inspection-tasks/{task['id']}/result", who, body, **{"If-Match": match})


async def waiting(office: Office) -> dict[str, Any]:
    """An inspection without a result."""
    return (await tasks(office, state="assigned"))[0]


async def test_an_inspector_sees_his_own_tasks_only(office: Office, path: str) -> None:
    everything = await tasks(office)
    assert len(everything) == sum(DRAWN.values())
    for certificate in PEOPLE[:3]:
        own = (await office.see("/v1/me/inspection-tasks", office.inspector(certificate)))["items"]
        assert {one["id"] for one in own} == {one["id"] for one in everything if certificate in on(one)}
    task = everything[0]
    outsider = office.inspector(next(c for c in PEOPLE if c not in on(task)))
    address = f"/v1/inspection-tasks/{task['id']}"
    assert (await office.world.client.get(address, headers=outsider)).status_code == 404
    assert (await office.world.client.get(address, headers=office.planner("421321"))).status_code == 404
    assert (await office.world.client.get("/v1/inspection-tasks", headers=outsider)).status_code == 403
    body = {"inspected_on": today().isoformat(), "result": "nothing_found"}
    refused = await office.post(f"{address}/result", outsider, body, **{"If-Match": '"1"'})
    assert refused.status_code == 404
    assert (await office.see(address, office.planner("421300")))["number"] == task["number"], "superiors may read"


async def test_a_result_is_published_by_itself_within_its_term(office: Office, path: str) -> None:
    task = await waiting(office)
    done = await report(office, task, result="unreachable", remark="现场无此企业")
    assert done.status_code == 200, done.text
    after, by = (date.fromisoformat(done.json()[name]) for name in ("publish_after", "publish_by"))
    assert by == working_days_after(today(), 20, basis="").due_on
    assert after == working_days_after(today(), 3, basis="").due_on
    assert (await office.see("/v1/inspection-results", code=task["code"]))["items"] == [], "not public yet"
    assert await sweep(office, after - timedelta(days=1)) == 0
    assert await sweep(office, after) == 1
    assert await sweep(office, after) == 0
    (shown,) = (await office.see("/v1/inspection-results", code=task["code"]))["items"]
    assert (shown["result"], shown["remark"]) == ("unreachable", "现场无此企业")
    async with office.world.client.sessions() as session:
        (item,) = await records.current(session, task["code"], RecordKind.INSPECTION)
    assert (item.key, item.producer, item.content["type"]) == (task["number"], "AMR-421303", "random")
    assert item.publication_due_on == by
    late = await report(office, await one_task(office, task))
    assert (late.status_code, late.json()["code"]) == (409, "inspection_task_state")


async def one_task(office: Office, task: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await office.see(f"/v1/inspection-tasks/{task['id']}", office.planner())
    return found


async def test_a_result_entered_late_is_published_at_once(office: Office, path: str) -> None:
    task = await waiting(office)
    long_ago = today() - timedelta(days=40)
    async with office.world.client.sessions() as session, session.begin():
        await session.execute(
            text("UPDATE inspection_tasks SET drawn_on = :day WHERE id = :id"), {"day": long_ago, "id": task["id"]}
        )
    done = (await report(office, task, inspected_on=long_ago.isoformat())).json()
    assert date.fromisoformat(done["publish_by"]) < today()
    assert done["publish_after"] == done["publish_by"]
    assert done["is_overdue"]
    assert task["id"] in {one["id"] for one in await tasks(office, overdue=True)}
    assert await sweep(office, today()) == 1
    assert task["id"] not in {one["id"] for one in await tasks(office, overdue=True)}


async def test_a_planner_publishes_early_and_a_result_may_be_entered_anew_until_then(office: Office, path: str) -> None:
    task = await waiting(office)
    first = (await report(office, task)).json()
    stale = await report(office, task)
    assert stale.status_code == 412
    second = (await report(office, first, result="report_missing")).json()
    address = f"/v1/inspection-tasks/{task['id']}"
    assert (await office.post(f"{address}/publication", office.planner("421300"))).status_code == 403
    published = await office.done(f"{address}/publication", office.planner())
    assert (published["state"], published["result"]) == ("published", "report_missing")
    assert second["version"] < published["version"]
    terms = await office.see(f"{address}/deadlines", office.planner(), explain=True)
    assert terms["items"][0]["met_on"] == today().isoformat()
    assert sum(day["counted"] for day in terms["items"][0]["explanation"]) == 20


async def test_a_published_result_is_corrected_by_a_new_version(office: Office, path: str) -> None:
    task = (await tasks(office, state="published"))[0]
    body = {"result": "ordered_to_correct", "remark": "已责令改正", "reason": "录入有误"}
    address, match = f"/v1/inspection-tasks/{task['id']}/correction", {"If-Match": f'"{task["version"]}"'}
    assert (await office.post(address, office.planner(), body)).status_code == 428
    before = now()
    corrected = (await office.post(address, office.planner(), body, **match)).json()
    stale = await office.post(address, office.planner(), body | {"result": "nothing_found"}, **match)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), "another one has corrected it"
    assert (corrected["state"], corrected["result"]) == ("published", "ordered_to_correct")
    async with office.world.client.sessions() as session:
        (item,) = await records.current(session, task["code"], RecordKind.INSPECTION)
    assert (item.version, item.content["result"]) == (2, "ordered_to_correct")
    figure = statistics.SQL["inspection_results"]
    async with office.world.client.sessions() as session:
        then = await statistics.compute(session, figure, today(), before, "60s")
        later = await statistics.compute(session, figure, today(), now(), "60s")
    assert set(then) - set(later), "what was published before it was corrected comes out as it was"
    unpublished = await waiting(office)
    match = {"If-Match": f'"{unpublished["version"]}"'}
    early = await office.post(f"/v1/inspection-tasks/{unpublished['id']}/correction", office.planner(), body, **match)
    assert early.json()["code"] == "inspection_task_state"


async def test_terms_are_counted_anew_when_holidays_change(office: Office, path: str) -> None:
    task = (await report(office, await waiting(office))).json()
    async with office.world.client.sessions() as session, session.begin():
        await session.execute(
            text("UPDATE inspection_tasks SET publish_by = publish_by + 3 WHERE id = :id"), {"id": task["id"]}
        )
    async with office.world.client.sessions() as session, session.begin():
        assert await findings.recount(session, SYSTEM) == 1
        assert await findings.recount(session, SYSTEM) == 0
    assert (await one_task(office, task))["publish_by"] == task["publish_by"]
    await office.done(f"/v1/inspection-tasks/{task['id']}/publication", office.planner())


async def test_an_identity_number_is_refused_before_it_could_be_published(office: Office, path: str) -> None:
    refused = await report(office, await waiting(office), remark="负责人11010519491231002X不在场")
    assert (refused.status_code, refused.json()["code"]) == (422, "record_content_invalid")


async def test_a_result_that_can_not_be_published_holds_up_no_other(office: Office, path: str) -> None:
    stuck = (await report(office, await waiting(office))).json()
    fine = (await report(office, await waiting(office))).json()
    change = text("UPDATE inspection_tasks SET publish_after = :day, remark = :remark WHERE id = :id")
    async with office.world.client.sessions() as session, session.begin():
        for task, remark in ((stuck, "11010519491231002X"), (fine, None)):
            await session.execute(change, {"day": today(), "remark": remark, "id": task["id"]})
    assert await sweep(office, today()) == 1
    assert [(await one_task(office, task))["state"] for task in (stuck, fine)] == ["reported", "published"]
    async with office.world.client.sessions() as session, session.begin():
        await session.execute(change, {"day": today(), "remark": None, "id": stuck["id"]})
    assert await sweep(office, today()) == 0, "it is set aside for an hour"
    assert await sweep(office, today(), now() + PAUSE) == 1


async def test_an_impossible_day_is_refused(office: Office, path: str) -> None:
    task = await waiting(office)
    for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
        assert (await report(office, task, inspected_on=day.isoformat())).json()["code"] == "inspected_on_out_of_range"


async def test_who_has_a_conflict_leaves_and_the_next_in_order_comes(office: Office, path: str, tmp_path: Path) -> None:
    task = await waiting(office)
    leaving, staying = on(task)
    address = f"/v1/inspection-tasks/{task['id']}"
    body = {"ground": "conflict", "reason": "本人亲属在该企业任职"}
    changed = await office.done(f"{address}/recusal", office.inspector(leaving), body)
    assert staying in on(changed)
    assert leaving not in on(changed)
    gone = await office.world.client.get(address, headers=office.inspector(leaving))
    assert gone.status_code == 404, "who has left sees it no more"
    again = body | {"certificate": staying, "ground": "absence"}
    changed = await office.done(f"{address}/replacement", office.planner(), again)
    assert not {leaving, staying} & set(on(changed))
    assert len(on(changed)) == 2
    draw = await office.see(f"{path}/draw")
    one = next(one for one in draw["drawn"] if one["task_number"] == task["number"])
    assert one["inspectors"] == [leaving, staying], "as dealt"
    assert [s["out"] for s in one["substitutions"]] == [leaving, staying]
    assert "亲属" not in json.dumps(draw, ensure_ascii=False), "reasons are not published"
    assert await verified(office, draw, tmp_path)
    one["substitutions"][0]["substitute"] = next(
        c for c in PEOPLE if c not in {leaving, one["substitutions"][0]["substitute"]}
    )
    assert not await verified(office, draw, tmp_path)


async def verified(office: Office, draw: dict[str, Any], folder: Path) -> bool:
    """Whether the program for outsiders is content."""
    (folder / "draw").write_text(json.dumps(draw), encoding="utf-8")
    for name in ("tokens", "codes"):
        lines = (await office.world.client.get(draw["pool"][f"{name}_url"])).text
        (folder / name).write_text(lines, encoding="utf-8")
    files = [str(folder / name) for name in ("draw", "tokens", "codes")]
    return bool(runpy.run_path(str(SCRIPT))["main"](files) == 0)


async def test_when_nobody_is_left_the_planner_hears_it(office: Office, path: str) -> None:
    task = await waiting(office)
    for certificate in PEOPLE:
        if certificate not in on(task):
            body = {"code": task["code"], "kind": "dealings"}
            await office.done(f"/v1/inspectors/{office.accounts[certificate]}/relations", office.planner(), body)
    body = {"ground": "conflict", "reason": "有经济往来"}
    refused = await office.post(f"/v1/inspection-tasks/{task['id']}/recusal", office.inspector(on(task)[0]), body)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_substitute")


async def test_coverage_of_a_year_is_public(office: Office, path: str) -> None:
    await finish(office.world, today(), now(), batch=1000)
    figures = await office.see("/v1/inspection-coverage", region="421303")
    assert figures["floor"] == 300
    assert (figures["whole"]["drawn"], figures["whole"]["entities"]) == (sum(DRAWN.values()), len(office.classes))
    assert figures["whole"]["share"] == sum(DRAWN.values()) * 10_000 // len(office.classes)
    assert {row["key"]: row["drawn"] for row in figures["classes"]} == DRAWN
    assert figures["whole"]["published"] == figures["whole"]["inspected"] > figures["whole"]["found"] > 0
    (below,) = (await office.see("/v1/inspection-coverage", region="421300"))["regions"]
    assert (below["key"], below["drawn"]) == ("421303", sum(DRAWN.values()))
    assert (await office.see("/v1/inspection-coverage", year=2020))["whole"]["drawn"] == 0
    assert risk.DEFINITION in (await office.see("/v1/risk-distribution", region="421303"))["definition"]


async def test_who_is_drawn_twice_in_a_year_counts_once_also_when_his_class_has_changed(
    office: Office, path: str
) -> None:
    async with office.world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE risk_classes SET class = 'A'"))
    await office.drawn(ratios=dict.fromkeys("ABCD", 10_000), conflict_months=0)
    figures = await office.see("/v1/inspection-coverage", region="421303")
    (below,) = (await office.see("/v1/inspection-coverage", region="421300"))["regions"]
    everybody = len(office.classes)
    assert figures["whole"]["drawn"] == below["drawn"] == everybody
    assert {row["key"]: row["drawn"] for row in figures["classes"]} == DRAWN | {"A": everybody}


async def test_who_joins_within_a_month_is_in_the_whole_and_in_no_class(office: Office, path: str) -> None:
    before = await office.see("/v1/inspection-coverage", region="421303")
    await office.world.load([row(credit_code.make("421303", 77_000_000), "随州新设抽查对象有限公司")])
    await sequence_all(office.world.client.runtime)
    async with office.world.client.sessions() as session, session.begin():
        await classes.classify(session, SweepContext(office.world.client.runtime, now(), today()))
    after = await office.see("/v1/inspection-coverage", region="421303")
    assert after["whole"]["entities"] == before["whole"]["entities"] + 1
    assert [one["entities"] for one in after["classes"]] == [one["entities"] for one in before["classes"]]
