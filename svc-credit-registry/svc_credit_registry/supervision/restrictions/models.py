"""Who asked about whom, and why."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, big_identity


class RestrictionCheck(Base):
    """One question about one subject. A person is kept as a blind index only."""

    __tablename__ = "restriction_checks"
    __table_args__ = (
        Index("ix_restriction_checks_code", "code", "id", postgresql_where=text("code IS NOT NULL")),
        Index("ix_restriction_checks_person", "person_key", "id", postgresql_where=text("person_key IS NOT NULL")),
        Index("ix_restriction_checks_requester", "requester", "id"),
    )

    id: Mapped[int] = big_identity()
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    requester: Mapped[str]
    on_behalf_of: Mapped[str | None]
    matter: Mapped[str]
    case_id: Mapped[str]
    code: Mapped[str | None] = mapped_column(String(18, collation="C"))
    person_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    effect: Mapped[str]
    found: Mapped[int]
    request_id: Mapped[str | None]
