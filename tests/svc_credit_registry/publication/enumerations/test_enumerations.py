"""Every enumeration that the interface speaks of is served, with labels in two languages."""

import re
from collections.abc import Iterator
from typing import Any

from svc_credit_registry.discovery.search.rules import MATCH_NAMES
from svc_credit_registry.discovery.suggestions.rules import Reason
from svc_credit_registry.publication.enumerations.rules import ENUMERATIONS
from svc_credit_registry.sharing.corrections.rules import Origin
from svc_credit_registry.sharing.matching.rules import Method
from svc_credit_registry.supervision.measure_catalogue.rules import EFFECT_LABELS
from tests.svc_credit_registry.discovery.names.test_rules import OFFICIAL
from tests.svc_credit_registry.world import World


def named(node: Any) -> Iterator[frozenset[str]]:
    """The sets of values which a description names, wherever they stand."""
    if isinstance(node, dict):
        values = node["enum"] if isinstance(node.get("enum"), list) else [node["const"]] if "const" in node else []
        if values and all(isinstance(value, str) for value in values):
            yield frozenset(values)
        for inner in node.values():
            yield from named(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from named(inner)


async def test_what_the_description_names_is_served(kept_world: World) -> None:
    description = await kept_world.get("/openapi.json")
    listed = (await kept_world.get("/v1/enumerations"))["items"]
    served = [{value["value"] for value in enumeration["values"]} for enumeration in listed]
    schemas = description["components"]["schemas"]
    missing = {name: s["enum"] for name, s in schemas.items() if "enum" in s and set(s["enum"]) not in served}
    assert not missing
    assert not [sorted(values) for values in named(description) if not any(values <= known for known in served)]


def test_what_is_told_without_a_list_of_its_values_is_served_too() -> None:
    told = {
        "search-matches": {*MATCH_NAMES.values(), "code"},
        "suggestion-reasons": set(Reason),
        "matching-methods": set(Method),
        "correction-origins": set(Origin),
        "restriction-effects": {*EFFECT_LABELS, "none"},
        "name-rules": {
            "same_trade_name_same_category",
            "same_trade_name_no_industry",
            *(str(rule) for _, _, rule, *_ in OFFICIAL),
        },
    }
    assert {name: set(ENUMERATIONS[name].values) for name in told} == told


async def test_one_is_served_as_in_the_list(kept_world: World) -> None:
    for enumeration in (await kept_world.get("/v1/enumerations"))["items"]:
        assert await kept_world.get(f"/v1/enumerations/{enumeration['name']}") == enumeration
        if not enumeration["values"]:
            assert (await kept_world.get(enumeration["url"]))["items"]


async def test_it_is_not_sent_twice(kept_world: World) -> None:
    tag = (await kept_world.client.get("/v1/enumerations")).headers["ETag"]
    again = await kept_world.client.get("/v1/enumerations", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert (await kept_world.client.get("/v1/enumerations/nothing")).status_code == 404


def test_labels_are_in_two_languages() -> None:
    for enumeration in ENUMERATIONS.values():
        for value, (zh, en) in enumeration.values.items():
            assert re.search("[\u4e00-\u9fff]", zh), (enumeration.name, value)
            assert re.fullmatch("[^\u4e00-\u9fff]*[A-Za-z][^\u4e00-\u9fff]*", en), (enumeration.name, value)
