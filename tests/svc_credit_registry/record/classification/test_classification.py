import pytest

from svc_credit_registry.record.classification.rules import INDUSTRIES, children, industry_code, usual_word
from tests.svc_credit_registry.world import World


def test_the_table_has_all_sections_and_divisions_and_every_entry_its_parent() -> None:
    assert len(children(None)) == 20
    assert sum(len(code) == 3 for code in INDUSTRIES) == 97
    assert all(entry.parent in INDUSTRIES for entry in INDUSTRIES.values() if entry.parent)
    assert all(entry.label and entry.label_en for entry in INDUSTRIES.values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("C15", "C15"),
        ("15", "C15"),
        ("c1512", "C1512"),
        ("C", "C"),
        ("A15", None),
        ("X", None),
        ("99", None),
        ("", None),
    ],
)
def test_a_code_has_one_form(text: str, code: str | None) -> None:
    assert industry_code(text) == code


@pytest.mark.parametrize(
    ("code", "word"), [("C151", "酒业"), ("C153", "茶业"), ("K7010", "房地产"), ("S", ""), ("", "")]
)
def test_an_industry_has_its_usual_word(code: str, word: str) -> None:
    assert usual_word(code) == word


async def test_regions_and_industries_are_served_with_both_labels(world: World) -> None:
    provinces = (await world.get("/v1/regions"))["items"]
    assert {"420000", "110000"} <= {p["code"] for p in provinces}
    counties = (await world.get("/v1/regions", parent="421300"))["items"]
    assert [(c["code"], c["name"], c["name_en"]) for c in counties] == [
        ("421303", "曾都区", "Zengdu Qu"),
        ("421321", "随县", "Sui Xian"),
        ("421381", "广水市", "Guangshui Shi"),
    ]
    assert all(not c["has_children"] for c in counties)
    assert len((await world.get("/v1/industries"))["items"]) == 20
    liquor = (await world.get("/v1/industries", parent="C15"))["items"]
    assert ("C151", "酒的制造", "Liquor") in {(i["code"], i["label"], i["label_en"]) for i in liquor}


async def test_an_unknown_parent_is_not_found(world: World) -> None:
    assert (await world.client.get("/v1/regions", params={"parent": "999999"})).status_code == 404
    assert (await world.client.get("/v1/industries", params={"parent": "Z"})).status_code == 404
