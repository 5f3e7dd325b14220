"""svc-credit-registry: enterprises and their public record, search, comparison of names, complaints on the record."""

import contextlib
import gc
import sys
from collections.abc import AsyncIterator

from fastapi import FastAPI

from shared.app import Service, create_service
from svc_credit_registry.discovery.facets.routes import router as facets
from svc_credit_registry.discovery.names.routes import router as names
from svc_credit_registry.discovery.people.routes import router as people
from svc_credit_registry.discovery.projection.service import attach
from svc_credit_registry.discovery.search.routes import router as search
from svc_credit_registry.discovery.trademarks.routes import router as trademarks
from svc_credit_registry.listing.annual_listing.routes import router as annual_listing
from svc_credit_registry.listing.grounds.routes import router as grounds
from svc_credit_registry.listing.hearings.routes import router as hearings
from svc_credit_registry.listing.list_objections.routes import router as list_objections
from svc_credit_registry.listing.lists.routes import router as lists
from svc_credit_registry.listing.proposals.routes import router as proposals
from svc_credit_registry.listing.removals.routes import router as removals
from svc_credit_registry.listing.repairs.routes import router as repairs
from svc_credit_registry.publication.certificates.routes import router as certificates
from svc_credit_registry.publication.enumerations.routes import router as enumerations
from svc_credit_registry.publication.pages.routes import router as pages
from svc_credit_registry.publication.statistics.routes import router as statistics
from svc_credit_registry.record.amendments.routes import router as amendments
from svc_credit_registry.record.classification.routes import router as classification
from svc_credit_registry.record.enterprises.routes import WentOn, went_on
from svc_credit_registry.record.enterprises.routes import router as enterprises
from svc_credit_registry.record.lookups.routes import Lookups
from svc_credit_registry.record.lookups.service import Reader
from svc_credit_registry.record.publicity.routes import router as publicity
from svc_credit_registry.record.record_views.routes import router as record_views
from svc_credit_registry.reporting.filings.routes import router as filings
from svc_credit_registry.reporting.immediate_information.routes import router as immediate_information
from svc_credit_registry.reporting.objections.routes import router as objections
from svc_credit_registry.reporting.publication_orders.routes import router as publication_orders
from svc_credit_registry.reporting.published_reports.routes import router as published_reports
from svc_credit_registry.reporting.size_standards.routes import router as size_standards
from svc_credit_registry.reporting.small_micro.routes import router as small_micro
from svc_credit_registry.reporting.support_policies.routes import router as support_policies
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.batches.routes import router as batches
from svc_credit_registry.sharing.corrections.routes import router as corrections
from svc_credit_registry.sharing.exchange.routes import router as exchange
from svc_credit_registry.sharing.freshness.routes import router as freshness
from svc_credit_registry.sharing.grants.routes import router as grants
from svc_credit_registry.sharing.reconciliation.routes import router as reconciliation
from svc_credit_registry.sharing.resource_requests.routes import router as resource_requests
from svc_credit_registry.sharing.resources.routes import router as resources
from svc_credit_registry.sharing.snapshots.routes import router as snapshots
from svc_credit_registry.sharing.stream.routes import router as stream
from svc_credit_registry.sharing.submissions.routes import router as submissions
from svc_credit_registry.sharing.waiting_rows.routes import router as waiting_rows
from svc_credit_registry.supervision.execution.routes import router as execution
from svc_credit_registry.supervision.findings.routes import router as findings
from svc_credit_registry.supervision.inspections.routes import router as inspections
from svc_credit_registry.supervision.inspectors.routes import router as inspectors
from svc_credit_registry.supervision.items.routes import router as items
from svc_credit_registry.supervision.lead_intake.routes import router as lead_intake
from svc_credit_registry.supervision.leads.routes import router as leads
from svc_credit_registry.supervision.measures.routes import router as measures
from svc_credit_registry.supervision.operators.routes import router as operators
from svc_credit_registry.supervision.restrictions.routes import router as restrictions
from svc_credit_registry.supervision.risk.routes import router as risk
from svc_credit_registry.worker import WORK

