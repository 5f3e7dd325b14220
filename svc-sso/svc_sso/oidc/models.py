"""Authorization requests which wait for someone to log in."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json


class LoginRequest(Base):
    """A request on its way through the log-in pages, bound to one browser by a cookie of which the hash is kept.

    Without a client it is a log-in to the own pages, and `params` names the one to go back to. `account_id` is whose
    first proof was right, `amr` what has been shown since; nothing of it opens anything before the last step.
    `session_id` is the log-in which is only to become stronger, `authenticated_at` when a password or a passkey was
    shown here, `password_due` why the password must be changed before going on.
    """

    __tablename__ = "login_requests"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    client_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("clients.id"))
    params: Mapped[Json]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("login_sessions.id"))
    amr: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    authenticated_at: Mapped[datetime | None]
    password_due: Mapped[str | None] = mapped_column(String(16))
    consented: Mapped[bool] = mapped_column(default=False, server_default="false")
