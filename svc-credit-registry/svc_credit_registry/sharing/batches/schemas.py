"""A file of records as it goes out."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class CountsOut(BaseModel):
    """How rows add up: received = accepted + waiting + overtaken + refused."""

    model_config = ConfigDict(from_attributes=True)

    received: int
    accepted: int = Field(description="Created, replaced, unchanged or ended")
    waiting: int
    overtaken: int
    refused: int


class BatchFileOut(BaseModel):
    """A file, how far the work on it is, and what came of its rows."""

    id: uuid.UUID
    producer: str
    kind: str
    name: str
    format: str
    sha256: str
    size: int = Field(description="Bytes")
    declared_rows: int | None = Field(description="How many rows the agency says it sent")
    complete: bool | None = Field(description="Whether as many came as were declared; absent until all are read")
    state: str = Field(description="received, running, done or failed")
    progress: float = Field(description="Part of the bytes worked through, 0 to 1")
    counts: CountsOut
    outcomes: dict[str, int]
    received_at: datetime
    finished_at: datetime | None
    error: str | None
    removed_at: datetime | None = Field(description="When the stored file was removed; its receipts stay")
