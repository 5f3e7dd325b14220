"""Name checks and reservations over HTTP."""

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_services.names.rules import Verdict

Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NameIn(BaseModel):
    """A name by its parts; or whole, when `trade_name` and `organisation_form` are left out."""

    model_config = ConfigDict(extra="forbid")

    region: str = Field(pattern=r"^\d{6}$", description="County of the domicile, GB/T 2260", examples=["421303"])
    trade_name: Part | None = Field(default=None, description="字号", examples=["红光"])
    industry_code: str = Field(
        pattern=r"^[A-T]?\d{2,4}$", description="GB/T 4754-2017, two to four digits", examples=["1512"]
    )
    industry_word: Part | None = Field(
        default=None, description="行业或经营特点; usual word if absent", examples=["酒业"]
    )
    organisation_form: Part | None = Field(default=None, description="组织形式", examples=["有限公司"])
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)] | None = Field(
        default=None,
        description="The whole name, instead of its parts, or to say in which order they stand",
        examples=["红光(北京)酒业发展有限公司"],
    )
    related_codes: list[Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]] = Field(
        default=[], max_length=20, description="Enterprises with which the applicant claims an investment relation"
    )


class VerdictOut(BaseModel):
    """What one rule says of the name."""

    rule: str
    article: str
    outcome: Literal["refused", "examiner", "warning"]
    conflicting_name: str | None = None
    conflicting_code: str | None = None
    exemption: str | None = None
    exemption_claimed: bool = Field(default=False, description="An exception is claimed; an examiner looks at proof")
    message: str
    message_en: str = ""

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictOut":
        """A verdict of this service's own rules."""
        return cls.model_validate(verdict, from_attributes=True)


class NameCheckOut(BaseModel):
    """Every verdict at once. `available` when none refuses; `needs_examiner` when an official must look first."""

    available: bool
    needs_examiner: bool
    name: str
    trade_name: str
    industry_word: str
    organisation_form: str
    verdicts: list[VerdictOut]


class ReservationIn(NameIn):
    """A name to be kept; `approval_needed` where an approval must be had before registration (then 1 year)."""

    approval_needed: bool = Field(default=False, description="设立依法须先经批准，保留期 1 年")


class ReservationOut(BaseModel):
    """A reserved name. The last day of the reservation belongs to it."""

    id: uuid.UUID
    number: str
    state: Literal["reserved", "used", "expired", "withdrawn"]
    name: str
    region: str
    trade_name: str
    industry_code: str
    industry_word: str
    organisation_form: str
    approval_needed: bool
    reserved_on: date
    reserved_until: date
    basis: str
    ended_on: date | None
    verdicts: list[VerdictOut]
