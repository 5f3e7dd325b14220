"""For how long and in what an agent may act (民法典 art. 165: 代理事项、权限和期限)."""

from datetime import date, timedelta

from shared.errors import FieldError
from svc_sso.mandates.errors import BadPeriod

MATTER = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"
MOST_MATTERS = 50
REVOKED, DECLINED, ACCOUNT_CLOSED, EXPIRED = "revoked", "declined", "account_closed", "expired"


def check_period(starts_on: date, ends_on: date, today: date, longest: int) -> None:
    """Refuses a period which ends before it starts, began before today, or has more than `longest` days."""
    if ends_on < starts_on:
        raise _bad("/ends_on", "早于开始日期 / before the start")
    if starts_on < today:
        raise _bad("/starts_on", "不得早于今天 / not before today")
    if ends_on - starts_on >= timedelta(days=longest):
        raise _bad("/ends_on", f"最长 {longest} 天 / {longest} days at most")


def state_of(starts_on: date, ends_on: date, ended_reason: str | None, today: date) -> str:
    """`pending`, `in_force`, or why it is over."""
    if ended_reason is not None:
        return ended_reason
    if today > ends_on:
        return EXPIRED
    return "in_force" if today >= starts_on else "pending"


def _bad(pointer: str, message: str) -> BadPeriod:
    return BadPeriod(errors=[FieldError(pointer, "bad_period", message)])
