"""Directives, what the departments are told of them, and how far the feed was followed."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Sequence,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_credit_registry.supervision.measures.rules import State

DIRECTIVE_NUMBERS = Sequence("measure_directive_numbers", minvalue=1, metadata=Base.metadata)
IN_FORCE = text("state = 'in_force'")


class MeasureDirective(Timestamps, Versioned, Base):
    """Who is under which measure, since when, until when, and what it rests on. It keeps the law of its own day.

    Of a natural person the name and the identity number are encrypted; `person_key` and `name_key` are blind indexes,
    by which a check finds him. Without a number he is not identified, and nothing is refused for his name alone.
    """

    __tablename__ = "measure_directives"
    __table_args__ = (
        CheckConstraint("state IN ('in_force', 'lifted', 'expired')", name="state"),
        CheckConstraint("effect IN ('attention', 'restrict', 'refuse')", name="effect"),
        CheckConstraint("subject IN ('entity', 'person')", name="subject"),
        CheckConstraint(
            "(subject = 'person') = (role IS NOT NULL AND person_name IS NOT NULL)", name="person_has_name"
        ),
        CheckConstraint("until >= since", name="term"),
        CheckConstraint("(ended_on IS NULL) = (state = 'in_force')", name="ended"),
        CheckConstraint(
            "(ground_kind IS NULL) = (ground_key IS NULL) AND (ground_kind IS NULL) = (ground_producer IS NULL)",
            name="ground",
        ),
        Index("ix_measure_directives_code", "code", postgresql_where=IN_FORCE),
        Index("ix_measure_directives_person", "person_key", postgresql_where=IN_FORCE),
        Index("ix_measure_directives_name", "name_key", postgresql_where=IN_FORCE),
        Index("ix_measure_directives_until", "until", postgresql_where=IN_FORCE),
        Index("ix_measure_directives_region", "region", "directed_on", "id"),
        # One measure for one subject on one ground: a listing followed twice directs once.
        Index(
            "uq_measure_directives_ground", "code", "measure", "subject", "name_key", "resting_on", unique=True,
            postgresql_where=IN_FORCE,
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    measure: Mapped[str]
    effect: Mapped[str]
    departments: Mapped[list[str]] = mapped_column(ARRAY(String))
    matters: Mapped[list[str]] = mapped_column(ARRAY(String))
    basis: Mapped[str]
    subject: Mapped[str]
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6))
    role: Mapped[str | None] = mapped_column(default=None)
    person_name: Mapped[str | None] = mapped_column(EncryptedText("measure_directives.person_name"), default=None)
    person_id_number: Mapped[str | None] = mapped_column(
        EncryptedText("measure_directives.person_id_number"), default=None
    )
    person_key: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    name_key: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    since: Mapped[date]
    until: Mapped[date]
    ground: Mapped[str]
    resting_on: Mapped[str]
    """The item of the record, or the decision, which it rests on."""
    ground_kind: Mapped[str | None] = mapped_column(default=None)
    ground_producer: Mapped[str | None] = mapped_column(default=None)
    ground_key: Mapped[str | None] = mapped_column(default=None)
    decision_number: Mapped[str | None] = mapped_column(default=None)
    decided_by: Mapped[str]
    unit: Mapped[str]
    rule: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default=State.IN_FORCE)
    directed_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    ended_reason: Mapped[str | None] = mapped_column(default=None)
    lifting_decision_number: Mapped[str | None] = mapped_column(default=None)
    """Set when an official lifted it: then it does not come back with the same ground."""


class MeasureAssignment(Base):
    """A department that carries a directive out, and by when it says what it has done."""

    __tablename__ = "measure_assignments"
    __table_args__ = (
        CheckConstraint("(answered_on IS NULL) = (outcome IS NULL)", name="answered"),
        Index(
            "ix_measure_assignments_due", "due_on", "directive_id", "department",
            postgresql_where=text("answered_on IS NULL AND closed_on IS NULL"),
        ),
    )  # fmt: skip

    directive_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("measure_directives.id"), primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(String(6))
    due_on: Mapped[date]
    answered_on: Mapped[date | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)
    """The directive ended before the department had answered: nothing is owed any more."""


class MeasureNotice(Base):
    """What became of a directive, in the order in which departments read it: positions are dense, never reordered."""

    __tablename__ = "measure_notices"
    __table_args__ = (UniqueConstraint("directive_id", "what"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    directive_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("measure_directives.id"))
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class MeasurePosition(Base):
    """How far the feed of the public record was followed; one row."""

    __tablename__ = "measure_positions"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    notices: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The last position of a notice. Who gives one holds this row until he commits."""
