"""Checks of restrictions over HTTP."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.supervision.measures.schemas import IdNumber, PersonName

Matter = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
CaseId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
KNOWN = Field(
    description="Whether a measure of the catalogue bears on this matter by name: if not, look whether it is misspelt"
)
Code = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=1, max_length=40)]


class PersonToCheck(BaseModel):
    """A natural person who asks for something: name and identity number, never in an address."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName
    id_number: IdNumber


class CheckIn(BaseModel):
    """Who is asked about, in which matter, and for which case: up to 200 codes and persons."""

    model_config = ConfigDict(extra="forbid")

    matter: Matter = Field(examples=["MR-ENT-ESTABLISH"])
    case_id: CaseId = Field(description="The case for which it is asked: nobody is looked up without one")
    on_behalf_of: CaseId | None = Field(default=None, description="Who decides the case, when a machine asks for him")
    codes: list[Code] = Field(default_factory=list, max_length=200)
    persons: list[PersonToCheck] = Field(default_factory=list, max_length=200)


class RestrictionOut(BaseModel):
    """A measure in force that bears on the matter."""

    directive_id: uuid.UUID
    number: str
    measure: str
    measure_name: str
    effect: str = Field(description="attention, restrict or refuse: what it does in this check")
    effect_label: str
    matched_by: str = Field(
        description='"identity"; "name_only" when a person of this name is concerned, perhaps another'
    )
    subject: str
    role: str | None
    code: str = Field(description="The entity concerned, or to which the person is connected")
    since: date
    until: date
    basis: str
    ground: str
    unit: str


class SubjectOut(BaseModel):
    """What was found about one subject."""

    code: str | None = None
    person: str | None = Field(default=None, description="The name asked about, masked")
    known: bool = Field(description="Whether the register has an entity with this code; always true for persons")
    effect: str = Field(description="none, attention, restrict or refuse: the strongest of all")
    restrictions: list[RestrictionOut]


class RestrictionCheckOut(SubjectOut):
    """The answer to a check of one code."""

    matter: str
    matter_known: bool = KNOWN
    case_id: str
    checked_at: datetime


class ChecksOut(BaseModel):
    """The answer to a check of many, in the order asked: codes, then persons."""

    matter: str
    matter_known: bool = KNOWN
    case_id: str
    checked_at: datetime
    effect: str = Field(description="The strongest of all subjects")
    items: list[SubjectOut]


class CheckLogOut(BaseModel):
    """A question that was asked."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    requester: str
    on_behalf_of: str | None
    matter: str
    case_id: str
    code: str | None
    about_person: bool
    effect: str
    found: int
    request_id: str | None
