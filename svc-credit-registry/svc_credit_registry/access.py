"""Who may call svc-credit-registry, as types: the signature of a route shows its access."""

from typing import Annotated, Any

from fastapi import Depends

from shared import errors
from shared.auth import Access, AccessRule, Caller


class OneOfRule(AccessRule):
    """Demands a caller with at least one of some permissions; 403 for others, whatever they send."""

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self.permissions = permissions

    def check(self, caller: Caller) -> None:
        """Refuses who has none of them."""
        if not any(caller.has(permission) for permission in self.permissions):
            raise errors.Forbidden(f"This needs one of: {', '.join(self.permissions)}.", permissions=self.permissions)
        super().check(caller)


def one_of(*permissions: str) -> Any:
    """Access for those who have at least one of `permissions`."""
    return Depends(OneOfRule(*permissions))


AnyCaller = Annotated[Caller, Access()]
RegistryOfficer = Annotated[Caller, Access("credit-registry:enterprises:maintain")]
ListOfficer = Annotated[Caller, Access("credit-registry:lists:decide")]
FilingOfficer = Annotated[Caller, Access("credit-registry:filings:handle")]
InspectionPlanner = Annotated[Caller, Access("credit-registry:inspections:plan")]
Inspector = Annotated[Caller, Access("credit-registry:inspections:conduct")]
RiskOfficer = Annotated[Caller, Access("credit-registry:risk:run")]
MeasuresOfficer = Annotated[Caller, Access("credit-registry:measures:direct")]
LeadOfficer = Annotated[Caller, Access("credit-registry:leads:handle")]
ResourceOfficer = Annotated[Caller, Access("credit-registry:resources:decide")]
PeopleSearcher = Annotated[Caller, Access("credit-registry:people:search")]
Auditor = Annotated[Caller, Access("platform:audit")]

RestrictionChecker = Annotated[Caller, Access("credit-registry:restrictions:check")]
RecordProducer = Annotated[Caller, Access("credit-registry:records:push")]
ResourceUser = Annotated[Caller, Access("credit-registry:resources:request")]

MAINTAIN, DECIDE = "credit-registry:enterprises:maintain", "credit-registry:resources:decide"
PLAN, CONDUCT = "credit-registry:inspections:plan", "credit-registry:inspections:conduct"
PUSH, REQUEST = "credit-registry:records:push", "credit-registry:resources:request"

Supervisor = Annotated[Caller, one_of(PLAN, CONDUCT)]
LeadSource = Annotated[Caller, one_of("credit-registry:leads:report", "credit-registry:leads:handle")]
CorrectionProducer = Annotated[Caller, one_of(PUSH, MAINTAIN)]
CorrectionParty = Annotated[Caller, one_of(PUSH, REQUEST, MAINTAIN)]
CatalogueKeeper = Annotated[Caller, one_of(PUSH, DECIDE)]
RequestParty = Annotated[Caller, one_of(PUSH, REQUEST, DECIDE)]
