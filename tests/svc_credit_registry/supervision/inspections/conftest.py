"""A register with classes, and the people who plan and inspect."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from shared.clock import today
from shared.codes import credit_code
from svc_credit_registry.supervision.risk.models import EntityRisk
from tests.svc_credit_registry.world import World, row

COUNTS = {"A": 150, "B": 60, "C": 30, "D": 10}
RATIOS = {"A": 300, "B": 500, "C": 2000, "D": 10_000}
DRAWN = {"A": 5, "B": 3, "C": 6, "D": 10}
PEOPLE = [f"ZF4213-{i:03d}" for i in range(8)]


@dataclass
class Office:
    """The county's office: its register, its planner, its inspectors by certificate."""

    world: World
    classes: dict[str, str]
    accounts: dict[str, str]

    def planner(self, region: str = "421303") -> dict[str, str]:
        return self._staff("credit-registry:inspections:plan", region=region)

    def inspector(self, certificate: str) -> dict[str, str]:
        return self._staff("credit-registry:inspections:conduct", sub=self.accounts[certificate])

    def _staff(self, permission: str, **claims: Any) -> dict[str, str]:
        region = claims.setdefault("region", "421303")
        return self.world.get_bearer(
            aud="credit-registry", kind="staff", permissions=[permission], unit=f"AMR-{region}", **claims
        )

    async def post(self, path: str, who: dict[str, str], body: Any = None, **headers: str) -> Any:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return await self.world.client.post(path, json=body, headers=who | key | headers)

    async def done(self, path: str, who: dict[str, str], body: Any = None, **headers: str) -> Any:
        """The JSON of an act which must succeed."""
        answer = await self.post(path, who, body, **headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def see(self, path: str, who: dict[str, str] | None = None, **params: Any) -> Any:
        """The JSON of a reading which must succeed."""
        answer = await self.world.client.get(path, params=params, headers=who or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def plan(self, **changes: Any) -> dict[str, Any]:
        """What a planner sends."""
        given: dict[str, Any] = {
            "title": "2026年度企业公示信息抽查",
            "departments": ["曾都区市场监督管理局"],
            "matters": ["企业公示信息检查", "登记事项检查"],
            "period_from": today().isoformat(),
            "period_until": (today() + timedelta(days=60)).isoformat(),
            "ratios": RATIOS,
        }
        return given | changes

    async def frozen(self, **changes: Any) -> str:
        """The path of a plan whose pools are frozen."""
        plan = await self.done("/v1/inspection-plans", self.planner(), self.plan(**changes))
        path = f"/v1/inspection-plans/{plan['id']}"
        await self.done(f"{path}/publication", self.planner())
        await self.done(f"{path}/freeze", self.planner())
        return path

    async def drawn(self, **changes: Any) -> str:
        """The path of a plan that is drawn."""
        path = await self.frozen(**changes)
        await self.done(f"{path}/draw", self.planner(), {})
        return path


@pytest.fixture(scope="module")
async def office(kept_world: World) -> Office:
    """250 enterprises of one county with their classes, eight inspectors."""
    codes = [credit_code.make("421303", 20_000_000 + i) for i in range(sum(COUNTS.values()))]
    await kept_world.load([row(code, f"随州抽查{i}号酒业有限公司") for i, code in enumerate(codes)])
    letters = [letter for letter, number in COUNTS.items() for _ in range(number)]
    classes = dict(zip(codes, letters, strict=True))
    given = {"score": 0, "found": [], "model": "2026-01", "since": date(2026, 1, 1), "as_of": date(2026, 1, 1)}
    async with kept_world.client.sessions() as session, session.begin():
        await session.execute(insert(EntityRisk), [given | {"code": c, "risk_class": k} for c, k in classes.items()])
    made = Office(kept_world, classes, {certificate: str(uuid.uuid4()) for certificate in PEOPLE})
    for certificate, account in made.accounts.items():
        body = {"id": account, "certificate": certificate, "name": "韩梅"}
        await made.done("/v1/inspectors", made.planner(), body)
    return made
