"""One shape for a person's cases in all services: the hub puts them into one list."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class ItemOut(BaseModel):
    """A case of the caller, and what he can do about it."""

    service: str = Field(examples=["services"])
    kind: str = Field(examples=["application"])
    id: str
    number: str = Field(description="What people read out on the phone")
    title: str
    state: str
    state_label: str = Field(description="The state in words, Chinese first, English by Accept-Language")
    due_on: date | None = Field(default=None, description="The next statutory date, whoever must keep it")
    next_action: str | None = Field(default=None, description="What the caller may or must do next")
    updated_at: datetime
    url: str = Field(description="Where the case is, from the public origin")
