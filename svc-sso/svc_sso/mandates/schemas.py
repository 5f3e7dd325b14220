"""Bodies about mandates."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.privacy import mask_name
from svc_sso.accounts.models import Account
from svc_sso.accounts.schemas import Name
from svc_sso.mandates.rules import MATTER, MOST_MATTERS, state_of
from svc_sso.organisations.models import Mandate

Matter = Annotated[str, StringConstraints(pattern=MATTER, max_length=60)]


class MandateIn(BaseModel):
    """The agent and what he may do. His user name and his name must belong together."""

    model_config = ConfigDict(extra="forbid")

    agent_username: Annotated[str, Field(min_length=3, max_length=32, examples=["li.na"])]
    agent_name: Name = Field(description="As on the agent's identity card")
    matters: Annotated[list[Matter], Field(min_length=1, max_length=MOST_MATTERS)] | None = Field(
        default=None, description="Codes of the matters; null: all", examples=[["MR-COMPLAINT-RESPONSE"]]
    )
    starts_on: date | None = Field(default=None, description="The first day; today when left out")
    ends_on: date = Field(description="The last day, included")


class RevocationIn(BaseModel):
    """Why a mandate is taken back; kept in the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None


class MandateOut(BaseModel):
    """A mandate, people's names masked."""

    id: uuid.UUID
    organisation_code: str
    agent_id: uuid.UUID
    agent_username: str = Field(description="As the agent was named in the grant: two may be called alike")
    agent_name: str = Field(description="Masked")
    matters: list[str] | None = Field(description="null: all")
    starts_on: date
    ends_on: date
    state: str = Field(description="pending, in_force, or why it is over: revoked declined account_closed expired")
    ended_at: datetime | None
    created_at: datetime
    version: int


def shown(row: Mandate, agent: Account, today: date) -> MandateOut:
    """A mandate as the representative and the agent see it."""
    return MandateOut(
        id=row.id,
        organisation_code=row.organisation_code,
        agent_id=row.agent_id,
        agent_username=agent.username,
        agent_name=mask_name(agent.name),
        matters=row.matters,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        state=state_of(row.starts_on, row.ends_on, row.ended_reason, today),
        ended_at=row.ended_at,
        created_at=row.created_at,
        version=row.version,
    )
