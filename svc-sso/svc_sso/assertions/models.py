"""What may be used once only."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class SpentId(Base):
    """The `jti` of a client assertion or of a proof of possession, hashed: whatever brings it again is refused."""

    __tablename__ = "spent_ids"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
