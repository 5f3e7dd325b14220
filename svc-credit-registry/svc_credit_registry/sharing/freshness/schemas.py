"""How fresh each feed is."""

from datetime import datetime

from pydantic import BaseModel, Field


class FeedOut(BaseModel):
    """One feed: what last came in, how old that is, and what waits."""

    code: str = Field(description="`changes`, `snapshots`, or the code of a resource", examples=["CR-PENALTY"])
    name: str
    producer: str
    update_cycle: str | None
    last_at: datetime | None = Field(description="When the newest record came")
    age_seconds: int | None
    expected_within_seconds: int | None = Field(description="By the update cycle; absent where nothing is promised")
    state: str = Field(description="fresh, late, silent (nothing ever came) or unmeasured")
    state_label: str
    backlog: int = Field(
        description="What has been received and is not on the record yet, has no position, or is in no snapshot"
    )
    oldest_waiting_at: datetime | None


class FeedsOut(BaseModel):
    """All feeds at one moment."""

    at: datetime
    items: list[FeedOut]
