"""Who may call: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, Caller

FILE = "complaints:complaints:file"
HANDLE = "complaints:complaints:handle"
RESPONSE = "MR-COMPLAINT-RESPONSE"
"""The matter 消费投诉应诉 which a mandate names when an agent may speak for the respondent."""
TWO_FACTORS = "urn:yiwang:acr:mfa"
"""Staff act, and see others' cases, only after a log-in with two factors (GB/T 22239-2019, 8.1.4.1)."""

AnyCaller = Annotated[Caller, Access()]
Complainant = Annotated[Caller, Access(FILE)]
Officer = Annotated[Caller, Access(HANDLE, acr=TWO_FACTORS)]
FRESH_SECONDS = 1200
"""Who wants to read personal data in full has logged in this lately: no desk which was left open tells it."""
FreshOfficer = Annotated[Caller, Access(HANDLE, acr=TWO_FACTORS, max_age=FRESH_SECONDS)]
