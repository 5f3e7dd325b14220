"""Which changes of registered facts the registrar may decide, and what they rest on. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from shared.errors import FieldError
from svc_credit_registry.record.amendments.errors import ChangeInvalid, StatusUnreachable
from svc_credit_registry.record.enterprises.rules import Status

NEXT: Mapping[Status, Mapping[Status, str]] = {
    Status.ACTIVE: {
        Status.REVOKED: "《市场主体登记管理条例》第六章、《公司法》第二百六十条：吊销营业执照",
        Status.CANCELLED: "《市场主体登记管理条例》第三十一条：注销登记",
    },
    Status.REVOKED: {
        Status.CANCELLED: "《市场主体登记管理条例》第三十一条：吊销后注销登记",
        Status.ACTIVE: "《中华人民共和国行政复议法》：撤销吊销决定，恢复登记状态",
    },
    Status.CANCELLED: {
        Status.ACTIVE: "《市场主体登记管理条例》第四十条：撤销注销登记，恢复登记状态",
    },
}
"""Which status can follow which, by what law; nothing is final: decisions may be set aside. Confirm the articles."""


def check_status(before: Status, after: Status) -> None:
    """Refuses with 409 a status which can't follow the present one."""
    if after not in NEXT[before]:
        raise StatusUnreachable(f"{before} -> {after}", status_now=before.value)


def check_decided_on(decided_on: date, established_on: date, today: date) -> None:
    """A decision is made in the life of the enterprise, and not tomorrow."""
    if not established_on <= decided_on <= today:
        message = f"决定日期应在 {established_on} 与 {today} 之间; the decision lies between these days"
        raise ChangeInvalid(message, errors=[FieldError("/decided_on", "day_out_of_range", message)])


def name_period_end(valid_from: date, decided_on: date) -> date:
    """The last day of a name that was given up by a decision of that day."""
    return max(valid_from, decided_on - timedelta(days=1))
