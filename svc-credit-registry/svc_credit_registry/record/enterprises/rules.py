"""What the register holds of an enterprise: states, terms of publication, who answers for an item."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.calendar import Deadline, working_days_after
from shared.codes import credit_code
from shared.errors import FieldError
from svc_credit_registry.record.enterprises.errors import CreditCodeInvalid, DayAhead

PUBLICATION_BASIS = "《企业信息公示暂行条例》第六条：登记信息自产生之日起20个工作日内公示"
PUBLICATION_WORKING_DAYS = 20
PUBLICATION_SINCE = date(2014, 10, 1)
ZONE = ZoneInfo("Asia/Shanghai")
OLD_NUMBER = re.compile(r"[0-9]{15}")
"""A registration number from before the unified code (工商行政管理市场主体注册号编制规则, GS 15—2006)."""

_FAULTS_EN = {
    "length": "A credit code has 18 characters",
    "alphabet": "The code holds a character that is not allowed (no I, O, S, V, Z)",
    "department": "The first character names no registering department",
    "region": "Characters 3 to 8 must be six digits of a region",
    "organisation_check": "Character 17, the check of the organisation code, is wrong",
    "check": "Character 18, the check of the whole code, is wrong",
}


class Status(StrEnum):
    """Where an enterprise stands. Cancelled and revoked ones stay readable."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


STATUS_LABELS: dict[Status, tuple[str, str]] = {
    Status.ACTIVE: ("存续", "Active"),
    Status.CANCELLED: ("注销", "Cancelled"),
    Status.REVOKED: ("吊销", "Revoked"),
}
STATUS_RANK: dict[Status, int] = {Status.ACTIVE: 0, Status.REVOKED: 1, Status.CANCELLED: 2}
"""The order of search results: those in business first."""


FACT_LABELS: Mapping[str, tuple[str, str]] = {
    "name": ("名称", "Name"),
    "status": ("登记状态", "Status"),
    "ended_on": ("注销或者吊销日期", "Day of cancellation or revocation"),
    "region": ("登记机关所在地", "Region of the registrar"),
    "industry_code": ("行业", "Industry"),
    "organisation_form": ("组织形式", "Organisation form"),
    "legal_representative_name": ("法定代表人", "Legal representative"),
    "registered_capital_yuan": ("注册资本（元）", "Registered capital in yuan"),
    "address": ("住所", "Address"),
    "business_scope": ("经营范围", "Business scope"),
}
"""What can be changed, in the order in which a change is read out."""


class Succession(StrEnum):
    """Why the record of a code goes on under another one."""

    CODE_CHANGED = "code_changed"
    MERGED = "merged"
    NUMBER_UNIFIED = "number_unified"


SUCCESSION_LABELS: Mapping[Succession, tuple[str, str]] = {
    Succession.CODE_CHANGED: ("统一社会信用代码变更", "The code was changed"),
    Succession.MERGED: ("企业合并", "The enterprise was merged into another"),
    Succession.NUMBER_UNIFIED: ("原注册号换发统一社会信用代码", "The old registration number was replaced"),
}


def end_of(day: date) -> datetime:
    """The first instant after `day` in Asia/Shanghai: what was recorded before it stood on the record of that day."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def read_day(day: date | None, today: date) -> date:
    """The day that is asked about, today when none is named; refused with 422 when it has not come yet."""
    if day is None:
        return today
    if day > today:
        message = f"{day} 晚于今日 {today} / {day} lies after today, {today}"
        raise DayAhead(message, errors=[FieldError("#as_of", "day_ahead", message)], today=today.isoformat())
    return day


def publication_due(registered_on: date) -> Deadline | None:
    """By when the registration must stand on the public record: 20 working days (article 6 of the Regulations).

    None for registrations before the Regulations were in force.
    """
    if registered_on < PUBLICATION_SINCE:
        return None
    return working_days_after(registered_on, PUBLICATION_WORKING_DAYS, basis=PUBLICATION_BASIS)


def valid_code(text: str) -> str:
    """`text` as a credit code; refused with the check that failed when it can't be one (GB 32100-2015)."""
    try:
        return str(credit_code.parse(text))
    except credit_code.InvalidCreditCode as exc:
        message = f"{exc}; {_FAULTS_EN[exc.code]}"
        field = FieldError(pointer="#code", code=exc.code, message=message)
        raise CreditCodeInvalid(message, errors=[field], failed_check=exc.code) from exc
