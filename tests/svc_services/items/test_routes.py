"""A person's own cases in one list."""

from tests.svc_services.world import World


async def items(world: World, **headers: str) -> list[dict[str, object]]:
    answer = await world.client.get("/v1/items", headers=world.citizen | headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_reserved_name_becomes_an_application(world: World) -> None:
    kept = await world.reserve()
    (item,) = await items(world)
    assert (item["kind"], item["number"], item["due_on"]) == (
        "name_reservation",
        kept["number"],
        kept["reserved_until"],
    )
    assert item["url"] == f"/api/services/v1/name-reservations/{kept['id']}"
    body = {"matter_code": "MR-ENT-ESTABLISH", "reservation_id": kept["id"]}
    case = (await world.post("/v1/applications", world.citizen, body)).json()
    (item,) = await items(world)
    assert (item["kind"], item["number"], item["state"]) == ("application", case["number"], "draft")
    assert item["url"] == f"/api/services/v1/applications/{case['id']}"


async def test_each_case_says_in_words_how_it_stands_and_what_to_do(world: World) -> None:
    case = await world.submitted()
    (chinese,) = await items(world)
    (english,) = await items(world, **{"Accept-Language": "en"})
    assert (chinese["title"], chinese["state_label"]) == ("企业设立登记", "已提交，待受理")
    assert (english["title"], english["state_label"]) == (
        "Establishment of an enterprise",
        "Submitted, acceptance pending",
    )
    assert chinese["next_action"]
    assert english["next_action"]
    assert chinese["due_on"] == case["due_on"]


async def test_the_list_is_ones_own_and_read_page_by_page(world: World) -> None:
    await world.reserve(trade_name="山泉")
    await world.draft()
    await world.draft(world.person(), trade_name="明月")
    first = (await world.get("/v1/items", world.citizen, limit=1, count="exact")).json()
    second = (await world.get("/v1/items", world.citizen, limit=1, cursor=first["next_cursor"])).json()
    assert [i["kind"] for i in first["items"] + second["items"]] == ["application", "name_reservation"]
    assert (first["count"], second["next_cursor"]) == (2, None)
    assert (await world.get("/v1/items")).status_code == 401
