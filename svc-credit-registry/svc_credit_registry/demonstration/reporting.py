"""What the enterprises of the demonstration report themselves, and what they received."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now, today
from svc_credit_registry.demonstration.callers import ZENGDU, enterprise
from svc_credit_registry.demonstration.enterprises import EXAMPLE, FIXED, SILENT, code_of
from svc_credit_registry.reporting.filings import queries as filing_queries
from svc_credit_registry.reporting.filings import service as filings
from svc_credit_registry.reporting.filings.schemas import ReportPatch
from svc_credit_registry.reporting.immediate_information import queries as immediate_queries
from svc_credit_registry.reporting.immediate_information import service as immediate
from svc_credit_registry.reporting.immediate_information.schemas import InformationIn
from svc_credit_registry.reporting.support_policies import queries as policy_queries
from svc_credit_registry.reporting.support_policies import service as policies
from svc_credit_registry.reporting.support_policies.schemas import BenefitIn, PolicyIn

FIGURES = {
    "assets_yuan": "8000000", "liabilities_yuan": "3000000", "equity_yuan": "5000000", "revenue_yuan": "12000000",
    "main_revenue_yuan": "11000000", "profit_yuan": "900000", "net_profit_yuan": "700000", "tax_yuan": "300000",
}  # fmt: skip
REPORT = {
    "contact": {"postcode": "441300", "phone": "0722-3300000", "email": "office@example.cn"},
    "contributions": [{"shareholder": "陈晓明", "subscribed_yuan": "5000000.00", "subscribed_form": "货币"}],
    "published_figures": ["employees"],
}
PLEDGE = {
    "type": "ip_pledge", "number": "DEMO-ZL-2026-07", "title": "一种白酒发酵装置", "right": "patent",
    "pledgor": "随州红光酒业有限公司", "pledgee": "随州农村商业银行（演示）",
}  # fmt: skip
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


async def self_reported(session: AsyncSession) -> None:
    """Last year's annual reports of those in business, a policy, and what one of them received; once."""
    for number, (name, _, _, _, status, _) in enumerate(FIXED):
        code = code_of(name)
        if (
            status == "active"
            and name not in SILENT
            and await filing_queries.of_year(session, code, today().year - 1) is None
        ):
            await _report(session, code, employees=6 + 20 * number)
    unit = Caller(subject="demo", kind="system", unit=ZENGDU, region="421303")
    if await policy_queries.by_reference(session, ZENGDU, BENEFIT["reference"]) is None:
        policy = await policies.draft(session, unit, PolicyIn.model_validate(POLICY))
        await policies.publish(session, unit, policy.id, policy.version, today())
        given = BENEFIT | {"code": code_of(EXAMPLE), "policy_id": policy.id}
        await policies.grant(session, unit, BenefitIn.model_validate(given), now())
    await _pledge(session)


async def _report(session: AsyncSession, code: str, employees: int) -> None:
    agent = enterprise(code)
    begun = await filings.begin(session, agent, today().year - 1, today())
    figures = FIGURES | {"employees": employees}
    patch = ReportPatch.model_validate(REPORT | {"figures": figures})
    edited = await filings.edit(session, agent, begun.report.id, begun.report.version, patch)
    await filings.submit(session, agent, edited.report.id, edited.report.version, (), now())


async def _pledge(session: AsyncSession) -> None:
    """Immediate information which an enterprise has published itself."""
    code = code_of(EXAMPLE)
    if await session.scalar(immediate_queries.of_enterprise(code).limit(1)) is None:
        happened = today() - timedelta(days=9)
        given = InformationIn.model_validate({"happened_on": happened.isoformat(), "details": PLEDGE})
        await immediate.file(session, enterprise(code), given, now())
