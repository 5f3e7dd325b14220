"""One's own consumption."""

from datetime import datetime

from pydantic import BaseModel, Field


class QuotaOut(BaseModel):
    """One window that the caller is counted in."""

    name: str = Field(description="As in RateLimit-Policy")
    quota: int = Field(description="Calls that the window allows")
    window_seconds: int
    used: int = Field(description="Calls so far, in all gateway processes as far as they have settled")
    remaining: int
    ends_at: datetime | None = Field(description="When it begins anew; null while no call was counted")


class QuotasOut(BaseModel):
    """All windows that apply to the caller."""

    items: list[QuotaOut]
