"""Reads of staff accounts."""

from typing import Any

from sqlalchemy import Select, select

from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF


def staff(unit: str | None, role: str | None) -> Select[Any]:
    """Members of staff, of one unit or with one role when asked for."""
    query = select(Account).where(Account.kind == STAFF)
    if unit is not None:
        query = query.where(Account.unit == unit)
    if role is not None:
        query = query.where(Account.roles.any_() == role)
    return query
