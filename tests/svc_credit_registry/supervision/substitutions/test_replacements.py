"""Who takes the place of an inspector: nobody can go on replacing until a wished name comes."""

import contextlib
import copy
import io
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.svc_credit_registry.supervision.findings.test_tasks import on
from tests.svc_credit_registry.supervision.inspections.conftest import PEOPLE, Office

SCRIPT = Path(__file__).parents[4] / "docs/verify_draw.py"
ABSENT = {"ground": "absence", "reason": "因病不能到场"}


@pytest.fixture(scope="module")
async def path(office: Office) -> str:
    """A plan that is drawn."""
    return await office.drawn()


async def a_task(office: Office, number: int) -> dict[str, Any]:
    """An inspection without a result which no other test uses."""
    found: dict[str, Any] = (await office.see("/v1/inspection-tasks", office.planner()))["items"][number]
    return found


async def replaced(office: Office, task: dict[str, Any], who: dict[str, str], body: dict[str, str]) -> Any:
    return await office.post(f"/v1/inspection-tasks/{task['id']}/replacement", who, body)


async def verified(office: Office, folder: Path, draw: dict[str, Any]) -> tuple[bool, str]:
    """Whether the program for outsiders is content, and what it says."""
    (folder / "draw").write_text(json.dumps(draw), encoding="utf-8")
    for name in ("tokens", "codes"):
        lines = (await office.world.client.get(draw["pool"][f"{name}_url"])).text
        (folder / name).write_text(lines, encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        ended = runpy.run_path(str(SCRIPT))["main"]([str(folder / name) for name in ("draw", "tokens", "codes")])
    return ended == 0, said.getvalue()


async def test_a_unit_can_not_replace_until_a_wished_name_comes(office: Office, path: str, tmp_path: Path) -> None:
    task = await a_task(office, 0)
    first, second = on(task)
    for leaving in (first, second):
        done = await replaced(office, task, office.planner(), ABSENT | {"certificate": leaving})
        assert done.status_code == 200, done.text
    came = on(done.json())
    assert not {first, second} & set(came)
    refused = await replaced(office, task, office.planner(), ABSENT | {"certificate": came[0]})
    assert (refused.status_code, refused.json()["code"]) == (409, "replacements_exhausted")
    stranger = await replaced(office, task, office.planner("421321"), ABSENT | {"certificate": came[0]})
    assert stranger.status_code == 404
    above = await replaced(office, task, office.planner("421300"), ABSENT | {"certificate": came[0]})
    assert above.status_code == 200, above.text
    draw = await office.see(f"{path}/draw")
    (mine,) = [one for one in draw["drawn"] if one["task_number"] == task["number"]]
    told = [(s["number"], s["out"], s["by"], s["ground"]) for s in mine["substitutions"]]
    assert told == [
        (1, first, "planner", "absence"), (2, second, "planner", "absence"), (3, came[0], "superior", "absence"),
    ]  # fmt: skip
    assert mine["substitutions"][2]["passed_over_grounds"] == dict.fromkeys(sorted({first, second, *came}), "on_task")
    holds, said = await verified(office, tmp_path, draw)
    assert holds, said
    assert f"note {task['number']}: {first} gave way to" in said


async def test_a_ground_must_stand_in_the_register(office: Office, path: str) -> None:
    task = await a_task(office, 1)
    leaving = on(task)[0]
    conflict = {"ground": "conflict", "reason": "有经济往来", "certificate": leaving}
    for body in (conflict, conflict | {"ground": "left_office"}):
        refused = await replaced(office, task, office.planner(), body)
        assert (refused.status_code, refused.json()["code"]) == (409, "replacement_unfounded")
    relation = {"code": task["code"], "kind": "dealings"}
    await office.done(f"/v1/inspectors/{office.accounts[leaving]}/relations", office.planner(), relation)
    done = await replaced(office, task, office.planner(), conflict)
    assert done.status_code == 200, done.text
    came = next(c for c in on(done.json()) if c not in on(task))
    refused = await replaced(office, task, office.planner(), ABSENT | {"certificate": came})
    assert refused.json()["code"] == "replacement_unfounded", "a substitute is not replaced for absence"


async def test_who_was_kept_away_at_the_draw_stays_away(office: Office, path: str) -> None:
    draw = await office.see(f"{await office.drawn()}/draw")
    one = next(one for one in draw["drawn"] if one["excluded"])
    tasks = (await office.see("/v1/inspection-tasks", office.planner(), state="assigned", limit=100))["items"]
    task = next(t for t in tasks if t["number"] == one["task_number"])
    done = await replaced(office, task, office.planner(), ABSENT | {"certificate": one["inspectors"][0]})
    assert done.status_code == 200, done.text
    (now,) = [
        d
        for d in (await office.see(f"/v1/inspection-plans/{task['plan_id']}/draw"))["drawn"]
        if d["task_number"] == task["number"]
    ]
    grounds = now["substitutions"][0]["passed_over_grounds"]
    assert set(one["excluded"]) <= set(grounds)


def _unnumbered(steps: list[dict[str, Any]]) -> None:
    steps[1]["number"] = 3


def _invented_ground(steps: list[dict[str, Any]]) -> None:
    steps[0]["ground"] = "wish"


def _one_more_passed_over(steps: list[dict[str, Any]]) -> None:
    another = next(c for c in PEOPLE if c not in steps[0]["passed_over"] and c != steps[0]["substitute"])
    steps[0]["passed_over"].append(another)


def _passed_over_as_if_on_task(steps: list[dict[str, Any]]) -> None:
    another = next(c for c in PEOPLE if c not in steps[0]["passed_over"] and c != steps[0]["substitute"])
    steps[0]["passed_over"].append(another)
    steps[0]["passed_over_grounds"][another] = "on_task"


def _all_by_the_unit(steps: list[dict[str, Any]]) -> None:
    steps[2]["by"] = "planner"


def _hidden(steps: list[dict[str, Any]]) -> None:
    del steps[0]


@pytest.mark.parametrize(
    "tamper",
    [_unnumbered, _invented_ground, _one_more_passed_over, _passed_over_as_if_on_task, _all_by_the_unit, _hidden],
)
async def test_tampered_replacements_are_noticed(
    office: Office, path: str, tmp_path: Path, tamper: Callable[[list[dict[str, Any]]], None]
) -> None:
    draw = copy.deepcopy(await office.see(f"{path}/draw"))
    tamper(next(one["substitutions"] for one in draw["drawn"] if len(one["substitutions"]) == 3))
    holds, said = await verified(office, tmp_path, draw)
    assert (holds, "FAIL" in said) == (False, True)
