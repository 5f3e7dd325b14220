"""Together with the real credit registry: its verdicts over HTTP, its events over the broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.support.apps import ServiceClient
from tests.svc_services.neighbours import listening, neighbours
from tests.svc_services.world import NAME, World

SECONDS = 20


@pytest.fixture
async def both(
    service_app: Callable[..., Awaitable[ServiceClient]], bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[World]:
    """svc-services and svc-credit-registry, which hear each other."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    registry = await service_app("credit-registry", nats_prefix=prefix)
    async with neighbours() as known, listening(registry.app) as address:
        permissions = ["internal:read", "credit-registry:restrictions:check"]
        own = bearer(aud="credit-registry", kind="system", sub="svc-services", permissions=permissions, sid=None)
        known.token = own["Authorization"].removeprefix("Bearer ")
        client = await service_app(
            "services",
            nats_prefix=prefix,
            service_urls={"credit-registry": address, "sso": known.url},
            token_url=f"{known.url}/oauth2/token",
        )
        yield World(client, known, bearer)


async def eventually(check: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(SECONDS):
        while True:
            found = await check()
            if found:
                return found
            await asyncio.sleep(0.05)


async def test_a_decision_becomes_an_enterprise_a_licence_and_a_name_nobody_else_gets(both: World) -> None:
    case = await both.granted()

    async def completed() -> Any:
        read = (await both.get(f"/v1/applications/{case['id']}", both.citizen)).json()
        return read if read["state"] == "completed" else None

    await eventually(completed)
    (licence,) = (await both.get("/v1/me/licences", both.citizen)).json()["items"]
    verified = await both.client.post("/v1/licence-verifications", json={"licence": licence["licence"]})
    assert verified.json()["valid"] is True

    checked = (await both.client.post("/v1/name-checks", json=NAME)).json()
    refusals = [v for v in checked["verdicts"] if v["outcome"] == "refused"]
    assert checked["available"] is False
    assert licence["content"]["code"] in [v["conflicting_code"] for v in refusals]
    assert all(v["rule"] and v["article"] and v["conflicting_name"] for v in refusals)

    whole = {"region": NAME["region"], "industry_code": "1512", "name": "青禾（随州）白酒有限公司"}
    checked = (await both.client.post("/v1/name-checks", json=whole)).json()
    assert (checked["name"], checked["trade_name"], checked["industry_word"]) == (whole["name"], "青禾", "白酒")
    assert [v["rule"] for v in checked["verdicts"]] == ["equivalent_industry_word"]
    claimed = {"related_codes": [licence["content"]["code"]]}
    checked = (await both.client.post("/v1/name-checks", json=whole | claimed)).json()
    assert (checked["available"], checked["needs_examiner"]) == (True, True)
    assert checked["verdicts"][0]["exemption_claimed"] is True


async def test_a_name_reserved_here_is_held_there_and_free_again_when_withdrawn(both: World) -> None:
    kept = await both.reserve()
    sounds_alike = NAME | {"trade_name": "青和"}

    async def verdicts() -> list[str]:
        found = (await both.client.post("/v1/name-checks", json=sounds_alike)).json()
        return [v["conflicting_name"] for v in found["verdicts"]]

    async def held() -> bool:
        return kept["name"] in await verdicts()

    async def free() -> bool:
        return kept["name"] not in await verdicts()

    await eventually(held)
    await both.client.delete(f"/v1/name-reservations/{kept['id']}", headers=both.citizen)
    await eventually(free)
