"""Bodies about what staff do for people's accounts."""

import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_sso.verifications.schemas import CounterCheckIn


class RecoveryIn(CounterCheckIn):
    """What a member of staff reads from the document of someone who can't log in any more."""

    second_factors: bool = Field(default=False, description="Whether the second factors are lost too: all are removed")


class RecoveryOut(BaseModel):
    """A password which opens nothing but its own change; shown this once, to be handed to the person."""

    account_id: uuid.UUID
    initial_password: str


class SuspensionIn(BaseModel):
    """Why nobody may use an account for the time being; kept in the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class StandingOut(BaseModel):
    """Whether a person's account may be used."""

    account_id: uuid.UUID
    suspended: bool
