"""Bodies about signing in."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from svc_sso.accounts.schemas import Secret
from svc_sso.sign_ins.models import SignIn


class SignInOut(BaseModel):
    """One attempt on the own account, or a change of what opens it."""

    id: uuid.UUID
    at: datetime
    outcome: Literal["succeeded", "begun", "failed", "refused", "factor_added", "factor_removed", "password_changed"]
    factor: str = Field(description="password, code, recovery, passkey or authenticator")
    address: str
    user_agent: str
    known_device: bool


class PasswordIn(BaseModel):
    """A new password, shown with the present one."""

    model_config = ConfigDict(extra="forbid")

    current_password: Secret
    password: Secret


def shown(row: SignIn) -> SignInOut:
    """An attempt as the account's owner sees it."""
    return SignInOut.model_validate(row, from_attributes=True)
