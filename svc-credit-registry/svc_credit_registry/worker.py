"""What svc-credit-registry does beside answering requests; `python -m svc_credit_registry.worker` runs it alone."""

import asyncio

from shared.audit import WITNESS
from shared.events.audit import AuditSealedV1
from shared.events.credit_registry import (
    EnterpriseChangedV1,
    EnterpriseRegisteredV1,
    MeasureDirectedV1,
    MeasureLiftedV1,
    RegisterLoadedV1,
)
from shared.inbox import Part, Work
from shared.runtime import make_runtime
from shared.worker import work_alone
from svc_credit_registry.discovery.names import handlers as names
from svc_credit_registry.listing.annual_listing import handlers as annual_listing
from svc_credit_registry.listing.escalation import handlers as escalation
from svc_credit_registry.listing.penalties import handlers as penalties
from svc_credit_registry.listing.repairs import handlers as repairs
from svc_credit_registry.publication.statistics import handlers as statistics
from svc_credit_registry.record.feed.service import sequence_forever
from svc_credit_registry.record.publicity import handlers as publicity
from svc_credit_registry.record.registration import handlers as registration
from svc_credit_registry.reporting.objections import handlers as objections
from svc_credit_registry.reporting.publication_orders import handlers as publication_orders
from svc_credit_registry.reporting.published_reports import handlers as published_reports
from svc_credit_registry.reporting.small_micro import handlers as small_micro
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.batches import handlers as batches
from svc_credit_registry.sharing.corrections import handlers as corrections
from svc_credit_registry.sharing.exchange import handlers as exchange
from svc_credit_registry.sharing.snapshots import handlers as snapshots
from svc_credit_registry.sharing.waiting_rows import handlers as waiting_rows
from svc_credit_registry.supervision.findings import handlers as findings
from svc_credit_registry.supervision.followups import handlers as followups
from svc_credit_registry.supervision.leads import handlers as leads
from svc_credit_registry.supervision.risk import handlers as risk

WORK = Work(
    handlers=[*registration.HANDLERS, *names.HANDLERS, *publicity.HANDLERS, WITNESS],
    sweeps=[
        *snapshots.SWEEPS,
        *annual_listing.SWEEPS,
        *escalation.SWEEPS,
        *penalties.SWEEPS,
        *repairs.SWEEPS,
        *exchange.SWEEPS,
        *corrections.SWEEPS,
        *batches.SWEEPS,
        *waiting_rows.SWEEPS,
        *risk.SWEEPS,
        *findings.SWEEPS,
        *followups.SWEEPS,
        *leads.SWEEPS,
        *objections.SWEEPS,
        *publication_orders.SWEEPS,
        *published_reports.SWEEPS,
        *small_micro.SWEEPS,
        *statistics.SWEEPS,
    ],
    publishes=[
        EnterpriseRegisteredV1,
        EnterpriseChangedV1,
        RegisterLoadedV1,
        MeasureDirectedV1,
        MeasureLiftedV1,
        AuditSealedV1,
    ],
    parts=[Part("sequencer", sequence_forever), *snapshots.PARTS],
)

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime("credit-registry", Settings()), WORK))
