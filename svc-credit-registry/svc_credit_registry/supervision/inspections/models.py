"""Plans, frozen pools, draws and the tasks they give."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Sequence, SmallInteger, String, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_credit_registry.supervision.inspections.rules import InspectionState

CODE = String(18, collation="C")
NUMBERS = Sequence("inspection_plan_numbers", minvalue=1, metadata=Base.metadata)
"""Serials in the numbers of plans; gaps are normal."""


class InspectionPlan(Versioned, Timestamps, Base):
    """Who inspects what in which period, from which pool, and how much of each risk class."""

    __tablename__ = "inspection_plans"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'frozen', 'drawn', 'cancelled')", name="state"),
        CheckConstraint("period_until >= period_from", name="period"),
        Index("ix_inspection_plans_region", "region", "period_from"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str]
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    unit: Mapped[str] = mapped_column(String(32))
    departments: Mapped[list[str]]
    matters: Mapped[list[str]]
    period_from: Mapped[date]
    period_until: Mapped[date]
    criteria: Mapped[Json]
    ratios: Mapped[Json]
    inspectors_each: Mapped[int] = mapped_column(SmallInteger)
    conflict_months: Mapped[int] = mapped_column(SmallInteger)
    entropy_source: Mapped[str | None]
    entropy_from: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=InspectionState.DRAFT)
    created_by: Mapped[str] = mapped_column(String(64))
    published_on: Mapped[date | None]
    cancelled_reason: Mapped[str | None]


class InspectionDraw(Base):
    """What was frozen and committed to for a plan, and, once drawn, by which seed. `blind` is never published."""

    __tablename__ = "inspection_draws"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_plans.id"), primary_key=True)
    algorithm: Mapped[str]
    commitment: Mapped[str] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(EncryptedText("inspection_draws.seed"))
    blind: Mapped[str] = mapped_column(EncryptedText("inspection_draws.blind"))
    frozen_at: Mapped[datetime]
    entities: Mapped[int]
    codes_digest: Mapped[str] = mapped_column(String(64))
    tokens_digest: Mapped[str] = mapped_column(String(64))
    strata: Mapped[list[Json]]
    inspectors: Mapped[list[str]]
    inspectors_digest: Mapped[str] = mapped_column(String(64))
    entropy: Mapped[str | None]
    drawn_at: Mapped[datetime | None]
    drawn: Mapped[int | None]


class PoolEntry(Base):
    """An entity of a frozen pool, with its class at that moment and the token that stands for it in public."""

    __tablename__ = "inspection_pool"
    __table_args__ = (Index("uq_inspection_pool_token", "plan_id", "token", unique=True),)

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_plans.id"), primary_key=True)
    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    stratum: Mapped[str] = mapped_column(String(1, collation="C"))
    token: Mapped[bytes] = mapped_column(LargeBinary)


class InspectionTask(Versioned, Timestamps, Base):
    """The inspection of one drawn entity. The columns from `inspected_on` on are its result."""

    __tablename__ = "inspection_tasks"
    __table_args__ = (
        Unique("plan_id", "code"),
        CheckConstraint("state IN ('assigned', 'reported', 'published')", name="state"),
        CheckConstraint("(state IN ('reported', 'published')) = (result IS NOT NULL)", name="result"),
        Index("ix_inspection_tasks_code", "code", "drawn_on"),
        Index("ix_inspection_tasks_region", "region", "due_on", "id"),
        Index("ix_inspection_tasks_published", "published_on", "id", postgresql_where=text("published_on IS NOT NULL")),
        Index("ix_inspection_tasks_to_publish", "publish_after", "id", postgresql_where=text("state = 'reported'")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(48), unique=True)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_plans.id"))
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(CODE, ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    stratum: Mapped[str] = mapped_column(String(1, collation="C"))
    token: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(default="assigned")
    drawn_on: Mapped[date]
    due_on: Mapped[date]
    inspected_on: Mapped[date | None]
    result: Mapped[str | None] = mapped_column(String(32))
    remark: Mapped[str | None]
    reported_by: Mapped[str | None] = mapped_column(String(64))
    reported_on: Mapped[date | None]
    publish_after: Mapped[date | None]
    publish_by: Mapped[date | None]
    published_on: Mapped[date | None]


class InspectionAssignment(Base):
    """An inspector of a task, in the `place` he was dealt to, without one when he took another's.

    `ended_on` when another took his place: as the which replacement on this task, on whose word (`ended_by`), the
    ground, and who was passed over by which grounds.
    """

    __tablename__ = "inspection_assignments"
    __table_args__ = (
        Unique("task_id", "inspector_id"),
        Index("ix_inspection_assignments_inspector", "inspector_id", "task_id"),
        Index("uq_inspection_assignments_ended", "task_id", "ended_number", unique=True),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_tasks.id"))
    inspector_id: Mapped[str] = mapped_column(String(64), ForeignKey("inspectors.id"))
    certificate: Mapped[str] = mapped_column(String(40))
    place: Mapped[int | None] = mapped_column(SmallInteger)
    assigned_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_number: Mapped[int | None] = mapped_column(SmallInteger)
    ended_by: Mapped[str | None] = mapped_column(String(16))
    ended_ground: Mapped[str | None] = mapped_column(String(16))
    ended_reason: Mapped[str | None] = mapped_column(EncryptedText("inspection_assignments.ended_reason"))
    substitute: Mapped[str | None] = mapped_column(String(40))
    passed_over: Mapped[list[str] | None]
    passed_over_grounds: Mapped[Json | None]


class InspectionExclusion(Base):
    """An inspector kept away from a drawn entity, and why: a declared relation, or an inspection not long ago."""

    __tablename__ = "inspection_exclusions"

    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_tasks.id"), primary_key=True)
    inspector_id: Mapped[str] = mapped_column(String(64), ForeignKey("inspectors.id"), primary_key=True)
    certificate: Mapped[str] = mapped_column(String(40))
    ground: Mapped[str] = mapped_column(String(16))
