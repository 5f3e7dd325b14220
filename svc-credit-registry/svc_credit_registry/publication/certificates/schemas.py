"""Certificates of the record over HTTP."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.fields import Day
from svc_credit_registry.publication.certificates.rules import TOKEN_LIMIT, Finding
from svc_credit_registry.record.record_views.schemas import RecordOut


class CertificateIn(BaseModel):
    """As of which day the record is certified."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(default=None, description="Today when absent; a day to come is refused")


class CertificateOut(BaseModel):
    """A certificate with its signed form (JWS, ES256), which anyone can verify with the published keys."""

    number: str = Field(examples=["ZM2026112100000017-K7Q2M9XA4T"])
    code: str
    name: str
    as_of: date
    issued_at: datetime
    digest: str = Field(description="SHA-256 over the fingerprints of the parts of the record")
    record: RecordOut
    certificate: str = Field(description="The signed form: a compact JWS")
    pdf_url: str
    pdf_sha256: str
    verification_url: str = Field(description="Where the QR code leads")


class CertificateSummary(BaseModel):
    """A certificate in a list."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    code: str
    as_of: date
    issued_at: datetime
    digest: str


class CertificateVerificationIn(BaseModel):
    """A certificate as someone presented it: the signed form, or the number and the SHA-256 of the PDF file."""

    model_config = ConfigDict(extra="forbid")

    certificate: str | None = Field(default=None, min_length=1, max_length=TOKEN_LIMIT)
    number: str | None = Field(default=None, min_length=1, max_length=60)
    pdf_sha256: str | None = Field(default=None, pattern=r"^[0-9A-Fa-f]{64}$")

    @model_validator(mode="after")
    def _one_of_both(self) -> "CertificateVerificationIn":
        if (self.certificate is None) == (self.number is None):
            message = "须提交证明或者编号之一 (either the signed form or the number)"
            raise PydanticCustomError("certificate_or_number", message)
        if self.certificate is not None and self.pdf_sha256 is not None:
            raise PydanticCustomError("number_missing", "PDF 摘要须与编号一并提交 (a digest goes with a number)")
        return self


class CertificateVerificationOut(BaseModel):
    """Whether a certificate is genuine, and whether the record still says what it says."""

    genuine: bool
    finding: Finding
    finding_label: str
    number: str | None
    code: str | None
    name: str | None
    as_of: date | None
    issued_at: datetime | None
    digest: str | None
    pdf_sha256: str | None
    changed_parts: list[str] = Field(description="What is different now: registration, names, or kinds of items")
    checked_at: datetime


class CertificateKeysOut(BaseModel):
    """The public keys of certificates (RFC 7517)."""

    keys: list[dict[str, Any]]
