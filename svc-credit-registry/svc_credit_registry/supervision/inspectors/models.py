"""The register of inspectors, and the relations they have declared."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText


class Inspector(Versioned, Timestamps, Base):
    """A member of staff who may be drawn. `id` is the account; outsiders see the certificate number only."""

    __tablename__ = "inspectors"
    __table_args__ = (Index("ix_inspectors_region", "region", "certificate"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    certificate: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    active: Mapped[bool] = mapped_column(default=True)


class InspectorRelation(Base):
    """A declared relation between an inspector and an enterprise: as long as it lasts they are kept apart."""

    __tablename__ = "inspector_relations"
    __table_args__ = (
        Index("ix_inspector_relations_inspector", "inspector_id", "declared_on"),
        Index("ix_inspector_relations_lasting", "code", postgresql_where=text("ended_on IS NULL")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    inspector_id: Mapped[str] = mapped_column(String(64), ForeignKey("inspectors.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(EncryptedText("inspector_relations.note"))
    declared_by: Mapped[str] = mapped_column(String(64))
    declared_on: Mapped[date]
    ended_on: Mapped[date | None]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
