"""People who act for enterprises, at one registry for the tests of a module."""

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest

from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import Sweep, SweepContext
from tests.svc_credit_registry.world import World, on, row

FIGURES: dict[str, Any] = {
    "employees": 35,
    "assets_yuan": "8000000.00",
    "liabilities_yuan": "3000000.00",
    "equity_yuan": "5000000.00",
    "revenue_yuan": "12000000.00",
    "main_revenue_yuan": "11000000.00",
    "profit_yuan": "900000.00",
    "net_profit_yuan": "700000.00",
    "tax_yuan": "300000.00",
}
FORM: dict[str, Any] = {
    "contact": {"address": "湖北省随州市曾都区解放路1号", "postcode": "441300", "phone": "0722-3312345",
                "email": "office@example.cn"},
    "operation": "operating",
    "contributions": [{"shareholder": "李娜", "subscribed_yuan": "500000.00"}],
    "figures": FIGURES,
    "published_figures": ["employees"],
}  # fmt: skip


@dataclass(frozen=True)
class Filings(World):
    """What the tests of filings do over HTTP."""

    numbers: list[int] = field(default_factory=lambda: [0])

    async def enterprise(self, **changes: str) -> str:
        """A fresh enterprise of the register; its code."""
        self.numbers[0] += 1
        code = credit_code.make(changes.get("region", "421303"), 520_000_000 + self.numbers[0])
        given = row(code, f"随州试验{self.numbers[0]}号酒业有限公司", **changes)
        _, rejected = await self.load([given])
        assert not rejected, rejected
        return code

    def agent(self, code: str, matters: list[str] | None = None, **claims: Any) -> dict[str, str]:
        """Somebody who acts for the enterprise; the legal representative without `matters`."""
        mandate = {"mandate": "m-1", "matters": matters} if matters is not None else {}
        return self.get_bearer(aud="credit-registry", org=code, **mandate, **claims)

    def person(self, **claims: Any) -> dict[str, str]:
        return self.get_bearer(aud="credit-registry", **claims)

    def officer(self, region: str = "421303", **claims: Any) -> dict[str, str]:
        return self.staff("credit-registry:filings:handle", region, **claims)

    def staff(self, right: str, region: str = "421303", **claims: Any) -> dict[str, str]:
        return self.get_bearer(
            aud="credit-registry", kind="staff", permissions=[right], region=region, unit=f"AMR-{region}", **claims
        )

    async def read(self, who: dict[str, str] | None, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(f"/v1{path}", headers=who or {}, params=params)

    async def post(
        self, who: dict[str, str], path: str, body: Any = None, version: int | None = None
    ) -> httpx.Response:  # fmt: skip
        headers = who | {"Idempotency-Key": str(uuid.uuid4())} | _match(version)
        return await self.client.post(f"/v1{path}", json={} if body is None else body, headers=headers)

    async def patch(self, who: dict[str, str], path: str, body: Any, version: int | None) -> httpx.Response:
        return await self.client.patch(f"/v1{path}", json=body, headers=who | _match(version))

    async def draft(self, who: dict[str, str], year: int, **changes: Any) -> dict[str, Any]:
        """A report filled in and ready to be submitted."""
        begun = expect(await self.post(who, "/annual-reports", {"year": year}), 201)
        path = f"/annual-reports/{begun['id']}"
        return expect(await self.patch(who, path, FORM | changes, begun["version"]))

    async def submit(self, who: dict[str, str], report: dict[str, Any], *confirmed: str) -> httpx.Response:
        body = {"confirmed_warnings": list(confirmed)}
        return await self.post(who, f"/annual-reports/{report['id']}/submission", body, report["version"])

    async def filed(self, who: dict[str, str], year: int, **changes: Any) -> dict[str, Any]:
        """A published report."""
        return expect(await self.submit(who, await self.draft(who, year, **changes)))

    @contextlib.contextmanager
    def on(self, day: date) -> Iterator[None]:
        """Sets the clock to noon of another day."""
        with on(day):
            yield

    async def sweep(self, sweep: Sweep, day: date | None = None) -> int:
        async with self.client.sessions() as session, session.begin():
            return await sweep.run(session, SweepContext(self.client.runtime, now(), day or today()))

    async def rows(self, statement: str, *arguments: Any) -> list[Any]:
        async with self.client.runtime.engine.connect() as connection:
            return list((await connection.exec_driver_sql(statement, arguments)).all())


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def expect(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body, after a look at the status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return dict(response.json())


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document, after a look at its status and code."""
    body = expect(response, status)
    assert body["code"] == code, body
    return body


@pytest.fixture(scope="module")
def filings(kept_world: World) -> Filings:
    """People who act for enterprises, at one registry for the tests of a module."""
    return Filings(kept_world.client, kept_world.get_bearer)
