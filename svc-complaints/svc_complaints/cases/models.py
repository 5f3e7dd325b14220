"""The complaint itself, its clocks, its history and who stands on the other side."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_complaints.cases.rules import OPEN_STATES, State

NUMBER_SERIAL = Sequence("complaint_number_serial", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)

STATE = Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states])


def _in(states: frozenset[State] | set[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


class Complaint(Versioned, Timestamps, Base):
    """One dispute. The columns from `officer_id` on say where the case stands; each act sets its own."""

    __tablename__ = "complaint_cases"
    __table_args__ = (
        CheckConstraint(f"state IN ({_in(set(State))})", name="state_known"),
        CheckConstraint("amount_yuan >= 0", name="amount_not_negative"),
        CheckConstraint("(state <> 'published') OR (published_on IS NOT NULL)", name="published_has_day"),
        Index("ix_complaint_cases_complainant_id_created_at", "complainant_id", "created_at", "id"),
        Index("ix_complaint_cases_respondent_code_created_at", "respondent_code", "created_at", "id"),
        Index("ix_complaint_cases_region_state_due_on", "region", "state", "due_on"),
        Index("ix_complaint_cases_due_on_open", "due_on", postgresql_where=text(f"state IN ({_in(OPEN_STATES)})")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[State] = mapped_column(STATE)
    terms_version: Mapped[str] = mapped_column(String(32))

    complainant_id: Mapped[str] = mapped_column(String(64))
    complainant_name: Mapped[str] = mapped_column(EncryptedText("complaint_cases.complainant_name"))
    complainant_phone: Mapped[str] = mapped_column(EncryptedText("complaint_cases.complainant_phone"))
    respondent_code: Mapped[str] = mapped_column(String(18))
    respondent_name: Mapped[str] = mapped_column(Text())
    region: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    product: Mapped[str] = mapped_column(String(200))
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    occurred_on: Mapped[date]
    known_on: Mapped[date]
    facts: Mapped[str] = mapped_column(EncryptedText("complaint_cases.facts"))
    demand: Mapped[str] = mapped_column(EncryptedText("complaint_cases.demand"))
    received_on: Mapped[date]
    accept_by: Mapped[date]

    officer_id: Mapped[str | None] = mapped_column(String(64))
    due_on: Mapped[date | None]
    evaluated_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    decided_late: Mapped[bool] = mapped_column(default=False, server_default="false")
    mediate_by: Mapped[date | None]
    refusal_ground: Mapped[str | None] = mapped_column(String(32))
    refusal_basis: Mapped[str | None] = mapped_column(Text())
    refusal_reason: Mapped[str | None] = mapped_column(EncryptedText("complaint_cases.refusal_reason"))
    outcome: Mapped[str | None] = mapped_column(String(32))
    summary: Mapped[str | None] = mapped_column(Text())
    concluded_on: Mapped[date | None]
    publish_after: Mapped[date | None]
    published_on: Mapped[date | None]


class Step(Base):
    """One act on a complaint, as its history and its public tracking tell it. Rows are never changed."""

    __tablename__ = "complaint_steps"
    __table_args__ = (Index("ix_complaint_steps_complaint_id_id", "complaint_id", "id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint_cases.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    act: Mapped[str] = mapped_column(String(32))
    state: Mapped[State] = mapped_column(STATE)
    by: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(EncryptedText("complaint_steps.note"))


class Clock(Base):
    """One statutory period of a complaint: what set it off, its law, its end, and when it was met."""

    __tablename__ = "complaint_clocks"
    __table_args__ = (
        UniqueConstraint("complaint_id", "code"),
        Index(
            "ix_complaint_clocks_provisional",
            "start_on",
            "working_days",
            "due_on",
            postgresql_where=text("provisional AND met_on IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint_cases.id", ondelete="RESTRICT"))
    code: Mapped[str] = mapped_column(String(32))
    start_on: Mapped[date]
    working_days: Mapped[int]
    basis: Mapped[str] = mapped_column(Text())
    suspensions: Mapped[list[Json]] = mapped_column(default=list, server_default="[]")
    due_on: Mapped[date | None]
    provisional: Mapped[bool]
    met_on: Mapped[date | None]


class Recusal(Base):
    """An official who must keep out of a complaint, and why."""

    __tablename__ = "complaint_recusals"

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint_cases.id", ondelete="RESTRICT"), primary_key=True
    )
    officer_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(EncryptedText("complaint_recusals.reason"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Representative(Base):
    """Who speaks for an enterprise, as the registry told when it registered it."""

    __tablename__ = "complaint_representatives"
    __table_args__ = (Index("ix_complaint_representatives_account_id", "account_id"),)

    enterprise_code: Mapped[str] = mapped_column(String(18), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(64))
    since: Mapped[date]
