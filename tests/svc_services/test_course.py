"""One case from the name to the licence."""

from tests.svc_services.world import CORRECTION, NAME, World


async def test_a_case_goes_from_the_name_to_a_licence_which_anyone_can_verify(world: World) -> None:
    checked = (await world.client.post("/v1/name-checks", json=NAME)).json()
    assert checked["available"] is True

    case = await world.submitted()
    assert case["state"] == "submitted"
    queue = (await world.get("/v1/applications/queue", world.officer)).json()
    assert [c["number"] for c in queue["items"]] == [case["number"]]

    case = await world.act(case, "correction-request", world.officer, {"items": [CORRECTION]})
    case = (await world.patch(case, {"address": "湖北省随州市曾都区示例路1号3楼"})).json()
    case = await world.act(case, "resubmission", world.citizen)
    assert case["correction"]["changed"] == ["/form/address"]
    case = await world.act(case, "acceptance", world.officer)
    case = await world.decide(case, "granted")

    code = await world.register(case)
    (licence,) = (await world.get("/v1/me/licences", world.citizen)).json()["items"]
    assert licence["content"]["code"] == code
    answer = await world.client.post("/v1/licence-verifications", json={"licence": licence["licence"]})
    assert answer.json()["valid"] is True

    ended = (await world.get(f"/v1/applications/{case['id']}", world.citizen)).json()
    assert ended["state"] == "completed"
    rated = await world.post(f"/v1/applications/{case['id']}/evaluation", world.citizen, {"grade": 5})
    assert rated.status_code == 201
    assert await world.audited(case["id"]) == [
        "application.started",
        "application.edit",
        "application.material",
        "application.material",
        "application.submit",
        "application.request_correction",
        "application.correct",
        "application.resubmit",
        "application.accept",
        "application.grant",
        "application.issue",
    ]
