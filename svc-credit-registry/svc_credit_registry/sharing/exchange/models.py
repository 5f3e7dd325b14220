"""Every exchange with an agency, and the batches in which they are sealed."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class ExchangeBatch(Base):
    """Entries sealed together: the root of their tree, chained to the batch before."""

    __tablename__ = "exchange_batches"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(BigInteger)
    """How many entries are sealed up to and with this batch."""
    root: Mapped[bytes]
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime]


class ExchangeEntry(Base):
    """One exchange. `batch`, `position` and `leaf` are set when it is sealed; a trigger refuses every other change."""

    __tablename__ = "exchange_entries"
    __table_args__ = (
        Index("ix_exchange_entries_unsealed", "transaction", "id", postgresql_where=text("leaf IS NULL")),
        Index("uq_exchange_entries_batch", "batch", "position", unique=True),
        Index("ix_exchange_entries_requester", "requester", "id"),
        Index("ix_exchange_entries_resource", "resource", "id"),
        Index("ix_exchange_entries_case", "case_id", "id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    kind: Mapped[str] = mapped_column(String(16))
    requester: Mapped[str]
    actor: Mapped[str]
    client: Mapped[str | None]
    represented_party: Mapped[str | None]
    case_id: Mapped[str | None]
    resource: Mapped[str]
    rows: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(8))
    path: Mapped[str]
    request_hash: Mapped[str] = mapped_column(String(64))
    answer_sha256: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str | None]
    transaction: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    batch: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("exchange_batches.number"))
    position: Mapped[int | None] = mapped_column(Integer)
    leaf: Mapped[bytes | None]
