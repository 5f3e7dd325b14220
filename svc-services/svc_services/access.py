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
FRESH_SECONDS = 1200
"""Who wants to read personal data in full has logged in this lately: no desk which was left open tells it."""
FreshOfficer = Annotated[Caller, Access(HANDLE, acr=TWO_FACTORS, max_age=FRESH_SECONDS)]
