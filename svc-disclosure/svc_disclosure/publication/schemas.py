"""Bodies about publication."""

from pydantic import BaseModel, ConfigDict, Field

from svc_disclosure.articles.schemas import Reason


class WithdrawalIn(BaseModel):
    """Why a published article is withdrawn, and what its readers are told."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    notice: Reason = Field(description="Shown above the text, which stays readable")
