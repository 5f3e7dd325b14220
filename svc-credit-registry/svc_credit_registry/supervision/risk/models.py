"""Versions of the model, runs, the class of each entity, and each change of a class."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, uuid_key

CODE = String(18, collation="C")
LETTER = String(1, collation="C")


class RiskModel(Base):
    """A published version of the model. Rows are only added: the database refuses any change of one."""

    __tablename__ = "risk_models"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    since: Mapped[date] = mapped_column(unique=True)
    basis: Mapped[str]
    document: Mapped[Json]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_by: Mapped[str]


class RiskRun(Base):
    """One classification: `position` is the last code done, moved in the transaction that classified up to it."""

    __tablename__ = "risk_runs"
    __table_args__ = (
        CheckConstraint("kind IN ('monthly', 'ad_hoc', 'joined')", name="kind"),
        CheckConstraint("state IN ('running', 'finished')", name="state"),
        CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished"),
        Index("uq_risk_runs_month", "month", unique=True, postgresql_where=text("kind = 'monthly'")),
        Index("uq_risk_runs_joined", "month", unique=True, postgresql_where=text("kind = 'joined'")),
        Index("uq_risk_runs_running", "state", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    kind: Mapped[str]
    month: Mapped[date]
    region: Mapped[str | None] = mapped_column(String(6))
    model: Mapped[str] = mapped_column(ForeignKey("risk_models.version"))
    as_of: Mapped[date]
    cutoff: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="running")
    position: Mapped[str] = mapped_column(CODE, default="")
    entities: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    requested_by: Mapped[str]
    reason: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class RiskFollowed(Base):
    """The one row that tells up to which position the changes of the register were looked through for newcomers."""

    __tablename__ = "risk_followed"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)


class EntityRisk(Base):
    """The class of an entity now; `found` holds the values of the indicators in the order of the model."""

    __tablename__ = "risk_classes"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    risk_class: Mapped[str] = mapped_column("class", LETTER)
    score: Mapped[int] = mapped_column(SmallInteger)
    found: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    model: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    as_of: Mapped[date]


class RiskChange(Base):
    """An entity came into a class, or left the register (`class` empty). Rows are never changed."""

    __tablename__ = "risk_changes"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("risk_runs.id"), primary_key=True)
    changed_on: Mapped[date]
    before: Mapped[str | None] = mapped_column(LETTER)
    risk_class: Mapped[str | None] = mapped_column("class", LETTER)
    score: Mapped[int | None] = mapped_column(SmallInteger)
    found: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    model: Mapped[str] = mapped_column(String(20))


class RiskFigure(Base):
    """How many entities of a region (`region`) or of a section of industries (`industry`) a run put in a class."""

    __tablename__ = "risk_figures"

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("risk_runs.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(String(8), primary_key=True)
    key: Mapped[str] = mapped_column(String(6, collation="C"), primary_key=True)
    risk_class: Mapped[str] = mapped_column("class", LETTER, primary_key=True)
    entities: Mapped[int]
