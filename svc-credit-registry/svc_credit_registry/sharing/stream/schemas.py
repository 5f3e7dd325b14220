"""What is told of the change stream itself."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class StreamLine(BaseModel):
    """A line of the change stream."""

    position: int = Field(description="Counts without gaps; follow on with after= this")
    published_at: datetime | None = Field(default=None, description="When the change got its position")
    code: str | None = Field(default=None, description="Unified social credit code of the enterprise")
    part: str | None = Field(default=None, description="What changed: registration, complaints or a kind of item")
    item_id: uuid.UUID | None = Field(default=None, description="The item of the record, where one changed")
    former_ids: list[uuid.UUID] = Field(
        default=[], description="Of a withdrawn item: its versions before, which a copy that lags may still hold"
    )
    resource: str | None = Field(default=None, description="Where REST answers for it")
    type: Literal["changed", "withdrawn", "heartbeat"]
    data: dict[str, Any] | None = Field(default=None, description="The resource as it is now, as REST gives it")


class StreamState(BaseModel):
    """How far the stream is, and how far behind what has happened."""

    position: int = Field(description="The last position")
    last_change_at: datetime | None
    first_position: int = Field(description="The smallest position that after= may name")
    waiting: int = Field(description="Changes that have no position yet")
    oldest_waiting_at: datetime | None
    lag_seconds: float = Field(description="Age of the oldest change without a position; 0 when there is none")
    followers: int = Field(description="Connections that follow, at this process")
    snapshot_position: int | None = Field(description="The position of the newest snapshot")