SWITCH_SECONDS = 0.0005
"""So long a thread that searches may hold Python's lock while one that answers waits; ten times as long by default."""

SERVICE = Service(
    name="credit-registry",
    title="企业信用信息公示 Enterprise credit registry",
    description=__doc__,
    routers=[
        pages,
        search,
        facets,
        trademarks,
        people,
        enterprises,
        amendments,
        record_views,
        certificates,
        publicity,
        stream,
        snapshots,
        names,
        classification,
        exchange,
        resources,
        resource_requests,
        grants,
        submissions,
        waiting_rows,
        corrections,
        reconciliation,
        freshness,
        batches,
        risk,
        inspectors,
        inspections,
        findings,
        published_reports,
        filings,
        immediate_information,
        measures,
        execution,
        restrictions,
        lead_intake,
        leads,
        operators,
        objections,
        items,
        grounds,
        lists,
        proposals,
        hearings,
        list_objections,
        removals,
        annual_listing,
        repairs,
        size_standards,
        small_micro,
        support_policies,
        publication_orders,
        statistics,
        enumerations,
    ],
    work=WORK,
    tags=[
        {
            "name": "lists",
            "description": "经营异常名录与严重违法失信名单 The lists of abnormal operation and serious violations",
        },
        {"name": "repairs", "description": "处罚公示与信用修复 Publication of penalties and credit repair"},
        {"name": "search", "description": "查询 Search, lists and exports of enterprises"},
        {"name": "enterprises", "description": "企业信息 The public record of an enterprise"},
        {"name": "records", "description": "公示信息 All items of the public record, as of a day"},
        {"name": "certificates", "description": "公示证明 Certificates of the record, and their verification"},
        {"name": "publicity", "description": "投诉公示 Complaints on the public record"},
        {"name": "names", "description": "名称比对 Comparison of enterprise names"},
        {"name": "risk", "description": "信用风险分类 Risk classes of entities"},
        {"name": "inspections", "description": "双随机、一公开 Random inspections"},
        {"name": "filings", "description": "企业年报与即时信息 Annual reports and immediate information"},
        {"name": "measures", "description": "联合惩戒 Joint measures, directives and what departments did"},
        {"name": "leads", "description": "监测线索 Leads from monitoring, and what became of them"},
        {"name": "online-sites", "description": "网络经营主体 Online operators and their sites"},
        {"name": "restrictions", "description": "惩戒核查 Checks before a decision"},
        {"name": "objections", "description": "异议核查 Verification of what the record says"},
        {"name": "items", "description": "我的办件 One's own duties and cases"},
        {"name": "small-micro", "description": "小微企业 Sizes, the directory of small enterprises, support"},
        {"name": "classification", "description": "代码 Regions and industries"},
        {"name": "submissions", "description": "部门报送 Records that agencies push"},
        {
            "name": "resources",
            "description": "资源目录与共享 The catalogue of resources, requests, grants, shared data",
        },
        {"name": "statistics", "description": "统计 Published figures that anyone can compute again"},
        {"name": "stream", "description": "变更订阅与快照 The change stream and snapshots"},
        {"name": "corrections", "description": "更正 Errors go back to the producer"},
        {"name": "exchange", "description": "交换日志 The log of the exchange between agencies"},
    ],
)


def create_app(settings: Settings | None = None) -> Lookups:
    """The application; without settings given they come from the environment of a process that is its alone."""
    if settings is None:
        gc.collect()
        gc.freeze()  # What is loaded now stays; to go through it again and again would hold up callers for 100 ms.
        sys.setswitchinterval(SWITCH_SECONDS)
    settings = settings or Settings()
    service = create_service(SERVICE, settings)
    service.add_exception_handler(WentOn, went_on)
    app, reader = attach(service), Reader(settings.database.replace("+asyncpg", "", 1))
    started = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with started(app):
            yield
            reader.close()

    app.router.lifespan_context = lifespan
    return Lookups(app, reader)
