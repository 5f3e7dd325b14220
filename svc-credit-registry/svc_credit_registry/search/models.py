"""What is searched: one narrow row for each enterprise, written in the transaction of the enterprise itself."""

from datetime import date

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class SearchEntry(Base):
    """The folded name with its pairs of characters, and what lists are filtered by.

    Kept apart from the enterprise, because a search for a frequent word reads many of these rows.
    """

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_pairs", "pairs", postgresql_using="gin"),
        Index("ix_search_entries_order", "status_rank", "folded", "code"),
        Index("ix_search_entries_folded", "folded"),
        Index("ix_search_entries_region", "region"),
        Index("ix_search_entries_industry", "industry_code"),
        Index("ix_search_entries_established", "established_on"),
    )

    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"), primary_key=True)
    folded: Mapped[str] = mapped_column(Text(collation="C"))
    status_rank: Mapped[int] = mapped_column(SmallInteger)
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    industry_code: Mapped[str] = mapped_column(String(5, collation="C"))
    established_on: Mapped[date]
    pairs: Mapped[list[int]] = mapped_column(ARRAY(Integer))
