"""Alembic's environment: the models of the gateway, the way of the house."""

from alembic import context

import gateway.hub.models
import gateway.limits.models
import gateway.sessions.models
import gateway.signatures.models
import gateway.webhooks.models  # noqa: F401
from shared import audit, inbox, outbox  # noqa: F401 - the kernel's tables
from shared.http import idempotency  # noqa: F401
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
