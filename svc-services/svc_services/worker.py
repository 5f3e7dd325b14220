"""What svc-services does beside answering requests; `python -m svc_services.worker` runs it alone."""

import asyncio

from shared.events.services import (
    ApplicantUnmaskedV1,
    ApplicationAcceptedV1,
    ApplicationCorrectedV1,
    ApplicationDecidedV1,
    ApplicationSubmittedV1,
    ApplicationWithdrawnV1,
    CorrectionRequestedV1,
    LicenceIssuedV1,
    LicenceRevokedV1,
    MatterChangedV1,
    NameReservationReleasedV1,
    NameReservedV1,
)
from shared.inbox import Work
from shared.runtime import make_runtime
from shared.worker import work_alone
from svc_services.licences import handlers as licences
from svc_services.materials import handlers as materials
from svc_services.names import handlers as names
from svc_services.settings import Settings

WORK = Work(
    handlers=[*licences.HANDLERS],
    sweeps=[*names.SWEEPS, *materials.SWEEPS],
    publishes=[
        NameReservedV1,
        NameReservationReleasedV1,
        ApplicationSubmittedV1,
        CorrectionRequestedV1,
        ApplicationCorrectedV1,
        ApplicationAcceptedV1,
        ApplicationWithdrawnV1,
        ApplicationDecidedV1,
        ApplicantUnmaskedV1,
        LicenceIssuedV1,
        LicenceRevokedV1,
        MatterChangedV1,
    ],
)

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime("services", Settings()), WORK))
