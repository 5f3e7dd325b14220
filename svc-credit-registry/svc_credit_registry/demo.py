"""Fills the register with made-up enterprises for a demonstration: `python -m svc_credit_registry.demo`.

Some bear the names of the official examples of 工商企注字〔2017〕133号, so that a check of a name shows its verdicts.
Running it again changes nothing.
"""

import asyncio
import sys
from collections.abc import Iterator

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now, today
from shared.codes import credit_code
from shared.db import make_engine, make_sessions
from shared.privacy import Keyring, set_keyring
from svc_credit_registry.record.intake import service
from svc_credit_registry.record.intake.service import BulkFile, Origin, Summary
from svc_credit_registry.record.preparation.rules import Rejection
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from svc_credit_registry.reporting.filings import queries as filing_queries
from svc_credit_registry.reporting.filings import service as filings
from svc_credit_registry.reporting.filings.schemas import ReportPatch
from svc_credit_registry.reporting.support_policies import queries as policy_queries
from svc_credit_registry.reporting.support_policies import service as policies
from svc_credit_registry.reporting.support_policies.schemas import BenefitIn, PolicyIn
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.resources import service as resources
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.schemas import ResourceIn

GENERATED = 300
SEED = 421300
FIRST_NUMBER = 430_000_000
ORIGIN = Origin(producer="AMR-421300", basis="演示数据", source="demo")
# Name, region, industry, form, what became of it.
FIXED = (
    ("随州红光酒业有限公司", "421303", "C151", "有限公司", "active", ""),
    ("随州牛栏山白酒有限公司", "421303", "C1512", "有限公司", "active", ""),
    ("随州万青房地产有限公司", "421303", "K701", "有限公司", "active", ""),
    ("随州阿里巴巴网络科技有限公司", "421303", "I64", "有限公司", "active", ""),
    ("随州全聚德实业有限公司", "421303", "L72", "有限公司", "active", ""),
    ("红光酒业有限公司", "100000", "C151", "有限公司", "active", ""),
    ("北京红光酒业发展有限公司", "110105", "C151", "有限公司", "active", ""),
    ("随州炎帝专用汽车有限公司", "421303", "C363", "有限公司", "active", ""),
    ("随县曾侯乙文化传媒有限公司", "421321", "R88", "有限公司", "active", ""),
    ("广水香菇食品有限公司", "421381", "C141", "有限公司", "active", ""),
    ("随州银杏谷旅游有限公司", "421303", "L72", "有限公司", "revoked", "2015-05-20"),
    ("随州洛阳店商贸有限公司", "421303", "F52", "有限公司", "cancelled", "2019-03-01"),
)
FIGURES = {
    "assets_yuan": "8000000", "liabilities_yuan": "3000000", "equity_yuan": "5000000", "revenue_yuan": "12000000",
    "main_revenue_yuan": "11000000", "profit_yuan": "900000", "net_profit_yuan": "700000", "tax_yuan": "300000",
}  # fmt: skip
REPORT = {
    "contact": {"postcode": "441300", "phone": "0722-3300000", "email": "office@example.cn"},
    "contributions": [{"shareholder": "陈晓明", "subscribed_yuan": "5000000.00", "subscribed_form": "货币"}],
    "published_figures": ["employees"],
}
POLICY = {
    "region": "421303",
    "kind": "subsidy",
    "title": "小微企业设备更新补助（演示）",
    "title_en": "Subsidy for new equipment (demonstration)",
    "text": "对更新设备的小微企业，按设备投资额给予补助。",
    "basis": "演示数据",
    "how_to_apply": "向区经济和信息化局提交申请表。",
    "valid_from": "2026-01-01",
    "conditions": [
        {"type": "size_in", "values": ["small", "micro"]},
        {"type": "industry_in", "values": ["C"]},
        {"type": "not_listed", "values": ["serious_violation"]},
    ],
}
BENEFIT = {"reference": "DEMO-2026-001", "amount_yuan": "30000.00", "granted_on": "2026-10-08"}


