"""A plan from draft to draw, repeated by a program which shares no code with the register."""

import asyncio
import contextlib
import copy
import io
import json
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import today
from svc_credit_registry.supervision.inspections import queries, rules
from tests.svc_credit_registry.supervision.inspections.conftest import COUNTS, DRAWN, PEOPLE, Office
from tests.svc_credit_registry.world import on

SCRIPT = Path(__file__).parents[4] / "docs/verify_draw.py"


async def files(office: Office, path: str) -> tuple[dict[str, Any], str, str]:
    """What is published of a draw: its JSON, the tokens and the codes."""
    draw = await office.see(f"{path}/draw")
    tokens, codes = [(await office.world.client.get(draw["pool"][name])).text for name in ("tokens_url", "codes_url")]
    return draw, tokens, codes


def given(folder: Path, draw: dict[str, Any], tokens: str, codes: str) -> list[str]:
    """What is published of a draw, as files for the program for outsiders."""
    contents = {"draw.json": json.dumps(draw), "tokens.csv": tokens, "codes.txt": codes}
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [str(folder / name) for name in contents]


def verify(folder: Path, draw: dict[str, Any], tokens: str, codes: str) -> tuple[int, str]:
    """How the program for outsiders ends, and what it says."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        ended = runpy.run_path(str(SCRIPT))["main"](given(folder, draw, tokens, codes))
    return ended, said.getvalue()


async def test_the_program_finds_the_files_beside_the_draw() -> None:
    base = "https://example.cn/api/credit-registry"
    namespace = runpy.run_path(str(SCRIPT))
    found = namespace["beside"](f"{base}/v1/inspection-plans/7/draw", "/v1/inspection-plans/7/pool/tokens")
    assert found == f"{base}/v1/inspection-plans/7/pool/tokens"


async def test_before_the_draw_there_is_a_commitment_and_no_seed(office: Office, tmp_path: Path) -> None:
    path = await office.frozen()
    draw, tokens, codes = await files(office, path)
    assert (draw["seed"], draw["drawn"], draw["state"]) == (None, [], "frozen")
    assert len(draw["commitment"]) == 64
    assert {s["stratum"]: s["size"] for s in draw["pool"]["strata"]} == COUNTS
    assert {s["stratum"]: s["take"] for s in draw["pool"]["strata"]} == DRAWN
    assert codes.split() == sorted(office.classes)
    assert not [code for code in codes.split() if code in tokens], "a class is not published with a code"
    ended, said = verify(tmp_path, draw, tokens, codes)
    assert ended == 0, said
    assert f"not drawn yet, to be drawn by {draw['draw_by']}" in said


async def test_an_outsider_repeats_the_draw(office: Office, tmp_path: Path) -> None:
    path = await office.drawn()
    draw, tokens, codes = await files(office, path)
    assert Counter(one["stratum"] for one in draw["drawn"]) == DRAWN
    assert all(office.classes[one["code"]] == one["stratum"] for one in draw["drawn"])
    assert all(len(one["inspectors"]) == 2 for one in draw["drawn"])
    loads = Counter(c for one in draw["drawn"] for c in one["inspectors"])
    assert max(loads.values()) - min(loads.values()) <= 1
    command = [sys.executable, "-I", str(SCRIPT), *given(tmp_path, draw, tokens, codes)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


async def test_the_files_of_a_pool_are_the_same_however_they_are_cut(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await any_drawn(office)
    whole = await files(office, path)
    for size in (len(office.classes), 7):
        monkeypatch.setattr(queries, "LINES_AT_ONCE", size)
        assert await files(office, path) == whole


async def test_a_draw_is_sent_while_it_is_read_and_the_same_however_it_is_cut(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await any_drawn(office)
    whole = await office.see(f"{path}/draw")
    assert [one["position"] for one in whole["drawn"]] == list(range(1, sum(DRAWN.values()) + 1))
    for size in (sum(DRAWN.values()), 7):
        monkeypatch.setattr(queries, "DRAWN_AT_ONCE", size)
        answer = await office.world.client.get(f"{path}/draw")
        assert answer.json() == whole
        assert "content-length" not in answer.headers, "it is not held as a whole"


def _swap_entity(draw: dict[str, Any]) -> None:
    draw["drawn"][0]["code"] = draw["drawn"][1]["code"]


def _leave_one_out(draw: dict[str, Any]) -> None:
    del draw["drawn"][3]


def _other_seed(draw: dict[str, Any]) -> None:
    draw["seed"] = "00" * 32


def _late_entropy(draw: dict[str, Any]) -> None:
    draw["entropy"] = "7"


def _swap_inspector(draw: dict[str, Any]) -> None:
    given = draw["drawn"][0]["inspectors"]
    given[0] = next(c for c in PEOPLE if c not in given)


def _more_inspectors(draw: dict[str, Any]) -> None:
    draw["pool"]["inspectors"].append("ZF4213-999")


def _lower_ratio(draw: dict[str, Any]) -> None:
    draw["pool"]["strata"][3] |= {"ratio": 1000, "take": 1}


def _friendly_substitute(draw: dict[str, Any]) -> None:
    one = draw["drawn"][0]
    barred = one["inspectors"]
    key = rules.key_of(draw["plan_number"], bytes.fromhex(draw["seed"]), "")
    order = rules.shuffled(key, [c for c in PEOPLE if c not in barred], b"substitute" + bytes.fromhex(one["token"]))
    grounds = dict.fromkeys(barred, "on_task") | dict.fromkeys(one["excluded"], "excluded")
    one["substitutions"] = [
        {
            "number": 1, "out": barred[0], "substitute": order[1], "on": "2026-11-21", "ground": "conflict",
            "by": "inspector", "passed_over": list(grounds), "passed_over_grounds": grounds,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "tamper",
    [
        _swap_entity, _leave_one_out, _other_seed, _late_entropy, _swap_inspector, _more_inspectors, _lower_ratio,
        _friendly_substitute,
    ],
)  # fmt: skip
async def test_a_tampered_draw_is_noticed(
    office: Office, tmp_path: Path, tamper: Callable[[dict[str, Any]], None]
) -> None:
    draw, tokens, codes = await files(office, await any_drawn(office))
    changed = copy.deepcopy(draw)
    tamper(changed)
    ended, said = verify(tmp_path, changed, tokens, codes)
    assert (ended, "FAIL" in said) == (1, True)


async def test_tampered_pools_are_noticed(office: Office, tmp_path: Path) -> None:
    draw, tokens, codes = await files(office, await any_drawn(office))
    first, *others = tokens.splitlines(keepends=True)
    moved = first.replace(",A", ",D") if ",A" in first else first[:-2] + "A\n"
    for changed in (("".join(others), codes), (moved + "".join(others), codes), (tokens, codes[19:])):
        ended, said = verify(tmp_path, draw, *changed)
        assert (ended, "FAIL" in said) == (1, True)


async def any_drawn(office: Office) -> str:
    """The path of a plan that was drawn before, or is now."""
    plans = (await office.see("/v1/inspection-plans"))["items"]
    found = next((plan for plan in plans if plan["state"] == "drawn"), None)
    return f"/v1/inspection-plans/{found['id']}" if found else await office.drawn()


async def test_the_database_draws_as_the_rules_do(office: Office) -> None:
    path = await any_drawn(office)
    _, tokens, _ = await files(office, path)
    pool = [(bytes.fromhex(line[:64]), line[65]) for line in tokens.splitlines()]
    async with office.world.client.sessions() as session:
        plan = await queries.find(session, path.rsplit("/", 1)[1])  # type: ignore[arg-type]
        assert plan is not None
        for number in range(5):
            key = rules.key_of(plan.number, bytes([number]) * 32, "x")
            chosen = await queries.draw(session, plan.id, key, DRAWN)
            assert [one.token for one in chosen] == rules.drawn(key, pool, DRAWN)


async def test_public_entropy_is_demanded_where_it_was_announced(office: Office, tmp_path: Path) -> None:
    number = {"entropy": "03 09 14 21 27 30 + 08"}
    with on(today() - timedelta(days=1)):
        path = await office.frozen(
            entropy_source="福彩双色球第2026140期", entropy_from=str(today() + timedelta(days=1))
        )
        early = await office.post(f"{path}/draw", office.planner(), number)
        assert (early.status_code, early.json()["code"]) == (422, "entropy_unfit")
    refused = await office.post(f"{path}/draw", office.planner(), {})
    assert (refused.status_code, refused.json()["code"]) == (422, "entropy_unfit")
    await office.done(f"{path}/draw", office.planner(), number)
    ended, said = verify(tmp_path, *await files(office, path))
    assert ended == 0, said


async def test_no_pool_is_frozen_once_the_public_number_is_known(office: Office) -> None:
    plan = office.plan(entropy_source="福彩双色球第2026140期", entropy_from=str(today()))
    refused = await office.post("/v1/inspection-plans", office.planner(), plan)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/entropy_from")
    day = today() + timedelta(days=1)
    made = await office.done("/v1/inspection-plans", office.planner(), plan | {"entropy_from": str(day)})
    path = f"/v1/inspection-plans/{made['id']}"
    await office.done(f"{path}/publication", office.planner())
    with on(day):
        late = await office.post(f"{path}/freeze", office.planner())
    assert (late.status_code, late.json()["code"]) == (409, "entropy_known")


async def test_who_has_a_conflict_is_kept_away_and_that_is_recorded(office: Office, tmp_path: Path) -> None:
    first = await any_drawn(office)
    before = {one["code"]: one["inspectors"] for one in (await office.see(f"{first}/draw"))["drawn"]}
    certificate, code = PEOPLE[5], next(code for code, letter in office.classes.items() if letter == "D")
    body = {"code": code, "kind": "kinship", "note": "妻子为股东"}
    await office.done(f"/v1/inspectors/{office.accounts[certificate]}/relations", office.inspector(certificate), body)
    draw, tokens, codes = await files(office, await office.drawn())
    excluded = {one["code"]: one["excluded"] for one in draw["drawn"]}
    assert certificate in excluded[code]
    again = [one for one in draw["drawn"] if one["code"] in before]
    assert len(again) >= DRAWN["D"], "all of class D are drawn each time"
    for one in again:
        assert set(before[one["code"]]) <= set(one["excluded"])
        assert not set(one["inspectors"]) & set(one["excluded"])
    assert verify(tmp_path, draw, tokens, codes)[0] == 0


async def test_an_enterprise_finds_itself_in_the_pool(office: Office) -> None:
    path = await any_drawn(office)
    _, tokens, codes = await files(office, path)
    code = codes.split()[0]
    owner = office.world.get_bearer(aud="credit-registry", org=code)
    openings = await office.see(f"/v1/enterprises/{code}/inspection-openings", owner)
    number = (await office.see(path))["number"]
    mine = next(one for one in openings if one["plan_number"] == number)
    token = rules.token_of(bytes.fromhex(mine["salt"]), code).hex()
    assert f"{token},{office.classes[code]}" in tokens.splitlines()
    others: tuple[dict[str, Any], ...] = ({}, {"org": code, "matters": ["MR-ENT-CHANGE"]})
    for claims in others:
        stranger = office.world.get_bearer(aud="credit-registry", **claims)
        refused = await office.world.client.get(f"/v1/enterprises/{code}/inspection-openings", headers=stranger)
        assert refused.status_code == 404, claims


async def test_a_plan_keeps_to_the_law_and_to_its_steps(office: Office) -> None:
    low = await office.post("/v1/inspection-plans", office.planner(), office.plan(ratios=COUNTS | {"D": 10_000}))
    assert (low.status_code, low.json()["errors"][0]["code"]) == (422, "below_floor")
    beyond = office.plan(criteria={"region": "110105"})
    assert (await office.post("/v1/inspection-plans", office.planner(), beyond)).status_code == 422
    plan = await office.done("/v1/inspection-plans", office.planner(), office.plan())
    path = f"/v1/inspection-plans/{plan['id']}"
    assert (await office.world.client.get(path)).status_code == 404, "a draft is not public"
    assert (await office.post(f"{path}/freeze", office.planner())).json()["code"] == "inspection_plan_state"
    other = await office.post(f"{path}/publication", office.planner("421321"))
    assert other.status_code == 404
    superior = await office.post(f"{path}/publication", office.planner("421300"))
    assert (superior.status_code, superior.json()["code"]) == (403, "inspection_plan_not_yours")
    edited = await office.world.client.put(
        path, json=office.plan(title="另一标题"), headers=office.planner() | {"If-Match": '"1"'}
    )
    assert edited.json()["title"] == "另一标题"
    await office.done(f"{path}/publication", office.planner())
    late = await office.world.client.put(path, json=office.plan(), headers=office.planner() | {"If-Match": '"3"'})
    assert (late.status_code, late.json()["code"]) == (409, "inspection_plan_state")
    await office.done(f"{path}/freeze", office.planner())
    again = await office.post(f"{path}/freeze", office.planner())
    assert again.json()["code"] == "inspection_plan_state", "nobody freezes until he likes the commitment"
    ended = await office.post(f"{path}/cancellation", office.planner(), {"reason": "与上级计划重复"})
    assert ended.json()["code"] == "inspection_plan_state", "nor cancels until he likes the draw"


async def test_a_plan_is_cancelled_before_its_pools_are_frozen(office: Office) -> None:
    plan = await office.done("/v1/inspection-plans", office.planner(), office.plan())
    path = f"/v1/inspection-plans/{plan['id']}"
    await office.done(f"{path}/publication", office.planner())
    await office.done(f"{path}/cancellation", office.planner(), {"reason": "与上级计划重复"})
    shown = await office.see(path)
    assert (shown["state"], shown["cancelled_reason"]) == ("cancelled", "与上级计划重复")
    assert (await office.post(f"{path}/freeze", office.planner())).status_code == 409


async def test_a_draft_that_is_cancelled_does_not_become_public_by_it(office: Office) -> None:
    plan = await office.done("/v1/inspection-plans", office.planner(), office.plan())
    path = f"/v1/inspection-plans/{plan['id']}"
    await office.done(f"{path}/cancellation", office.planner(), {"reason": "与上级计划重复"})
    for who in ({}, office.planner("421321")):
        assert (await office.world.client.get(path, headers=who)).status_code == 404
    listed = await office.see("/v1/inspection-plans", limit=200)
    assert plan["id"] not in {one["id"] for one in listed["items"]}
    assert (await office.see(path, office.planner("421300")))["state"] == "cancelled"


async def test_a_pool_without_an_inspector_to_spare_is_not_frozen(office: Office) -> None:
    for each, status in ((9, 409), (len(PEOPLE), 409), (len(PEOPLE) - 1, 200)):
        plan = await office.done("/v1/inspection-plans", office.planner(), office.plan(inspectors_each=each))
        path = f"/v1/inspection-plans/{plan['id']}"
        await office.done(f"{path}/publication", office.planner())
        answer = await office.post(f"{path}/freeze", office.planner())
        assert (answer.status_code, answer.json().get("code")) == (
            status,
            "inspection_pool_empty" if status == 409 else None,
        )


async def test_what_is_left_to_chance_is_said(office: Office, tmp_path: Path) -> None:
    draw, tokens, codes = await files(office, await any_drawn(office))
    assert {one["stratum"]: one["is_whole"] for one in draw["pool"]["strata"]} == dict.fromkeys("ABC", False) | {
        "D": True
    }
    assert all(one["has_choice"] is (len(PEOPLE) - len(one["excluded"]) > 2) for one in draw["drawn"])
    assert "note of class D all 10 were drawn" in verify(tmp_path, draw, tokens, codes)[1]


async def test_criteria_narrow_the_pool(office: Office) -> None:
    plan = await office.done("/v1/inspection-plans", office.planner(), office.plan(criteria={"industries": ["H"]}))
    path = f"/v1/inspection-plans/{plan['id']}"
    await office.done(f"{path}/publication", office.planner())
    assert (await office.post(f"{path}/freeze", office.planner())).json()["entities"] == 0
    path = await office.frozen(criteria={"industries": ["C15", "F"], "not_drawn_for_months": 12})
    draw = await office.see(f"{path}/draw")
    sizes = {one["stratum"]: one["size"] for one in draw["pool"]["strata"]}
    assert sizes["D"] == 0, "all of class D were drawn this year"
    assert sizes["A"] < COUNTS["A"]
