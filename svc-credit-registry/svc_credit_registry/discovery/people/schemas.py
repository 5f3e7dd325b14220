"""A search by person."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.discovery.people.rules import Role
from svc_credit_registry.discovery.search.schemas import EnterpriseHit


class PeopleSearchIn(BaseModel):
    """Whom to look for, and why."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=50)] = Field(
        description="The whole name", examples=["张伟"]
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)] = Field(
        description="The duty and the case it is for; kept in the audit log",
        examples=["双随机检查，抽查关联企业"],
    )
    region: str | None = Field(default=None, pattern=r"^\d{6}$", description="With all regions below it")


class PersonHit(BaseModel):
    """An enterprise, and what somebody of this name is there. The same name need not be the same person."""

    enterprise: EnterpriseHit
    roles: list[Role]


class PeopleFound(BaseModel):
    """The first 200, those in business first."""

    items: list[PersonHit]
    count: int = Field(description="How many enterprises there are")