FIELD_LABELS = {
    "code": "统一社会信用代码", "name": "名称", "region": "登记机关行政区划", "status": "登记状态",
    "legal_representative_name": "法定代表人", "content.document_number": "决定书文号", "content.facts": "违法事实",
    "content.penalty": "处罚内容", "content.decided_on": "决定日期", "content.number": "许可编号",
    "content.valid_until": "有效期至",
}  # fmt: skip
# Code, name, producer, source, kind, fields, sharing type, conditions, update cycle.
CATALOGUE = (
    ("CR-ENTERPRISE", "企业登记信息", "AMR-421300", "enterprises", None,
     ("code", "name", "region", "status", "legal_representative_name"), "conditional", "依法履职需要", "real_time"),
    ("CR-PENALTY", "行政处罚信息", "AMR-421300", "records", "penalty",
     ("code", "content.document_number", "content.facts", "content.penalty", "content.decided_on"), "unconditional", "",
     "daily"),
    ("CR-LICENCE", "行政许可信息", "AMR-421300", "records", "licence",
     ("code", "content.number", "content.valid_until"), "unconditional", "", "daily"),
)  # fmt: skip


async def catalogued(session: AsyncSession) -> None:
    """Three entries in the catalogue of shared resources; once."""
    officer = Caller(subject="demo", kind="staff", unit="AMR-421300", permissions=frozenset({resources.DECIDE}))
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
            }  # fmt: skip
            await resources.create(session, officer, ResourceIn.model_validate(given))


def rows() -> Iterator[dict[str, str]]:
    """The fixed enterprises and those made up around them."""
    for number, (name, region, industry, form, status, ended_on) in enumerate(FIXED):
        yield {
            "code": credit_code.make(region, FIRST_NUMBER + number),
            "name": name,
            "region": region,
            "industry_code": industry,
            "organisation_form": form,
            "status": status,
            "established_on": "2012-06-18",
            "ended_on": ended_on,
            "legal_representative_name": "陈晓明",
            "registered_capital_yuan": "5000000.00",
            "address": "湖北省随州市曾都区解放路1号",
            "business_scope": "依法须经批准的项目，经批准后方可开展经营活动",
        }
    yield from enterprises(Plan(GENERATED, TRADE_NAMES, counties("421300"), SEED))


def refuse(rejection: Rejection) -> None:
    """A demonstration has no bad rows; one would be a fault of the program."""
    raise RuntimeError(f"demo row {rejection.line}: {rejection.message}")


async def self_reported(session: AsyncSession) -> None:
    """Last year's annual reports of those in business, a policy, and what one of them received; once."""
    for number, (_, region, _, _, status, _) in enumerate(FIXED):
        code = credit_code.make(region, FIRST_NUMBER + number)
        if status == "active" and await filing_queries.of_year(session, code, today().year - 1) is None:
            await _report(session, code, employees=6 + 20 * number)
    unit = Caller(subject="demo", kind="system", unit="AMR-421303", region="421303")
    if await policy_queries.by_reference(session, "AMR-421303", BENEFIT["reference"]) is None:
        policy = await policies.draft(session, unit, PolicyIn.model_validate(POLICY))
        await policies.publish(session, unit, policy.id, today())
        given = BENEFIT | {"code": credit_code.make("421303", FIRST_NUMBER), "policy_id": policy.id}
        await policies.grant(session, unit, BenefitIn.model_validate(given), now())


async def _report(session: AsyncSession, code: str, employees: int) -> None:
    agent = Caller(subject="demo", kind="system", org=code)
    begun = await filings.begin(session, agent, today().year - 1, today())
    figures = FIGURES | {"employees": employees}
    patch = ReportPatch.model_validate(REPORT | {"figures": figures})
    edited = await filings.edit(session, agent, begun.report.id, begun.report.version, patch)
    await filings.submit(session, agent, edited.report.id, edited.report.version, (), now())


async def fill(settings: Settings) -> Summary:
    """Loads what is missing."""
    if settings.keyring is not None:
        set_keyring(Keyring.from_json(settings.keyring.get_secret_value()))
    engine = make_engine(settings.database, service.WRITERS + 1)
    try:
        file = BulkFile("demo.ndjson", map(orjson.dumps, rows()), ORIGIN)
        summary = await service.load(make_sessions(engine), file, today(), refuse)
        async with make_sessions(engine)() as session, session.begin():
            await self_reported(session)
            await catalogued(session)
        return summary
    finally:
        await engine.dispose()


def main() -> int:
    """The command line."""
    summary = asyncio.run(fill(Settings()))
    print(f"credit-registry: {summary.inserted} demo enterprises added, {summary.updated + summary.left} there before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
