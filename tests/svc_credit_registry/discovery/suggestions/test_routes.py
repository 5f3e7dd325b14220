"""What somebody is offered who found nothing, over HTTP."""

import pytest

from svc_credit_registry.discovery.projection import service as projection
from tests.svc_credit_registry.world import World, decided


async def test_who_finds_nothing_is_offered_what_he_may_have_meant(world: World) -> None:
    await world.hear(decided())
    await world.settled()
    slips = [
        ("红广酒业", "红光酒业", "same_sound"),
        ("鸿光", "红光", "same_sound"),
        ("红光九业有限", "红光酒业有限", "same_sound"),
        ("光红酒业", "红光酒业", "swapped"),
        ("红火酒业", "红光酒业", "replaced"),
        ("红光业有限", "红光酒业有限", "missing"),
        ("红光的酒业", "红光酒业", "surplus"),
    ]
    for q, meant, reason in slips:
        answer = await world.get("/v1/enterprises", q=q)
        assert answer["items"] == []
        assert (meant, reason, 1) in [(s["text"], s["reason"], s["count"]) for s in answer["did_you_mean"]]
        assert (await world.get("/v1/enterprises/suggestions", q=q))["items"] == answer["did_you_mean"]


async def test_questions_that_read_much_wait_for_each_other_and_not_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.hear(decided())
    await world.settled()
    monkeypatch.setattr(projection, "MOST_SURVEYS", 0)
    for path, q in (("facets", "红光"), ("suggestions", "红广")):
        answer = await world.client.get(f"/v1/enterprises/{path}", params={"q": q})
        assert (answer.status_code, answer.json()["code"]) == (503, "search_busy")
        assert answer.headers["retry-after"]
    found = await world.get("/v1/enterprises", q="红广")
    assert (found["items"], found["did_you_mean"]) == ([], [])
    assert (await world.get("/v1/enterprises", q="红光"))["items"]


async def test_nothing_is_offered_where_something_was_found(world: World) -> None:
    await world.hear(decided())
    await world.hear(decided(facts={"name": "随州红广酒业有限公司"}))
    await world.settled()
    answer = await world.get("/v1/enterprises", q="红广")
    assert ([item["name"] for item in answer["items"]], answer["did_you_mean"]) == (["随州红广酒业有限公司"], [])
