"""Alembic's environment: the models of this service, the way of the house."""

# ruff: noqa: F401 - models are imported to be known
from alembic import context

import svc_credit_registry.annual_listing.models
import svc_credit_registry.batches.models
import svc_credit_registry.certificates.models
import svc_credit_registry.corrections.models
import svc_credit_registry.enterprises.models
import svc_credit_registry.exchange.models
import svc_credit_registry.execution.models
import svc_credit_registry.feed.models
import svc_credit_registry.filings.models
import svc_credit_registry.grants.models
import svc_credit_registry.immediate_information.models
import svc_credit_registry.inspections.models
import svc_credit_registry.inspectors.models
import svc_credit_registry.intake.models
import svc_credit_registry.leads.models
import svc_credit_registry.list_objections.models
import svc_credit_registry.lists.models
import svc_credit_registry.measures.models
import svc_credit_registry.names.models
import svc_credit_registry.objections.models
import svc_credit_registry.operators.models
import svc_credit_registry.projection.models
import svc_credit_registry.publication_orders.models
import svc_credit_registry.publicity.models
import svc_credit_registry.published_reports.models
import svc_credit_registry.records.models
import svc_credit_registry.removals.models
import svc_credit_registry.repairs.models
import svc_credit_registry.resource_requests.models
import svc_credit_registry.resources.models
import svc_credit_registry.restrictions.models
import svc_credit_registry.risk.models
import svc_credit_registry.small_micro.models
import svc_credit_registry.snapshots.models
import svc_credit_registry.statistics.models
import svc_credit_registry.submissions.models
import svc_credit_registry.support_policies.models
from shared import audit, inbox, outbox
from shared.http import idempotency
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
