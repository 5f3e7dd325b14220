"""What officials decide, over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_services.applications.schemas import RestrictionOut
from svc_services.forms.rules import Correction

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class CorrectionItemIn(BaseModel):
    """One defect, where it is, and the article or condition it offends."""

    model_config = ConfigDict(extra="forbid")

    target: Text = Field(description="/form/... or the code of a material of the guide", examples=["/form/address"])
    defect: Text = Field(examples=["住所未写明门牌号"])
    basis: Text = Field(examples=["市场主体登记管理条例第十六条"])

    def as_rule(self) -> Correction:
        """The same for the rules."""
        return Correction(self.target, self.defect, self.basis)


class CorrectionRequestIn(BaseModel):
    """Everything that is to be corrected, at once: there is no second request."""

    model_config = ConfigDict(extra="forbid")

    items: list[CorrectionItemIn] = Field(min_length=1, max_length=100)


class ExtensionIn(BaseModel):
    """Why the decision needs longer, and who approved it (the head of the registrar, Order 746 article 19)."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    approved_by: Text


class DecisionIn(BaseModel):
    """The decision; a refusal states its reasons."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["granted", "refused"]
    reason: Text | None = None


class UnmaskingIn(BaseModel):
    """Why an official needs the applicant's data unmasked."""

    model_config = ConfigDict(extra="forbid")

    reason: Text


class ApplicantOut(BaseModel):
    """The applicant's data in full. Every reading is on the audit log with its reason."""

    applicant_name: str
    applicant_id_number: str
    applicant_phone: str


class RestrictionsOut(BaseModel):
    """What stands against those whom a case concerns, as the credit registry says now."""

    number: str
    checked_at: datetime
    effect: str = Field(description="none, attention, restrict or refuse: the strongest of all")
    items: list[RestrictionOut]
