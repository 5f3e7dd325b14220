"""What spans the services."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from shared.items import ItemOut

State = Literal["ok", "degraded", "down", "unknown"]
SectionName = Literal["enterprises", "matters", "articles", "trademarks"]


class MyItems(BaseModel):
    """Cases of one person, the latest change first within a page."""

    items: list[ItemOut]
    next_cursor: str | None = Field(default=None, description="For the next page; absent on the last one")
    unavailable: list[str] = Field(description="Services that could not be asked: their cases are missing here")


class QueueOut(BaseModel):
    """A queue of cases that wait for officers such as the caller."""

    service: str
    title: str
    count: int
    count_capped: bool = Field(description="True when there are more than `count`")
    url: str = Field(description="The queue, from the public origin")


class MyQueues(BaseModel):
    """What waits for a member of staff."""

    queues: list[QueueOut]
    unavailable: list[str] = Field(description="Services that could not be asked")


class ServiceState(BaseModel):
    """How a service stands, as the last probe saw it."""

    service: str
    state: State
    since: datetime | None = Field(default=None, description="Since when it stands so, as far as this gateway knows")
    checked_at: datetime | None = None


class Incident(BaseModel):
    """A time in which a service was away or hampered."""

    service: str
    state: Literal["degraded", "down"]
    began_at: datetime
    ended_at: datetime | None = Field(description="Absent while it lasts")


class PlatformStatus(BaseModel):
    """`ok` when every service is; `degraded` while one is not; `down` when none answers."""

    status: State
    services: list[ServiceState]
    incidents: list[Incident] = Field(default_factory=list, description="Of the last 14 days, the newest first")
    incidents_known: bool = Field(default=True, description="False while the record of incidents can't be read")


class PlatformLedger(BaseModel):
    """The books of all services, side by side."""

    services: dict[str, Any] = Field(description="Each service's own ledger, by its short name")
    unavailable: list[str]


class Hit(BaseModel):
    """One thing that was found."""

    id: str
    title: str
    detail: str = Field(description="What tells it from others of the same title")
    url: str = Field(description="Where it is, from the public origin")
    page: str | None = Field(default=None, description="The page of it for people; absent where there is none")


class Section(BaseModel):
    """What one service found."""

    section: SectionName
    title: str
    service: str
    items: list[Hit]
    count: int | None = Field(description="How many there are, or 10,000 and `count_capped`; absent when unavailable")
    count_capped: bool = False
    unavailable: bool = Field(description="The service did not answer in time; there may be more than is shown")
    url: str = Field(description="The whole list, from the public origin")


class SearchResult(BaseModel):
    """What all services found, each in its own section."""

    q: str
    sections: list[Section]
    unavailable: list[str] = Field(description="Sections whose service did not answer in time")


class Announcement(BaseModel):
    """A published article."""

    id: str
    title: str
    column: str
    column_title: str
    published_on: date
    url: str


class Announcements(BaseModel):
    """The newest articles."""

    items: list[Announcement]
    as_of: datetime | None = Field(description="When the list was read; absent when it never could be")
    unavailable: bool = Field(description="The service does not answer: this is what was read last")
