"""A name to compare, and what the rules say of it."""

import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.discovery.names.rules import Kind, NameOutcome

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NameComparisonIn(BaseModel):
    """A name in parts, or as a whole, or both; what is missing in the one is taken from the other."""

    model_config = ConfigDict(extra="forbid")

    region: str = Field(pattern=r"^\d{6}$", description="GB/T 2260; 100000 for a name without a region")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)] | None = None
    trade_name: Part | None = Field(default=None, examples=["红光"])
    industry_code: Annotated[str, StringConstraints(max_length=5)] | None = Field(default=None, examples=["C151"])
    industry_word: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = Field(
        default=None, description="Empty for a name that states no industry", examples=["酒业"]
    )
    organisation_form: Part | None = Field(default=None, examples=["有限公司"])
    reservation_id: uuid.UUID | None = Field(
        default=None, description="A reservation of the applicant's own, which is not in the way"
    )
    related_codes: list[CreditCode] = Field(
        default=[], max_length=20, description="Enterprises with which the applicant claims an investment relation"
    )


class VerdictOut(BaseModel):
    """What one rule says, against one name."""

    model_config = ConfigDict(from_attributes=True)

    rule: str = Field(examples=["same_trade_name_same_industry"])
    kind: Kind = Field(description="Same or similar, as 工商企注字〔2017〕133号 tells them apart")
    article: str
    outcome: NameOutcome
    conflicting_name: str | None
    conflicting_code: str | None = Field(description="Absent for a name that is only reserved")
    exemption: str | None = Field(description="Who is excepted from the rule")
    exemption_claimed: bool = Field(description="An exception is claimed: an examiner looks at its proof")
    message: str
    message_en: str


class NamePartsOut(BaseModel):
    """The parts by which a name was compared, each in simplified characters and without brackets."""

    model_config = ConfigDict(from_attributes=True)

    region_text: str = Field(examples=["随州"])
    trade_name: str = Field(examples=["红光"])
    industry_word: str = Field(examples=["酒业发展"])
    industry: str = Field(description="The word that stands for all industry words of this meaning", examples=["酒业"])
    organisation_form: str = Field(examples=["有限公司"])


class NameComparisonOut(BaseModel):
    """The composed name, its parts, and all verdicts on it, refusals first; none when nothing is in the way."""

    name: str
    parts: NamePartsOut
    verdicts: list[VerdictOut]
    more: bool = Field(description="True when further names, left out here, are in the way as well")


class DecompositionOut(NamePartsOut):
    """A name in its parts; a part that could not be told is empty."""

    name: str
    sounds: list[str] = Field(description="How the trade name may be read", examples=[["hong guang"]])
