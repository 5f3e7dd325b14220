"""For how long and in what an agent may act (民法典 art. 165: 代理事项、权限和期限)."""

from collections.abc import Container, Sequence
from datetime import date, timedelta

from shared.errors import FieldError
from svc_sso.mandates.errors import BadPeriod, MatterUnknown

MATTER = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"
MOST_MATTERS = 50
BESIDE_CATALOGUE = {"MR-COMPLAINT-RESPONSE": ("消费投诉应诉", "Answering consumers' complaints")}
"""What agents do that nobody applies for, by code, with its names; svc-complaints asks for it. All else is a matter of
the catalogue of svc-services.
"""
REVOKED, DECLINED, ACCOUNT_CLOSED, EXPIRED = "revoked", "declined", "account_closed", "expired"


def check_period(starts_on: date, ends_on: date, today: date, longest: int) -> None:
    """Refuses a period which ends before it starts, began before today, or has more than `longest` days."""
    if ends_on < starts_on:
        raise _bad("/ends_on", "早于开始日期 / before the start")
    if starts_on < today:
        raise _bad("/starts_on", "不得早于今天 / not before today")
    if ends_on - starts_on >= timedelta(days=longest):
        raise _bad("/ends_on", f"最长 {longest} 天 / {longest} days at most")


def check_matters(asked: Sequence[str], known: Container[str]) -> None:
    """Refuses codes of no matter: a mandate in what nobody knows permits nothing, and its giver believes otherwise."""
    faults = [
        FieldError(f"/matters/{number}", "matter_unknown", f"没有事项 {code} / there is no matter {code}")
        for number, code in enumerate(asked)
        if code not in known
    ]
    if faults:
        raise MatterUnknown(errors=faults)


def state_of(starts_on: date, ends_on: date, ended_reason: str | None, today: date) -> str:
    """`pending`, `in_force`, or why it is over."""
    if ended_reason is not None:
        return ended_reason
    if today > ends_on:
        return EXPIRED
    return "in_force" if today >= starts_on else "pending"


def _bad(pointer: str, message: str) -> BadPeriod:
    return BadPeriod(errors=[FieldError(pointer, "bad_period", message)])
