"""Enterprises as they go out."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class EnterpriseSummary(BaseModel):
    """An enterprise in a list."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(examples=["91421303MA0000006Y"])
    name: str = Field(examples=["随州红光酒业有限公司"])
    region: str = Field(description="GB/T 2260, as on the day of registration", examples=["421303"])
    industry_code: str = Field(description="GB/T 4754-2017 with its section letter", examples=["C151"])
    organisation_form: str = Field(examples=["有限公司"])
    status: str = Field(description="active, revoked or cancelled")
    established_on: date
    legal_representative_name: str


class NameOut(BaseModel):
    """A name with the period in which it was borne."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    valid_from: date
    valid_until: date | None = Field(description="The last day; absent for the present name")


class Provenance(BaseModel):
    """Who produced the data, on what basis, and when it came: 谁产生、谁提供、谁负责."""

    producer: str = Field(examples=["AMR-421303"])
    basis: str
    received_at: datetime


class PublicationOut(BaseModel):
    """When the law demands the record to be public, and since when it is."""

    due_on: date | None = Field(description="Absent for what was registered before the law demanded it")
    basis: str
    published_at: datetime


class FormerCodeOut(BaseModel):
    """A code or old registration number whose record went on here."""

    model_config = ConfigDict(from_attributes=True)

    old_code: str
    reason: str = Field(description="code_changed, merged or number_unified")
    since: date


class MovedOut(BaseModel):
    """The body of a 308: where the record goes on, why, and since when."""

    old_code: str
    new_code: str
    reason: str
    reason_label: str
    since: date
    basis: str
    location: str = Field(description="The same address under the new code")


class EnterpriseOut(EnterpriseSummary):
    """The public record of an enterprise."""

    status_label: str = Field(examples=["存续"])
    status_label_en: str = Field(examples=["Active"])
    region_name: str | None = Field(examples=["湖北省随州市曾都区"])
    industry_name: str | None = Field(examples=["酒的制造"])
    registered_on: date
    ended_on: date | None = Field(description="The day of cancellation or revocation")
    registered_capital_yuan: Decimal | None
    address: str
    business_scope: str
    names: list[NameOut] = Field(description="Present and former names, the present one first")
    provenance: Provenance
    publication: PublicationOut
    version: int
    as_of: date | None = Field(default=None, description="The day as of which this is; absent for the present state")
    complaints_url: str
    record_url: str = Field(description="All items of the record, with counts by kind")


class StateOut(BaseModel):
    """A status with the period in which it stood on the record."""

    status: str
    label: str
    since: date = Field(description="The day from which the record said so")
    until: date | None = Field(description="The last day; absent for the present status")
    ended_on: date | None = Field(description="The day of cancellation or revocation")
    producer: str
    basis: str


class FactChange(BaseModel):
    """One registered fact, as it was and as it is since (变更前、变更后)."""

    field: str
    label: str
    before: str | None
    after: str | None


class RegisterChange(BaseModel):
    """One change of the register: what was, what is, when, by whom and on what basis."""

    version: int
    recorded_at: datetime
    producer: str
    basis: str
    facts: list[FactChange]


class EnterpriseHistoryOut(BaseModel):
    """How an enterprise came to be what the record says on a day: names, status and changes, the latest first."""

    code: str
    as_of: date
    first_recorded_at: datetime
    names: list[NameOut]
    statuses: list[StateOut]
    changes: list[RegisterChange]
