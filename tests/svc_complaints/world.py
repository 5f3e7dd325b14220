"""People, and what they do over HTTP: the words in which the tests of this service are written."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from shared.clock import now
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, Sweep, SweepContext
from svc_complaints.cases.handlers import learn_representative
from tests.support.apps import ServiceClient
from tests.svc_complaints.neighbours import ZENGDU, Neighbours

FILING: dict[str, Any] = {
    "respondent_code": ZENGDU,
    "category": "quality",
    "product": "运动鞋",
    "amount_yuan": "299.00",
    "occurred_on": "2026-10-20",
    "facts": "穿了三天鞋底开胶，商家拒绝退换，我的电话是13812345678。",
    "demand": "退货退款",
}
SUMMARY = "经调解，商家为消费者办理退货退款。"


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    id: str
    headers: dict[str, str]


@dataclass
class World:
    """The running service, its neighbours and everybody who calls it."""

    client: ServiceClient
    neighbours: Neighbours
    bearer: Callable[..., dict[str, str]]

    def consumer(self, **claims: Any) -> Person:
        return self.person(permissions=["complaints:complaints:file"], **claims)

    def officer(self, region: str = "421303", **claims: Any) -> Person:
        rights = ["complaints:complaints:handle"]
        return self.person(kind="staff", permissions=rights, region=region, unit=f"AMR-{region}", **claims)

    def person(self, **claims: Any) -> Person:
        subject = claims.pop("sub", None) or str(uuid.uuid4())
        return Person(subject, self.bearer(aud="complaints", sub=subject, **claims))

    async def get(self, who: Person | None, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"/v1{path}", headers={**(who.headers if who else {}), **headers})

    async def post(
        self, who: Person | None, path: str, body: Any = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**(who.headers if who else {}), "Idempotency-Key": key or str(uuid.uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    async def filed(self, who: Person, **changes: Any) -> dict[str, Any]:
        return expect(await self.post(who, "/complaints", FILING | changes), 201)

    async def accepted(self, who: Person, officer: Person, **changes: Any) -> dict[str, Any]:
        complaint = await self.filed(who, **changes)
        path = f"/complaints/{complaint['id']}/acceptance"
        return expect(await self.post(officer, path, version=complaint["version"]))

    async def concluded(
        self, who: Person, officer: Person, result: str = "agreement", **changes: Any
    ) -> dict[str, Any]:
        complaint = await self.accepted(who, officer, **changes)
        body = {"result": result, "summary": SUMMARY, "agreement_text": "李娜与商家约定三日内退款299元。"}
        return expect(await self.end(officer, complaint["id"], body))

    async def end(self, officer: Person, complaint_id: str, body: dict[str, Any]) -> httpx.Response:
        """Records an outcome for the version which the officer sees, as far as he sees one."""
        seen = (await self.get(officer, f"/complaints/{complaint_id}")).json()
        return await self.post(officer, f"/complaints/{complaint_id}/outcome", body, version=seen["version"])

    async def representative(self, code: str = ZENGDU) -> Person:
        """A person whom the registry has named as the representative of the enterprise."""
        person = self.person(permissions=["services:names:reserve"])
        event = EnterpriseRegisteredV1(
            code=code,
            name="随州红光商贸有限公司",
            region="421303",
            industry_code="F5132",
            organisation_form="limited_company",
            established_on=date(2026, 1, 5),
            registered_on=date(2026, 1, 5),
            legal_representative_name="王强",
            representative_id=uuid.UUID(person.id),
        )
        async with self.client.sessions() as session, session.begin():
            await learn_representative.run(session, event, HandlerContext(self.client.runtime, None))  # type: ignore[arg-type]
        return person

    async def sweep(self, sweep: Sweep, today: date) -> int:
        """One transaction of a sweep, on a day of the test's choice."""
        async with self.client.sessions() as session, session.begin():
            return await sweep.run(session, SweepContext(self.client.runtime, now(), today))

    async def events(self, complaint_id: str) -> list[tuple[str, dict[str, Any]]]:
        """What was recorded for the other services, in order."""
        rows = await self.rows("SELECT type, data FROM outbox_events WHERE aggregate_id = $1 ORDER BY id", complaint_id)
        return [(row[0].split(".")[2], row[1]) for row in rows]

    async def rows(self, statement: str, *arguments: Any) -> list[Any]:
        async with self.client.runtime.engine.connect() as connection:
            return list((await connection.exec_driver_sql(statement, arguments)).all())


def expect(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body, after a look at the status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return dict(response.json())


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document, after a look at its status, media type and stable code."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = expect(response, status)
    assert body["code"] == code, body
    return body
