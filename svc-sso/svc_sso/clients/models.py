"""OAuth clients."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps


class Client(Timestamps, Base):
    """A confidential client. Of its secret only the SHA-256 is kept: secrets are long and random."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    audience: Mapped[str] = mapped_column(String(32))
    grant_types: Mapped[list[str]]
    permissions: Mapped[list[str]]
    redirect_uris: Mapped[list[str]]
    post_logout_redirect_uris: Mapped[list[str]]
    disabled_at: Mapped[datetime | None]
