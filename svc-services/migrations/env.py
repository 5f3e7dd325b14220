"""Alembic's environment: the models of this service, the way of the house."""

from alembic import context

import svc_services.cases.models
import svc_services.evaluation.models
import svc_services.licences.models
import svc_services.materials.models
import svc_services.matters.models
import svc_services.names.models
import svc_services.numbering.models  # noqa: F401
from shared import audit, inbox, outbox  # noqa: F401 - the kernel's tables
from shared.http import idempotency  # noqa: F401
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
