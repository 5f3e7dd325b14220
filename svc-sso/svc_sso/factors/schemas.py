"""Bodies about second factors."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_sso.factors.models import Authenticator, Passkey

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class FactorOut(BaseModel):
    """One of the own second factors."""

    id: uuid.UUID
    kind: Literal["authenticator", "passkey"]
    label: str
    created_at: datetime
    last_used_at: datetime | None


class FactorsOut(BaseModel):
    """The own second factors."""

    items: list[FactorOut]
    recovery_codes: int = Field(description="How many recovery codes are unused")


class AuthenticatorBegun(BaseModel):
    """The secret for an authenticator app, shown this once; it counts when a code of it was sent back."""

    secret: str = Field(description="Base32, for typing in")
    uri: str = Field(description="otpauth:// address, for a QR code")


class AuthenticatorIn(BaseModel):
    """A code of the app which is being set up."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=6, max_length=12)]
    label: Label = "验证器"


class PasskeyBegun(BaseModel):
    """What `navigator.credentials.create` wants to know."""

    options: dict[str, Any]


class PasskeyIn(BaseModel):
    """What `navigator.credentials.create` answered, as JSON."""

    model_config = ConfigDict(extra="forbid")

    credential: dict[str, Any]
    label: Label = "通行密钥"


class FactorAdded(BaseModel):
    """A new second factor; with the first one come recovery codes, shown this once."""

    factor: FactorOut
    recovery_codes: list[str] | None = None


class RecoveryCodesOut(BaseModel):
    """New recovery codes, shown this once; those before do not hold any more."""

    recovery_codes: list[str]


def shown(row: Authenticator | Passkey) -> FactorOut:
    """A factor as its owner sees it."""
    kind: Literal["authenticator", "passkey"] = "authenticator" if isinstance(row, Authenticator) else "passkey"
    return FactorOut(id=row.id, kind=kind, label=row.label, created_at=row.created_at, last_used_at=row.last_used_at)
