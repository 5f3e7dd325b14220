"""Inspectors and relations as they come in and go out, to staff only."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.privacy import Unmasked
from svc_credit_registry.supervision.inspectors.rules import Relation


class Body(BaseModel):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class InspectorIn(Body):
    """A member of staff for the register. Unit and region are those of whoever enters him."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,64}$", description="Account of the inspector")]
    certificate: Annotated[
        str, Field(pattern=r"^[0-9A-Z-]{4,40}$", description="Number of the law enforcement certificate")
    ]
    name: Annotated[Unmasked, StringConstraints(strip_whitespace=True, min_length=2, max_length=50)]


class InspectorEdit(Body):
    """Taken into the draw or left out of it."""

    active: bool


class InspectorOut(BaseModel):
    """An inspector as planners see him."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    certificate: str
    name: str
    unit: str
    region: str
    active: bool
    version: int


class RelationIn(Body):
    """A relation to an enterprise, declared by the inspector or by the planner who knows of it."""

    code: Annotated[str, Field(max_length=40)]
    kind: Relation
    note: Annotated[Unmasked, StringConstraints(strip_whitespace=True, max_length=1000)] | None = None


class RelationOut(BaseModel):
    """A declared relation, as the inspector and his planners see it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    inspector_id: str
    code: str
    kind: Relation
    note: str | None
    declared_on: date
    ended_on: date | None
