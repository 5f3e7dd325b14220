"""Alembic's environment: the models of this service, the way of the house."""

from alembic import context

import svc_sso.accounts.models
import svc_sso.assertions.models
import svc_sso.clients.models
import svc_sso.consents.models
import svc_sso.credentials.models
import svc_sso.factors.models
import svc_sso.grants.models
import svc_sso.keys.models
import svc_sso.notices.models
import svc_sso.oidc.models
import svc_sso.organisations.models
import svc_sso.pushed.models
import svc_sso.sessions.models
import svc_sso.sign_ins.models
import svc_sso.staff.models
import svc_sso.verifications.models  # noqa: F401
from shared import audit, inbox, outbox  # noqa: F401 - the kernel's tables
from shared.http import idempotency  # noqa: F401
from shared.migrate import run_environment

run_environment(context)  # type: ignore[arg-type]
