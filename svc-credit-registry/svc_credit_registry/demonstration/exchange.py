"""The exchange between agencies: a catalogue, a grant, a request whose clock runs, a doubt about an item."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import today
from svc_credit_registry.demonstration.callers import SUIZHOU, TAX, account_of, agency, officer
from svc_credit_registry.demonstration.enterprises import BUILDER, code_of
from svc_credit_registry.record.records import queries as record_queries
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.objections import service as objections
from svc_credit_registry.reporting.objections.models import Objection
from svc_credit_registry.reporting.objections.schemas import RecordObjectionIn
from svc_credit_registry.sharing.resource_requests import service as requests
from svc_credit_registry.sharing.resource_requests.models import ResourceRequest
from svc_credit_registry.sharing.resource_requests.schemas import RequestDecisionIn, RequestIn
from svc_credit_registry.sharing.resources import service as resources
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.schemas import ResourceIn

FIELD_LABELS = {
    "code": "统一社会信用代码", "name": "名称", "region": "登记机关行政区划", "status": "登记状态",
    "legal_representative_name": "法定代表人", "content.document_number": "决定书文号", "content.facts": "违法事实",
    "content.penalty": "处罚内容", "content.decided_on": "决定日期", "content.number": "许可编号",
    "content.valid_until": "有效期至",
}  # fmt: skip
# Code, name, producer, source, kind, fields, sharing type, conditions, update cycle.
CATALOGUE = (
    ("CR-ENTERPRISE", "企业登记信息", SUIZHOU, "enterprises", None,
     ("code", "name", "region", "status", "legal_representative_name"), "conditional", "依法履职需要", "real_time"),
    ("CR-PENALTY", "行政处罚信息", SUIZHOU, "records", "penalty",
     ("code", "content.document_number", "content.facts", "content.penalty", "content.decided_on"), "unconditional", "",
     "daily"),
    ("CR-LICENCE", "行政许可信息", SUIZHOU, "records", "licence",
     ("code", "content.number", "content.valid_until"), "unconditional", "", "daily"),
)  # fmt: skip


async def catalogued(session: AsyncSession) -> None:
    """Three entries in the catalogue of shared resources; once."""
    for code, name, producer, source, kind, fields, sharing, conditions, cycle in CATALOGUE:
        if await session.get(Resource, code) is None:
            listed = [
                {"name": f, "label": FIELD_LABELS[f], "type": "date" if f.endswith(("_on", "_until")) else "string",
                 "personal": f == "legal_representative_name"}
                for f in fields
            ]  # fmt: skip
            given = {
                "code": code, "name": name, "summary": f"{name}（演示）", "producer": producer, "source": source,
                "kind": kind, "fields": listed, "sharing": sharing, "conditions": conditions, "update_cycle": cycle,
                "format": "JSON, NDJSON", "contact": "随州市市场监督管理局信息中心 0722-3300000",
                "coverage": "all" if kind else "own",
            }  # fmt: skip
            await resources.create(session, officer("421300"), ResourceIn.model_validate(given))


async def requested(session: AsyncSession) -> None:
    """A request that was granted, and one that waits for its answer, each for part of the register."""
    if await session.scalar(select(ResourceRequest.id).where(ResourceRequest.requester == TAX).limit(1)) is not None:
        return
    first = await _request(session, "核对纳税人登记信息（演示）", ["code", "name", "region", "status"])
    act = requests.Act(officer("421300"), first.id, first.version, today())
    granted = RequestDecisionIn(outcome="granted", reason="依法履职所需，按最小范围提供。", case_required=True)
    await requests.decide(session, act, granted)
    await _request(session, "税务稽查核对法定代表人（演示）", ["code", "legal_representative_name"])


async def _request(session: AsyncSession, purpose: str, fields: list[str]) -> ResourceRequest:
    body = RequestIn(
        fields=fields, regions=["421303"], purpose=purpose, case_basis="《中华人民共和国税收征收管理法》第六条",
        personal_reason="核对登记的法定代表人与纳税申报人是否一致", valid_from=today(),
        valid_until=today() + timedelta(days=180),
    )  # fmt: skip
    return await requests.submit(session, agency(TAX), "CR-ENTERPRISE", body, today())


async def doubted(session: AsyncSession) -> None:
    """A citizen doubts a published penalty; until it is answered the record marks the item."""
    citizen = Caller(subject=account_of("demo.citizen"), kind="person")
    if await session.scalar(select(Objection.id).where(Objection.asker_id == citizen.subject).limit(1)) is not None:
        return
    item = await record_queries.current_of(session, TAX, RecordKind.PENALTY, "DEMO-SW-3")
    if item is not None:
        facts = "处罚金额与决定书所载不一致，请核查。"
        body = RecordObjectionIn(code=code_of(BUILDER), item_id=item.id, pointer="/content/fine_yuan", facts=facts)
        await objections.ask(session, citizen, body, today())
