"""Names that are held by a reservation of svc-services. Those of enterprises are found in the search index."""

import uuid
from datetime import date

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class HeldName(Base):
    """A reserved name in parts, in everyone else's way until its last day."""

    __tablename__ = "held_names"
    __table_args__ = (Index("ix_held_names_scope", "scope", "trade_name"),)

    reservation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    trade_name: Mapped[str] = mapped_column(Text(collation="C"))
    region_text: Mapped[str]
    industry_word: Mapped[str]
    industry: Mapped[str]
    industry_code: Mapped[str] = mapped_column(String(5))
    organisation_form: Mapped[str]
    scope: Mapped[str] = mapped_column(String(6, collation="C"))
    until: Mapped[date]
