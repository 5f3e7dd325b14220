"""Bodies about the enterprises for which one may act."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from svc_sso.organisations.models import Mandate, Organisation

Code = Annotated[str, Field(min_length=18, max_length=18, description="Unified social credit code, GB 32100-2015")]
REPRESENTATIVE, AGENT = "representative", "agent"


class ActingForOut(BaseModel):
    """An enterprise for which one may act now, and as what."""

    code: str
    name: str
    region: str
    role: str = Field(description="representative (法定代表人) or agent (经办人)")
    mandate_id: UUID | None = Field(default=None, description="An agent's mandate")
    matters: list[str] | None = Field(default=None, description="Codes of the matters; null: all")
    ends_on: date | None = Field(default=None, description="The last day of the mandate")


class ActingForListOut(BaseModel):
    """The enterprises for which one may act now."""

    items: list[ActingForOut]


class ClaimIn(BaseModel):
    """The enterprise whose legal representative the caller is."""

    model_config = ConfigDict(extra="forbid")

    code: Code


def shown_representative(row: Organisation) -> ActingForOut:
    """An enterprise to its legal representative."""
    return ActingForOut(code=row.code, name=row.name, region=row.region, role=REPRESENTATIVE)


def shown_agent(mandate: Mandate, row: Organisation) -> ActingForOut:
    """An enterprise to an agent."""
    return ActingForOut(
        code=row.code,
        name=row.name,
        region=row.region,
        role=AGENT,
        mandate_id=mandate.id,
        matters=mandate.matters,
        ends_on=mandate.ends_on,
    )
