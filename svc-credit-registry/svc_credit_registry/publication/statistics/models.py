"""Figures as they were published, and what came of computing them again."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class PublishedFigure(Base):
    """A figure of a day: its cells, and the instant up to which the record was read. The database refuses changes."""

    __tablename__ = "published_figures"

    figure: Mapped[str] = mapped_column(String(40), primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    cutoff: Mapped[datetime]
    computed_at: Mapped[datetime]
    seconds: Mapped[float]
    digest: Mapped[str] = mapped_column(String(64))
    cells: Mapped[list[Any]] = mapped_column(JSONB)


class FigureRerun(Base):
    """A published figure was computed again, from the same query and cutoff."""

    __tablename__ = "figure_reruns"
    __table_args__ = (
        ForeignKeyConstraint(["figure", "as_of"], ["published_figures.figure", "published_figures.as_of"]),
        Index("ix_figure_reruns_figure", "figure", "as_of", "at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    figure: Mapped[str] = mapped_column(String(40))
    as_of: Mapped[date]
    at: Mapped[datetime]
    seconds: Mapped[float]
    digest: Mapped[str] = mapped_column(String(64))
    different_cells: Mapped[int]
