"""Bodies about the context of a session."""

from pydantic import BaseModel, ConfigDict, Field


class ContextIn(BaseModel):
    """For whom to act from now on."""

    model_config = ConfigDict(extra="forbid")

    org: str | None = Field(max_length=18, description="The credit code of the enterprise; null: for oneself")
