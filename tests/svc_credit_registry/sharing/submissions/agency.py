"""What an agency sends, and how."""

from typing import Any

import httpx

from tests.svc_credit_registry.world import World, eventually

PENALTY: dict[str, Any] = {
    "document_number": "随法罚〔2026〕12号",
    "authority": "随州市中级人民法院",
    "decided_on": "2026-11-02",
    "facts": "虚假宣传",
    "penalty_types": ["罚款"],
    "penalty": "罚款一万元",
    "fine_yuan": "10000.00",
}


def penalty(**changes: Any) -> dict[str, Any]:
    """A penalty as it is pushed; `changes` by field, those of the content under `content`."""
    content = PENALTY | changes.pop("content", {})
    given = {
        "kind": "penalty",
        "key": "1",
        "basis": "《中华人民共和国行政处罚法》第四十八条",
        "produced_on": "2026-11-02",
    }
    return given | {"content": content} | changes


def headers_of(world: World, agency: str) -> dict[str, str]:
    """An agency's system that may push records and ask for resources."""
    permissions = ["credit-registry:records:push", "credit-registry:resources:request"]
    return world.get_bearer(aud="credit-registry", kind="system", sub=agency, client_id=agency, permissions=permissions)


def OFFICER(world: World, region: str = "421303") -> dict[str, str]:  # noqa: N802 - reads as a role
    """An officer of the register."""
    permissions = ["credit-registry:enterprises:maintain", "credit-registry:resources:decide"]
    return world.get_bearer(
        aud="credit-registry", kind="staff", unit=f"AMR-{region}", region=region, permissions=permissions
    )


async def push(world: World, given: dict[str, Any], agency: str = "court-suizhou") -> httpx.Response:
    """Pushes one record."""
    return await world.client.post("/v1/submissions", headers=headers_of(world, agency), json=given)


async def all_returned(world: World) -> None:
    """Until no connection to the database is taken: who holds one between two parts of an answer never lets it come."""

    async def none_is_taken() -> bool:
        return int(world.client.runtime.engine.pool.checkedout()) == 0

    await eventually(none_is_taken)


async def receipts(world: World, agency: str = "court-suizhou", **filters: Any) -> list[Any]:
    """The agency's receipts, newest first."""
    answer = await world.client.get("/v1/submission-receipts", headers=headers_of(world, agency), params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
