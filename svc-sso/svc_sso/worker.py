"""What svc-sso does beside answering requests; `python -m svc_sso.worker` runs it alone."""

import asyncio

from shared.audit import WITNESS
from shared.events.sso import (
    AccessChangedV1,
    AccountOpenedV1,
    ClientChangedV1,
    MandateExpiredV1,
    MandateGrantedV1,
    MandateRevokedV1,
    SessionEndedV1,
)
from shared.inbox import Work
from shared.runtime import make_runtime
from shared.worker import work_alone
from svc_sso import bootstrap
from svc_sso.accounts import handlers as accounts
from svc_sso.assertions import handlers as assertions
from svc_sso.backchannel import handlers as backchannel
from svc_sso.backchannel.queries import count_pending
from svc_sso.factors import handlers as factors
from svc_sso.grants import handlers as grants
from svc_sso.mandates import handlers as mandates
from svc_sso.oidc import handlers as oidc
from svc_sso.organisations import handlers as organisations
from svc_sso.pushed import handlers as pushed
from svc_sso.retention import handlers as retention
from svc_sso.sessions import handlers as sessions
from svc_sso.settings import Settings
from svc_sso.sign_ins import handlers as sign_ins

WORK = Work(
    handlers=[WITNESS, *accounts.HANDLERS, *organisations.HANDLERS],
    sweeps=[
        *sessions.SWEEPS,
        *sign_ins.SWEEPS,
        *grants.SWEEPS,
        *oidc.SWEEPS,
        *factors.SWEEPS,
        *backchannel.SWEEPS,
        *bootstrap.SWEEPS,
        *retention.SWEEPS,
        *assertions.SWEEPS,
        *pushed.SWEEPS,
        *mandates.SWEEPS,
    ],
    publishes=[
        AccountOpenedV1,
        AccessChangedV1,
        ClientChangedV1,
        SessionEndedV1,
        MandateGrantedV1,
        MandateRevokedV1,
        MandateExpiredV1,
    ],
    waiting={"logout_notices": count_pending},
)

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime("sso", Settings()), WORK))
