"""Entries of the catalogue as they come in and go out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.resources.rules import Coverage, Cycle, ResourceSource, Sharing

Words = Annotated[str, Field(min_length=1, max_length=200)]
FIELD_NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"


class FieldSpec(BaseModel):
    """One field of a resource."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=FIELD_NAME, max_length=80, examples=["content.decided_on"])
    label: Words = Field(examples=["作出决定日期"])
    type: Literal["string", "integer", "decimal", "boolean", "date", "datetime", "list", "object"]
    personal: bool = Field(default=False, description="Whether it is about a person: asked for only where needed")
    note: str = Field(default="", max_length=500)


class ResourceEdit(BaseModel):
    """What may be edited of an entry."""

    model_config = ConfigDict(extra="forbid")

    name: Words | None = None
    summary: str | None = Field(default=None, min_length=1, max_length=2000)
    fields: Annotated[list[FieldSpec], Field(min_length=1, max_length=200)] | None = None
    sharing: Sharing | None = None
    sharing_basis: str | None = Field(default=None, max_length=1000, description="The law that forbids or limits it")
    conditions: str | None = Field(default=None, max_length=1000)
    update_cycle: Cycle | None = None
    format: Words | None = None
    contact: Words | None = Field(default=None, description="An office and its telephone, no person")


class ResourceIn(BaseModel):
    """A new entry."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[A-Z][A-Z0-9-]{2,39}$", examples=["CR-PENALTY"])
    name: Words = Field(examples=["行政处罚信息"])
    summary: str = Field(min_length=1, max_length=2000)
    producer: str = Field(min_length=2, max_length=64, description="Who produces it and answers for it")
    source: ResourceSource
    kind: RecordKind | None = Field(default=None, description="The kind of items, when the source is `records`")
    coverage: Coverage = Field(
        default=Coverage.OWN, description="The producer's own items, or those of `all`: only officers may say so"
    )
    fields: Annotated[list[FieldSpec], Field(min_length=1, max_length=200)]
    sharing: Sharing
    sharing_basis: str = Field(default="", max_length=1000, description="The law that forbids or limits it")
    conditions: str = Field(default="", max_length=1000)
    update_cycle: Cycle
    format: Words = Field(examples=["JSON, NDJSON"])
    contact: Words = Field(description="An office and its telephone, no person")


class ResourceOut(BaseModel):
    """An entry of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    summary: str
    producer: str
    source: str
    kind: str | None
    coverage: str = Field(description="`own`: what its producer produced; `all`: what every producer of the kind did")
    coverage_label: str
    fields: list[FieldSpec]
    sharing: str
    sharing_label: str
    sharing_basis: str
    conditions: str
    update_cycle: str
    update_cycle_label: str
    format: str
    contact: str
    state: str
    state_reason: str | None
    basis: str = Field(description="The law under which it is shared or not")
    updated_at: datetime
    version: int
    data_url: str | None = Field(description="Where its data are read; absent where they are not here")


class ResourceReasonIn(BaseModel):
    """Why something is done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=2, max_length=500)


class ResourceFilters(BaseModel):
    """Filters of the catalogue."""

    q: str | None = Field(default=None, min_length=1, max_length=100, description="In name, summary or code")
    producer: str | None = Field(default=None, max_length=64)
    sharing: Sharing | None = None
    kind: RecordKind | None = None
