"""What svc-complaints does beside answering requests; `python -m svc_complaints.worker` runs it alone."""

import asyncio

from shared.events.audit import AuditSealedV1
from shared.events.complaints import (
    ComplainantUnmaskedV1,
    ComplaintAcceptedV1,
    ComplaintPublishedV1,
    ComplaintReceivedV1,
    ComplaintRefusedV1,
    ComplaintWithdrawnV1,
    ComplaintWithheldV1,
    MediationConcludedV1,
)
from shared.inbox import Work
from shared.runtime import make_runtime
from shared.worker import work_alone
from svc_complaints.cases import handlers as cases
from svc_complaints.mediation import handlers as mediation
from svc_complaints.publicity import handlers as publicity
from svc_complaints.settings import Settings

WORK = Work(
    handlers=[*cases.HANDLERS],
    sweeps=[*cases.SWEEPS, *mediation.SWEEPS, *publicity.SWEEPS],
    publishes=[
        ComplaintReceivedV1,
        ComplaintAcceptedV1,
        ComplaintRefusedV1,
        ComplaintWithdrawnV1,
        MediationConcludedV1,
        ComplaintPublishedV1,
        ComplaintWithheldV1,
        ComplainantUnmaskedV1,
        AuditSealedV1,
    ],
)

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime("complaints", Settings()), WORK))
