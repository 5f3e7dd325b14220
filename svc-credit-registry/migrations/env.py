"""Alembic's environment: the models of this service, the way of the house."""

from alembic import context

from shared import audit, inbox, outbox  # noqa: F401 - the kernel's tables
from shared.http import idempotency  # noqa: F401
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
