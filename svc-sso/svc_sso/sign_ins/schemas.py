"""Bodies about signing in."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from svc_sso.accounts.schemas import Secret
from svc_sso.sign_ins.models import KnownDevice, SignIn


class SignInOut(BaseModel):
    """One attempt on the own account, or a change of what opens it."""

    id: uuid.UUID
    at: datetime
    outcome: Literal["succeeded", "begun", "failed", "refused", "factor_added", "factor_removed", "password_changed"]
    factor: str = Field(description="password, code, recovery, passkey or authenticator")
    address: str
    user_agent: str
    known_device: bool


class DeviceOut(BaseModel):
    """A browser which has signed in to the own account, and by which it is told from strangers."""

    id: uuid.UUID
    current: bool = Field(description="Whether this call belongs to a log-in from it")
    user_agent: str
    address: str = Field(description="From where it came last")
    first_used_at: datetime
    last_used_at: datetime


class PasswordIn(BaseModel):
    """A new password, shown with the present one."""

    model_config = ConfigDict(extra="forbid")

    current_password: Secret
    password: Secret


def shown(row: SignIn) -> SignInOut:
    """An attempt as the account's owner sees it."""
    return SignInOut.model_validate(row, from_attributes=True)


def shown_device(row: KnownDevice, current: bytes | None) -> DeviceOut:
    """A known device; `current` is the hash of the one from which its owner looks."""
    return DeviceOut(
        id=row.id,
        current=row.device_hash == current,
        user_agent=row.user_agent,
        address=row.address,
        first_used_at=row.first_used_at,
        last_used_at=row.last_used_at,
    )
