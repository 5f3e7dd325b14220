"""Those who report leads, those who check them, and short ways to a lead in a given state."""

import itertools
import json
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
from sqlalchemy import select

from shared.audit import SYSTEM, AuditRow
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.listing.penalties import service as penalties
from svc_credit_registry.record.records import queries as records
from svc_credit_registry.record.records import service as keeping
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.leads import handlers
from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World, row

NUMBERS = itertools.count(710_000_000)
Headers = dict[str, str]
NDJSON = "application/x-ndjson"


class Desk(World):
    """The registry with its officials and the monitoring centres' machines."""

    def __init__(self, client: ServiceClient, bearer: Callable[..., Headers]) -> None:
        super().__init__(client, bearer)

    def officer(self, region: str = "421303", **claims: Any) -> Headers:
        standard = {
            "kind": "staff", "permissions": ["credit-registry:leads:handle"], "region": region, "unit": f"AMR-{region}",
        }  # fmt: skip
        return self.get_bearer(aud="credit-registry", **(standard | claims))

    def machine(self, client_id: str = "ad-monitoring", permission: str = "leads:report") -> Headers:
        claims = {"sub": client_id, "client_id": client_id, "permissions": [f"credit-registry:{permission}"]}
        return self.get_bearer(aud="credit-registry", kind="system", sid=None, **claims)

    async def call(self, method: str, path: str, who: Headers, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Idempotency-Key": str(uuid.uuid4()), **who, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.client.request(method, path, json=body, headers=sent)

    async def ok(self, method: str, path: str, who: Headers, body: Any = None, **headers: str) -> Any:
        answer = await self.call(method, path, who, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def enterprise(self, region: str = "421303") -> str:
        number = next(NUMBERS)
        code = credit_code.make(region, number)
        _, rejected = await self.load([row(code, f"随州第{number}网络有限公司", region=region)])
        assert not rejected
        return code

    async def batch(self, rows: list[Any] | bytes, who: Headers | None = None, **changes: str) -> httpx.Response:
        """Sends rows as NDJSON; bytes go out as they are."""
        lines = rows if isinstance(rows, bytes) else b"\n".join(json.dumps(r).encode() for r in rows)
        headers = {"Content-Type": NDJSON, **(who or self.machine()), **changes}
        return await self.client.put(f"/v1/lead-batches/b-{uuid.uuid4().hex}", content=lines, headers=headers)

    async def received(self, **changes: Any) -> dict[str, Any]:
        """A lead just reported, as its officials see it."""
        given = lead(**changes)
        receipt = await self.ok("POST", "/v1/leads", self.machine(), given)
        return await self.read(receipt["id"])

    async def read(self, lead_id: str) -> dict[str, Any]:
        return dict(await self.ok("GET", f"/v1/leads/{lead_id}", self.officer("420000")))

    async def act(self, found: dict[str, Any], act: str, body: Any, who: Headers | None = None) -> httpx.Response:
        """Does something to a lead with the version last read."""
        path = f"/v1/leads/{found['id']}/{act}"
        return await self.call("POST", path, who or self.officer(), body, If_Match=f'"{found["version"]}"')

    async def done(self, found: dict[str, Any], act: str, body: Any) -> dict[str, Any]:
        answer = await self.act(found, act, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def verified(self, finding: str = "substantiated", **changes: Any) -> dict[str, Any]:
        found = await self.done(await self.received(**changes), "assignment", {"region": "421303"})
        return await self.done(found, "verification", {"finding": finding, "summary": "经核查"})

    async def transferred(self, **changes: Any) -> dict[str, Any]:
        found = await self.verified(**changes)
        return await self.done(found, "transfer", {"case_number": f"鄂曾市监立〔2026〕{uuid.uuid4().hex[:4]}号"})

    async def items(self, code: str, kind: RecordKind) -> list[dict[str, Any]]:
        async with self.client.sessions() as session:
            found = await records.current(session, code, kind)
            return [dict(item.content) | {"producer": item.producer} for item in found]

    async def ends(self, code: str, kind: RecordKind) -> list[date | None]:
        """The last days of publication of what stands on the record."""
        async with self.client.sessions() as session:
            return [item.publish_until for item in await records.current(session, code, kind)]

    async def repaired(self, code: str, key: str, until: date) -> None:
        """The publication of a penalty ends, as credit repair ends it."""
        await self._penalty_is(code, key, "repaired", until)

    async def revoked(self, code: str, key: str) -> None:
        """A penalty was set aside: it stays on the record, which says so."""
        await self._penalty_is(code, key, "revoked")

    async def _penalty_is(self, code: str, key: str, state: str, until: date | None = None) -> None:
        async with self.client.sessions() as session, session.begin():
            (item,) = [one for one in await records.current(session, code, RecordKind.PENALTY) if one.key == key]
            content = dict(item.content) | {"state": state}
            await penalties.put_again(session, SYSTEM, item, content, until or item.publish_until, now())

    async def withdrawn(self, key: str) -> None:
        """A penalty leaves the record: its decision was withdrawn."""
        async with self.client.sessions() as session, session.begin():
            await keeping.end(session, SYSTEM, "AMR-421303", RecordKind.PENALTY, key, "撤销", now())

    async def stored(self, lead_id: str) -> list[Any]:
        """A lead as the database holds it."""
        async with self.client.sessions() as session:
            connection = await session.connection()
            return list(await connection.exec_driver_sql("SELECT * FROM leads WHERE id = $1", (lead_id,)))

    async def unseal(self, lead_id: str, told: dict[str, Any]) -> None:
        """Puts a lead back as earlier versions of the service kept it."""
        given = (told["facts"], json.dumps(told["evidence"]), told["finding_summary"], lead_id)
        async with self.client.sessions() as session, session.begin():
            connection = await session.connection()
            await connection.exec_driver_sql(
                "UPDATE leads SET particulars = NULL, facts = $1, evidence = $2::jsonb, finding_summary = $3"
                " WHERE id = $4", given,
            )  # fmt: skip

    async def settle(self) -> int:
        """The sweep by which outcomes end with their penalties."""
        async with self.client.sessions() as session, session.begin():
            return await handlers.follow_penalties(session, SweepContext(self.client.runtime, now(), today()))

    async def audited(self, lead_id: str) -> list[str]:
        async with self.client.sessions() as session:
            query = select(AuditRow.action).where(AuditRow.object_id == lead_id).order_by(AuditRow.id)
            return list(await session.scalars(query))


def lead(**changes: Any) -> dict[str, Any]:
    """A lead as a monitoring centre reports it."""
    given = {
        "key": uuid.uuid4().hex,
        "source": "advertising_monitoring",
        "category": "虚假医疗广告",
        "found_on": today().isoformat(),
        "region": "421303",
        "facts": "在其网站宣称包治百病",
        "evidence": ["https://evidence.example/1"],
    }
    return given | changes


def penalty(**changes: Any) -> dict[str, Any]:
    """A decision on a penalty."""
    given = {
        "document_number": f"鄂曾市监罚〔2026〕{uuid.uuid4().hex[:4]}号",
        "decided_on": today().isoformat(),
        "facts": "发布虚假广告",
        "penalty_types": ["罚款"],
        "penalty": "罚款二十万元",
        "fine_yuan": "200000.00",
        "legal_basis": "《广告法》第五十五条",
    }
    return given | changes
