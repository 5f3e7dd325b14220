"""Who may call, as types: the signature of a route shows its access."""

from typing import Annotated

from fastapi import Depends

from shared.auth import Access, AccessRule, AnyCaller, Caller, Public
from shared.errors import Forbidden

ADMINISTER = "sso:accounts:administer"
CHECK_IDENTITIES = "sso:identities:check"
MFA = "urn:yiwang:acr:mfa"
STEP_UP_SECONDS = 1200
"""After this long a sensitive act wants a proof anew (as login.gov: 20 minutes)."""


class PeopleRule(AccessRule):
    """Someone with an account: a system that calls as itself has no log-ins, factors or mandates."""

    through_services = False

    def check(self, caller: Caller) -> None:
        """Refuses a client that acts for nobody, and a service that goes on with what a person brought it."""
        if caller.kind == "system":
            raise Forbidden("This belongs to people; a client's own data is at /v1/clients.")
        if caller.actor is not None and not self.through_services:
            raise Forbidden("This is for the person, not for a service which acts for him.")
        super().check(caller)


class PeopleAndServicesRule(PeopleRule):
    """The same, also for a service which acts for the person."""

    through_services = True


Someone = Annotated[Caller, Depends(PeopleRule())]
SomeoneOrService = Annotated[Caller, Depends(PeopleAndServicesRule())]
# Who changes what opens accounts, has proven himself twice and not long ago.
SecurityAdmin = Annotated[Caller, Access(ADMINISTER)]
SteppedUpSecurityAdmin = Annotated[Caller, Access(ADMINISTER, acr=MFA, max_age=STEP_UP_SECONDS)]
IdentityChecker = Annotated[Caller, Access(CHECK_IDENTITIES, acr=MFA)]
SteppedUpIdentityChecker = Annotated[Caller, Access(CHECK_IDENTITIES, acr=MFA, max_age=STEP_UP_SECONDS)]
FreshCaller = Annotated[Caller, Depends(PeopleRule(max_age=STEP_UP_SECONDS))]

__all__ = [
    "ADMINISTER",
    "AnyCaller",
    "FreshCaller",
    "IdentityChecker",
    "Public",
    "SecurityAdmin",
    "Someone",
    "SomeoneOrService",
    "SteppedUpIdentityChecker",
    "SteppedUpSecurityAdmin",
]
