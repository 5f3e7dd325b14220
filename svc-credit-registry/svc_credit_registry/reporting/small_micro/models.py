"""The size of each enterprise by its latest annual report."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class EnterpriseSize(Base):
    """What the statistical standard says of an enterprise; the figures behind it stay with its report."""

    __tablename__ = "enterprise_sizes"
    __table_args__ = (
        CheckConstraint("size IN ('micro', 'small', 'medium', 'large')", name="size"),
        CheckConstraint("(size IS NULL) <> (undetermined IS NULL)", name="told_or_not"),
        Index(
            "ix_enterprise_sizes_directory", "region", "code",
            postgresql_where=text("size IN ('micro', 'small')"),
        ),
    )  # fmt: skip

    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"), primary_key=True)
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    industry_code: Mapped[str] = mapped_column(String(5, collation="C"))
    size: Mapped[str | None]
    undetermined: Mapped[str | None]
    year: Mapped[int]
    standard: Mapped[str]
    determined_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class SizeProgress(Base):
    """The one row that says which changes of the register were looked at for sizes that are to be told anew."""

    __tablename__ = "size_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
