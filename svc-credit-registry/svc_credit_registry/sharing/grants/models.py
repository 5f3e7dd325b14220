"""What agencies may read of shared resources."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key


class ResourceGrant(Timestamps, Versioned, Base):
    """Fields and rows of one resource for one agency, from one day to another; never widened, another is given."""

    __tablename__ = "resource_grants"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint("(revoked_at IS NULL) = (revocation IS NULL)", name="revocation"),
        Index("ix_resource_grants_grantee", "grantee", "resource_code"),
        Index("ix_resource_grants_resource", "resource_code", "id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    resource_code: Mapped[str] = mapped_column(ForeignKey("resources.code"))
    grantee: Mapped[str]
    request_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    purpose: Mapped[str]
    basis: Mapped[str]
    fields: Mapped[list[str]]
    regions: Mapped[list[str]]
    industries: Mapped[list[str]]
    codes: Mapped[list[str]]
    case_required: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    granted_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revocation: Mapped[str | None]
