"""When a service was away or hampered: what the status page tells of the last days."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, big_identity


class ServiceIncident(Base):
    """A time in which a service was `down` or `degraded`; open while `ended_at` is absent, one at a time."""

    __tablename__ = "service_incidents"
    __table_args__ = (
        Index("uq_service_incidents_open", "service", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = big_identity()
    service: Mapped[str]
    state: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
