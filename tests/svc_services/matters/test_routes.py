"""The catalogue over HTTP."""

import json
import re
from datetime import date

import pytest

from svc_services.matters.errors import LessFavourable
from svc_services.matters.schemas import LocalChanges
from svc_services.matters.service import implement_locally
from tests.support.databases import ROOT
from tests.svc_services.world import World


@pytest.mark.parametrize("q", ["设立登记", "开办企业", "establish", "BUSINESS licence", "MR-ENT-ESTABLISH"])
async def test_a_matter_is_found_in_both_languages(world: World, q: str) -> None:
    found = (await world.get("/v1/matters", q=q)).json()["items"]
    assert "MR-ENT-ESTABLISH" in [m["code"] for m in found]


async def test_every_word_must_be_found_and_wildcards_mean_themselves(world: World) -> None:
    assert (await world.get("/v1/matters", q="企业 火箭")).json()["items"] == []
    assert (await world.get("/v1/matters", q="%")).json()["items"] == []


async def test_the_catalogue_is_read_page_by_page(world: World) -> None:
    first = (await world.get("/v1/matters", limit=5, count="exact")).json()
    second = (await world.get("/v1/matters", limit=5, cursor=first["next_cursor"])).json()
    assert first["count"] == 8
    here = [m for m in first["items"] + second["items"] if m["handled_by"] == "services"]
    assert [m["code"] for m in here] == ["MR-ENT-CHANGE", "MR-ENT-DEREGISTER", "MR-ENT-ESTABLISH"]
    assert [m["online"] for m in here] == [False, False, True]


@pytest.mark.parametrize(
    ("q", "code"),
    [("年报", "MR-ENT-ANNUAL-REPORT"), ("即时信息", "MR-ENT-IMMEDIATE-INFO"), ("异议", "MR-ENT-OBJECTION"),
     ("subsidy", "MR-ENT-SUPPORT"), ("credit repair", "MR-ENT-CREDIT-REPAIR")],
)  # fmt: skip
async def test_what_the_registry_handles_is_found_and_leads_to_it(world: World, q: str, code: str) -> None:
    found = {m["code"]: m for m in (await world.get("/v1/matters", q=q)).json()["items"]}
    assert (found[code]["handled_by"], found[code]["online"]) == ("credit-registry", True)
    guide = (await world.get(f"/v1/matters/{code}")).json()["guide"]
    assert all(guide[part] for part in ("basis", "conditions", "procedure", "done_at"))
    operations = json.loads((ROOT / "docs/openapi/credit-registry.json").read_text(encoding="utf-8"))["paths"]
    for place in guide["done_at"]:
        assert place["method"].lower() in operations[place["path"].removeprefix("/api/credit-registry")]


def test_every_matter_by_which_the_registry_lets_agents_act_has_a_guide() -> None:
    code = (ROOT / "svc-credit-registry/svc_credit_registry").rglob("*.py")
    constant = re.compile(r'^(?:MATTER|OBJECTION|REPAIR) = "(MR-[A-Z-]+)"$', re.MULTILINE)
    named = {found for file in code for found in constant.findall(file.read_text(encoding="utf-8"))}
    rows = json.loads((ROOT / "svc-services/migrations/data/0005_registry_matters.json").read_text(encoding="utf-8"))
    assert named == {row["code"] for row in rows}


async def test_a_guide_says_everything_and_what_is_not_asked(world: World) -> None:
    answer = await world.get("/v1/matters/MR-ENT-ESTABLISH")
    guide = answer.json()["guide"]
    assert guide["basis"]
    assert guide["time_limit"]["working_days"] == 3
    assert guide["fees"]["yuan"] == 0
    assert {m["code"]: m["required"] for m in guide["materials"]} == {
        "ARTICLES": True,
        "DOMICILE": True,
        "APPROVAL": False,
    }
    assert "ID_COPY" in [n["code"] for n in guide["not_asked"]]
    assert guide["form_schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    asked = set(guide["form_schema"]["properties"])
    assert not asked & {p["field"] for p in guide["prefilled"]}


async def test_an_unchanged_guide_is_not_sent_again(world: World) -> None:
    tag = (await world.get("/v1/matters/MR-ENT-ESTABLISH")).headers["ETag"]
    again = await world.client.get("/v1/matters/MR-ENT-ESTABLISH", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_unknown_matter_is_not_found(world: World) -> None:
    answer = await world.get("/v1/matters/MR-NONE")
    assert (answer.status_code, answer.json()["code"]) == (404, "matter_unknown")


async def test_a_locality_which_is_faster_is_applied_and_its_cases_keep_the_promise(world: World) -> None:
    changes = LocalChanges(working_days=1, waived_materials=["DOMICILE"], basis="承诺 1 个工作日办结")
    async with world.client.sessions() as session, session.begin():
        await implement_locally(session, "MR-ENT-ESTABLISH", "421303", changes, date(2023, 1, 1))
    local = (await world.get("/v1/matters/MR-ENT-ESTABLISH", region="421303")).json()
    assert local["guide"]["time_limit"]["working_days"] == 1
    assert local["local"]["changes"]["waived_materials"] == ["DOMICILE"]
    assert {m["code"]: m["required"] for m in local["guide"]["materials"]}["DOMICILE"] is False
    assert (await world.get("/v1/matters/MR-ENT-ESTABLISH", region="421321")).json()["local"] is None

    case = await world.accepted()
    (_, decision) = (await world.get(f"/v1/applications/{case['id']}/deadlines", world.citizen)).json()["items"]
    assert decision["working_days"] == 1


async def test_a_locality_which_is_harder_is_refused(world: World) -> None:
    async with world.client.sessions() as session:
        with pytest.raises(LessFavourable):
            await implement_locally(
                session, "MR-ENT-ESTABLISH", "421303", LocalChanges(added_materials=["X"]), date(2023, 1, 1)
            )
