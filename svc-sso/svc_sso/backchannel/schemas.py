"""Bodies about notices to clients."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from svc_sso.notices.models import LogoutNotice


class DeliveryOut(BaseModel):
    """One ended log-in and whether the client has heard of it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    session_id: uuid.UUID = Field(description="The `sid` of the client's ID tokens")
    account_id: uuid.UUID = Field(description="Their `sub`")
    reason: str = Field(description="Why the log-in ended")
    state: str = Field(description="pending, delivered, or failed: given up after 24 hours")
    tries: int
    created_at: datetime = Field(description="When the log-in ended")
    next_try_at: datetime
    last_tried_at: datetime | None
    last_status: int | None = Field(description="The status which the client answered last")
    last_error: str | None
    delivered_at: datetime | None


def shown(notice: LogoutNotice) -> DeliveryOut:
    """A notice as the client's owner sees it."""
    return DeliveryOut.model_validate(notice)
