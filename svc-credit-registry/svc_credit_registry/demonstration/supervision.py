"""Supervision as it goes on: inspections drawn and reported, measures directed, leads followed, sites registered."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now, today
from svc_credit_registry.demonstration.callers import FINANCE, MONITORING, account_of, agency, officer
from svc_credit_registry.demonstration.enterprises import EXAMPLE, FOOD, TRADER, code_of
from svc_credit_registry.listing.lists import queries as list_queries
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.execution import queries as departments
from svc_credit_registry.supervision.execution import service as execution
from svc_credit_registry.supervision.execution.schemas import DepartmentClientIn, FeedbackIn
from svc_credit_registry.supervision.findings import service as findings
from svc_credit_registry.supervision.findings.schemas import ResultIn
from svc_credit_registry.supervision.inspections import queries as plan_queries
from svc_credit_registry.supervision.inspections import service as plans
from svc_credit_registry.supervision.inspections.models import InspectionPlan
from svc_credit_registry.supervision.inspections.schemas import PlanIn
from svc_credit_registry.supervision.inspectors import queries as inspector_queries
from svc_credit_registry.supervision.inspectors import service as inspectors
from svc_credit_registry.supervision.inspectors.schemas import InspectorIn
from svc_credit_registry.supervision.lead_intake import service as intake
from svc_credit_registry.supervision.leads import queries as lead_queries
from svc_credit_registry.supervision.leads import service as leads
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.schemas import (
    AssignmentIn,
    ClosingIn,
    ConclusionIn,
    LeadIn,
    LeadVerificationIn,
    PublicationIn,
    TransferIn,
)
from svc_credit_registry.supervision.measures import service as measures
from svc_credit_registry.supervision.measures.schemas import DirectiveIn
from svc_credit_registry.supervision.operators import service as operators
from svc_credit_registry.supervision.operators.models import OnlineSite
from svc_credit_registry.supervision.operators.schemas import OperatorVerificationIn, SiteIn
from svc_credit_registry.supervision.risk import service as risk

ZENGDU_REGION = "421303"
CLASSES = {"A": 1000, "B": 2000, "C": 3000, "D": 5000}
INSPECTORS = (
    ("insp.zengdu", "421303-0001", "韩梅"),
    ("insp.zengdu.demo2", "421303-0002", "魏东"),
    ("insp.zengdu.demo3", "421303-0003", "许兰"),
)
"""Account, certificate, name. Only the first can log in."""


async def classified(session: AsyncSession) -> None:
    """The classes of the month, which the inspections draw from."""
    run = await risk.begin_monthly(session, today(), now())
    while run is not None and run.state != "finished":
        await risk.advance(session, run, 20_000, now())
        await session.flush()


async def inspected(session: AsyncSession) -> None:
    """A plan that was drawn: some results are public, others still to be entered by the inspectors."""
    plan = await _frozen(session, "企业公示信息双随机抽查（演示）", [])
    if plan is None:
        return
    them = officer(ZENGDU_REGION)
    await plans.draw(session, them, plan.id, None, now())
    on_task = {row.task_id: row.inspector_id for row in await plan_queries.assignments_of(session, plan.id)}
    tasks = await plan_queries.tasks_of(session, plan.id)
    for task in tasks[: len(tasks) // 2]:
        inspector = Caller(subject=on_task[task.id], kind="staff", unit=them.unit, region=ZENGDU_REGION)
        has = await list_queries.has_report(session, task.code, today().year - 1)
        result = "nothing_found" if has else "report_missing"
        body = ResultIn.model_validate({"inspected_on": today().isoformat(), "result": result})
        await findings.report(session, inspector, task.id, body, task.version, today())
        await findings.publish_early(session, them, task.id, now())


async def committed(session: AsyncSession) -> None:
    """A plan whose pools are frozen and whose seed is committed to; an officer may draw it."""
    await _frozen(session, "批发零售企业双随机抽查（演示，待抽取）", ["F"])


async def _frozen(session: AsyncSession, title: str, industries: list[str]) -> InspectionPlan | None:
    """The plan with frozen pools; None when it was made before."""
    if await session.scalar(select(InspectionPlan.id).where(InspectionPlan.title == title).limit(1)) is not None:
        return None
    them = officer(ZENGDU_REGION)
    for username, certificate, name in INSPECTORS:
        if not await inspector_queries.taken(session, account_of(username), certificate):
            body = InspectorIn(id=account_of(username), certificate=certificate, name=name)
            await inspectors.enter(session, them, body)
    given = {
        "title": title, "departments": ["市场监管"], "matters": ["年度报告公示信息", "登记事项"],
        "period_from": today().isoformat(), "period_until": (today() + timedelta(days=60)).isoformat(),
        "criteria": {"region": ZENGDU_REGION, "industries": industries}, "ratios": CLASSES,
    }  # fmt: skip
    plan = await plans.create(session, them, PlanIn.model_validate(given), today())
    await plans.publish(session, them, plan.id, today())
    return await plans.freeze(session, them, plan.id, now())


async def measured(session: AsyncSession) -> None:
    """A measure directed by a decision, and what the department of finance has done about it."""
    code = code_of(FOOD)
    serious = (RecordItem.code == code, RecordItem.kind == RecordKind.SERIOUS_VIOLATION)
    item = await session.scalar(select(RecordItem).where(*serious, RecordItem.superseded_at.is_(None)))
    if item is None or await departments.department_of(session, FINANCE) is not None:
        return
    entered = DepartmentClientIn(client_id=FINANCE, department="finance", region="421300")
    await execution.enter_client(session, officer("421300"), entered)
    body = DirectiveIn.model_validate({
        "measure": "government_procurement", "code": code, "since": today().isoformat(),
        "ground": "列入严重违法失信名单", "decision_number": "曾市监信〔2026〕演2号",
        "record_item": {"kind": item.kind, "producer": item.producer, "key": item.key},
    })  # fmt: skip
    directive = await measures.direct(session, officer(ZENGDU_REGION), body, today(), now())
    done = {"key": "DEMO-CZ-1", "outcome": "executed", "done_on": today().isoformat(),
            "detail": "已在政府采购供应商库中标注，限制其参加政府采购活动。"}  # fmt: skip
    await execution.say(session, agency(FINANCE), directive.id, FeedbackIn.model_validate(done), today())


LEADS: tuple[dict[str, Any], ...] = (
    {"key": "DEMO-XS-1", "source": "advertising_monitoring", "category": "虚假食品广告", "company": FOOD,
     "site": "https://www.food-demo.example.com/", "facts": "网页宣称产品可以治疗疾病。"},
    {"key": "DEMO-XS-2", "source": "online_market_monitoring", "category": "未公示营业执照", "company": TRADER,
     "facts": "店铺首页未公示营业执照信息。"},
    {"key": "DEMO-XS-3", "source": "pyramid_selling", "category": "涉嫌传销", "name": "某健康管理工作室",
     "facts": "以发展下线人数计酬，主体待查。"},
)  # fmt: skip


async def reported(session: AsyncSession, index: Path) -> None:
    """Leads: one went as far as a penalty and is public, one was unfounded, one waits for an officer."""
    if await lead_queries.by_keys(session, MONITORING, [lead["key"] for lead in LEADS]):
        return
    taken = intake.Intake(agency(MONITORING), MONITORING, today(), index)
    for lead in LEADS:
        given = {k: v for k, v in lead.items() if k != "company"} | {"found_on": today().isoformat()}
        given |= {"code": code_of(lead["company"])} if "company" in lead else {"region": ZENGDU_REGION}
        await intake.take(session, taken, LeadIn.model_validate(given))
    held = await lead_queries.by_keys(session, MONITORING, [lead["key"] for lead in LEADS])
    await _penalised(session, await _checked(session, held["DEMO-XS-1"], "substantiated", "经查属实。"))
    checked = await _checked(session, held["DEMO-XS-2"], "unsubstantiated", "经查，执照信息已在店铺次级页面公示。")
    closing = ClosingIn.model_validate({"ground": "unsubstantiated", "reason": "线索不属实。"})
    await leads.close(session, officer(ZENGDU_REGION), (checked.id, checked.version), closing, today())


async def _checked(session: AsyncSession, lead: Lead, finding: str, summary: str) -> Lead:
    them = officer(ZENGDU_REGION)
    lead = await leads.assign(session, them, (lead.id, lead.version), AssignmentIn(region=ZENGDU_REGION), today())
    body = LeadVerificationIn.model_validate({"finding": finding, "summary": summary})
    return await leads.verify(session, them, (lead.id, lead.version), body, today())


async def _penalised(session: AsyncSession, lead: Lead) -> None:
    them = officer(ZENGDU_REGION)
    case = TransferIn(case_number="曾市监立〔2026〕演5号")
    lead = await leads.transfer(session, them, (lead.id, lead.version), case, today())
    ended = ConclusionIn.model_validate({"penalty": {
        "document_number": "曾市监处罚〔2026〕演12号", "decided_on": today().isoformat(),
        "facts": "发布涉及疾病治疗功能的食品广告。", "penalty_types": ["罚款"], "penalty": "罚款二万元",
        "fine_yuan": "20000.00", "legal_basis": "《中华人民共和国广告法》第五十八条",
    }})  # fmt: skip
    lead = await leads.conclude(session, them, (lead.id, lead.version), ended, now())
    published = PublicationIn(summary="食品广告宣称疾病治疗功能，已责令停止发布并处罚款。")
    await leads.publish(session, them, (lead.id, lead.version), published, now())


SITES: tuple[tuple[str, dict[str, str], bool], ...] = (
    (
        EXAMPLE,
        {"kind": "website", "name": "红光酒业官网（演示）", "address": "https://www.hongguang.example.com/"},
        True,
    ),
    (
        TRADER,
        {"kind": "platform_shop", "name": "演示商贸旗舰店", "platform": "演示购物平台", "account": "demo-trader"},
        False,
    ),
)


async def online(session: AsyncSession) -> None:
    """Sites of online operators: one was checked, one was not yet."""
    them = officer(ZENGDU_REGION)
    for name, site, checked in SITES:
        known = (OnlineSite.code == code_of(name), OnlineSite.name == site["name"])
        if await session.scalar(select(OnlineSite.id).where(*known).limit(1)) is not None:
            continue
        body = SiteIn.model_validate(site | {"code": code_of(name), "opened_on": "2024-03-01"})
        row, _ = await operators.enter(session, them, body, today())
        if checked:
            found = OperatorVerificationIn(outcome="verified", reason="网站底部营业执照信息与登记一致。")
            await operators.verify(session, them, (row.id, row.version), found, today())
