"""People and machines that deal with measures, enterprises with entries on lists, and the sweeps."""

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from shared import audit
from shared.audit import AuditRow
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from shared.outbox import OutboxEvent
from svc_credit_registry.record.feed.service import sequence_all
from svc_credit_registry.record.records import queries as record_queries
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Item
from svc_credit_registry.supervision.followups import handlers
from tests.support.apps import ServiceClient
from tests.svc_credit_registry.world import World, row

NUMBERS = itertools.count(700_000_000)
PRODUCER = "AMR-421300"
ID_NUMBER = "11010519491231002X"
OTHER_ID_NUMBER = "440308199901101512"

Headers = dict[str, str]


class Bureau(World):
    """The registry with its officials and the agencies' machines."""

    def __init__(self, client: ServiceClient, bearer: Callable[..., Headers]) -> None:
        super().__init__(client, bearer)

    def officer(self, region: str = "421303", **claims: Any) -> Headers:
        standard = {
            "kind": "staff", "permissions": ["credit-registry:measures:direct"], "region": region,
            "unit": f"AMR-{region}",
        }  # fmt: skip
        return self.get_bearer(aud="credit-registry", **(standard | claims))

    def machine(self, client_id: str = "finance-suizhou", permission: str = "restrictions:check") -> Headers:
        claims = {"sub": client_id, "client_id": client_id, "permissions": [f"credit-registry:{permission}"]}
        return self.get_bearer(aud="credit-registry", kind="system", sid=None, **claims)

    def auditor(self) -> Headers:
        return self.get_bearer(aud="credit-registry", kind="staff", permissions=["platform:audit"])

    async def call(self, method: str, path: str, who: Headers, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Idempotency-Key": str(uuid.uuid4()), **who, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.client.request(method, path, json=body, headers=sent)

    async def ok(self, method: str, path: str, who: Headers, body: Any = None, **headers: str) -> Any:
        answer = await self.call(method, path, who, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def enterprise(self, representative: str = "李娜", region: str = "421303") -> str:
        """A fresh enterprise; its code."""
        number = next(NUMBERS)
        code = credit_code.make(region, number)
        given = row(code, f"随州第{number}商贸有限公司", region=region, legal_representative_name=representative)
        summary, rejected = await self.load([given])
        assert not rejected, summary
        return code

    async def put(self, code: str, kind: RecordKind = RecordKind.SERIOUS_VIOLATION, **changes: Any) -> str:
        """An entry on a list, or a penalty; its key."""
        day = changes.pop("day", today())
        key = str(changes.pop("key", uuid.uuid4()))
        if kind is RecordKind.PENALTY:
            content: dict[str, Any] = {
                "document_number": key, "authority": PRODUCER, "decided_on": day.isoformat(), "facts": "虚假宣传",
                "penalty_types": ["罚款"], "penalty": "罚款一万元",
            }  # fmt: skip
        else:
            content = {
                "ground": "food_safety", "ground_label": "食品安全", "listed_on": day.isoformat(),
                "decided_by": PRODUCER, "decision_number": f"列决〔2026〕{key[:6]}号",
            }  # fmt: skip
        item = Item(
            code=code, kind=kind, key=key, content=content | changes.pop("content", {}), producer=PRODUCER,
            provider=PRODUCER, basis="列入决定", produced_on=day, effective_from=day, **changes,
        )  # fmt: skip
        async with self.client.sessions() as session, session.begin():
            await records.put(session, audit.SYSTEM, item, now())
        return key

    async def remove(self, key: str, kind: RecordKind = RecordKind.SERIOUS_VIOLATION) -> None:
        async with self.client.sessions() as session, session.begin():
            assert await records.end(session, audit.SYSTEM, PRODUCER, kind, key, "移出名单", now())

    async def follow(self) -> int:
        """Gives positions to what changed, and follows the feed to its end."""
        await sequence_all(self.client.runtime)
        return await self.sweep(handlers.follow_lists)

    async def settle(self, days_on: int = 0) -> int:
        return await self.sweep(handlers.settle_measures, days_on)

    async def sweep(self, run: Callable[..., Any], days_on: int = 0) -> int:
        total: int = 0
        moment = now() + timedelta(days=days_on)
        while True:
            async with self.client.sessions() as session, session.begin():
                day = today() + timedelta(days=days_on)
                done = await run(session, SweepContext(self.client.runtime, moment, day))
            total += done
            if not done:
                return total

    async def directives(self, code: str, **params: str) -> list[dict[str, Any]]:
        found = await self.client.get(
            "/v1/measure-directives", headers=self.officer("420000"), params={"code": code, "limit": "200", **params}
        )
        assert found.status_code == 200, found.text
        return list(found.json()["items"])

    async def check(self, code: str, matter: str = "FIN-PROCUREMENT", **headers: str) -> dict[str, Any]:
        params = {"matter": matter, "case_id": "采购-1"}
        answer = await self.client.get(f"/v1/restrictions/{code}", params=params, headers=self.machine() | headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def check_person(self, name: str, id_number: str, matter: str = "MR-ENT-ESTABLISH") -> dict[str, Any]:
        body = {"matter": matter, "case_id": "SL1", "persons": [{"name": name, "id_number": id_number}]}
        (found,) = (await self.ok("POST", "/v1/restriction-checks", self.machine(), body))["items"]
        return dict(found)

    async def public_measures(self, code: str) -> list[dict[str, Any]]:
        async with self.client.sessions() as session:
            items = await record_queries.current(session, code, RecordKind.JOINT_MEASURE)
            return [dict(item.content) for item in items]

    async def events(self, type_: str) -> list[dict[str, Any]]:
        async with self.client.sessions() as session:
            query = select(OutboxEvent.data).where(OutboxEvent.type == f"credit_registry.measure.{type_}.v1")
            return [dict(data) for data in await session.scalars(query.order_by(OutboxEvent.id))]

    async def audited(self, object_id: str) -> list[str]:
        async with self.client.sessions() as session:
            query = select(AuditRow.action).where(AuditRow.object_id == object_id).order_by(AuditRow.id)
            return list(await session.scalars(query))


def directive(code: str, **changes: Any) -> dict[str, Any]:
    """A directive as an official issues it."""
    given = {
        "measure": "government_procurement",
        "code": code,
        "since": today().isoformat(),
        "ground": "三年内在经营活动中有重大违法记录",
        "decision_number": f"惩决〔2026〕{uuid.uuid4().hex[:6]}号",
    }
    return given | changes


def years_on(day: date, years: int) -> str:
    """The same day some years later; tests never run on 29 February of a leap year alone."""
    return (day + timedelta(days=365 * years)).isoformat()
