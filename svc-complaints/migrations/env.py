"""Alembic's environment: the tables of svc-complaints and of the kernel, on the connection `shared.migrate` gives."""

from alembic import context

import svc_complaints.main  # noqa: F401 - brings all tables into the metadata
from shared.migrate import run_environment

run_environment(context)
