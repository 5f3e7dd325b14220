"""Certificates of the public record, and the keys they are signed with."""

from datetime import date, datetime

from sqlalchemy import Index, Sequence, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps
from shared.privacy import EncryptedText

NUMBERS = Sequence("certificate_numbers", minvalue=1, metadata=Base.metadata)
"""Running numbers of certificates: each is given once, gaps are normal."""


class CertificateKey(Timestamps, Base):
    """A signing key. The newest signs; all of them verify, for certificates don't run out."""

    __tablename__ = "certificate_keys"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[Json]
    private: Mapped[str] = mapped_column(EncryptedText("certificate_keys.private"))


class Certificate(Base):
    """What the record of an enterprise said at the end of a day, as it was signed and printed.

    `digest` is of the content without number and time: the same record as of the same day has one certificate.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("code", "as_of", "digest", name="uq_certificates_content"),
        Index("ix_certificates_requested_by", "requested_by", "issued_at", "number"),
    )

    number: Mapped[str] = mapped_column(String(collation="C"), primary_key=True)
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    as_of: Mapped[date]
    digest: Mapped[str]
    issued_at: Mapped[datetime]
    requested_by: Mapped[str]
    content: Mapped[Json]
    token: Mapped[str] = mapped_column(deferred=True)
    pdf: Mapped[bytes] = mapped_column(deferred=True)
    """What is large is read by those who hand it out."""
    pdf_sha256: Mapped[str]
