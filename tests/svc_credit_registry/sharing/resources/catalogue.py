"""Entries of the catalogue, and who keeps and uses them."""

from typing import Any

import httpx

from tests.svc_credit_registry.world import World

TAX, COURT = "tax-suizhou", "court-suizhou"
ENTRY: dict[str, Any] = {
    "code": "CR-ENTERPRISE",
    "name": "企业登记信息",
    "summary": "登记机关产生的企业登记信息",
    "producer": "AMR-421300",
    "source": "enterprises",
    "fields": [
        {"name": "code", "label": "统一社会信用代码", "type": "string"},
        {"name": "name", "label": "名称", "type": "string"},
        {"name": "region", "label": "登记机关行政区划", "type": "string"},
        {"name": "legal_representative_name", "label": "法定代表人", "type": "string", "personal": True},
        {"name": "registered_capital_yuan", "label": "注册资本", "type": "decimal"},
    ],
    "sharing": "conditional",
    "conditions": "依法履职需要",
    "update_cycle": "real_time",
    "format": "JSON, NDJSON",
    "contact": "随州市市场监督管理局信息中心 0722-0000000",
}
REQUEST: dict[str, Any] = {
    "purpose": "税务稽查选案",
    "case_basis": "《中华人民共和国税收征收管理法》第六条",
    "fields": ["code", "name", "region"],
    "regions": ["421300"],
    "valid_from": "2026-11-23",
    "valid_until": "2027-11-22",
}


def agency(world: World, name: str = TAX) -> dict[str, str]:
    """An agency's system that may push records and ask for resources."""
    permissions = ["credit-registry:records:push", "credit-registry:resources:request"]
    return world.get_bearer(aud="credit-registry", kind="system", sub=name, client_id=name, permissions=permissions)


def officer(world: World, name: str = "officer-1") -> dict[str, str]:
    """An officer who keeps the catalogue."""
    return world.get_bearer(
        aud="credit-registry", kind="staff", sub=name, unit="AMR-421300", region="421300",
        permissions=["credit-registry:resources:decide"],
    )  # fmt: skip


async def post(
    world: World, path: str, headers: dict[str, str], body: Any = None, version: int | None = None
) -> httpx.Response:
    """A POST with a fresh key, and If-Match where a version is edited."""
    more = {"Idempotency-Key": f"k{id(body)}{path[-30:]}"} | ({"If-Match": f'"{version}"'} if version else {})
    return await world.client.post(path, headers=headers | more, json=body)


async def enter(world: World, **changes: Any) -> dict[str, Any]:
    """An entry, published by an officer."""
    answer = await post(world, "/v1/resources", officer(world), ENTRY | changes)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


async def granted(
    world: World, name: str = TAX, decision: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """The grant that came of a request; the entry is there."""
    asked = (await post(world, "/v1/resources/CR-ENTERPRISE/requests", agency(world, name), REQUEST | changes)).json()
    given = {"outcome": "granted", "reason": "同意"} | (decision or {})
    answer = await post(world, f"/v1/resource-requests/{asked['id']}/decision", officer(world), given, 1)
    assert answer.status_code == 200, answer.text
    held = await world.client.get("/v1/resource-grants", headers=agency(world, name))
    grant: dict[str, Any] = held.json()["items"][0]
    return grant
