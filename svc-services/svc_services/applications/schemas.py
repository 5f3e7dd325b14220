"""Applications over HTTP."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ApplicationIn(BaseModel):
    """What a new draft begins with. The region is that of the reserved name; without one it must be given."""

    model_config = ConfigDict(extra="forbid")

    matter_code: str = Field(max_length=60, examples=["MR-ENT-ESTABLISH"])
    reservation_id: uuid.UUID | None = None
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    form: dict[str, Any] = Field(default_factory=dict, description="Fields filled in already")


class ApplicationPatch(BaseModel):
    """A merge patch (RFC 7396) of the form: null removes a field."""

    model_config = ConfigDict(extra="forbid")

    form: dict[str, Any] = Field(default_factory=dict)
    reservation_id: uuid.UUID | None = Field(default=None, description="Gives a draft its reserved name")


class Explanation(BaseModel):
    """Why something that was asked to be corrected stays as it is."""

    target: str = Field(max_length=200)
    text: Text


class ResubmissionIn(BaseModel):
    """The corrections are handed in. `explanations` are for what stays unchanged."""

    model_config = ConfigDict(extra="forbid")

    explanations: list[Explanation] = Field(default_factory=list, max_length=100)


class WithdrawalIn(BaseModel):
    """The applicant takes the application back."""

    model_config = ConfigDict(extra="forbid")

    reason: Text | None = None


class PrefilledOut(BaseModel):
    """A field which the platform filled in: shown, personal data masked, and not to be asked again."""

    field: str
    label: str
    source: str
    value: Any


class MaterialOut(BaseModel):
    """One material of the guide and what was handed in for it."""

    code: str
    name: str
    name_en: str
    required: bool
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    uploaded_at: datetime | None = None


class CorrectionItemOut(BaseModel):
    """One defect the applicant was told of."""

    target: str
    defect: str
    basis: str
    changed: bool | None = Field(default=None, description="Whether it was changed since; null until resubmission")
    explanation: str | None = None


class CorrectionOut(BaseModel):
    """The one request for corrections of a case, and what changed since."""

    requested_on: date
    due_on: date
    items: list[CorrectionItemOut]
    changed: list[str] | None = Field(default=None, description="Everything that was changed, asked for or not")


class RestrictionOut(BaseModel):
    """A joint measure that bore on a decision."""

    model_config = ConfigDict(extra="ignore")

    number: str
    measure: str
    measure_name: str
    effect: str = Field(description="attention, restrict or refuse")
    effect_label: str
    matched_by: str = Field(description='"identity", or "name_only" when it may be another person of this name')
    subject: str
    code: str
    since: date
    until: date
    basis: str
    ground: str
    unit: str


class ApplicationSummary(BaseModel):
    """An application in a list."""

    id: uuid.UUID
    number: str
    matter_code: str
    matter_name: str
    region: str
    state: str
    state_label: str
    submitted_on: date | None
    due_on: date | None
    is_overdue: bool
    version: int
    updated_at: datetime


class ApplicationOut(ApplicationSummary):
    """An application in full, as applicant and officer see it: personal data masked."""

    matter_revision: int
    reservation_id: uuid.UUID | None
    form: dict[str, Any] = Field(
        description="What the applicant filled in, and the prefilled values, personal ones masked"
    )
    prefilled: list[PrefilledOut]
    not_asked: list[str] = Field(description="What other matters of this kind used to ask for and this one does not")
    materials: list[MaterialOut]
    correction: CorrectionOut | None
    name_verdicts: list[dict[str, Any]] = Field(description="What an examiner should know of the reserved name")
    accepted_on: date | None
    extended_on: date | None
    decided_on: date | None
    outcome: str | None
    decision_reason: str | None
    restrictions: list[RestrictionOut] = Field(
        default_factory=list, description="Joint measures against the applicant that bore on the decision"
    )
    restrictions_checked_at: datetime | None = Field(default=None, description="When the registry was asked")
    completed_on: date | None
    next_action: str | None
