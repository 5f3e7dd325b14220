"""What belongs to agencies, officers and inspectors is closed to others, whatever they send."""

import uuid

import pytest

from tests.svc_credit_registry.world import World

SOMETHING = "01900000-0000-7000-8000-000000000000"
CLOSED = [
    ("GET", "/v1/resource-requests"),
    ("GET", "/v1/resource-requests/queue"),
    ("GET", f"/v1/resource-requests/{SOMETHING}"),
    ("POST", f"/v1/resource-requests/{SOMETHING}/decision"),
    ("GET", "/v1/resource-grants"),
    ("POST", f"/v1/resource-grants/{SOMETHING}/revocation"),
    ("POST", "/v1/resources"),
    ("PATCH", "/v1/resources/CR-ENTERPRISE"),
    ("POST", "/v1/resources/CR-ENTERPRISE/withdrawal"),
    ("GET", "/v1/correction-requests"),
    ("POST", "/v1/correction-requests"),
    ("POST", f"/v1/correction-requests/{SOMETHING}/withdrawal"),
    ("POST", "/v1/leads"),
    ("GET", f"/v1/inspectors/{SOMETHING}"),
    ("POST", f"/v1/inspectors/{SOMETHING}/relations"),
    ("GET", f"/v1/inspection-tasks/{SOMETHING}"),
    ("GET", f"/v1/inspection-tasks/{SOMETHING}/deadlines"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_people_without_a_part_in_it_are_refused_first(kept_world: World, method: str, path: str) -> None:
    person = kept_world.get_bearer(aud="credit-registry")
    key = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"1"'}
    answer = await kept_world.client.request(method, path, headers=person | key, json=None if method == "GET" else {})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("permission", ["records:push", "resources:request", "enterprises:maintain"])
async def test_each_of_the_permissions_opens_it(kept_world: World, permission: str) -> None:
    party = kept_world.get_bearer(aud="credit-registry", permissions=[f"credit-registry:{permission}"])
    assert (await kept_world.client.get("/v1/correction-requests", headers=party)).status_code == 200
