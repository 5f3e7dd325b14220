"""Who may call, as types: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, AnyCaller, Caller, Public

ADMINISTER = "sso:accounts:administer"
CHECK_IDENTITIES = "sso:identities:check"
MFA = "urn:yiwang:acr:mfa"
STEP_UP_SECONDS = 1200
"""After this long a sensitive act wants a proof anew (as login.gov: 20 minutes)."""

# Who changes what opens accounts, has proven himself twice and not long ago.
SecurityAdmin = Annotated[Caller, Access(ADMINISTER)]
SteppedUpSecurityAdmin = Annotated[Caller, Access(ADMINISTER, acr=MFA, max_age=STEP_UP_SECONDS)]
IdentityChecker = Annotated[Caller, Access(CHECK_IDENTITIES, acr=MFA)]
FreshCaller = Annotated[Caller, Access(max_age=STEP_UP_SECONDS)]

__all__ = [
    "ADMINISTER",
    "AnyCaller",
    "FreshCaller",
    "IdentityChecker",
    "Public",
    "SecurityAdmin",
    "SteppedUpSecurityAdmin",
]
