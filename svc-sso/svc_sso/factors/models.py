"""Second factors: authenticator apps, passkeys, recovery codes, and what is being set up."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key
from shared.privacy import EncryptedText


class Authenticator(Base):
    """An app which shows codes (TOTP, RFC 6238). `last_step` is the time step of the last code that was taken."""

    __tablename__ = "authenticators"

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    label: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str] = mapped_column(EncryptedText("authenticators.secret"))
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key pair whose private half never leaves the person's device (Web Authentication)."""

    __tablename__ = "passkeys"

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    label: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper which is taken once; of its 80 random bits the hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]


class Enrolment(Base):
    """A factor which one log-in is setting up. `holder_hash` tells which, so that no other can finish it."""

    __tablename__ = "enrolments"

    holder_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    secret: Mapped[str | None] = mapped_column(EncryptedText("enrolments.secret"))
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
