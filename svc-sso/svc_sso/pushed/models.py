"""Authorization requests which clients have sent ahead (RFC 9126)."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json


class PushedRequest(Base):
    """A request under a name of which the hash is kept. `used_at` is set when it was answered, not when it was seen."""

    __tablename__ = "pushed_requests"

    uri_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), ForeignKey("clients.id"))
    params: Mapped[Json]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
