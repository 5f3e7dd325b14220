"""Who may call svc-credit-registry, as types: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, Caller

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
LeadReporter = Annotated[Caller, Access("credit-registry:leads:report")]
RecordProducer = Annotated[Caller, Access("credit-registry:records:push")]
ResourceUser = Annotated[Caller, Access("credit-registry:resources:request")]
StreamFollower = Annotated[Caller, Access("credit-registry:stream:follow")]
