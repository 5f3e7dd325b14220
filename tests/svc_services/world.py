"""People, files and short ways to a case in a given state."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import select, text

from shared.audit import AuditRow
from shared.codes import credit_code
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext
from shared.outbox import OutboxEvent
from svc_services.licences.handlers import issue_licence
from tests.support.apps import ServiceClient
from tests.svc_services.neighbours import Neighbours

PERSON = ["services:names:reserve", "services:applications:apply", "services:evaluations:give"]
OFFICER = ["services:applications:handle"]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
NAME = {"region": "421303", "trade_name": "青禾", "industry_code": "1512", "industry_word": "酒业",
        "organisation_form": "有限公司"}  # fmt: skip
FORM = {"registered_capital_yuan": 1_000_000, "address": "湖北省随州市曾都区示例路1号", "business_scope": "白酒销售"}
CORRECTION = {"target": "/form/address", "defect": "住所未写明门牌号", "basis": "市场主体登记管理条例第十六条"}

Headers = dict[str, str]


class World:
    """svc-services with its neighbours, and people who call it."""

    def __init__(self, client: ServiceClient, known: Neighbours, bearer: Callable[..., Headers]) -> None:
        self.client, self.known, self._bearer = client, known, bearer
        self.citizen = self.person()
        self.officer = self.official("421303")

    def person(self, **claims: Any) -> Headers:
        standard = {"permissions": PERSON, "sub": str(uuid.uuid4()), "trust_level": "two_factor"}
        return self._bearer(aud="services", **(standard | claims))

    def official(self, region: str, **claims: Any) -> Headers:
        standard = {"kind": "staff", "permissions": OFFICER, "region": region, "unit": f"AMR-{region}"}
        return self._bearer(aud="services", **(standard | claims))

    async def post(self, path: str, who: Headers | None, body: Any = None, **headers: str) -> httpx.Response:
        sent = {
            "Idempotency-Key": str(uuid.uuid4()),
            **(who or {}),
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return await self.client.post(path, json=body, headers=sent)

    async def get(self, path: str, who: Headers | None = None, **params: Any) -> httpx.Response:
        return await self.client.get(path, headers=who or {}, params=params)

    async def patch(self, case: dict[str, Any], form: dict[str, Any], who: Headers | None = None) -> httpx.Response:
        headers = {**(who or self.citizen), "If-Match": f'"{case["version"]}"'}
        return await self.client.patch(f"/v1/applications/{case['id']}", json={"form": form}, headers=headers)

    async def put(self, case: dict[str, Any], code: str, content: Any, who: Headers | None = None) -> httpx.Response:
        path = f"/v1/applications/{case['id']}/materials/{code}"
        return await self.client.put(
            path, content=content, headers=who or self.citizen, params={"filename": "文件.pdf"}
        )

    async def reserve(self, who: Headers | None = None, **changes: Any) -> dict[str, Any]:
        answer = await self.post("/v1/name-reservations", who or self.citizen, NAME | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def draft(self, who: Headers | None = None, **changes: Any) -> dict[str, Any]:
        kept = await self.reserve(who, **changes)
        body = {"matter_code": "MR-ENT-ESTABLISH", "reservation_id": kept["id"]}
        answer = await self.post("/v1/applications", who or self.citizen, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def filled(self, who: Headers | None = None, **changes: Any) -> dict[str, Any]:
        case = await self.draft(who, **changes)
        answer = await self.patch(case, FORM, who)
        assert answer.status_code == 200, answer.text
        for code in ("ARTICLES", "DOMICILE"):
            put = await self.put(case, code, PDF, who)
            assert put.status_code == 200, put.text
        return dict(answer.json())

    async def submitted(self, who: Headers | None = None, **changes: Any) -> dict[str, Any]:
        case = await self.filled(who, **changes)
        return await self.act(case, "submission", who or self.citizen)

    async def accepted(self, **changes: Any) -> dict[str, Any]:
        return await self.act(await self.submitted(**changes), "acceptance", self.officer)

    async def granted(self, **changes: Any) -> dict[str, Any]:
        return await self.decide(await self.accepted(**changes), "granted")

    async def completed(self, **changes: Any) -> dict[str, Any]:
        case = await self.granted(**changes)
        await self.register(case)
        return dict((await self.get(f"/v1/applications/{case['id']}", self.citizen)).json())

    async def act(self, case: dict[str, Any], act: str, who: Headers, body: Any = None) -> dict[str, Any]:
        answer = await self.post(f"/v1/applications/{case['id']}/{act}", who, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def decide(self, case: dict[str, Any], outcome: str, reason: str | None = None) -> dict[str, Any]:
        answer = await self.try_to_decide(case, outcome, reason)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_to_decide(
        self, case: dict[str, Any], outcome: str, reason: str | None = None, who: Headers | None = None
    ) -> httpx.Response:
        body = {"outcome": outcome, "reason": reason}
        path = f"/v1/applications/{case['id']}/decision"
        return await self.post(path, who or self.officer, body, If_Match=f'"{case["version"]}"')

    async def register(self, case: dict[str, Any], **changes: Any) -> str:
        """The registry has registered the enterprise: its event is applied as the consumer would."""
        decided = (await self.events("services.application.decided.v1"))[-1]
        facts = decided["enterprise"]
        event = EnterpriseRegisteredV1(
            **{
                "code": credit_code.make("421303", 30_001),
                "name": facts["name"],
                "region": facts["region"],
                "industry_code": facts["industry_code"],
                "organisation_form": facts["organisation_form"],
                "established_on": facts["established_on"],
                "registered_on": facts["established_on"],
                "legal_representative_name": facts["legal_representative_name"],
                "application_id": case["id"],
            }
            | changes
        )
        async with self.client.sessions() as session, session.begin():
            context = HandlerContext(self.client.runtime, None)  # type: ignore[arg-type]
            await issue_licence.run(session, event, context)
        return event.code

    async def events(self, type_: str) -> list[dict[str, Any]]:
        async with self.client.sessions() as session:
            query = select(OutboxEvent.data).where(OutboxEvent.type == type_).order_by(OutboxEvent.id)
            return [dict(data) for data in await session.scalars(query)]

    async def audited(self, object_id: str) -> list[str]:
        async with self.client.sessions() as session:
            query = select(AuditRow.action).where(AuditRow.object_id == object_id).order_by(AuditRow.id)
            return list(await session.scalars(query))

    async def execute(self, statement: str) -> None:
        """Changes what no call can, such as the day on which something happened."""
        async with self.client.sessions() as session, session.begin():
            await session.execute(text(statement))
