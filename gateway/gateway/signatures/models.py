"""Nonces of signed calls, for as long as their signatures would be taken."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class SignatureNonce(Base):
    """One nonce of one client, hashed. All processes of the gateway share them: it is taken once."""

    __tablename__ = "signature_nonces"

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
