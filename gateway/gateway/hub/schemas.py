"""What spans the services."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from shared.items import ItemOut

State = Literal["ok", "degraded", "down", "unknown"]


class MyItems(BaseModel):
    """All cases of one person, the latest change first."""

    items: list[ItemOut]
    unavailable: list[str] = Field(description="Services that could not be asked: their cases are missing here")


class ServiceState(BaseModel):
    """How a service stands, as the last probe saw it."""

    service: str
    state: State
    checked_at: datetime | None = None


class PlatformStatus(BaseModel):
    """`ok` when every service is; `degraded` while one is not; `down` when none answers."""

    status: State
    services: list[ServiceState]


class PlatformLedger(BaseModel):
    """The books of all services, side by side."""

    services: dict[str, Any] = Field(description="Each service's own ledger, by its short name")
    unavailable: list[str]
