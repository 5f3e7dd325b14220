"""Log-in sessions at the identity provider."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class LoginSession(Base):
    """One log-in of one browser. Its id is the `sid` of tokens; its secret is the cookie, of which a hash is kept.
    `device_hash` is the hash of the cookie by which the browser is known for longer.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (
        Index("ix_login_sessions_account", "account_id", "id"),
        Index("ix_login_sessions_open", "last_seen_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_login_sessions_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    acr: Mapped[str] = mapped_column(String(64))
    amr: Mapped[list[str]] = mapped_column(JSONB, default=lambda: ["pwd"], server_default='["pwd"]')
    authenticated_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(32))
