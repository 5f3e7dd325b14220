"""The public record as it goes out."""

import uuid
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from svc_credit_registry.record.enterprises.schemas import EnterpriseOut, FormerCodeOut
from svc_credit_registry.record.publicity.schemas import ComplaintOut


class ItemProvenance(BaseModel):
    """谁产生、谁提供、谁负责: who produced an item, who handed it in, who answers for it, and its receipt."""

    producer: str = Field(examples=["AMR-421303"])
    producer_name: str | None = Field(description="Absent for producers that are no unit of market regulation")
    provider: str
    answers: str = Field(description="Who answers for items of this kind by law")
    basis: str = Field(description="What the item rests on: decision and article")
    receipt: str = Field(description="The number given at entry", examples=["GS20261121000000001281"])
    recorded_at: datetime


class ItemPublication(BaseModel):
    """Why the item is public, since when, by when the law demanded it, and until when it may be shown."""

    basis: str
    confirmed: bool = Field(description="False where the source of the term still awaits a second one")
    published_on: date
    due_on: date | None = Field(description="Absent where no term runs")
    in_time: bool | None
    publish_until: date | None = Field(description="The last day on which it is shown; absent: no end is set")


class RecordItemOut(BaseModel):
    """One version of one item of the public record."""

    id: uuid.UUID
    code: str
    kind: str
    kind_label: str
    key: str = Field(description="With producer and kind it names the item through all its versions")
    version: int
    content: dict[str, Any] = Field(description="By the schema of its kind")
    produced_on: date
    effective_from: date
    effective_until: date | None
    superseded_at: datetime | None = Field(description="When another version, or nothing, took its place")
    ended_reason: str | None
    provenance: ItemProvenance
    publication: ItemPublication


class KindOut(BaseModel):
    """The items of one kind: how many there are, and the latest of them."""

    kind: str
    label: str
    count: int
    items: list[RecordItemOut]
    items_url: str = Field(description="All of them, page by page")


class RecordOut(BaseModel):
    """The whole record of an enterprise as it stood at the end of a day."""

    as_of: date
    enterprise: EnterpriseOut
    former_codes: list[FormerCodeOut]
    counts: dict[str, int] = Field(description="Items of each kind, and `complaint`; kinds without any are left out")
    kinds: list[KindOut]
    complaints: list[ComplaintOut] = Field(description="The latest; all are at complaints_url")


class ItemKindOut(BaseModel):
    """A kind of record item: in words, who answers for it, why and how soon it is public, and the schema of it."""

    kind: str
    label: str
    label_en: str
    answers: str
    basis: str
    working_days: int | None = Field(description="Term of publication; absent where it is public once entered")
    confirmed: bool
    note: str
    content_schema: dict[str, Any]
