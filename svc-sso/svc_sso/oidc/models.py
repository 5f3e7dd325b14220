"""Authorization requests which wait for someone to log in."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json


class LoginRequest(Base):
    """A request on its way through the log-in page, bound to one browser by a cookie of which the hash is kept.

    `password_for` is the account whose given-out password was right and must now be changed.
    """

    __tablename__ = "login_requests"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    client_id: Mapped[str] = mapped_column(String(64), ForeignKey("clients.id"))
    params: Mapped[Json]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    password_for: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
