"""Licences over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class LicenceContent(BaseModel):
    """What stands on a licence; all of it is public by law."""

    number: str
    code: str = Field(description="Unified social credit code")
    name: str
    organisation_form: str
    legal_representative: str
    registered_capital_yuan: Decimal
    established_on: date
    address: str
    business_scope: str
    registrar: str
    issued_on: date


class LicenceOut(BaseModel):
    """A licence with the signed form of it (JWS, ES256), which anyone can verify with the published keys."""

    number: str
    state: Literal["valid", "revoked"]
    revoked_on: date | None
    content: LicenceContent
    licence: str = Field(description="The electronic licence: a compact JWS")


class VerificationIn(BaseModel):
    """An electronic licence as someone presented it."""

    model_config = ConfigDict(extra="forbid")

    licence: str = Field(min_length=1, max_length=16_384)


class VerificationOut(BaseModel):
    """Whether a presented licence is genuine and in force, and if not, why."""

    valid: bool
    reason: Literal["valid", "unreadable", "tampered", "unknown", "revoked"]
    reason_label: str
    licence: LicenceContent | None = Field(description="What the licence says, when its signature holds")


class KeysOut(BaseModel):
    """The public keys of licences (RFC 7517)."""

    keys: list[dict[str, Any]]
