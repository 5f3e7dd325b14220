"""Who may call: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, Caller

RESERVE = "services:names:reserve"
APPLY = "services:applications:apply"
RATE = "services:evaluations:give"
HANDLE = "services:applications:handle"
TWO_FACTORS = "urn:yiwang:acr:mfa"
"""Staff act, and see others' cases, only after a log-in with two factors (GB/T 22239-2019, 8.1.4.1)."""

AnyCaller = Annotated[Caller, Access()]
NameHolder = Annotated[Caller, Access(RESERVE)]
Applicant = Annotated[Caller, Access(APPLY)]
Rater = Annotated[Caller, Access(RATE)]
Officer = Annotated[Caller, Access(HANDLE, acr=TWO_FACTORS)]
