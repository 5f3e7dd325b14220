"""What an item of each kind says. Everything in it is public: no identity numbers, no private addresses.

One frozen class for each kind; the owner of a workflow refines the class of his own kind by optional fields only, for
what stands on the record is never rewritten.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from svc_credit_registry.record.contents.schemas import Content, Text, Words, Yuan
from svc_credit_registry.record.records.rules import RecordKind


class ChangedFact(Content):
    """One registered fact before and after a change (变更前、变更后); absent where there was, or is, none."""

    field: Words
    before: str | None = None
    after: str | None = None


class StatusChangeContent(Content):
    """A change of the status of an enterprise."""

    before: Words
    after: Words
    decided_on: date
    decided_by: Words
    reason: Text
    document_number: Words | None = None


class NameChangeContent(Content):
    """A change of name."""

    before: Words
    after: Words
    decided_on: date
    decided_by: Words
    document_number: Words | None = None


class RegistrationChangeContent(Content):
    """A change of other registered facts (变更登记)."""

    decided_on: date
    decided_by: Words
    facts: Annotated[list[ChangedFact], Field(min_length=1, max_length=30)]
    document_number: Words | None = None


class BranchContent(Content):
    """A branch of the enterprise."""

    name: Words
    branch_code: Words | None = None
    registrar: Words | None = None
    region: Words | None = None
    address: Words | None = None
    person_in_charge: Words | None = None
    established_on: date | None = None
    status: Words = "active"


class ShareholderContent(Content):
    """A shareholder or investor. Certificates of natural persons are never shown."""

    name: Words
    type: Literal["natural_person", "enterprise", "state", "foreign", "other"] = "natural_person"
    shareholder_code: Words | None = None
    subscribed_yuan: Yuan | None = None
    share_percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)] | None = None


class ContributionContent(Content):
    """What a shareholder has undertaken to contribute, or has contributed."""

    shareholder: Words
    type: Literal["subscribed", "paid"]
    amount_yuan: Yuan
    form: Words = Field(description="money, kind, intellectual_property, land_use_right, equity, other")
    due_or_paid_on: date | None = None


class KeyPersonContent(Content):
    """A director, supervisor, manager or representative."""

    name: Words
    position: Words
    since: date | None = None


class LicenceContent(Content):
    """An administrative licence."""

    number: Words
    name: Words
    scope: Text | None = None
    authority: Words
    decided_on: date
    valid_from: date
    valid_until: date | None = None
    status: Literal["valid", "changed", "cancelled", "revoked", "expired"] = "valid"


class InspectionContent(Content):
    """The result of an inspection of the enterprise."""

    authority: Words
    type: Words = Field(description="random, directed, special or follow_up")
    inspected_on: date
    result: Words
    plan_number: Words | None = None
    matters: Annotated[list[Words], Field(max_length=100)] = Field(default=[])
    remark: Text | None = None


class PenaltyContent(Content):
    """A decision on an administrative penalty."""

    document_number: Words
    authority: Words
    decided_on: date
    facts: Text = Field(description="The violation")
    penalty_types: Annotated[list[Words], Field(min_length=1, max_length=20)]
    penalty: Text = Field(description="What was imposed, in words")
    fine_yuan: Yuan | None = None
    confiscated_yuan: Yuan | None = None
    legal_basis: Text | None = None
    state: Literal["in_force", "changed", "revoked", "repaired"] = "in_force"


class EquityPledgeContent(Content):
    """A pledge of equity."""

    number: Words
    pledgor: Words
    pledgee: Words
    amount: Words = Field(description="The pledged equity: shares, or yuan of contribution")
    registered_on: date
    state: Literal["valid", "changed", "cancelled", "revoked"] = "valid"


class EquityFreezeContent(Content):
    """Equity frozen by a court."""

    execution_document: Words
    court: Words
    person_executed: Words
    amount: Words
    frozen_from: date
    frozen_until: date | None = None
    state: Literal["frozen", "prolonged", "released", "lapsed"] = "frozen"


class ChattelMortgageContent(Content):
    """A chattel mortgage."""

    number: Words
    registrar: Words
    mortgagee: Words
    secured_yuan: Yuan | None = None
    collateral: Text
    registered_on: date
    state: Literal["valid", "changed", "cancelled"] = "valid"


class IpPledgeContent(Content):
    """A pledge of intellectual property."""

    number: Words
    type: Words = Field(description="patent, trademark or copyright")
    title: Words
    pledgor: Words
    pledgee: Words
    valid_from: date
    valid_until: date | None = None
    state: Literal["valid", "changed", "cancelled"] = "valid"


class TrademarkContent(Content):
    """A trademark as the office for intellectual property registered it; the enterprise is its holder."""

    number: Annotated[str, Field(min_length=1, max_length=30, description="Of the registration (注册号)")]
    mark: Words = Field(description="The words of the mark; of a picture alone, what the office calls it")
    classes: Annotated[list[Annotated[int, Field(ge=1, le=45)]], Field(min_length=1, max_length=45)] = Field(
        description="Classes of goods and services by the Nice Agreement"
    )
    goods: Text | None = None
    registered_on: date
    valid_until: date | None = Field(default=None, description="Ten years at a time (商标法第三十九条、第四十条)")
    state: Literal["valid", "expired", "cancelled", "revoked", "invalid"] = "valid"


class AnnualReportContent(Content):
    """The public part of an annual report, by section."""

    year: Annotated[int, Field(ge=1990, le=2199)]
    filed_on: date
    late: bool = False
    corrected: bool = False
    sections: dict[str, Any] = Field(default={})


class ImmediateInformationContent(Content):
    """What an enterprise must make public within 20 working days of its coming about."""

    type: Words
    happened_on: date
    filed_on: date
    late: bool = False
    details: dict[str, Any] = Field(default={})


class ListEntryContent(Content):
    """An entry on a list, and its removal when there was one."""

    ground: Words
    ground_label: Words
    listed_on: date
    decided_by: Words
    decision_number: Words
    reason: Text | None = None
    state: Words = "listed"
    removed_on: date | None = None
    removal_decision_number: Words | None = None
    removal_reason: Text | None = None
    removal_decided_by: Words | None = None


class AbnormalOperationContent(ListEntryContent):
    """An entry on the abnormal-operation list."""


class SeriousViolationContent(ListEntryContent):
    """An entry on the serious-violation list."""


class CommitmentContent(Content):
    """A credit commitment of the enterprise, and whether it was kept."""

    type: Words
    text: Text
    made_on: date
    accepted_by: Words | None = None
    due_on: date | None = None
    state: Words = "made"
    checked_on: date | None = None


class CreditRepairContent(Content):
    """A decision on credit repair."""

    number: Words
    subject_kind: Words
    subject_key: Words
    decided_on: date
    decided_by: Words
    outcome: Words
    reason: Text | None = None


class JointMeasureContent(Content):
    """A measure that departments take together."""

    number: Words
    measure: Words
    measure_label: Words
    directed_by: Words
    since: date
    until: date | None = None
    state: Words = "in_force"
    cause: Text | None = None


class SupportBenefitContent(Content):
    """Support which the enterprise received."""

    policy: Words
    policy_label: Words | None = None
    granted_by: Words
    granted_on: date
    amount_yuan: Yuan | None = None
    year: int | None = None
    remark: Text | None = None


class LeadOutcomeContent(Content):
    """What came of a lead (advertising, online market, pyramid selling)."""

    number: Words
    source: Words
    category: Words
    verified_on: date
    outcome: Words
    summary: Text | None = None
    authority: Words | None = None


CONTENTS: dict[RecordKind, type[Content]] = {
    RecordKind.STATUS_CHANGE: StatusChangeContent,
    RecordKind.NAME_CHANGE: NameChangeContent,
    RecordKind.REGISTRATION_CHANGE: RegistrationChangeContent,
    RecordKind.BRANCH: BranchContent,
    RecordKind.SHAREHOLDER: ShareholderContent,
    RecordKind.CONTRIBUTION: ContributionContent,
    RecordKind.KEY_PERSON: KeyPersonContent,
    RecordKind.LICENCE: LicenceContent,
    RecordKind.INSPECTION: InspectionContent,
    RecordKind.PENALTY: PenaltyContent,
    RecordKind.EQUITY_PLEDGE: EquityPledgeContent,
    RecordKind.EQUITY_FREEZE: EquityFreezeContent,
    RecordKind.CHATTEL_MORTGAGE: ChattelMortgageContent,
    RecordKind.IP_PLEDGE: IpPledgeContent,
    RecordKind.TRADEMARK: TrademarkContent,
    RecordKind.ANNUAL_REPORT: AnnualReportContent,
    RecordKind.IMMEDIATE_INFORMATION: ImmediateInformationContent,
    RecordKind.ABNORMAL_OPERATION: AbnormalOperationContent,
    RecordKind.SERIOUS_VIOLATION: SeriousViolationContent,
    RecordKind.COMMITMENT: CommitmentContent,
    RecordKind.CREDIT_REPAIR: CreditRepairContent,
    RecordKind.JOINT_MEASURE: JointMeasureContent,
    RecordKind.SUPPORT_BENEFIT: SupportBenefitContent,
    RecordKind.LEAD_OUTCOME: LeadOutcomeContent,
}
"""The class of each kind's content."""
