"""Every enumeration that the interface speaks of is served, with labels in two languages."""

import re

from svc_credit_registry.publication.enumerations.rules import ENUMERATIONS
from tests.svc_credit_registry.world import World


async def test_what_the_description_names_is_served(kept_world: World) -> None:
    described = (await kept_world.get("/openapi.json"))["components"]["schemas"]
    listed = (await kept_world.get("/v1/enumerations"))["items"]
    served = [{value["value"] for value in enumeration["values"]} for enumeration in listed]
    missing = {name: s["enum"] for name, s in described.items() if "enum" in s and set(s["enum"]) not in served}
    assert not missing


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
            assert en
