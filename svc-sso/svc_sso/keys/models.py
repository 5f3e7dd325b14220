"""Signing keys; the private half is encrypted with the keyring."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, uuid_key
from shared.privacy import EncryptedText
from svc_sso.keys.rules import CURRENT, NEXT


class SigningKey(Timestamps, Base):
    """One key pair. Of each algorithm at most one is current and at most one is next: the database sees to it."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("status IN ('next', 'current', 'retired', 'revoked')", name="status"),
        CheckConstraint("algorithm IN ('ES256', 'RS256')", name="algorithm"),
        Index("uq_signing_keys_current", "algorithm", unique=True, postgresql_where=text(f"status = '{CURRENT}'")),
        Index("uq_signing_keys_next", "algorithm", unique=True, postgresql_where=text(f"status = '{NEXT}'")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    algorithm: Mapped[str] = mapped_column(String(8), default="ES256", server_default="ES256")
    status: Mapped[str] = mapped_column(String(16))
    private_jwk: Mapped[str] = mapped_column(EncryptedText("signing_keys.private_jwk"))
    public_jwk: Mapped[Json]
    retired_at: Mapped[datetime | None]
