"""Complaints on the record as they go out: no personal data."""

import uuid
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class ComplaintOut(BaseModel):
    """A concluded complaint (12315) on the public record of an enterprise."""

    model_config = ConfigDict(from_attributes=True)

    complaint_id: uuid.UUID
    number: str
    category: str
    product: str
    summary: str
    outcome: str
    received_on: date
    concluded_on: date
    published_on: date
    producer: str = Field(description="Who answers for this item")
    basis: str
    received_at: datetime = Field(description="When it came to the register")
