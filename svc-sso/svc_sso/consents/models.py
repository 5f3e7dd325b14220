"""What people have allowed third parties to know."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Consent(Base):
    """The consent of one person to one client: the scopes and the single claims which it covers."""

    __tablename__ = "consents"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), ForeignKey("clients.id"), primary_key=True)
    scopes: Mapped[list[str]]
    claims: Mapped[list[str]]
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
