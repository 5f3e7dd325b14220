"""Bodies about columns."""

from datetime import date

from pydantic import BaseModel, Field

from svc_disclosure.columns.rules import Freshness, Step


class ColumnOut(BaseModel):
    """A column and how it stands against its update cycle today."""

    code: str
    parent_code: str | None = Field(description="The column above it; none for a top column")
    title: str
    title_en: str
    owner_unit: str = Field(description="The unit that answers for the column (谁主管谁负责)")
    update_cycle_days: int = Field(description="Calendar days within which something new must appear")
    chain: list[Step] = Field(description="Decisions an article needs before publication, in order")
    automatic: bool = Field(description="Filled from events alone; nobody writes into it by hand")
    last_published_on: date | None
    update_due_on: date
    freshness: Freshness
    past_update_cycle: bool = Field(description="The update cycle is over and nothing new has appeared")
