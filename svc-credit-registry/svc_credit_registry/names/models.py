"""Names against which a new one is compared: borne, held, or ended not long ago."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class ComparedName(Base):
    """A name in parts, with keys for what sounds like it or contains it. Of an enterprise or of a reservation."""

    __tablename__ = "compared_names"
    __table_args__ = (
        CheckConstraint(
            "standing IN ('registered', 'reserved', 'cancelled', 'former', 'revoked')", name="standing"
        ),
        CheckConstraint("(code IS NULL) = (standing = 'reserved')", name="code_unless_reserved"),
        CheckConstraint("(reservation_id IS NULL) = (standing <> 'reserved')", name="reservation"),
        Index("ix_compared_names_trade_name", "trade_name", "scope"),
        Index("ix_compared_names_sounds", "sounds", postgresql_using="gin"),
        Index("ix_compared_names_pairs", "pairs", postgresql_using="gin"),
        Index("uq_compared_names_code", "code", "name", unique=True),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str | None] = mapped_column(String(18, collation="C"))
    reservation_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    name: Mapped[str]
    trade_name: Mapped[str] = mapped_column(Text(collation="C"))
    sounds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pairs: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    region_text: Mapped[str]
    industry_word: Mapped[str]
    industry: Mapped[str]
    industry_code: Mapped[str] = mapped_column(String(5))
    organisation_form: Mapped[str]
    scope: Mapped[str] = mapped_column(String(4, collation="C"))
    standing: Mapped[str]
    ended_on: Mapped[date | None]
    until: Mapped[date | None]
