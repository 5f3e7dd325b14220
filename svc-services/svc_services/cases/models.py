"""Applications, the one request for corrections each may have, and the steps they went through."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_services.cases.rules import State

STATES = ", ".join(f"'{s.value}'" for s in State)
HOLDS_RESERVATION = text("reservation_id IS NOT NULL AND state NOT IN ('refused', 'withdrawn')")


class Application(Timestamps, Versioned, Base):
    """One person's application in one matter, bound to the revision of the guide it started under."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("(state IN ('refused')) <= (decision_reason IS NOT NULL)", name="refusal_has_reason"),
        Index("uq_applications_reservation", "reservation_id", unique=True, postgresql_where=HOLDS_RESERVATION),
        Index("ix_applications_applicant", "applicant_id", "created_at", "id"),
        Index("ix_applications_org", "org", "created_at", "id", postgresql_where=text("org IS NOT NULL")),
        Index("ix_applications_queue", "region", "state", "submitted_on", "id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"))
    matter_code: Mapped[str]
    matter_name: Mapped[str]
    matter_name_en: Mapped[str]
    region: Mapped[str]
    applicant_id: Mapped[str]
    # The enterprise for which the applicant acted: the case is the enterprise's, not his.
    org: Mapped[str | None] = mapped_column(default=None)
    reservation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("name_reservations.id"))
    state: Mapped[str] = mapped_column(default=State.DRAFT)
    form: Mapped[Json]
    prefilled: Mapped[Json]
    personal: Mapped[str] = mapped_column(EncryptedText("applications.personal"))
    standard: Mapped[Json]
    terms_version: Mapped[str | None] = mapped_column(default=None)
    submitted_on: Mapped[date | None] = mapped_column(default=None)
    correction_requested_on: Mapped[date | None] = mapped_column(default=None)
    resubmitted_on: Mapped[date | None] = mapped_column(default=None)
    accepted_on: Mapped[date | None] = mapped_column(default=None)
    extended_on: Mapped[date | None] = mapped_column(default=None)
    extension_reason: Mapped[str | None] = mapped_column(default=None)
    decided_on: Mapped[date | None] = mapped_column(default=None)
    decided_by: Mapped[str | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    decision_reason: Mapped[str | None] = mapped_column(default=None)
    # What stood against those who apply when it was decided, as the registry said; None while nobody has asked.
    restrictions: Mapped[list[Json] | None] = mapped_column(default=None)
    restrictions_checked_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_on: Mapped[date | None] = mapped_column(default=None)
    due_on: Mapped[date | None] = mapped_column(default=None)


class CorrectionRequest(Base):
    """What the applicant was told to correct. The primary key makes it once per case."""

    __tablename__ = "correction_requests"

    application_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True
    )
    items: Mapped[list[Json]]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    requested_on: Mapped[date]
    due_on: Mapped[date]
    form_before: Mapped[Json]
    materials_before: Mapped[Json]
    changed: Mapped[list[str] | None] = mapped_column(default=None)
    explanations: Mapped[Json | None] = mapped_column(default=None)


class CaseStep(Base):
    """One act in a case, as the public may see it: no names, only the node, the kind of actor and the unit."""

    __tablename__ = "case_steps"
    __table_args__ = (UniqueConstraint("application_id", "position"),)

    id: Mapped[uuid.UUID] = uuid_key()
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    position: Mapped[int]
    act: Mapped[str]
    state: Mapped[str]
    actor: Mapped[str]
    unit: Mapped[str | None]
    on: Mapped[date] = mapped_column("happened_on")
    at: Mapped[datetime] = mapped_column("happened_at", server_default=func.clock_timestamp())
    due_on: Mapped[date | None]
