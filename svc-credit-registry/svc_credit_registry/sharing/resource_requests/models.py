"""Requests for shared resources."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key

NUMBERS = Sequence("resource_request_numbers", metadata=Base.metadata)


class ResourceRequest(Timestamps, Versioned, Base):
    """A request with its clock, its decision and, when it came to that, its dispute."""

    __tablename__ = "resource_requests"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted', 'granted', 'refused', 'withdrawn', 'disputed', 'settled')", name="state"
        ),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refused_with_reason"),
        Index("ix_resource_requests_requester", "requester", "id"),
        Index(
            "ix_resource_requests_due", "due_on", "id", postgresql_where=text("state IN ('submitted', 'disputed')")
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    resource_code: Mapped[str] = mapped_column(ForeignKey("resources.code"))
    requester: Mapped[str]
    purpose: Mapped[str]
    case_basis: Mapped[str]
    personal_reason: Mapped[str]
    fields: Mapped[list[str]]
    regions: Mapped[list[str]]
    industries: Mapped[list[str]]
    codes: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    state: Mapped[str]
    submitted_on: Mapped[date]
    deadline: Mapped[Json]
    due_on: Mapped[date]
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="")
    dispute_reason: Mapped[str | None]
    disputed_on: Mapped[date | None]
    dispute_deadline: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    settled_on: Mapped[date | None]
    settled_by: Mapped[str | None]
    settlement: Mapped[str | None]
