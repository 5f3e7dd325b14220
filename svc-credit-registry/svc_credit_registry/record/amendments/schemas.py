"""Changes of registered facts as officers decide them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.fields import Day
from shared.privacy import Unmasked
from svc_credit_registry.record.contents.schemas import Unidentified
from svc_credit_registry.record.enterprises.rules import Status, Succession
from svc_credit_registry.record.enterprises.schemas import EnterpriseOut

Words = Annotated[str, Field(min_length=1, max_length=300)]


class AmendedFactsIn(BaseModel):
    """The facts that change, each as it is from now on; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=2, max_length=200)] | None = None
    status: Status | None = None
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    industry_code: Annotated[str, Field(min_length=1, max_length=5)] | None = None
    organisation_form: Words | None = None
    legal_representative_name: Annotated[Unmasked, Field(min_length=1, max_length=100)] | None = None
    registered_capital_yuan: Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2)] | None = None
    address: Words | None = None
    business_scope: Annotated[str, Field(min_length=1, max_length=5000)] | None = None


class DecisionIn(BaseModel):
    """What a change of the register rests on."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    decided_on: Day = Field(description="The day of the decision; not after today")
    basis: Annotated[Unidentified, Field(min_length=4, max_length=500, description="The article, and the decision")]
    document_number: Words | None = None


class ChangeIn(DecisionIn):
    """A decision that changes registered facts (变更登记、吊销、注销、恢复)."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None, description="Needed for a change of status; public"
    )
    facts: AmendedFactsIn

    @model_validator(mode="after")
    def _status_needs_a_reason(self) -> "ChangeIn":
        if self.facts.status is not None and self.reason is None:
            raise ValueError("a change of status states its reason 变更登记状态须说明理由")
        return self


class SuccessionIn(DecisionIn):
    """Under which code the record of this one goes on, and why."""

    new_code: Annotated[str, Field(min_length=18, max_length=40)]
    reason: Literal[Succession.CODE_CHANGED, Succession.MERGED]


class FormerNumberIn(DecisionIn):
    """The registration number which the enterprise had before the unified code."""

    number: Annotated[str, Field(pattern=r"^[0-9]{15}$")]


class AmendmentReceiptOut(BaseModel):
    """An item that went on the record with the change."""

    kind: str
    item_id: str
    receipt: str


class AmendmentChangeOut(BaseModel):
    """The enterprise as it is now, and the receipts of what went on its record."""

    enterprise: EnterpriseOut
    items: list[AmendmentReceiptOut]
