"""Checks of identities, and the local registers which answer them until others are connected."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class Verification(Base):
    """One check of a person's identity: by whom, against what, how it came out."""

    __tablename__ = "verifications"
    __table_args__ = (
        CheckConstraint("level IN ('two_factor', 'in_person')", name="level"),
        CheckConstraint("outcome IN ('confirmed', 'not_confirmed')", name="outcome"),
        CheckConstraint("(level = 'in_person') = (checked_by IS NOT NULL)", name="counter_has_staff"),
        Index("ix_verifications_account", "account_id", "id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    level: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    verifier: Mapped[str] = mapped_column(String(64))
    checked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    document: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class RegisteredPerson(Base):
    """A natural person in the local population register: blind indexes of number and name, nothing readable."""

    __tablename__ = "registered_people"

    id_number_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    name_index: Mapped[bytes] = mapped_column(LargeBinary)


class RegisteredRepresentative(Base):
    """The legal representative of an enterprise in the local register of legal persons, by blind index."""

    __tablename__ = "registered_representatives"

    code: Mapped[str] = mapped_column(String(18), primary_key=True)
    id_number_index: Mapped[bytes] = mapped_column(LargeBinary)
