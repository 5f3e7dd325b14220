"""The catalogue of shared resources."""

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned


class Resource(Timestamps, Versioned, Base):
    """A resource of the catalogue: who produces it, what it holds, and how it is shared."""

    __tablename__ = "resources"
    __table_args__ = (
        CheckConstraint("sharing IN ('unconditional', 'conditional', 'not_shared')", name="sharing"),
        CheckConstraint("source IN ('enterprises', 'records', 'external')", name="source"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        CheckConstraint("(source = 'records') = (kind IS NOT NULL)", name="kind_of_records"),
        CheckConstraint("sharing <> 'not_shared' OR sharing_basis <> ''", name="reason_not_to_share"),
        CheckConstraint("coverage = 'own' OR (coverage = 'all' AND source = 'records')", name="coverage"),
        Index("ix_resources_producer", "producer", "code"),
    )

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    summary: Mapped[str]
    producer: Mapped[str]
    source: Mapped[str]
    kind: Mapped[str | None]
    coverage: Mapped[str] = mapped_column(String(4), server_default="own")
    fields: Mapped[list[Json]]
    sharing: Mapped[str]
    sharing_basis: Mapped[str] = mapped_column(server_default="")
    conditions: Mapped[str] = mapped_column(server_default="")
    update_cycle: Mapped[str]
    format: Mapped[str]
    contact: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")
    state_reason: Mapped[str | None]
