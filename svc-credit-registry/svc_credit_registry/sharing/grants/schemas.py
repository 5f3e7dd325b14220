"""Grants and shared data as they go out."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from shared.fields import Day
from svc_credit_registry.sharing.grants.rules import GrantState


class GrantOut(BaseModel):
    """What an agency may read, and until when."""

    id: uuid.UUID
    resource_code: str
    grantee: str
    request_id: uuid.UUID
    purpose: str
    basis: str
    fields: list[str]
    regions: list[str] = Field(description="With all that lies below them; none: any")
    industries: list[str]
    codes: list[str]
    case_required: bool = Field(description="Whether each read must name its case (X-Case-Id)")
    valid_from: date
    valid_until: date
    state: GrantState
    state_label: str
    revoked_at: datetime | None
    revocation: str | None
    version: int


class DataFilters(BaseModel):
    """What is asked of a resource; it narrows the grant, never widens it."""

    grant: uuid.UUID | None = Field(default=None, description="Which grant, when several fit")
    code: Annotated[str, AfterValidator(str.upper)] | None = Field(
        default=None, max_length=18, description="One enterprise"
    )
    region: str | None = Field(default=None, pattern=r"^[0-9]{6}$", description="With all that lies below it")
    changed_since: Day | None = Field(default=None, description="Recorded on this day or later, in Asia/Shanghai")


class DataPage(BaseModel):
    """One page of shared data; each item has the granted fields and no others."""

    resource: str
    grant_id: uuid.UUID | None = Field(description="The grant under which it was read; absent when none was needed")
    fields: list[str]
    items: list[dict[str, Any]]
    next_cursor: str | None


class GrantFilters(BaseModel):
    """Filters of grants."""

    resource_code: str | None = Field(default=None, max_length=40)
    grantee: str | None = Field(default=None, max_length=64, description="Of one agency")
