"""Licences and the keys they are signed with."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps
from shared.privacy import EncryptedText
from svc_services.licences.rules import LicenceState


class LicenceKey(Timestamps, Base):
    """A signing key. The newest signs; all of them verify, for licences don't run out."""

    __tablename__ = "licence_keys"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[Json]
    private: Mapped[str] = mapped_column(EncryptedText("licence_keys.private"))


class Licence(Timestamps, Base):
    """An electronic licence as it was signed."""

    __tablename__ = "licences"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'revoked')", name="state"),
        Index("ix_licences_holder", "holder_id", "number"),
        Index("ix_licences_enterprise", "enterprise_code"),
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"), unique=True)
    holder_id: Mapped[str]
    enterprise_code: Mapped[str]
    state: Mapped[str] = mapped_column(default=LicenceState.VALID)
    issued_on: Mapped[date]
    revoked_on: Mapped[date | None] = mapped_column(default=None)
    content: Mapped[Json]
    token: Mapped[str]
