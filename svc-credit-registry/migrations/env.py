"""Alembic's environment: the models of this service, the way of the house."""

# ruff: noqa: F401 - models are imported to be known
from alembic import context

import svc_credit_registry.discovery.names.models
import svc_credit_registry.discovery.projection.models
import svc_credit_registry.listing.annual_listing.models
import svc_credit_registry.listing.hearings.models
import svc_credit_registry.listing.list_objections.models
import svc_credit_registry.listing.lists.models
import svc_credit_registry.listing.penalties.models
import svc_credit_registry.listing.removals.models
import svc_credit_registry.listing.repairs.models
import svc_credit_registry.publication.certificates.models
import svc_credit_registry.publication.statistics.models
import svc_credit_registry.record.enterprises.models
import svc_credit_registry.record.feed.models
import svc_credit_registry.record.intake.models
import svc_credit_registry.record.publicity.models
import svc_credit_registry.record.records.models
import svc_credit_registry.reporting.filings.models
import svc_credit_registry.reporting.immediate_information.models
import svc_credit_registry.reporting.objections.models
import svc_credit_registry.reporting.publication_orders.models
import svc_credit_registry.reporting.published_reports.models
import svc_credit_registry.reporting.small_micro.models
import svc_credit_registry.reporting.support_policies.models
import svc_credit_registry.sharing.batches.models
import svc_credit_registry.sharing.corrections.models
import svc_credit_registry.sharing.exchange.models
import svc_credit_registry.sharing.grants.models
import svc_credit_registry.sharing.resource_requests.models
import svc_credit_registry.sharing.resources.models
import svc_credit_registry.sharing.snapshots.models
import svc_credit_registry.sharing.submissions.models
import svc_credit_registry.supervision.execution.models
import svc_credit_registry.supervision.inspections.models
import svc_credit_registry.supervision.inspectors.models
import svc_credit_registry.supervision.leads.models
import svc_credit_registry.supervision.measures.models
import svc_credit_registry.supervision.operators.models
import svc_credit_registry.supervision.restrictions.models
import svc_credit_registry.supervision.risk.models
from shared import audit, inbox, outbox
from shared.http import idempotency
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
