"""What clients are to be told of log-ins that ended."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key
from svc_sso.notices.rules import PENDING


class LogoutNotice(Base):
    """One ended log-in which one client must hear of. It is written with the end itself, so none is forgotten."""

    __tablename__ = "logout_notices"
    __table_args__ = (
        UniqueConstraint("session_id", "client_id"),
        CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state"),
        Index("ix_logout_notices_due", "next_try_at", postgresql_where=text(f"state = '{PENDING}'")),
        Index("ix_logout_notices_client", "client_id", "id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("login_sessions.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), server_default=PENDING)
    tries: Mapped[int] = mapped_column(server_default="0")
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_tried_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
