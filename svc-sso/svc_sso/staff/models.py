"""The units in which staff work."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps
from svc_sso.staff.rules import KINDS

KIND_LIST = ", ".join(f"'{kind}'" for kind in KINDS)


class Unit(Timestamps, Base):
    """A unit of the administration: the head office, its departments and centres, and the offices below it."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KIND_LIST})", name="kind"),
        CheckConstraint("(parent_code IS NULL) = (kind = 'head_office')", name="one_head"),
        Index("ix_units_parent_code", "parent_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    kind: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(6))
